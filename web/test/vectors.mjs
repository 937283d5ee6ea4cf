// The text of queries as the page's own code reads it, in Node: what tests/vectors/sparql_text.json says of Python, too.

import { deepEqual } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const { prefixes, base, queries, short_names, names, parameters } = JSON.parse(
  readFileSync(path("../../tests/vectors/sparql_text.json"), "utf8"),
);
const contents = ["tokens", "terms", "parameters"].map((name) => `export * from "./${name}.js";`).join("\n");
const { outputFiles } = await build({
  stdin: { contents, resolveDir: path("../src"), loader: "ts" },
  bundle: true,
  write: false,
  format: "esm",
});
const page = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
const binder = new page.Binder(createRequire(import.meta.url)("oxigraph"), prefixes, base);
let ran = 0;

run("tokens, form and prefixes", queries, ({ text, tokens, form, undeclared, declared }) => {
  deepEqual(page.tokens(text).map((token) => [token.kind, token.text]), tokens);
  deepEqual(page.queryForm(text), form);
  deepEqual(page.undeclaredPrefixes(text), undeclared);
  deepEqual(page.declarations(prefixes, text), declared.map((name) => `PREFIX ${name}: <${prefixes[name]}> `).join(""));
});
run("short names", short_names, ({ iri, prefixes, name }) => deepEqual(page.compact(iri, prefixes), name));
run("names", names, ({ name, iri }) =>
  deepEqual(bind("VALUES ?x { 1 }", { type: "iri" }, name), iri === null ? null : `VALUES ?x { <${iri}> }`),
);
run("parameters", parameters, ({ text, type, values, value, bound }) =>
  deepEqual(bind(text, { type, values }, value), bound),
);
process.on("exit", () => console.log(`ran ${ran} vectors`));

function run(title, cases, check) {
  for (const vector of cases)
    test(`${title}: ${JSON.stringify(vector)}`, () => {
      ran += 1;
      check(vector);
    });
}

function bind(text, parameter, value) {
  try {
    return binder.bind(text, [{ name: "x", ...parameter }], { x: value });
  } catch {
    return null;
  }
}
