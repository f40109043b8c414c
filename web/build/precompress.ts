import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const COMPRESSIBLE = /\.(js|css|html|svg|json|wasm)$/;
/** Below this a compressed copy saves nothing worth a file. */
const SMALLEST_BYTES = 1024;
/** Nearly as small as the highest level, in a tenth of the time. */
const BROTLI_QUALITY = 9;

const squeezeBrotli = promisify(brotliCompress);
const squeezeGzip = promisify(gzip);

/** Lay compressed copies beside what was built; the server sends them as they are. */
export function precompress(): Plugin {
  return {
    name: "lectern-precompress",
    apply: "build",
    async writeBundle({ dir }) {
      if (!dir) return;
      const files = [dir, join(dir, "assets")].flatMap((folder) =>
        readdirSync(folder)
          .filter((name) => COMPRESSIBLE.test(name))
          .map((name) => join(folder, name)),
      );
      await Promise.all(
        files.map(async (file) => {
          const bytes = readFileSync(file);
          if (bytes.length < SMALLEST_BYTES) return;
          const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
          writeFileSync(`${file}.br`, await squeezeBrotli(bytes, { params }));
          writeFileSync(`${file}.gz`, await squeezeGzip(bytes));
        }),
      );
    },
  };
}
