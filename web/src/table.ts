// An answer as a table: short names that lead to pages, or a yes or no.

import { element, quietButton } from "./elements.js";
import type { Names } from "./index.js";
import type { Answer, Graph, Rows } from "./protocol.js";
import { numberOf, type Term } from "./terms.js";

const AT_FIRST = 200;
const LONG = 60;

/** The answer in words and, unless it is a yes or no, as a table. */
export function table(answer: Answer, names: Names): HTMLElement {
  if (answer.kind === "verdict") return element("p", { class: "verdict" }, answer.value ? "Yes." : "No.");
  const [head, rows] = answer.kind === "rows" ? ofRows(answer) : ofGraph(answer);
  const body = element("tbody");
  const drawn = element(
    "table",
    { class: "answer" },
    element("thead", {}, element("tr", {}, ...head.map((name) => element("th", { scope: "col" }, name)))),
    body,
  );
  const frame = element("div", { class: "table", tabindex: 0, role: "region", "aria-label": "Answer" }, drawn);
  const show = (some: (Term | undefined)[][]) => body.append(...some.map((row) => line(row, names)));
  show(rows.slice(0, AT_FIRST));
  if (rows.length <= AT_FIRST) return frame;
  const more = quietButton(`Show all ${rows.length.toLocaleString("en")} rows`, () => {
    show(rows.slice(AT_FIRST));
    more.remove();
    frame.focus();
  });
  return element("div", {}, frame, more);
}

/** How much there is of it: `3 rows`, `1 statement`. */
export function size(answer: Answer): string {
  if (answer.kind === "verdict") return "yes or no";
  const [count, noun] = answer.kind === "rows" ? [answer.rows.length, "row"] : [answer.triples.length, "statement"];
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/** A term as people read it. */
export function words(term: Term, names: Names): string {
  return term.type === "uri" ? names.short(term.value) : term.type === "bnode" ? `_:${term.value}` : term.value;
}

function ofRows({ variables, rows }: Rows): [string[], (Term | undefined)[][]] {
  return [variables, rows.map((row) => variables.map((name) => row[name]))];
}

function ofGraph({ triples }: Graph): [string[], Term[][]] {
  return [["subject", "predicate", "object"], triples];
}

function line(row: (Term | undefined)[], names: Names): HTMLTableRowElement {
  return element("tr", {}, ...row.map((term) => element("td", term ? look(term) : {}, ...(term ? [cell(term, names)] : []))));
}

function look(term: Term): { lang?: string; class?: string } {
  const isLong = term.type === "literal" && term.value.length > LONG;
  return { lang: term["xml:lang"], class: numberOf(term) !== undefined ? "n" : isLong ? "long" : undefined };
}

function cell(term: Term, names: Names): Node {
  const text = words(term, names);
  const target = term.type === "uri" ? names.href(term.value) : undefined;
  if (!target) return document.createTextNode(text);
  return element("a", { ...target, title: names.label(term.value) }, text);
}
