// A query page: the questions are asked of an engine in the page itself.

import type { Editor } from "./editor.js";
import { button, element, quietButton } from "./elements.js";
import { Engine, Stopped } from "./engine.js";
import { type Entry, json, Names } from "./index.js";
import { type Data, dataOf, Fields, queryOf } from "./page.js";
import { picture } from "./picture.js";
import type { Answer, Question, Reply } from "./protocol.js";
import type { Prefixes } from "./terms.js";
import { size, table } from "./table.js";

const HERE = new URL(".", (document.currentScript as HTMLScriptElement).src);
const ROOT = new URL("..", HERE).href;
const FROM_FILE =
  "A browser lets no page read other files when it is opened from a file. Serve this folder, say with " +
  "“python -m http.server”, and questions can be asked here.";
const TABLES = { CSV: "text/csv", TSV: "text/tab-separated-values", JSON: "application/sparql-results+json" };
const GRAPHS = { Turtle: "text/turtle", "N-Triples": "application/n-triples", "RDF/XML": "application/rdf+xml" };
const ENDINGS: Record<string, string> = { CSV: "csv", TSV: "tsv", JSON: "json", Turtle: "ttl", "N-Triples": "nt", "RDF/XML": "rdf" };

class QueryPage {
  private readonly data: Data;
  private readonly fields: Fields;
  private readonly answer: HTMLElement;
  private readonly note = element("p", { class: "answer-note", role: "status" });
  private readonly stop = quietButton("Stop", () => this.engine?.stop());
  private engine?: Engine;
  private names?: Names;
  private entries: Entry[] = [];
  private editor?: Editor;
  private text: string;

  constructor(private readonly page: HTMLElement) {
    this.data = dataOf(page);
    this.text = queryOf(page);
    this.fields = new Fields(page.querySelector("form.parameters"));
    this.answer = page.querySelector<HTMLElement>("#answer") ?? page.appendChild(element("section", { id: "answer" }));
  }

  /** Make the page answer. */
  async wake(): Promise<void> {
    this.stop.hidden = true;
    const submit = this.fields.form?.querySelector<HTMLButtonElement>("[type=submit]");
    if (submit) submit.hidden = false;
    this.fields.form?.addEventListener("submit", (event) => this.submitted(event));
    const edit = quietButton("Edit this query", () => this.edit(edit));
    const ask = submit ? [] : [button("Ask", () => this.ask())];
    this.answer.before(element("p", { class: "tools" }, ...ask, this.stop, edit), this.note);
    const address = new URL(location.href);
    const asked = new URLSearchParams(address.hash.slice(1)).get("query");
    if (asked || !this.data.name) await this.edit(edit, asked ?? this.text);
    if (asked || this.fields.take(address.searchParams)) await this.ask();
  }

  private async submitted(event: Event): Promise<void> {
    event.preventDefault();
    await this.ask();
  }

  private async ask(): Promise<void> {
    if (!this.stop.hidden) return;
    this.note.textContent = "Loading the engine and the graph …";
    this.stop.hidden = false;
    try {
      const question = this.question();
      const engine = await this.ready();
      this.note.textContent = "Asking …";
      const reply = await engine.ask(question);
      this.show(reply.answer as Answer, reply, question);
      this.remember();
    } catch (error) {
      this.answer.replaceChildren();
      this.say(error);
    } finally {
      this.stop.hidden = true;
    }
  }

  private question(): Question {
    if (this.editor) return { query: this.editor.text() };
    return { query: this.text, parameters: this.fields.parameters(), values: this.fields.values() };
  }

  private async ready(): Promise<Engine> {
    const { prefixes } = await this.known();
    this.engine ??= new Engine(new URL("worker.js", HERE), {
      wasm: new URL("oxigraph_bg.wasm.gz", HERE).href,
      graph: new URL(this.data.graph, location.href).href,
      base: this.data.base,
      prefixes,
    });
    await this.engine.start();
    return this.engine;
  }

  /** What the site calls things, read once. */
  private async known(): Promise<Names> {
    if (this.names) return this.names;
    const [prefixes, entries] = await Promise.all([json<Prefixes>(`${ROOT}data/prefixes.json`), json<Entry[]>(`${ROOT}data/search.json`)]);
    this.entries = entries;
    return (this.names = new Names(prefixes, entries, ROOT, this.data.base));
  }

  private show(answer: Answer, { query = "", milliseconds = 0 }: Reply, question: Question): void {
    const names = this.names as Names;
    const drawn = picture(answer, query, names);
    this.note.textContent = `${size(answer)}, answered in this page in ${Math.max(1, Math.round(milliseconds))} ms.`;
    this.answer.replaceChildren(table(answer, names), ...(drawn ? [drawn] : []), this.downloads(answer, question));
    this.text = this.editor ? this.text : query;
  }

  private downloads(answer: Answer, question: Question): HTMLElement {
    const formats = Object.entries(answer.kind === "graph" ? GRAPHS : TABLES);
    const buttons = formats.map(([name, format]) => quietButton(name, () => this.save(name, { ...question, format })));
    return element("p", { class: "downloads" }, "Save as ", ...buttons);
  }

  private async save(name: string, question: Question): Promise<void> {
    try {
      const { file = "" } = await (await this.ready()).ask(question);
      const address = URL.createObjectURL(new Blob([file], { type: question.format ?? "" }));
      element("a", { href: address, download: `${this.data.name || "answer"}.${ENDINGS[name]}` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
    } catch (error) {
      this.say(error);
    }
  }

  /** Put the query into the editor, as it was asked last; its parameters are then part of the text. */
  private async edit(opener: HTMLButtonElement, text?: string): Promise<void> {
    const place = this.page.querySelector<HTMLElement>("#editor");
    if (!place || this.editor) return;
    try {
      opener.disabled = true;
      document.head.append(element("link", { rel: "stylesheet", href: new URL("editor.css", HERE).href }));
      const [{ edit }, { prefixes }] = await Promise.all([
        import(new URL("editor.js", HERE).href) as Promise<typeof import("./editor.js")>,
        this.known(),
      ]);
      const terms = this.entries.filter(([, name]) => name.includes(":") && !name.includes("://"));
      this.editor = edit(place, text ?? this.text, prefixes, terms, () => this.ask());
      this.makeRoom(opener);
      if (text === undefined) this.editor.focus();
    } catch (error) {
      opener.disabled = false;
      this.say(error);
    }
  }

  private makeRoom(opener: HTMLButtonElement): void {
    if (this.fields.form) opener.before(button("Ask", () => this.ask()));
    this.fields.form?.remove();
    this.page.querySelector("details.source")?.remove();
    opener.remove();
  }

  /** Let the page's address say what was asked. */
  private remember(): void {
    const address = new URL(location.href);
    address.hash = this.editor ? String(new URLSearchParams({ query: this.editor.text() })) : "";
    address.search = this.editor ? "" : String(this.fields.search());
    history.replaceState(null, "", address);
  }

  private say(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.note.textContent = error instanceof Stopped ? text : `This cannot be answered: ${text}`;
  }
}

const page = document.getElementById("query");
if (page && location.protocol === "file:") page.prepend(element("p", { class: "answer-note" }, FROM_FILE));
else if (page) void new QueryPage(page).wake();
