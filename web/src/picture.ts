// An answer as a picture, where one is apt: bars for what the query counts, points and lines for what it relates.

import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type SimulationNodeDatum } from "d3-force";

import { element, svg } from "./elements.js";
import type { Names } from "./index.js";
import type { Answer, Rows } from "./protocol.js";
import { words } from "./table.js";
import { numberOf, RDF_TYPE, type Term, type Triple } from "./terms.js";
import { tokens } from "./tokens.js";

const MOST_POINTS = 40;
const MOST_NAMED_LINES = 24;
const MOST_BARS = 40;
const WIDEST = 640;
const COUNTING = new Set(["AVG", "COUNT", "MAX", "MIN", "SUM"]);

interface Point extends SimulationNodeDatum {
  id: string;
}

interface Line {
  source: string;
  target: string;
  label: string;
}

/** Draws a picture, at most so many pixels wide if it can be. */
type Draw = (width: number) => Element;

/** The picture in a box that opens, or nothing where none would help. */
export function picture(answer: Answer, query: string, names: Names): HTMLElement | undefined {
  const draw = bars(answer, query, names) ?? network(answer, names);
  if (!draw) return undefined;
  const box = element("details", { class: "picture" }, element("summary", {}, "Picture"));
  box.addEventListener("toggle", () => box.append(draw(Math.min(box.clientWidth, WIDEST))), { once: true });
  box.open = answer.kind === "graph";
  return box;
}

function bars(answer: Answer, query: string, names: Names): Draw | undefined {
  const counts = tokens(query).some(({ kind, text }) => kind === "word" && COUNTING.has(text.toUpperCase()));
  if (answer.kind !== "rows" || !counts || answer.rows.length < 2 || answer.rows.length > MOST_BARS) return undefined;
  const measured = answer.variables.filter((name) => answer.rows.every((row) => (numberOf(row[name]) ?? -1) >= 0));
  const [measure] = measured;
  return measure && measured.length === 1 ? (width) => barChart(answer, naming(answer, measure), measure, names, width) : undefined;
}

/** The columns that tell the rows apart: one of text, where one is enough, else all of text, else the first. */
function naming({ variables, rows }: Rows, measure: string): string[] {
  const others = variables.filter((name) => name !== measure && rows.every((row) => row[name]));
  const texts = others.filter((name) => rows.every((row) => row[name]?.type === "literal"));
  const enough = texts.find((name) => new Set(rows.map((row) => row[name]?.value)).size === rows.length);
  return enough ? [enough] : texts.length ? texts : others.slice(0, 1);
}

function barChart({ rows }: Rows, labels: string[], measure: string, names: Names, wide: number): Element {
  const most = Math.max(...rows.map((row) => numberOf(row[measure]) ?? 0), 1);
  const drawn = rows.map((row, i) => {
    const value = numberOf(row[measure]) ?? 0;
    const [y, width] = [i * 40, Math.max(2, (value / most) * (wide - 60))];
    const label = labels.map((name) => words(row[name] as Term, names)).join(" · ");
    return svg(
      "g",
      {},
      svg("text", { x: 0, y: y + 14 }, cut(label, Math.floor(wide / 7.5))),
      svg("rect", { class: "bar", x: 0, y: y + 20, width, height: 10 }),
      svg("text", { x: width + 8, y: y + 30 }, String(value)),
    );
  });
  return frame([0, 0, wide, rows.length * 40], `${measure}; the table above has the same numbers.`, drawn);
}

function network(answer: Answer, names: Names): Draw | undefined {
  const lines = answer.kind === "graph" ? ofTriples(answer.triples, names) : answer.kind === "rows" ? ofRows(answer) : [];
  const ids = new Set(lines.flatMap(({ source, target }) => [source, target]));
  return lines.length > 1 && ids.size <= MOST_POINTS ? () => networkChart(lines, [...ids], names) : undefined;
}

function ofTriples(triples: Triple[], names: Names): Line[] {
  const links = triples.filter(([, predicate, object]) => object.type === "uri" && predicate.value !== RDF_TYPE);
  return joined(links.map(([from, by, to]) => ({ source: from.value, target: to.value, label: names.label(by.value) })));
}

/** A line from the first to the second column of IRIs. */
function ofRows({ variables, rows }: Rows): Line[] {
  const [from = "", to = ""] = variables.filter((name) => rows.every((row) => !row[name] || row[name].type === "uri"));
  const links = rows.map((row) => ({ source: row[from]?.value ?? "", target: row[to]?.value ?? "", label: "" }));
  return joined(links.filter(({ source, target }) => source && target));
}

/** One line for all that links the same two. */
function joined(links: Line[]): Line[] {
  const lines = new Map<string, Line>();
  for (const { source, target, label } of links) {
    if (source === target) continue;
    const key = [source, target].sort().join(" ");
    const line = lines.get(key) ?? { source, target, label };
    if (!line.label.split(", ").includes(label)) line.label += `, ${label}`;
    lines.set(key, line);
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
    return svg("g", {}, svg("line", { x1, y1, x2, y2 }), ...(label && lines.length <= MOST_NAMED_LINES ? [named] : []));
  });
  const dots = points.map(({ id }) => dot(id, at.get(id) ?? [0, 0], names));
  return frame(box, `${ids.length} things and ${lines.length} links; the table above has the same.`, [...drawn, ...dots]);
}

/** Places for the points: the same for the same answer, since the simulation has its own random numbers. */
function arranged(ids: string[], lines: Line[]): Point[] {
  const points: Point[] = ids.map((id) => ({ id }));
  forceSimulation(points)
    .force("link", forceLink<Point, { source: string; target: string }>(lines.map((line) => ({ ...line }))).id(({ id }) => id).distance(130))
    .force("charge", forceManyBody().strength(-700))
    .force("apart", forceCollide(58))
    .force("x", forceX().strength(0.06))
    .force("y", forceY().strength(0.14))
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
  const image = svg("svg", { viewBox: box.join(" "), role: "group", "aria-label": label }, ...children);
  image.style.width = `${box[2]}px`;
  return element("div", { class: "drawing", tabindex: 0, role: "region", "aria-label": "Picture" }, image);
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
