import type { components } from "@/api/schema";

type Submission = Pick<
  components["schemas"]["Submission"],
  "version" | "grade" | "penalty_percent" | "late_percent"
>;

/** What somebody says of a piece of work while they say it. `version`: of the grade that they have seen. */
export interface Grading {
  readonly version: number;
  readonly points: number | string;
  readonly levels: Readonly<Record<string, string>>;
  readonly feedback: string;
  readonly files: NonNullable<Submission["grade"]>["files"];
  readonly excused: boolean;
  readonly waived: boolean;
}

type Grade = NonNullable<Submission["grade"]>;

/** What a grade says, as it is said again: points before anything is taken off. */
export function saidIn(
  grade: Partial<Pick<Grade, "points" | "raw_points" | "rubric" | "feedback" | "excused">> | null,
): Pick<Grading, "points" | "levels" | "feedback" | "excused"> {
  return {
    points: grade?.raw_points ?? grade?.points ?? "",
    levels: grade?.rubric ?? {},
    feedback: grade?.feedback ?? "",
    excused: grade?.excused ?? false,
  };
}

/** What has been said of a piece of work so far. */
export function gradingOf(submission: Submission): Grading {
  return {
    ...saidIn(submission.grade),
    version: submission.version,
    files: submission.grade?.files ?? [],
    waived: submission.late_percent > 0 && submission.penalty_percent === 0,
  };
}

/** What is taken off for being late while nothing is waived. */
export function latePenalty(submission: Submission): number {
  return submission.penalty_percent || submission.late_percent;
}

/** What a grading says of that: null, which leaves it as it is, where nobody has touched it. */
export function saidPenalty(said: Grading, before: Grading, submission: Submission): number | null {
  if (said.waived === before.waived) return null;
  return said.waived ? 0 : latePenalty(submission);
}

export function sameGrading(one: Grading, other: Grading): boolean {
  const said = ({ points, levels, feedback, files, excused, waived }: Grading) =>
    JSON.stringify([
      String(points),
      Object.entries(levels).sort(),
      feedback,
      files.map(({ id }) => id),
      excused,
      waived,
    ]);
  return said(one) === said(other);
}

/** Read a grading that this browser has kept; what is none is none. */
export function readGrading(kept: string | null): Grading | null {
  if (kept === null) return null;
  try {
    const found = JSON.parse(kept) as Partial<Grading> | null;
    return typeof found?.version === "number" &&
      typeof found.feedback === "string" &&
      Array.isArray(found.files) &&
      typeof found.levels === "object"
      ? (found as Grading)
      : null;
  } catch {
    return null;
  }
}
