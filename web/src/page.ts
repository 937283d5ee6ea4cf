// What a query page says of itself in its markup.

import type { Parameter, Values } from "./parameters.js";

export interface Data {
  graph: string;
  base: string;
  name: string;
}

/** The `data-…` of the page's query element. */
export function dataOf(page: HTMLElement): Data {
  const { graph = "", base = "", name = "" } = page.dataset;
  return { graph, base, name };
}

/** The query as its file has it. */
export function queryOf(page: HTMLElement): string {
  return page.querySelector(".source code")?.textContent?.trim() ?? "";
}

type Field = HTMLInputElement | HTMLSelectElement;

/** The form's fields, one for each parameter. */
export class Fields {
  private readonly fields: Field[];

  constructor(readonly form: HTMLFormElement | null) {
    this.fields = [...(form?.querySelectorAll<Field>("input[name], select[name]") ?? [])];
  }

  parameters(): Parameter[] {
    return this.fields.map((field) => ({
      name: field.name,
      type: field.dataset.type ?? "string",
      values: field instanceof HTMLSelectElement ? [...field.options].map((option) => option.value) : [],
    }));
  }

  /** What is written in them: several values are separated by spaces, except in text. */
  values(): Values {
    return Object.fromEntries(this.fields.map((field) => [field.name, several(field)]));
  }

  /** Take over the values of an address's `?name=value`; says whether there were any. */
  take(search: URLSearchParams): boolean {
    const given = this.fields.filter((field) => search.has(field.name));
    for (const field of given) field.value = search.getAll(field.name).join(" ");
    return given.length > 0;
  }

  search(): URLSearchParams {
    const pairs = Object.entries(this.values()).flatMap(([name, many]) => [many].flat().map((value) => [name, value]));
    return new URLSearchParams(pairs);
  }
}

function several(field: Field): string | string[] {
  return (field.dataset.type ?? "string") === "string" ? field.value : field.value.trim().split(/\s+/);
}
