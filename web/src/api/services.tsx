import { createContext, use, type ReactNode } from "react";
import type { DeviceStore } from "@/collab/deviceStore.ts";
import type { ClassroomSocket } from "@/collab/provider.ts";
import type { AccessTokens } from "./accessTokens.ts";
import type { Api } from "./client.ts";

/** What every page may use; put together once, in `app/main.tsx`. */
export interface Services {
  readonly tokens: AccessTokens;
  readonly api: Api;
  /** Fetch with the access token, for what the typed client does not cover (bytes). */
  readonly fetch: (request: Request) => Promise<Response>;
  readonly device: DeviceStore;
  readonly socket: ClassroomSocket;
}

const ServicesContext = createContext<Services | null>(null);

export function ServicesProvider({ services, children }: { services: Services; children: ReactNode }) {
  return <ServicesContext value={services}>{children}</ServicesContext>;
}

export function useServices(): Services {
  const services = use(ServicesContext);
  if (!services) throw new Error("useServices needs a ServicesProvider above it");
  return services;
}
