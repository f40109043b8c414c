import { cpSync, createReadStream, existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join, normalize, resolve } from "node:path";
import type { Plugin } from "vite";

/** Where pdf.js finds what it loads by itself; `features/slides/pdf/openPdf.ts` names the same place. */
const PUBLIC_PATH = "/pdfjs";

/** Character maps of CJK fonts, the fonts that every PDF may take for granted, decoders of rare images, colour profiles. */
const FOLDERS = ["cmaps", "standard_fonts", "wasm", "iccs"];

const TYPES: Readonly<Record<string, string>> = { ".wasm": "application/wasm", ".js": "text/javascript" };

/** Scripts inside PDFs are not run here, so what runs them stays away. */
const isNeeded = (path: string): boolean => !path.includes("quickjs");

/** Serve what pdf.js loads while it reads a file from our own origin: copied when built, from the package in development. */
export function pdfjsAssets(): Plugin {
  const root = dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"));
  let target = "";
  return {
    name: "lectern-pdfjs-assets",
    configResolved(config) {
      target = resolve(config.root, config.build.outDir, "pdfjs");
    },
    configureServer(server) {
      server.middlewares.use(PUBLIC_PATH, (request, response, next) => {
        const file = normalize(join(root, decodeURIComponent((request.url ?? "").split("?")[0] ?? "")));
        const ours = FOLDERS.some((folder) => file.startsWith(join(root, folder))) && isNeeded(file);
        if (!ours || !existsSync(file) || !statSync(file).isFile()) {
          next();
          return;
        }
        response.setHeader("Content-Type", TYPES[extname(file)] ?? "application/octet-stream");
        createReadStream(file).pipe(response);
      });
    },
    writeBundle() {
      for (const folder of FOLDERS) {
        cpSync(join(root, folder), join(target, folder), { recursive: true, filter: isNeeded });
      }
    },
  };
}
