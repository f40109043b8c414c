import type { ParseKeys } from "i18next";
import { createContext, use, type ComponentType, type ReactNode } from "react";
import type { ClassRoom } from "@/api/types.ts";

/** A tab of a class that another part of the application brings. */
export interface ClassTab {
  /** Its name in the page's address. */
  readonly name: string;
  readonly label: ParseKeys;
  readonly icon: ComponentType<{ size?: number }>;
  readonly content: ComponentType<{ room: ClassRoom }>;
}

const ClassTabsContext = createContext<readonly ClassTab[]>([]);

/** Says which tabs a class has beside its own; put together once, in `app/classTabs.ts`. */
export function ClassTabsProvider({ tabs, children }: { tabs: readonly ClassTab[]; children: ReactNode }) {
  return <ClassTabsContext value={tabs}>{children}</ClassTabsContext>;
}

export function useClassTabs(): readonly ClassTab[] {
  return use(ClassTabsContext);
}
