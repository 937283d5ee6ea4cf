// A query's parameters: the caller's values replace `VALUES ?name { … }`, as checked and serialised terms, never as
// text. The same rules as in _folder/catalogue.py; terms are made and written by the engine itself.

import { expand, type Prefixes, XSD } from "./terms.js";
import { groupEnd, SPACE, significantTokens } from "./tokens.js";

/** What makes terms: Oxigraph, in a browser or in Node. */
export interface Terms {
  namedNode(iri: string): { toString(): string };
  literal(value: string, datatype: never): { toString(): string };
}

/** A typed parameter; `values`, where given, are the only ones allowed. */
export interface Parameter {
  name: string;
  type: string;
  values?: string[];
}

export type Values = Record<string, string | string[]>;

const LEXICAL: Record<string, [RegExp, string]> = {
  integer: [/^[+-]?[0-9]+$/, "a whole number, such as 13"],
  decimal: [/^[+-]?[0-9]*\.?[0-9]+$/, "a number, such as 0.5"],
  date: [/^-?[0-9]{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/, "a date, such as 2016-12-09"],
  string: [/^[^\ud800-\udfff]*$/u, "any text that is Unicode"],
};

const BLANK = new RegExp(`^[${SPACE}]*$`);

/** Serialises the values of one vocabulary: the graph's prefixes, and the base of its short names. */
export class Binder {
  constructor(
    private readonly terms: Terms,
    private readonly prefixes: Prefixes,
    private readonly base: string,
  ) {}

  /** The query's text with `values` in the place of the defaults. */
  bind(text: string, parameters: Parameter[], values: Values): string {
    for (const [name, given] of Object.entries(values)) {
      const parameter = parameters.find((known) => known.name === name);
      if (!parameter) throw new Error(`The query has no parameter ${name}.`);
      const many = [given].flat();
      if (!many.length) throw new Error(`${name} needs a value.`);
      const written = many.map((value) => keepBackslashes(this.term(parameter, value))).join(" ");
      const [start, end] = valuesBlock(text, name);
      text = `${text.slice(0, start)}VALUES ?${name} { ${written} }${text.slice(end)}`;
    }
    return text;
  }

  private term({ name, type, values }: Parameter, value: string): string {
    if (values?.length && !values.includes(value)) throw new Error(`${name} takes one of ${values.join(", ")}, not ${value}.`);
    if (type === "iri") return this.iri(name, value);
    const [pattern, wanted] = LEXICAL[type] ?? [/^$/, "nothing: its type is not known"];
    if (!pattern.test(value)) throw new Error(`${name} takes ${wanted}; ${value} is not.`);
    return this.terms.literal(value, this.terms.namedNode(XSD + type) as never).toString();
  }

  private iri(name: string, value: string): string {
    if (BLANK.test(value)) throw new Error(`${name} takes an IRI or a name, not nothing.`);
    try {
      if (!value.isWellFormed()) throw new Error(`${value} is not Unicode.`);
      return this.terms.namedNode(expand(value, this.prefixes, this.base)).toString();
    } catch (error) {
      throw new Error(`${name} takes an IRI or a name. ${error instanceof Error ? error.message : error}`);
    }
  }
}

/** A backslash before a u kept apart from it: some engines undo \uXXXX wherever it stands in a query's text. */
function keepBackslashes(term: string): string {
  return term.replace(/\\(?:\\([uU])|.)/g, (whole, letter?: string) =>
    letter ? `\\\\\\U${letter.charCodeAt(0).toString(16).toUpperCase().padStart(8, "0")}` : whole,
  );
}

/** Where `VALUES ?name { … }` begins and ends. */
function valuesBlock(text: string, name: string): [number, number] {
  const real = significantTokens(text);
  const at = real.findIndex(
    (first, i) =>
      first.text.toUpperCase() === "VALUES" &&
      [`?${name}`, `$${name}`].includes(real[i + 1]?.text ?? "") &&
      real[i + 2]?.text === "{",
  );
  const close = at < 0 ? undefined : real[groupEnd(real, at + 2)];
  if (!close) throw new Error(`The query has no block VALUES ?${name} { … }.`);
  return [real[at]?.start ?? 0, close.end];
}
