import { cpSync, createReadStream, existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, normalize, resolve } from "node:path";
import type { Plugin } from "vite";

/** Where the browser finds Excalidraw's fonts; `EXCALIDRAW_ASSET_PATH` names the same place. */
const PUBLIC_PATH = "/excalidraw/";

/** The place Excalidraw falls back to when a font is missing: another company's server. */
const FONT_CDN = /https:\/\/esm\.sh\/[^`]*?\/dist\/prod\//g;

/**
 * Serve Excalidraw's fonts from our own origin.
 *
 * Built: copied from the package into `dist/excalidraw/`. In development: read from the package.
 * The CDN that its font loader names as a fallback is replaced, so that a page never asks for it.
 */
export function excalidrawAssets(): Plugin {
  const entry = createRequire(import.meta.url).resolve("@excalidraw/excalidraw");
  const fonts = join(dirname(entry), "fonts");
  let target = "";
  return {
    name: "lectern-excalidraw-assets",
    configResolved(config) {
      target = resolve(config.root, config.build.outDir, "excalidraw", "fonts");
    },
    transform(code, id) {
      if (!id.includes("@excalidraw/excalidraw") || !code.includes("https://esm.sh/")) return null;
      return { code: code.replace(FONT_CDN, "${window.location.origin}/excalidraw/"), map: null };
    },
    configureServer(server) {
      server.middlewares.use(`${PUBLIC_PATH}fonts`, (request, response, next) => {
        const file = normalize(join(fonts, decodeURIComponent((request.url ?? "").split("?")[0] ?? "")));
        if (!file.startsWith(fonts) || !existsSync(file) || !statSync(file).isFile()) {
          next();
          return;
        }
        response.setHeader(
          "Content-Type",
          extname(file) === ".woff2" ? "font/woff2" : "application/octet-stream",
        );
        createReadStream(file).pipe(response);
      });
    },
    writeBundle() {
      cpSync(fonts, target, { recursive: true });
    },
  };
}
