import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "./base.css";
import { createRoot } from "react-dom/client";
import { AccessTokens } from "@/api/accessTokens.ts";
import { authorizedFetch, createApi } from "@/api/client.ts";
import { Unreachable } from "@/api/problem.ts";
import type { Services } from "@/api/services.tsx";
import { deviceStore } from "@/collab/deviceStore.ts";
import { ClassroomSocket } from "@/collab/provider.ts";
import { Application } from "./Application.tsx";
import { startLanguages } from "./i18n.ts";
import { createQueries } from "./queries.ts";
import { createAppRouter } from "./router.tsx";

/** Tell developers of an error that a page shows, unless it is only that the network is gone: no page can help that. */
function report(error: unknown): void {
  if (!(error instanceof Unreachable)) console.error(error);
}

async function start(root: HTMLElement): Promise<void> {
  const languages = await startLanguages();
  const tokens = new AccessTokens();
  const services: Services = {
    tokens,
    api: createApi(tokens),
    fetch: authorizedFetch(tokens),
    device: deviceStore(),
    socket: new ClassroomSocket(`${location.origin.replace(/^http/, "ws")}/hocuspocus`),
  };
  const queries = createQueries();
  const router = createAppRouter({ services, queries });
  createRoot(root, { onCaughtError: report }).render(
    <Application languages={languages} services={services} queries={queries} router={router} />,
  );
}

const root = document.getElementById("root");
if (root) void start(root);
