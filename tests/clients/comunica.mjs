// What Comunica finds when it asks: a job comes as JSON on standard input, the answers go as JSON to standard output.
// package.json asks for one version of rdf-data-factory: with two, Comunica 4 loses the language tags of its answers.

import { text } from "node:stream/consumers";

import { QueryEngine } from "@comunica/query-sparql";

const { cases } = JSON.parse(await text(process.stdin));
const engine = new QueryEngine();
const found = [];
for (const { query, sources } of cases) found.push(await answer(await engine.query(query, { sources })));
console.log(JSON.stringify(found));

/** A truth value; rows as SPARQL's JSON; triples as N-Triples, sorted. */
async function answer(result) {
  if (result.resultType === "boolean") return result.execute();
  const form = result.resultType === "bindings" ? "application/sparql-results+json" : "application/n-triples";
  const { data } = await engine.resultToString(result, form);
  const written = await text(data);
  return result.resultType === "bindings" ? JSON.parse(written).results.bindings : written.trim().split("\n").sort();
}
