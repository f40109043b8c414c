import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { excalidrawAssets } from "./build/excalidraw-assets.ts";
import { pdfjsAssets } from "./build/pdfjs-assets.ts";
import { precompress } from "./build/precompress.ts";

const server = process.env["LECTERN_SERVER"] ?? "http://127.0.0.1:8000";

/** What every page begins with. */
const START = { name: "start", tags: ["$initial" as const], priority: 1 };
/** Small parts that more than one page is made of: all of them come with the first page that needs one. */
const SHARED = {
  name: "shared",
  test: /node_modules[\\/](@mantine|@tabler|@tanstack)|web[\\/]src[\\/](api|app|collab|components)/,
  minShareCount: 2,
  maxModuleSize: 40_000,
};

export default defineConfig({
  plugins: [react(), excalidrawAssets(), pdfjsAssets(), precompress()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // Excalidraw's bundle reads this name when it decides which React build it talks to.
  define: { "process.env.IS_PREACT": JSON.stringify("false") },
  build: {
    target: "es2022",
    // Inlined data URLs would need a wider Content-Security-Policy than `script-src 'self'`.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2500,
    // By itself the bundler cuts along each import that pages share, and the home page is then eighty files, mostly of a few hundred bytes.
    rolldownOptions: { output: { codeSplitting: { groups: [START, SHARED] } } },
  },
  server: {
    proxy: {
      "/api": { target: server },
      "/hocuspocus": { target: server, ws: true },
    },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}", "tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    server: { deps: { inline: ["@excalidraw/excalidraw"] } },
  },
});
