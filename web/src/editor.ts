// The editor, loaded when it is asked for: YASGUI's, completing from this site's own prefixes and terms. The editor's
// own completers ask other hosts and are not used.

import { type Hint, type PartialConfig, Yasqe } from "@zazuko/yasqe";

import type { Entry } from "./index.js";
import type { Prefixes } from "./terms.js";
import { declarations } from "./tokens.js";

const MOST_HINTS = 60;

export interface Editor {
  text(): string;
  focus(): void;
}

/** An editor in `parent` with `text` in it; Ctrl-Enter calls `ask`. */
export function edit(parent: HTMLElement, text: string, prefixes: Prefixes, terms: Entry[], ask: () => void): Editor {
  const names = new Map(terms.map(([label, name]) => [name, label]));
  Yasqe.defaults.autocompleters = [];
  Yasqe.forkAutocompleter("prefixes", { name: "our-prefixes", get: () => declared(prefixes), persistenceId: null }, false);
  Yasqe.registerAutocompleter(
    {
      name: "our-terms",
      bulk: false,
      isValidCompletionPosition: (yasqe) => isName(yasqe.getCompleteToken().string),
      get: (_, token) => found(terms, token?.string ?? ""),
      postprocessHints: (_, hints) => hints.map((hint) => explained(hint, names)),
    },
    false,
  );
  const yasqe = new Yasqe(parent, config(complete(text, prefixes), ask));
  return { text: () => yasqe.getValue(), focus: () => yasqe.focus() };
}

/** The query with the declarations that it lacks: the editor marks their absence as a fault, though all are known here. */
function complete(text: string, prefixes: Prefixes): string {
  return declarations(prefixes, text).replace(/> (?=PREFIX |$)/g, ">\n") + text;
}

function config(text: string, ask: () => void): PartialConfig {
  return {
    value: text,
    autocompleters: ["our-prefixes", "our-terms"],
    persistenceId: null,
    consumeShareLink: null,
    createShareableLink: null as never,
    showQueryButton: false,
    resizeable: false,
    editorHeight: "auto",
    viewportMargin: Infinity,
    screenReaderLabel: "SPARQL query; Escape, then Tab leaves the editor",
    extraKeys: { "Ctrl-Enter": ask, "Cmd-Enter": ask, "Ctrl-S": false, Tab: false, "Shift-Tab": false } as never,
  };
}

function declared(prefixes: Prefixes): string[] {
  return Object.entries(prefixes).map(([prefix, namespace]) => `${prefix}: <${namespace}>`).sort();
}

function isName(token: string): boolean {
  return /^[A-Za-z][\w-]*(:[\w.-]*)?$/.test(token);
}

/** The names that begin with what is typed, then those whose name or label holds it. */
function found(terms: Entry[], typed: string): string[] {
  const wanted = typed.trim().toLowerCase();
  const begin = terms.filter(([, name]) => name.toLowerCase().startsWith(wanted));
  const hold = terms.filter((term) => !begin.includes(term) && `${term[1]} ${term[0]}`.toLowerCase().includes(wanted));
  return [...begin, ...hold].slice(0, MOST_HINTS).map(([, name]) => name);
}

function explained(hint: Hint, names: Map<string, string>): Hint {
  const label = names.get(hint.text);
  return label ? { ...hint, displayText: `${hint.text}  ${label}` } : hint;
}
