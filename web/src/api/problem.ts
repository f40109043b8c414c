import type { ParseKeys } from "i18next";

/** An answer of the server that says no, as RFC 9457 problem details. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly fields: readonly { readonly field: string; readonly message: string }[] = [],
    readonly retryAfterSeconds: number | null = null,
    /** What somebody else has changed meanwhile: `current` is what it is now, `yours` what was sent. */
    readonly conflicts: readonly Readonly<Record<string, unknown>>[] = [],
  ) {
    super(`${status} ${code}`);
  }
}

/** The server could not be reached at all: nothing was refused, it is worth another try. */
export class Unreachable extends Error {
  constructor() {
    super("the server cannot be reached");
  }
}

/** Read a refusal; an answer that is no problem document (a proxy's page, say) gets a code from its status. */
export async function problemFrom(response: Response): Promise<Problem> {
  const retry = Number(response.headers.get("Retry-After"));
  const retryAfter = Number.isFinite(retry) && retry > 0 ? retry : null;
  try {
    const body = (await response.clone().json()) as { code?: unknown; errors?: unknown; conflicts?: unknown };
    const code = typeof body.code === "string" ? body.code : `http_${response.status}`;
    const errors = Array.isArray(body.errors) ? (body.errors as { field: string; message: string }[]) : [];
    const conflicts = Array.isArray(body.conflicts) ? (body.conflicts as Record<string, unknown>[]) : [];
    return new Problem(response.status, code, errors, retryAfter, conflicts);
  } catch {
    return new Problem(response.status, `http_${response.status}`, [], retryAfter);
  }
}

const KNOWN_CODES = [
  "account_blocked",
  "account_exists",
  "account_pending",
  "address_taken",
  "already_connected",
  "already_enrolled",
  "body_too_large",
  "class_files_full",
  "class_full",
  "class_of_another_course",
  "class_too_large",
  "class_without_teacher",
  "deck_full",
  "email_unverified",
  "encoding_unknown",
  "enrolment_closed",
  "file_empty",
  "file_missing",
  "file_shared",
  "file_too_large",
  "file_unknown",
  "files_unavailable",
  "forbidden",
  "house_files_full",
  "invalid_credentials",
  "invitation_invalid",
  "invitation_required",
  "last_admin",
  "last_teacher",
  "last_way_in",
  "lesson_changed",
  "lesson_too_long",
  "link_invalid",
  "mail_not_configured",
  "moment_not_kept",
  "no_account",
  "no_email_column",
  "no_rows",
  "not_a_pdf",
  "not_committed",
  "not_found",
  "not_welcome",
  "overloaded",
  "password_wrong",
  "pdf_broken",
  "pdf_encrypted",
  "pdf_too_heavy",
  "pdf_too_many_pages",
  "person_files_full",
  "picture_refused",
  "program_refused",
  "provider_unavailable",
  "registration_closed",
  "same_address",
  "sign_in_again",
  "sign_on_failed",
  "sign_on_invalid",
  "sign_on_taken",
  "storage_full",
  "too_many_attempts",
  "too_many_classes",
  "too_many_lessons",
  "too_many_rows",
  "too_many_units",
  "unknown_join_code",
  "unsupported_media_type",
  "upload_stalled",
  "validation_failed",
] as const;

/** The translation key of the words for an error. */
export function wordsFor(error: unknown): ParseKeys {
  if (error instanceof Unreachable) return "problems.unreachable";
  if (error instanceof Problem) {
    const code = KNOWN_CODES.find((known) => known === error.code);
    if (code) return `problems.${code}`;
    if (error.status >= 500) return "problems.server";
  }
  return "problems.unknown";
}
