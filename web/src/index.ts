// What the site says of itself: the pages and labels of things, the graph's prefixes and terms.

import { compact, type Prefixes } from "./terms.js";

/** A line of data/search.json: label, short name, kind, and the page's address from the site's root. */
export type Entry = [label: string, name: string, kind: string, href: string];

/** Names, labels and pages of IRIs. */
export class Names {
  private readonly entries: Map<string, Entry>;

  constructor(
    readonly prefixes: Prefixes,
    entries: Entry[],
    private readonly root: string,
  ) {
    this.entries = new Map(entries.map((entry) => [entry[1], entry]));
  }

  short(iri: string): string {
    return compact(iri, this.prefixes);
  }

  label(iri: string): string {
    const short = this.short(iri);
    return this.entries.get(short)?.[0] ?? short;
  }

  /** Where an IRI leads: to its page, or, if it is an address, to itself. */
  href(iri: string): { href: string; rel?: string } | undefined {
    const entry = this.entries.get(this.short(iri));
    if (entry) return { href: this.root + entry[3] };
    return /^https?:/.test(iri) ? { href: iri, rel: "external" } : undefined;
  }
}

export async function json<T>(address: string): Promise<T> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status} ${response.statusText}`);
  return response.json();
}
