"""Pages that list: every thing by its kind, the questions by their group, the front page's beginnings."""

from __future__ import annotations

from typing import Any

from lalakg._folder.catalogue import Query
from lalakg._pages.index import TYPE
from lalakg._pages.places import link
from lalakg._pages.question import asks_elsewhere
from lalakg._pages.site_context import Edition
from lalakg._rdf.terms import LALA, WELL_KNOWN, natural

_AUXILIARY = ("Passage", "TextPositionSelector", "ProperInterval", "Interval", "Duration", "SpecificResource")
_GROUPS = {
    "questions": "Questions about the whole",
    "explore": "To explore with",
    "wikidata": "Across to Wikidata",
    "hygiene": "Looking for faults: a row is one",
}
_LISTED = 300


def kinds(edition: Edition) -> list[tuple[str, list[str]]]:
    """The graph's own things by their narrowest class, the story's before the apparatus."""
    index, found = edition.index, dict[str, list[str]]()
    for thing in index.things:
        if thing.startswith(edition.places.dataset.base):
            for kind in index.types(thing)[:1] or [""]:
                found.setdefault(kind, []).append(thing)

    def rank(kind: str) -> tuple[int, str]:
        local = kind.rpartition("#")[2]
        late = 2 if local in _AUXILIARY else 1 if edition.index.is_a(found[kind][0], LALA + "Claim") else 0
        return late + (3 if not kind.startswith(LALA) and not late else 0), index.label(kind).casefold()

    return [(kind, found[kind]) for kind in sorted(found, key=rank)]


def things(edition: Edition, here: str) -> dict[str, Any]:
    """What the page of all things shows."""
    index = edition.index
    groups = []
    for kind, members in kinds(edition):
        title = edition.kind(kind, here) if kind else None
        listed = sorted(members, key=lambda m: natural(index.label(m).casefold()))[:_LISTED]
        values = [edition.thing(member, here) for member in listed]
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


def questions(edition: Edition, here: str) -> dict[str, Any]:
    """What the catalogue's page shows."""
    groups = []
    for name in edition.folder.catalogue.groups:
        queries = [
            {
                "summary": query.summary,
                "href": link(f"query/{query.name}.html", here),
                "elsewhere": asks_elsewhere(query),
            }
            for query in edition.folder.catalogue.group(name)
        ]
        if queries:
            groups.append({"name": name, "title": _GROUPS.get(name, name.capitalize()), "queries": queries})
    return {"query_groups": groups}


def front(edition: Edition, here: str) -> dict[str, Any]:
    """The front page's beginnings: some things, some questions, and what there is to count."""
    index = edition.index
    examples = index.objects(edition.places.dataset.iri, WELL_KNOWN["void"] + "exampleResource")
    cast = [thing for thing in index.instances(LALA + "Character") if index.object(thing, LALA + "portrayedBy")]
    worlds = index.instances(LALA + "World")
    told = [iri for iri in examples if edition.path(iri)]
    starts = list(dict.fromkeys([*told, *cast[:3], *worlds[:3]]))[:9]
    return {
        "starts": [
            {
                "value": edition.thing(thing, here),
                "kind": ", ".join(index.label(kind) for kind in index.types(thing)),
                "lead": index.text(thing, LALA + "claimText", LALA + "gist"),
            }
            for thing in starts
        ],
        "asked": [
            {"summary": query.summary, "href": link(f"query/{query.name}.html", here)}
            for query in _asked(edition, examples)
        ],
        "counts": counts(edition),
    }


def _asked(edition: Edition, examples: list[str]) -> list[Query]:
    """The questions among the examples; where there are none, some taken evenly from the first group."""
    named = [query for query in edition.queries if f"{edition.places.root}query/{query.name}" in examples]
    if named:
        return named
    first = next((g for g in edition.folder.catalogue.groups if edition.folder.catalogue.group(g)), "")
    queries = edition.folder.catalogue.group(first) if first else []
    step = max(1, len(queries) // 8)
    return queries[::step][:8]


def counts(edition: Edition) -> list[tuple[int, str]]:
    """What there is, in numbers."""
    index = edition.index

    def of(name: str) -> int:
        return len(index.instances(LALA + name))

    found = [
        (sum(map(len, index.out.values())), "statement"),
        (of("Event"), "event"),
        (of("Divergence"), "divergence"),
        (of("Claim"), "claim"),
        (of("Passage"), "passage"),
        (len({index.object(c, LALA + "attributedTo") for c in index.instances(LALA + "Claim")} - {""}), "voice"),
        (len(edition.folder.catalogue), "ready-made question"),
    ]
    return [(number, name if number == 1 else f"{name}s") for number, name in found if number]


def search(edition: Edition) -> list[list[str]]:
    """The search index: label, short name, kind, and where the page stands."""
    index = edition.index
    found = []
    for thing in index.things:
        path = edition.path(thing)
        kinds_ = index.types(thing)
        auxiliary = any(kind.rpartition("#")[2] in _AUXILIARY for kind in index.objects(thing, TYPE))
        if path and not auxiliary:
            kind = edition.kind(kinds_[0], "").text if kinds_ else ""
            found.append([index.label(thing), index.name(thing), kind, link(f"{path}.html", "")])
    found += [[q.summary, q.name, "query", link(f"query/{q.name}.html", "")] for q in edition.queries]
    return sorted(found, key=lambda entry: (natural(entry[0].casefold()), entry[1]))
