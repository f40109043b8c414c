import type { Role } from "@/api/types.ts";

/** All roles of accounts, the most frequent first. */
export const ROLES = ["student", "teacher", "support", "admin"] as const satisfies readonly Role[];
