// RDF terms as SPARQL's JSON has them, and short names for IRIs. The same rules as in _rdf/terms.py.

export type Prefixes = Record<string, string>;

export interface Term {
  type: "uri" | "literal" | "bnode" | "triple";
  value: string;
  datatype?: string;
  "xml:lang"?: string;
}

export type Triple = [subject: Term, predicate: Term, object: Term];

export const XSD = "http://www.w3.org/2001/XMLSchema#";
export const RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

const LOCAL = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?$/;
const NUMERIC = /^(integer|decimal|double|float|(non)?(positive|negative)Integer|(unsigned)?(long|int|short|byte))$/i;

/** The IRI as a prefixed name where a prefix fits, in angle brackets where none does. */
export function compact(iri: string, prefixes: Prefixes): string {
  let best: string | undefined;
  for (const [prefix, namespace] of Object.entries(prefixes))
    if (iri.startsWith(namespace) && (best === undefined || namespace.length > (prefixes[best]?.length ?? 0))) best = prefix;
  const local = best === undefined ? "" : iri.slice(prefixes[best]?.length);
  return best !== undefined && LOCAL.test(local) ? `${best}:${local}` : `<${iri}>`;
}

/** The IRI that `name` stands for: `<iri>`, `https://…`, `prefix:local`, or a bare local name of `base`. */
export function expand(name: string, prefixes: Prefixes, base: string): string {
  const colon = name.indexOf(":");
  const prefix = colon < 0 ? name : name.slice(0, colon);
  if (name.startsWith("<") && name.endsWith(">")) return name.slice(1, -1);
  if (colon >= 0 && Object.hasOwn(prefixes, prefix)) return prefixes[prefix] + name.slice(colon + 1);
  if (colon >= 0 && !/^(https?:\/\/|urn:)/.test(name)) {
    const known = Object.keys(prefixes).sort().join(", ");
    throw new Error(`${name}: the prefix ${prefix}: is not declared; known are ${known}.`);
  }
  return colon >= 0 ? name : base + name;
}

/** A number's value; undefined for any other term. */
export function numberOf(term: Term | undefined): number | undefined {
  const type = term?.datatype?.startsWith(XSD) ? term.datatype.slice(XSD.length) : "";
  const value = NUMERIC.test(type) ? Number(term?.value) : NaN;
  return Number.isFinite(value) ? value : undefined;
}
