// Make `src/api/schema.d.ts` from the description of the API that the Python code prints;
// with --check only say whether the file is what it would make.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const target = resolve(root, "web/src/api/schema.d.ts");
const inEnvironment = resolve(root, ".venv/bin/python");
const python = process.env.PYTHON ?? (existsSync(inEnvironment) ? inEnvironment : "python3");

const description = execFileSync(python, ["-m", "classroom.openapi"], {
  cwd: root,
  encoding: "utf8",
  maxBuffer: 2 ** 26,
});
const head = "// Made by `npm run api:generate` from the server's description of its API. Do not edit.\n\n";
const made = head + astToString(await openapiTS(JSON.parse(description), { defaultNonNullable: false }));

if (process.argv.includes("--check")) {
  if (!existsSync(target) || readFileSync(target, "utf8") !== made) {
    console.error(
      "web/src/api/schema.d.ts does not fit the API any more: run `npm run api:generate` in web/.",
    );
    process.exit(1);
  }
} else {
  writeFileSync(target, made);
}
