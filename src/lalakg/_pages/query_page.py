"""The page of a ready-made query: the question, its parameters, the answer, and the query itself."""

from __future__ import annotations

import re
from typing import Any

import pyoxigraph as ox

from lalakg._folder.catalogue import Query
from lalakg._pages.site_context import SiteContext, Value
from lalakg._sparql import service
from lalakg._sparql.results import Boolean, Graph, Result, Rows

_HEADER = re.compile(r"(#\+[^\n]*\n)*")
_MOST = 50  # rows of an answer that a page keeps; asked, it shows more, and the engine has all


def content(site: SiteContext, query: Query, answer: Result | None, here: str) -> dict[str, Any]:
    """All that the template of a query's page shows; an answer of None was not asked for."""
    body = query.text[_HEADER.match(query.text).end() :]  # type: ignore[union-attr]  # it may match nothing
    return {
        "query": query,
        "fields": [
            {
                "name": parameter.name,
                "type": parameter.type,
                "description": parameter.description,
                "values": parameter.values,
                "default": " ".join(query.defaults(parameter.name)),
            }
            for parameter in query.parameters
        ],
        "answer": shown(site, answer, here),
        "elsewhere": asks_elsewhere(query),
        "header": query.text[: len(query.text) - len(body)],
        "body": body,
        "terms": [site.thing(iri, here) for iri in sorted(site.mentioned(query.text)) if site.path(iri)],
    }


def asks_elsewhere(query: Query) -> bool:
    """Whether a query needs another endpoint, so that no answer can be given here."""
    return bool(service.service_addresses(query.text))


def shown(site: SiteContext, answer: Result | None, here: str) -> dict[str, Any] | None:
    """An answer as a table for the template."""
    if answer is None:
        return None
    if isinstance(answer, Boolean):
        return {"verdict": "yes" if answer else "no", "head": [], "rows": [], "count": 1, "more": 0}
    if isinstance(answer, Rows):
        head = answer.variables
        rows = [[_cell(site, row.get(name), here) for name in head] for row in answer.rows[:_MOST]]
    else:
        assert isinstance(answer, Graph)
        head = ["subject", "property", "object"]
        triples = sorted(set(answer.triples), key=str)[:_MOST]
        rows = [[_cell(site, term, here) for term in (t.subject, t.predicate, t.object)] for t in triples]  # type: ignore[arg-type]  # no graph here quotes triples
    count = len(answer)
    return {"verdict": "", "head": head, "rows": rows, "count": count, "more": max(0, count - len(rows))}


def _cell(site: SiteContext, term: ox.NamedNode | ox.BlankNode | ox.Literal | None, here: str) -> Value | None:
    """A cell: things by their prefixed names, as every other form of the answer has them."""
    if term is None:
        return None
    if isinstance(term, ox.Literal):
        return Value(term.value, "text", language=term.language or "")
    value = site.value(term, here)
    return Value(value.name or value.text, value.kind, value.href, value.text)
