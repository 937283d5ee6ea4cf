// What the page and the worker say to each other.

import type { Parameter, Values } from "./parameters.js";
import type { Prefixes, Term, Triple } from "./terms.js";

/** Where the worker finds what it needs, and the names that queries may use undeclared. */
export interface Setup {
  wasm: string;
  graph: string;
  prefixes: Prefixes;
  base: string;
}

/** A query, with values for its parameters; in `format` (a media type) where it is to be saved. */
export interface Question {
  query: string;
  parameters?: Parameter[];
  values?: Values;
  format?: string;
}

export interface Rows {
  kind: "rows";
  variables: string[];
  rows: Record<string, Term>[];
}

export interface Verdict {
  kind: "verdict";
  value: boolean;
}

export interface Graph {
  kind: "graph";
  triples: Triple[];
}

export type Answer = Rows | Verdict | Graph;

/** `query` is what was asked, values in their places; `milliseconds` what the engine took. */
export interface Reply {
  id: number;
  query?: string;
  milliseconds?: number;
  answer?: Answer;
  file?: string;
  error?: string;
}
