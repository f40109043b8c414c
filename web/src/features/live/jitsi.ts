import type { SessionVideo } from "@/api/types.ts";

/** What we use of Jitsi's IFrame API (https://jitsi.github.io/handbook/docs/dev-guide/dev-guide-iframe). */
interface JitsiApi {
  addListener(event: "readyToClose" | "videoConferenceJoined", listener: () => void): void;
  dispose(): void;
}

type JitsiConstructor = new (domain: string, options: Record<string, unknown>) => JitsiApi;

declare global {
  interface Window {
    JitsiMeetExternalAPI?: JitsiConstructor;
  }
}

/** The room as the classroom wants it: what Lectern has itself (chat, polls, board, hands) is off in Jitsi. */
export const CONFIG = {
  disableChat: true,
  disablePolls: true,
  whiteboard: { enabled: false },
  disableReactions: true,
  disableDeepLinking: true,
  disableInviteFunctions: true,
  disableThirdPartyRequests: true,
  doNotStoreRoom: true,
  enableClosePage: false,
  prejoinConfig: { enabled: true },
  readOnlyName: true,
  startWithAudioMuted: true,
  toolbarButtons: [
    "microphone",
    "camera",
    "desktop",
    "tileview",
    "select-background",
    "participants-pane",
    "mute-everyone",
    "settings",
    "fullscreen",
    "hangup",
  ],
} as const;

let loading: { readonly url: string; readonly script: Promise<JitsiConstructor> } | null = null;

/** Load the school's own `external_api.js`, once. */
function loadScript(url: string): Promise<JitsiConstructor> {
  if (loading?.url === url) return loading.script;
  const script = new Promise<JitsiConstructor>((resolve, reject) => {
    const element = document.createElement("script");
    element.src = `${url}/external_api.js`;
    element.async = true;
    element.onload = () => {
      if (window.JitsiMeetExternalAPI) resolve(window.JitsiMeetExternalAPI);
      else reject(new Error("external_api.js brought no API"));
    };
    element.onerror = () => {
      element.remove();
      reject(new Error("external_api.js could not be loaded"));
    };
    document.head.append(element);
  });
  loading = { url, script };
  script.catch(() => (loading = null));
  return script;
}

/** Open the room in `parent`; `onLeft` is called when the person has hung up. Returns how to close it. */
export async function joinJitsi(
  video: SessionVideo,
  options: { parent: HTMLElement; language: string; onLeft: () => void },
): Promise<() => void> {
  const Api = await loadScript(video.url);
  const api = new Api(video.domain, {
    roomName: video.room,
    jwt: video.token,
    parentNode: options.parent,
    width: "100%",
    height: "100%",
    lang: options.language,
    noSSL: video.url.startsWith("http://"),
    configOverwrite: CONFIG,
    interfaceConfigOverwrite: { MOBILE_APP_PROMO: false, SHOW_CHROME_EXTENSION_BANNER: false },
  });
  api.addListener("readyToClose", options.onLeft);
  return () => api.dispose();
}
