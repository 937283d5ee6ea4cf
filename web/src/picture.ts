// An answer as a picture, where one is apt: bars for what the query counts, points and lines for what it relates.

import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type SimulationNodeDatum } from "d3-force";

import { element, svg } from "./elements.js";
import type { Names } from "./index.js";
import type { Answer, Rows } from "./protocol.js";
import { words } from "./table.js";
import { numberOf, RDF_TYPE, type Term } from "./terms.js";
import { tokens } from "./tokens.js";

const MOST_POINTS = 60;
const MOST_BARS = 40;
const COUNTING = new Set(["AVG", "COUNT", "MAX", "MIN", "SUM"]);

interface Point extends SimulationNodeDatum {
  id: string;
}

interface Line {
  source: string;
  target: string;
  label: string;
}

/** The picture in a box that opens, or nothing where none would help. */
export function picture(answer: Answer, query: string, names: Names): HTMLElement | undefined {
  const draw = bars(answer, query, names) ?? network(answer, names);
  if (!draw) return undefined;
  const box = element("details", { class: "picture" }, element("summary", {}, "Picture"));
  box.addEventListener("toggle", () => box.append(draw()), { once: true });
  box.open = answer.kind === "graph";
  return box;
}

function bars(answer: Answer, query: string, names: Names): (() => Element) | undefined {
  const counts = tokens(query).some(({ kind, text }) => kind === "word" && COUNTING.has(text.toUpperCase()));
  if (answer.kind !== "rows" || !counts || answer.rows.length < 2 || answer.rows.length > MOST_BARS) return undefined;
  const measured = answer.variables.filter((name) => answer.rows.every((row) => (numberOf(row[name]) ?? -1) >= 0));
  const [measure] = measured;
  const label = naming(answer, measured);
  return measure && label && measured.length === 1 ? () => barChart(answer, label, measure, names) : undefined;
}

/** The column that names the rows: text if there is some, else IRIs. */
function naming({ variables, rows }: Rows, measured: string[]): string | undefined {
  const others = variables.filter((name) => !measured.includes(name) && rows.every((row) => row[name]));
  return others.find((name) => rows.every((row) => row[name]?.type === "literal")) ?? others[0];
}

function barChart({ rows }: Rows, label: string, measure: string, names: Names): Element {
  const most = Math.max(...rows.map((row) => numberOf(row[measure]) ?? 0), 1);
  const drawn = rows.map((row, i) => {
    const value = numberOf(row[measure]) ?? 0;
    const y = i * 28;
    return svg(
      "g",
      {},
      svg("text", { x: 250, y: y + 18, "text-anchor": "end" }, cut(words(row[label] as Term, names), 34)),
      svg("rect", { class: "bar", x: 260, y: y + 4, width: Math.max(1, (value / most) * 320), height: 20 }),
      svg("text", { class: "value", x: 268 + (value / most) * 320, y: y + 18 }, String(value)),
    );
  });
  return frame([0, 0, 640, rows.length * 28 + 4], `${measure} by ${label}; the table above has the same numbers.`, drawn);
}

function network(answer: Answer, names: Names): (() => Element) | undefined {
  const lines = answer.kind === "graph" ? ofTriples(answer.triples, names) : answer.kind === "rows" ? ofRows(answer) : [];
  const ids = new Set(lines.flatMap(({ source, target }) => [source, target]));
  return lines.length > 1 && ids.size <= MOST_POINTS ? () => networkChart(lines, [...ids], names) : undefined;
}

function ofTriples(triples: [Term, Term, Term][], names: Names): Line[] {
  return triples
    .filter(([, predicate, object]) => object.type === "uri" && predicate.value !== RDF_TYPE)
    .map(([subject, predicate, object]) => ({ source: subject.value, target: object.value, label: names.label(predicate.value) }));
}

/** A line from the first to the second column of IRIs. */
function ofRows({ variables, rows }: Rows): Line[] {
  const [from, to] = variables.filter((name) => rows.every((row) => !row[name] || row[name].type === "uri"));
  const lines = new Map<string, Line>();
  for (const row of rows) {
    const [source, target] = [row[from ?? ""]?.value, row[to ?? ""]?.value];
    if (source && target && source !== target) lines.set(`${source} ${target}`, { source, target, label: "" });
  }
  return [...lines.values()];
}

function networkChart(lines: Line[], ids: string[], names: Names): Element {
  const points = arranged(ids, lines);
  const at = new Map(points.map((point) => [point.id, [Math.round(point.x ?? 0), Math.round(point.y ?? 0)] as const]));
  const xs = [...at.values()].map(([x]) => x);
  const ys = [...at.values()].map(([, y]) => y);
  const [left, top] = [Math.min(...xs) - 110, Math.min(...ys) - 24];
  const box: Box = [left, top, Math.max(...xs) + 110 - left, Math.max(...ys) + 32 - top];
  const drawn = lines.map(({ source, target, label }) => {
    const [[x1, y1], [x2, y2]] = [at.get(source) ?? [0, 0], at.get(target) ?? [0, 0]];
    const named = svg("text", { class: "relation", x: (x1 + x2) / 2, y: (y1 + y2) / 2, "text-anchor": "middle" }, label);
    return svg("g", {}, svg("line", { x1, y1, x2, y2 }), ...(label ? [named] : []));
  });
  const dots = points.map(({ id }) => dot(id, at.get(id) ?? [0, 0], names));
  return frame(box, `${ids.length} things and ${lines.length} links; the table above has the same.`, [...drawn, ...dots]);
}

/** Places for the points: the same for the same answer, since the simulation has its own random numbers. */
function arranged(ids: string[], lines: Line[]): Point[] {
  const points: Point[] = ids.map((id) => ({ id }));
  forceSimulation(points)
    .force("link", forceLink<Point, { source: string; target: string }>(lines.map((line) => ({ ...line }))).id(({ id }) => id).distance(110))
    .force("charge", forceManyBody().strength(-420))
    .force("apart", forceCollide(46))
    .force("x", forceX().strength(0.05))
    .force("y", forceY().strength(0.12))
    .stop()
    .tick(300);
  return points;
}

function dot(id: string, [x, y]: readonly [number, number], names: Names): Element {
  const label = names.label(id);
  const content = [
    svg("title", {}, label),
    svg("circle", { cx: x, cy: y, r: 6 }),
    svg("text", { x, y: y + 22, "text-anchor": "middle" }, cut(label, 28)),
  ];
  const target = names.href(id);
  return target ? svg("a", { ...target }, ...content) : svg("g", {}, ...content);
}

type Box = [left: number, top: number, width: number, height: number];

function frame(box: Box, label: string, children: Element[]): Element {
  const image = svg("svg", { viewBox: box.join(" "), width: box[2], role: "group", "aria-label": label }, ...children);
  return element("div", { class: "drawing", tabindex: 0, role: "region", "aria-label": "Picture" }, image);
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
