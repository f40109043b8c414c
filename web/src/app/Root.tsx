import { Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useServices } from "@/api/services.tsx";
import { tell } from "@/components/toast.tsx";
import { Finder } from "./Finder.tsx";
import { Shortcuts } from "./Shortcuts.tsx";

const WaitingBallots = lazy(() => import("@/features/polls/WaitingBallots.tsx"));

const OPEN_PAGES = ["/login", "/register", "/join/", "/sign-on/", "/dev/"];

/** Around every page: leads to the login when the session ends while somebody is at work. */
export function Root() {
  const { tokens } = useServices();
  const { t } = useTranslation();
  const navigate = useNavigate();
  const address = useRouterState({ select: (state) => state.location.href });
  const signedIn = useSyncExternalStore(tokens.signedIn.subscribe, tokens.signedIn.get);
  const open = OPEN_PAGES.some((page) => address.startsWith(page));
  useEffect(() => {
    if (signedIn !== "no" || open) return;
    tell(t("auth.sessionEnded"));
    void navigate({ to: "/login", search: address === "/" ? {} : { next: address } });
    // The address at the moment the session ended is the one to return to.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [signedIn]);
  return (
    <>
      <Outlet />
      {signedIn === "yes" && <Finder />}
      {signedIn === "yes" && (
        <Suspense>
          <WaitingBallots />
        </Suspense>
      )}
      <Shortcuts />
    </>
  );
}
