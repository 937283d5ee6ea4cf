// What the site says of itself: the pages and labels of things, the graph's prefixes and terms.

import { compact, type Prefixes } from "./terms.js";

const PLAIN = /^[\p{L}\p{N}_-][\p{L}\p{N}_.-]*$/u;

/** A line of data/search.json: label, short name, kind, and the page's address from the site's root. */
export type Entry = [label: string, name: string, kind: string, href: string];

/** Names, labels and pages of IRIs. */
export class Names {
  private readonly entries: Map<string, Entry>;

  constructor(
    readonly prefixes: Prefixes,
    entries: Entry[],
    private readonly root: string,
    private readonly base: string,
  ) {
    this.entries = new Map(entries.map((entry) => [entry[1], entry]));
  }

  short(iri: string): string {
    return compact(iri, this.prefixes);
  }

  label(iri: string): string {
    return this.entry(iri)?.[0] ?? this.short(iri);
  }

  /** Where an IRI leads: to its page; below the graph's base to where one stands or leads on; another address to itself. */
  href(iri: string): { href: string; rel?: string } | undefined {
    const entry = this.entry(iri);
    if (entry) return { href: this.root + entry[3] };
    if (iri.startsWith(this.base) && iri !== this.base) return { href: this.place(iri.slice(this.base.length)) };
    return /^https?:/.test(iri) ? { href: iri, rel: "external" } : undefined;
  }

  private entry(iri: string): Entry | undefined {
    return this.entries.get(this.short(iri).replace(/^<|>$/g, ""));
  }

  private place(local: string): string {
    return `${this.root}id/${encodeURIComponent(fileName(local))}.html`;
  }
}

/** A local name as its page's file is called. The same rules as in _pages/paths.py, but for names too long for a file. */
function fileName(local: string): string {
  if (local === "index") return "%69ndex";
  if (PLAIN.test(local)) return local;
  return encodeURIComponent(local).replace(/[!'()*.]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

export async function json<T>(address: string): Promise<T> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
  return response.json();
}
