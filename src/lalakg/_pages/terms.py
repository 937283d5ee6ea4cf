"""The ontology documented: each term with its uses in the data, and the queries and rules that speak of it."""

from __future__ import annotations

import heapq
from itertools import groupby
from typing import Any

from lalakg._pages.index import SUBCLASS, TYPE, Statement
from lalakg._pages.rules import rules_by_term
from lalakg._pages.site_context import Edition, Value
from lalakg._rdf.terms import LALA, WELL_KNOWN, natural

_OWL, _RDFS, _SKOS = WELL_KNOWN["owl"], WELL_KNOWN["rdfs"], WELL_KNOWN["skos"]
CLASSES = (_OWL + "Class", _RDFS + "Class")
PROPERTIES = tuple(
    [_OWL + kind for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")]
    + [WELL_KNOWN["rdf"] + "Property"]
)
_MOST = 12
_EXAMPLES = 5


def is_term(edition: Edition, thing: str) -> bool:
    """Whether a thing is a class, a property or a concept."""
    kinds = edition.index.objects(thing, TYPE)
    return any(kind in (*CLASSES, *PROPERTIES, _SKOS + "Concept") for kind in kinds)


def content(edition: Edition, term: str, here: str) -> dict[str, Any]:
    """What a term's page shows besides what any thing's page does."""
    index = edition.index
    instances = [thing for thing in index.instances(term) if not thing.startswith("_:")]
    statements = index.uses.get(term, [])
    return {
        "instances": [edition.thing(thing, here) for thing in instances[:_MOST]],
        "instance_count": len(instances),
        "uses": [(edition.thing(s.subject, here), edition.value(s.object, here, term)) for s in _first(statements)],
        "use_count": len(statements),
        "queries": [(q.name, q.summary) for q in edition.queries_by_term.get(term, []) if q.group != "hygiene"],
        "rules": [(rule.number, rule.label, rule.anchor) for rule in rules_by_term(edition).get(term, [])],
    }


def _first(statements: list[Statement]) -> list[Statement]:
    return heapq.nsmallest(_EXAMPLES, statements, key=lambda s: (natural(s.subject), natural(str(s.object))))


def overview(edition: Edition, here: str) -> dict[str, Any]:
    """What the page of the whole ontology shows."""
    index = edition.index
    terms = [thing for thing in index.things if is_term(edition, thing)]
    own = [term for term in terms if _is_own(term)]
    classes = [term for term in own if set(index.objects(term, TYPE)) & set(CLASSES)]
    properties = [term for term in own if set(index.objects(term, TYPE)) & set(PROPERTIES)]
    schemes = index.instances(_SKOS + "ConceptScheme")
    return {
        "classes": _tree(edition, classes, here),
        "properties": _in_groups(edition, properties, here),
        "schemes": [
            (
                _entry(edition, scheme, here),
                [_entry(edition, c, here) for c in index.subjects(scheme, _SKOS + "inScheme")],
            )
            for scheme in schemes
        ],
        "borrowed": _borrowed(edition, [term for term in terms if not _is_own(term)], here),
        "intro": index.text(LALA[:-1], WELL_KNOWN["dcterms"] + "description"),
        "notes": index.texts(LALA[:-1], _RDFS + "comment"),
    }


def _is_own(term: str) -> bool:
    return term.startswith((LALA, WELL_KNOWN["lv"]))


def _entry(edition: Edition, term: str, here: str) -> dict[str, Any]:
    index = edition.index
    return {
        "value": edition.thing(term, here),
        "definition": index.text(term, _SKOS + "definition"),
        "count": len(index.uses.get(term, ())) or sum(1 for _ in index.pointing(term, TYPE)),
    }


def _tree(edition: Edition, classes: list[str], here: str) -> list[tuple[int, dict[str, Any]]]:
    """Classes with their depth, each below the first of its parents."""
    parents = {c: [p for p in edition.index.objects(c, SUBCLASS) if p in classes] for c in classes}
    found: list[tuple[int, dict[str, Any]]] = []
    placed: set[str] = set()

    def add(name: str, depth: int) -> None:
        if name not in placed:
            placed.add(name)
            found.append((depth, _entry(edition, name, here)))
            for child in classes:
                if parents[child][:1] == [name]:
                    add(child, depth + 1)

    for name in [c for c in classes if not parents[c]] + classes:
        add(name, 0)
    return found


def _in_groups(edition: Edition, properties: list[str], here: str) -> list[tuple[str, list[dict[str, Any]]]]:
    showing = edition.display.showing
    ordered = sorted(properties, key=lambda p: (showing(p), natural(p)))
    groups = groupby(ordered, key=lambda p: showing(p).group)
    return [(title or "Also", [_entry(edition, p, here) for p in some]) for title, some in groups]


def _borrowed(edition: Edition, terms: list[str], here: str) -> list[tuple[str, list[Value]]]:
    by_prefix = groupby(sorted(terms, key=edition.index.name), key=lambda t: edition.index.name(t).partition(":")[0])
    return [(prefix, [edition.thing(term, here) for term in some]) for prefix, some in by_prefix]
