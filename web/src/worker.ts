// The engine's own thread: Oxigraph's WebAssembly build and the graph, loaded once, so that the page stays responsive
// and a query that runs away can be ended with it.

import init, * as oxigraph from "oxigraph/web.js";

import { Binder } from "./parameters.js";
import type { Answer, Question, Reply, Setup } from "./protocol.js";
import type { Term, Triple } from "./terms.js";
import { declarations, queryForm } from "./tokens.js";

interface Ready {
  store: oxigraph.Store;
  binder: Binder;
  setup: Setup;
}

// Browsers compile a function of WebAssembly when it is first called: this calls most of what questions need.
const WARM_UP = `SELECT ?s (COUNT(DISTINCT ?o) AS ?n) (GROUP_CONCAT(STR(?x)) AS ?all) WHERE {
  { SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY ?s LIMIT 20 }
  ?s a|<x:a>* ?type . OPTIONAL { ?s <x:b>+ ?x . FILTER (LANGMATCHES(LANG(?x), "en") && ?x != ?o || REGEX(STR(?x), "^a", "i")) }
  FILTER NOT EXISTS { ?s <x:c>/<x:d> ?y } MINUS { ?s <x:e> ?x } BIND (IF(BOUND(?x), ?x, 1 + 1.5) AS ?z) VALUES ?type { UNDEF }
} GROUP BY ?s HAVING (COUNT(*) > 0) ORDER BY DESC(?n) ?s`;

let ready: Promise<Ready>;

self.onmessage = async ({ data }: MessageEvent<{ setup: Setup } | { id: number; question: Question }>) => {
  if ("setup" in data) {
    ready = load(data.setup);
    self.postMessage(await ready.then(() => ({ id: 0 }), failed(0)));
    return;
  }
  self.postMessage(await ready.then((engine) => reply(engine, data.id, data.question)).catch(failed(data.id)));
};

async function load(setup: Setup): Promise<Ready> {
  const [graph] = await Promise.all([bytes(setup.graph), bytes(setup.wasm).then((code) => init({ module_or_path: code }))]);
  const store = new oxigraph.Store();
  store.load(graph, { format: setup.graph.replace(/^.*\./, ""), no_transaction: true });
  store.query(WARM_UP, { results_format: "json" });
  return { store, binder: new Binder(oxigraph, setup.prefixes, setup.base), setup };
}

/** A file's bytes, unpacked if it is gzipped: some servers unpack what they send, others do not. */
async function bytes(address: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
  const sent = new Uint8Array(await response.arrayBuffer());
  if (sent[0] !== 0x1f || sent[1] !== 0x8b) return sent;
  const unpacked = new Blob([sent]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(unpacked).arrayBuffer());
}

function reply({ store, binder, setup }: Ready, id: number, question: Question): Reply {
  const query = binder.bind(question.query, question.parameters ?? [], question.values ?? {});
  const declared = declarations(setup.prefixes, query);
  const start = performance.now();
  try {
    const form = queryForm(query);
    const asTable = form === "SELECT" || form === "ASK";
    const results_format = question.format ?? (asTable ? "application/sparql-results+json" : undefined);
    const result = store.query(declared + query, results_format ? { results_format } : {});
    const milliseconds = performance.now() - start;
    if (question.format) return { id, query, milliseconds, file: String(result) };
    return { id, query, milliseconds, answer: asTable ? table(String(result)) : graph(result as oxigraph.Quad[]) };
  } catch (error) {
    throw new Error(inTheirLines(message(error), declared.length));
  }
}

function table(json: string): Answer {
  const { head, results, boolean } = JSON.parse(json);
  if (boolean !== undefined) return { kind: "verdict", value: boolean };
  return { kind: "rows", variables: head.vars, rows: results.bindings };
}

function graph(quads: oxigraph.Quad[]): Answer {
  const triples = quads.map(({ subject, predicate, object }) => [subject, predicate, object].map(term) as Triple);
  return { kind: "graph", triples };
}

function term(node: oxigraph.Term): Term {
  switch (node.termType) {
    case "NamedNode":
      return { type: "uri", value: node.value };
    case "BlankNode":
      return { type: "bnode", value: node.value };
    case "Literal":
      return node.language
        ? { type: "literal", value: node.value, "xml:lang": node.language }
        : { type: "literal", value: node.value, datatype: node.datatype.value };
    default:
      return { type: "triple", value: node.toString() };
  }
}

/** The columns of a message's first line, without the declarations put before it. */
function inTheirLines(text: string, shift: number): string {
  return text.replace(/\b1:(\d+)/g, (_, column: string) => `1:${Math.max(1, Number(column) - shift)}`);
}

function failed(id: number): (error: unknown) => Reply {
  return (error) => ({ id, error: message(error) });
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
