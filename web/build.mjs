// Bundle what the pages need into the Python package: `npm run build`.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

import { notices } from "./notices.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const out = fileURLToPath(new URL("../src/lalakg/_web/", import.meta.url));
const wasm = createRequire(import.meta.url).resolve("oxigraph/web_bg.wasm");
const common = { absWorkingDir: here, outdir: out, bundle: true, minify: true, target: "es2022", logLevel: "warning" };

rmSync(out, { recursive: true, force: true });
mkdirSync(out);
await build({
  ...common,
  entryPoints: ["src/query.ts", "src/search.ts", "src/worker.ts", "src/query.css", "src/editor.css"],
  format: "iife",
  logOverride: { "empty-import-meta": "silent" }, // Oxigraph's way to find its module, which the worker tells it
});
await build({ ...common, entryPoints: ["src/editor.ts"], format: "esm" });
writeFileSync(`${out}oxigraph_bg.wasm.gz`, gzipSync(readFileSync(wasm), { level: 9 }));
writeFileSync(`${out}THIRD-PARTY-NOTICES.txt`, notices(here));
