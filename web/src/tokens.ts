// The text of a SPARQL query, read by its tokens: form, prefixes, groups. The same expressions as in _rdf/tokens.py and
// _sparql/text.py; tests/vectors/sparql_text.json holds both.

export const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const TOKEN = new RegExp(
  [
    `(?<string>"""(?:[^"\\\\]|\\\\.|"(?!""))*"""|'''(?:[^'\\\\]|\\\\.|'(?!''))*'''|"(?:[^"\\\\\\n]|\\\\.)*"|'(?:[^'\\\\\\n]|\\\\.)*')`,
    `(?<iri><(?:[^<>"{}|^\`\\\\\\x00-\\x20]|\\\\u[0-9A-Fa-f]{4}|\\\\U[0-9A-Fa-f]{8})*>)`,
    `(?<comment>#[^\\n\\r]*)`,
    `(?<mark>[\\[\\](){};,]|\\.(?![0-9]))`,
    `(?<word>(?:\\\\.|[^${SPACE}<>"'\\[\\](){};,#\\\\.]|\\.(?![${SPACE}]|$))+)`,
    `(?<other>[^${SPACE}])`,
  ].join("|"),
  "gsu",
);
// PN_CHARS_BASE and PN_CHARS, the letters of prefixes: https://www.w3.org/TR/sparql11-query/#rPN_CHARS_BASE
const LETTERS =
  "A-Za-z\\xc0-\\xd6\\xd8-\\xf6\\xf8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f\\u2c00-\\u2fef" +
  "\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}";
const CHARS = `${LETTERS}_0-9\\xb7\\u0300-\\u036f\\u203f\\u2040\\-`;
const PREFIX = new RegExp(`(?<![.:?$@%\\\\${CHARS}])((?:[${LETTERS}](?:[.${CHARS}]*[${CHARS}])?)?):`, "gu");
const FORM = /^(?:SELECT|ASK|CONSTRUCT|DESCRIBE)/;

export type Form = "SELECT" | "ASK" | "CONSTRUCT" | "DESCRIBE";

export interface Token {
  kind: string;
  text: string;
  start: number;
  end: number;
}

/** The tokens of a query, comments among them. */
export function tokens(text: string): Token[] {
  return Array.from(text.matchAll(TOKEN), (match) => ({
    kind: Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined)?.[0] ?? "other",
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** The tokens of a query without its comments. */
export function significantTokens(text: string): Token[] {
  return tokens(text).filter((token) => token.kind !== "comment");
}

/** The index of the brace that closes the group whose brace is at index `opening`; past the end, if none does. */
export function groupEnd(found: Token[], opening: number): number {
  let depth = 0;
  for (const [index, { text }] of found.entries()) {
    if (index >= opening) depth += Number(text === "{") - Number(text === "}");
    if (index >= opening && depth === 0) return index;
  }
  return found.length;
}

/** What a query is. What follows need not stand apart (`DESCRIBE?x`). */
export function queryForm(text: string): Form {
  let before = "";
  for (const word of words(text).map((token) => token.text.toUpperCase())) {
    const form = before === "PREFIX" ? undefined : FORM.exec(word)?.[0]; // a prefix may be called so
    if (form) return form as Form;
    before = word;
  }
  return "SELECT";
}

/** The prefixes that a query uses and does not declare, in the query's order. */
export function undeclaredPrefixes(text: string): string[] {
  const found = words(text).map((token) => token.text);
  const declared = found.filter((_, i) => found[i - 1]?.toUpperCase() === "PREFIX").map((word) => word.replace(/:+$/, ""));
  const used = found.flatMap((word) => Array.from(word.matchAll(PREFIX), (match) => match[1] ?? ""));
  return used.filter((name) => !declared.includes(name));
}

/** Declarations, on one line, for each of `prefixes` that the query uses and does not declare. */
export function declarations(prefixes: Record<string, string>, text: string): string {
  return [...new Set(undeclaredPrefixes(text))]
    .filter((name) => Object.hasOwn(prefixes, name))
    .sort()
    .map((name) => `PREFIX ${name}: <${prefixes[name]}> `)
    .join("");
}

function words(text: string): Token[] {
  return tokens(text).filter((token) => token.kind === "word");
}
