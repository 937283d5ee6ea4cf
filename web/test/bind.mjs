// Values bound into a query by the page's own code, in Node with Oxigraph's Node build: texts, or null where refused.

import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const source = fileURLToPath(new URL("../src/parameters.ts", import.meta.url));
const { outputFiles } = await build({ entryPoints: [source], bundle: true, write: false, format: "esm" });
const { Binder } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
const { prefixes, base, cases } = JSON.parse(await text(process.stdin));
const binder = new Binder(createRequire(import.meta.url)("oxigraph"), prefixes, base);

console.log(JSON.stringify(cases.map(bound)));

function bound({ query, parameters, values }) {
  try {
    return binder.bind(query, parameters, values);
  } catch {
    return null;
  }
}
