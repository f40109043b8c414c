import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { meansSignedOut } from "@/api/accessTokens.ts";
import { meQuery } from "@/api/queries.ts";
import type { Services } from "@/api/services.tsx";
import { FullPageLoading, FullPageProblem, NotFound } from "./boundaries.tsx";
import { Root } from "./Root.tsx";
import { Shell } from "./Shell.tsx";

interface RouterContext {
  readonly services: Services;
  readonly queries: QueryClient;
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** Where to return to after signing in: only inside this application. */
function returnAddress(value: unknown): string | undefined {
  const address = text(value);
  return address?.startsWith("/") && !address.startsWith("//") && !address.startsWith("/\\")
    ? address
    : undefined;
}

const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Root,
  notFoundComponent: NotFound,
  errorComponent: FullPageProblem,
});

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  validateSearch: (search): { next?: string } => ({ next: returnAddress(search["next"]) }),
  component: lazyRouteComponent(() => import("@/features/auth/LoginPage.tsx"), "LoginPage"),
});

const forgotPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/forgot-password",
  component: lazyRouteComponent(() => import("@/features/auth/ForgotPasswordPage.tsx"), "ForgotPasswordPage"),
});

const resetPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/reset-password",
  component: lazyRouteComponent(() => import("@/features/auth/ResetPasswordPage.tsx"), "ResetPasswordPage"),
});

const confirmEmailRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/confirm-email",
  component: lazyRouteComponent(() => import("@/features/auth/ConfirmEmailPage.tsx"), "ConfirmEmailPage"),
});

const registerRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/register",
  validateSearch: (search): { next?: string; invitation?: string } => ({
    next: returnAddress(search["next"]),
    invitation: text(search["invitation"]),
  }),
  component: lazyRouteComponent(() => import("@/features/auth/RegisterPage.tsx"), "RegisterPage"),
});

const signOnRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-on/$provider",
  component: lazyRouteComponent(() => import("@/features/auth/SignOnPage.tsx"), "SignOnPage"),
});

const joinRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/join/$code",
  validateSearch: (search): { invitation?: string } => ({ invitation: text(search["invitation"]) }),
  component: lazyRouteComponent(() => import("@/features/auth/JoinPage.tsx"), "JoinPage"),
});

const memberRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "members",
  beforeLoad: async ({ context: { services, queries }, location }) => {
    try {
      await services.tokens.fresh();
      await queries.query({ ...meQuery(services.api), staleTime: "static" });
    } catch (error) {
      if (!meansSignedOut(error)) throw error;
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's way of redirecting
      throw redirect({ to: "/login", search: location.href === "/" ? {} : { next: location.href } });
    }
  },
});

const shellRoute = createRoute({ getParentRoute: () => memberRoute, id: "shell", component: Shell });

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  component: lazyRouteComponent(() => import("@/features/classes/HomePage.tsx"), "HomePage"),
});

const classRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/classes/$classId",
  validateSearch: (search): { tab?: string } => ({ tab: text(search["tab"]) }),
  component: lazyRouteComponent(() => import("@/features/classes/ClassPage.tsx"), "ClassPage"),
});

const coursesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/courses",
  validateSearch: (search): { query?: string; category?: string; own?: true } => ({
    query: text(search["query"]),
    category: text(search["category"]),
    ...(search["own"] === true ? { own: true } : {}),
  }),
  component: lazyRouteComponent(() => import("@/features/courses/CoursesPage.tsx"), "CoursesPage"),
});

const courseRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/courses/$courseId",
  component: lazyRouteComponent(() => import("@/features/courses/CoursePage.tsx"), "CoursePage"),
});

const lessonRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/classes/$classId/lessons/$lessonId",
  validateSearch: (search): { edit?: true } => (search["edit"] === true ? { edit: true } : {}),
  component: lazyRouteComponent(() => import("@/features/lessons/LessonPage.tsx"), "LessonPage"),
});

const pollsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/classes/$classId/polls",
  validateSearch: (search): { create?: true } => (search["create"] === true ? { create: true } : {}),
  component: lazyRouteComponent(() => import("@/features/polls/PollsPage.tsx"), "PollsPage"),
});

const assignmentRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/assignments/$assignmentId",
  validateSearch: (search): { edit?: true } => (search["edit"] === true ? { edit: true } : {}),
  component: lazyRouteComponent(() => import("@/features/assignments/AssignmentPage.tsx"), "AssignmentPage"),
});

const submissionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/submissions/$submissionId",
  component: lazyRouteComponent(() => import("@/features/assignments/SubmissionPage.tsx"), "SubmissionPage"),
});

const profileRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/me",
  component: lazyRouteComponent(() => import("@/features/profile/ProfilePage.tsx"), "ProfilePage"),
});

const adminRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/admin",
  validateSearch: (search): { tab?: "rooms" | "audit" } => ({
    tab: search["tab"] === "rooms" || search["tab"] === "audit" ? search["tab"] : undefined,
  }),
  component: lazyRouteComponent(() => import("@/features/admin/AdminPage.tsx"), "AdminPage"),
});

const documentRoute = createRoute({
  getParentRoute: () => memberRoute,
  path: "/classes/$classId/documents/$documentId",
  component: lazyRouteComponent(() => import("@/features/documents/DocumentPage.tsx"), "DocumentPage"),
});

const historyRoute = createRoute({
  getParentRoute: () => memberRoute,
  path: "/classes/$classId/documents/$documentId/history",
  validateSearch: (search): { moment?: number } => ({
    moment: Number.isInteger(search["moment"]) ? (search["moment"] as number) : undefined,
  }),
  component: lazyRouteComponent(() => import("@/features/whiteboard/history/HistoryPage.tsx"), "HistoryPage"),
});

const liveRoute = createRoute({
  getParentRoute: () => memberRoute,
  path: "/classes/$classId/live",
  validateSearch: (search): { view?: "stage" } => ({
    view: search["view"] === "stage" ? "stage" : undefined,
  }),
  component: lazyRouteComponent(() => import("@/features/live/LivePage.tsx"), "LivePage"),
});

const componentsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/dev/components",
  component: import.meta.env.DEV
    ? lazyRouteComponent(() => import("./ComponentsPage.tsx"), "ComponentsPage")
    : NotFound,
});

const routeTree = rootRoute.addChildren([
  loginRoute,
  registerRoute,
  forgotPasswordRoute,
  resetPasswordRoute,
  confirmEmailRoute,
  signOnRoute,
  joinRoute,
  componentsRoute,
  memberRoute.addChildren([
    shellRoute.addChildren([
      homeRoute,
      classRoute,
      coursesRoute,
      courseRoute,
      lessonRoute,
      pollsRoute,
      assignmentRoute,
      submissionRoute,
      profileRoute,
      adminRoute,
    ]),
    documentRoute,
    liveRoute,
    historyRoute,
  ]),
]);

export function createAppRouter(context: RouterContext) {
  return createRouter({
    routeTree,
    context,
    defaultPreload: "intent",
    defaultPendingMs: 100,
    defaultPendingComponent: FullPageLoading,
    defaultErrorComponent: FullPageProblem,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

export type AppRouter = ReturnType<typeof createAppRouter>;

declare module "@tanstack/react-router" {
  interface Register {
    router: AppRouter;
  }
}
