import { cpSync, createReadStream, existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, normalize, resolve } from "node:path";
import type { Plugin } from "vite";

/** Where the browser finds Excalidraw's fonts; `EXCALIDRAW_ASSET_PATH` names the same place. */
const PUBLIC_PATH = "/excalidraw/";

/** The place Excalidraw falls back to when a font is missing: another company's server. */
const FONT_CDN = /https:\/\/esm\.sh\/[^]{0,160}?\/dist\/prod\//g;

/**
 * Excalidraw derives a person's colour from their id and ignores the one it is given. In a classroom a person has one
 * colour everywhere, given by the server. First as in the built package, then as in its development build.
 */
const COLOR_BUILT = /`hsl\(\$\{Math\.abs\((\w+)\((\w+)\?\.id\|\|\w+\)\)%37\*10\}, 100%, 83%\)`/;
const COLOR_SOURCE = "var getClientColor = (socketId, collaborator) => {";

/**
 * An exported SVG carries its fonts. Excalidraw cuts them down to the letters used with a 1.8 MB compiled library that
 * evaluates strings as code, which our Content-Security-Policy forbids; embedded whole, they are a few tens of
 * kilobytes, since the package ships them in small pieces already.
 */
const SUBSETTING: Readonly<Record<string, string>> = {
  "./subset-shared.chunk.js": `
    export const Commands = { Subset: "SUBSET" };
    export async function toBase64(bytes) {
      let text = "";
      for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
      return "data:font/woff2;base64," + btoa(text);
    }
    export const subsetToBase64 = (bytes) => toBase64(bytes);
    export const subsetToBinary = async (bytes) => bytes;
  `,
  "./subset-worker.chunk.js": "export const WorkerUrl = undefined;",
};
const SUBSETTING_IN_WORKERS = /typeof Worker\s*(?:<\s*"u"|!==?\s*"undefined")/g;

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
  const found = { colour: false, cdn: false, subsetting: false };
  let building = false;
  return {
    name: "lectern-excalidraw-assets",
    // Before Vite finds the files itself.
    enforce: "pre",
    configResolved(config) {
      building = config.command === "build" && !process.env["VITEST"];
      target = resolve(config.root, config.build.outDir, "excalidraw", "fonts");
    },
    resolveId(source, importer) {
      if (!importer?.includes("@excalidraw/excalidraw/dist")) return null;
      return SUBSETTING[source] === undefined ? null : `\0lectern:${source}`;
    },
    load(id) {
      return id.startsWith("\0lectern:") ? SUBSETTING[id.slice("\0lectern:".length)] : null;
    },
    transform(code, id) {
      if (!id.includes("@excalidraw/excalidraw/dist")) return null;
      let changed = code;
      if (code.includes("https://esm.sh/")) {
        found.cdn = true;
        changed = changed.replace(FONT_CDN, "${window.location.origin}/excalidraw/");
      }
      changed = changed.replace(SUBSETTING_IN_WORKERS, () => {
        found.subsetting = true;
        return "false";
      });
      if (COLOR_BUILT.test(changed)) {
        found.colour = true;
        changed = changed.replace(COLOR_BUILT, "($2?.color?.background ?? $&)");
      } else if (changed.includes(COLOR_SOURCE)) {
        changed = changed.replace(
          COLOR_SOURCE,
          `${COLOR_SOURCE}\n  if (collaborator?.color) return collaborator.color.background;`,
        );
      }
      return changed === code ? null : { code: changed, map: null };
    },
    buildEnd() {
      const missing = Object.entries(found).filter(([, was]) => !was);
      if (!building || missing.length === 0) return;
      // A new version of Excalidraw may do these things elsewhere: better no build than one that loads fonts from a stranger.
      this.error(`Excalidraw's code has changed; look again at: ${missing.map(([what]) => what).join(", ")}`);
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
