import { useTranslation } from "react-i18next";
import type { AuditEntry, Role } from "@/api/types.ts";
import { moment } from "@/components/time.ts";

export const AUDIT_ACTIONS = [
  "account_approved",
  "account_blocked",
  "account_unblocked",
  "account_erased",
  "block_ended",
  "picture_removed",
  "reset_sent",
  "role_changed",
  "person_invited",
] as const satisfies readonly AuditEntry["action"][];

/** Say an entry of the audit log as a sentence. */
export function useAuditWords(): (entry: AuditEntry) => string {
  const { t, i18n } = useTranslation();
  const roleName = (role: string | undefined) => (role ? t(`roles.${role as Role}`) : "");
  return ({ action, actor, subject, details }) => {
    const names = {
      actor: actor?.name ?? t("audit.gone"),
      subject: subject?.name ?? t("audit.gone"),
    };
    switch (action) {
      case "account_blocked":
        return details["until"]
          ? t("audit.said.account_blocked_until", {
              ...names,
              until: moment(details["until"], i18n.language),
            })
          : t("audit.said.account_blocked", names);
      case "role_changed":
        return t("audit.said.role_changed", {
          ...names,
          before: roleName(details["before"]),
          after: roleName(details["after"]),
        });
      case "person_invited":
        return t("audit.said.person_invited", { ...names, role: roleName(details["role"]) });
      default:
        return t(`audit.said.${action}`, names);
    }
  };
}
