"""Pages that list: every thing by its kind, the questions by their group, the front page's beginnings."""

from __future__ import annotations

from typing import Any

from lalakg._folder.catalogue import Query
from lalakg._pages.index import TYPE
from lalakg._pages.paths import link
from lalakg._pages.query_page import asks_elsewhere
from lalakg._pages.site_context import SiteContext
from lalakg._pages.views import Views
from lalakg._rdf.terms import WELL_KNOWN, natural

_GROUPS = {
    "questions": "Questions about the whole",
    "explore": "To explore with",
    "wikidata": "Across to Wikidata",
    "hygiene": "Looking for faults: a row is one",
}
_LISTED = 300


def kinds(site: SiteContext) -> list[tuple[str, list[str]]]:
    """The graph's own things by their narrowest class, what it is about before what supports that."""
    index, found = site.index, dict[str, list[str]]()
    chief = next(iter(site.ontologies), "")
    for thing in index.things:
        if thing.startswith(site.paths.dataset.base):
            for kind in site.types(thing)[:1] or [""]:
                found.setdefault(kind, []).append(thing)

    def rank(kind: str) -> tuple[int, str]:
        rank = site.presentation.list_rank(index, kind, found[kind][0])
        return rank or (0 if kind.startswith(chief) else 3), index.label(kind).casefold()

    return [(kind, found[kind]) for kind in sorted(found, key=rank)]


def things(site: SiteContext, here: str) -> dict[str, Any]:
    """What the page of all things shows."""
    index = site.index
    groups = []
    for kind, members in kinds(site):
        title = site.kind(kind, here) if kind else None
        listed = sorted(members, key=lambda m: natural(index.label(m).casefold()))[:_LISTED]
        values = [site.thing(member, here) for member in listed]
        groups.append(
            {
                "title": title,
                "anchor": index.name(kind).replace(":", "-") if kind else "other",
                "values": values,
                "count": len(members),
                "more": len(members) - len(values),
            }
        )
    return {"groups": groups}


def questions(site: SiteContext, here: str) -> dict[str, Any]:
    """What the catalogue's page shows."""
    groups = []
    for name in site.folder.catalogue.groups:
        queries = [
            {
                "summary": query.summary,
                "href": link(f"query/{query.name}.html", here),
                "elsewhere": asks_elsewhere(query),
            }
            for query in site.folder.catalogue.group(name)
        ]
        if queries:
            groups.append({"name": name, "title": _GROUPS.get(name, name.capitalize()), "queries": queries})
    return {"query_groups": groups}


def front(site: SiteContext, views: Views, here: str) -> dict[str, Any]:
    """The front page's beginnings: some things, some questions, and what there is to count."""
    index = site.index
    examples = index.objects(site.paths.dataset.iri, WELL_KNOWN["void"] + "exampleResource")
    shown = [iri for iri in examples if site.path(iri)]
    starts = list(dict.fromkeys([*shown, *views.starts(site)]))[:9]
    return {
        "starts": [
            {
                "value": site.thing(thing, here),
                "kind": ", ".join(index.label(kind) for kind in site.types(thing)),
                "lead": index.text(thing, *site.presentation.summary),
            }
            for thing in starts
        ],
        "sample_queries": [
            {"summary": query.summary, "href": link(f"query/{query.name}.html", here)}
            for query in _sample_queries(site, examples)
        ],
        "counts": counts(site, views),
    }


def _sample_queries(site: SiteContext, examples: list[str]) -> list[Query]:
    """The questions among the examples; where there are none, some taken evenly from the first group."""
    named = [query for query in site.queries if f"{site.paths.root}query/{query.name}" in examples]
    if named:
        return named
    first = next((g for g in site.folder.catalogue.groups if site.folder.catalogue.group(g)), "")
    queries = site.folder.catalogue.group(first) if first else []
    step = max(1, len(queries) // 8)
    return queries[::step][:8]


def counts(site: SiteContext, views: Views) -> list[tuple[int, str]]:
    """What there is, in numbers, each with its noun."""
    found = [
        (sum(map(len, site.index.out.values())), "statement"),
        *views.counts(site),
        (len(site.folder.catalogue), "ready-made question"),
    ]
    return [(number, name if number == 1 else f"{name}s") for number, name in found if number]


def search(site: SiteContext) -> list[list[str]]:
    """The search index: label, short name, kind, and where the page stands."""
    index = site.index
    found = []
    for thing in index.things:
        path = site.path(thing)
        kinds_ = site.types(thing)
        auxiliary = not site.presentation.auxiliary.isdisjoint(index.objects(thing, TYPE))
        if path and not auxiliary:
            kind = site.kind(kinds_[0], "").text if kinds_ else ""
            found.append([index.label(thing), index.name(thing), kind, link(f"{path}.html", "")])
    found += [[q.summary, q.name, "query", link(f"query/{q.name}.html", "")] for q in site.queries]
    return sorted(found, key=lambda entry: (natural(entry[0].casefold()), entry[1]))
