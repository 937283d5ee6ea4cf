// The search field, put into every page: a list of things whose label holds what is typed, read when the field is first used.

import { element } from "./elements.js";
import type { Entry } from "./index.js";

const MOST = 12;

/** Text without case and accents. */
export function plain(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** The entries that fit, those that begin with it first, then those with a word that does. */
export function matching(entries: Entry[], typed: string): Entry[] {
  const wanted = plain(typed.trim());
  const rank = ([label, name]: Entry): number => {
    const text = plain(label);
    if (text.startsWith(wanted)) return 0;
    if (text.includes(` ${wanted}`)) return 1;
    return text.includes(wanted) || plain(name).includes(wanted) ? 2 : 3;
  };
  if (!wanted) return [];
  const ranked = entries.map((entry) => [rank(entry), entry] as const).filter(([place]) => place < 3);
  return ranked.sort(([a], [b]) => a - b).slice(0, MOST).map(([, entry]) => entry);
}

class Search {
  private readonly list = element("div", { id: "search-results", class: "search-results", role: "listbox", "aria-label": "Things found" });
  private entries: Promise<Entry[]> | undefined;
  private chosen = -1;

  constructor(
    form: HTMLFormElement,
    private readonly field: HTMLInputElement,
    private readonly root: string,
  ) {
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": this.list.id }))
      field.setAttribute(name, value);
    this.show([]);
    form.append(this.list);
    field.addEventListener("focus", () => void this.read());
    field.addEventListener("input", () => void this.update());
    field.addEventListener("keydown", (event) => this.key(event));
    form.addEventListener("focusout", (event) => form.contains(event.relatedTarget as Node | null) || this.show([]));
    form.addEventListener("submit", (event) => this.follow() && event.preventDefault());
  }

  private read(): Promise<Entry[]> {
    this.entries ??= fetch(`${this.root}data/search.json`).then((response) => response.json());
    return this.entries.catch(() => []);
  }

  private async update(): Promise<void> {
    const typed = this.field.value;
    const entries = await this.read();
    if (typed === this.field.value) this.show(matching(entries, typed));
  }

  private show(found: Entry[]): void {
    const options = found.map(([label, , kind, href], i) =>
      element("a", { id: `search-${i}`, role: "option", href: this.root + href, tabindex: -1, "aria-selected": "false" }, label, " ", element("span", { class: "kind" }, kind)),
    );
    this.list.replaceChildren(...options);
    this.list.hidden = !found.length;
    this.field.setAttribute("aria-expanded", String(found.length > 0));
    this.choose(-1);
  }

  private key(event: KeyboardEvent): void {
    const count = this.list.children.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && count) this.show([]);
    else if (step && count) this.choose((this.chosen + step + count + (this.chosen < 0 && step < 0 ? 1 : 0)) % count);
    else return;
    event.preventDefault();
  }

  private choose(index: number): void {
    this.chosen = index;
    [...this.list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
    this.list.children[index]?.scrollIntoView({ block: "nearest" });
    if (index < 0) this.field.removeAttribute("aria-activedescendant");
    else this.field.setAttribute("aria-activedescendant", `search-${index}`);
  }

  private follow(): boolean {
    const option = this.list.children[this.chosen];
    if (option instanceof HTMLAnchorElement) location.href = option.href;
    return option !== undefined;
  }
}

/** On the page of all things, keep what holds the question, and say so if nothing does. */
function filterAll(typed: string): void {
  const lists = [...document.querySelectorAll("[data-filter]")];
  const kept = lists.filter((list) => filter(list, plain(typed)));
  if (!lists.length || kept.length) return;
  const note = element("p", { class: "lead", role: "status", "aria-live": "polite" });
  document.querySelector("main .head")?.append(note);
  requestAnimationFrame(() => (note.textContent = `Nothing is called “${typed}”.`)); // only a change is read out
}

/** Hide what does not fit, with section and link where nothing is left; a list that is cut short stays, for its rest. */
function filter(list: Element, wanted: string): boolean {
  const items = [...list.querySelectorAll<HTMLElement>("li")];
  for (const item of items) item.hidden = !plain(item.textContent ?? "").includes(wanted);
  const left = items.filter((item) => !item.hidden).length;
  const section = list.closest("section") as HTMLElement;
  const cut = section.querySelector(":scope > p") !== null;
  section.hidden = !left && !cut;
  const link = document.querySelector<HTMLElement>(`.jump a[href="#${section.querySelector("h2")?.id}"]`);
  const count = link?.querySelector("span");
  if (link) link.hidden = section.hidden;
  if (count && !cut) count.textContent = left.toLocaleString("en");
  return !section.hidden;
}

const root = new URL("..", (document.currentScript as HTMLScriptElement).src).href;
const typed = (new URLSearchParams(location.search).get("q") ?? "").trim();
const field = element("input", { id: "q", name: "q", type: "search", autocomplete: "off", placeholder: "Search", value: typed });
const form = element("form", { id: "search", role: "search", action: `${root}things.html` }, element("label", { for: "q", class: "visually-hidden" }, "Search"), field);
document.querySelector("header.top")?.append(form);
if (location.protocol !== "file:") new Search(form, field, root);
if (typed) filterAll(typed);
