// Tokens of SPARQL, as far as is needed to know where a block begins and ends. The same expression as in _rdf/tokens.py.

const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const TOKEN = new RegExp(
  [
    `(?<string>"""(?:[^"\\\\]|\\\\.|"(?!""))*"""|'''(?:[^'\\\\]|\\\\.|'(?!''))*'''|"(?:[^"\\\\\\n]|\\\\.)*"|'(?:[^'\\\\\\n]|\\\\.)*')`,
    `(?<iri><(?:[^<>"{}|^\`\\\\\\x00-\\x20]|\\\\u[0-9A-Fa-f]{4}|\\\\U[0-9A-Fa-f]{8})*>)`,
    `(?<comment>#[^\\n]*)`,
    `(?<mark>[\\[\\](){};,]|\\.(?![0-9]))`,
    `(?<word>(?:\\\\.|[^${SPACE}<>"'\\[\\](){};,#\\\\.]|\\.(?![${SPACE}]|$))+)`,
    `(?<other>[^${SPACE}])`,
  ].join("|"),
  "gsu",
);
const NAME_BEFORE_COLON = /(?<![\p{L}\p{N}_.-])([A-Za-z][\p{L}\p{N}_.-]*):/gu;
const FORMS = ["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"] as const;

export type Form = (typeof FORMS)[number];

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

/** What a query is: SELECT, ASK, CONSTRUCT or DESCRIBE. */
export function queryForm(text: string): Form {
  for (const token of tokens(text)) {
    const form = FORMS.find((name) => name === token.text.toUpperCase());
    if (token.kind === "word" && form) return form;
  }
  return "SELECT";
}

/** Declarations, on one line, for each of `prefixes` that the query uses and does not declare. */
export function declarations(prefixes: Record<string, string>, text: string): string {
  const words = tokens(text).filter((token) => token.kind === "word").map((token) => token.text);
  const declared = words.filter((_, i) => words[i - 1]?.toUpperCase() === "PREFIX").map((word) => word.replace(/:+$/, ""));
  const used = words.flatMap((word) => Array.from(word.matchAll(NAME_BEFORE_COLON), (match) => match[1] ?? ""));
  return [...new Set(used)]
    .filter((name) => Object.hasOwn(prefixes, name) && !declared.includes(name))
    .sort()
    .map((name) => `PREFIX ${name}: <${prefixes[name]}> `)
    .join("");
}
