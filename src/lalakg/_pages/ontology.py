"""The ontology documented: each term with its uses in the data, and the queries and rules that speak of it."""

from __future__ import annotations

import heapq
from itertools import groupby
from typing import Any

from lalakg._pages.index import SUBCLASS, TYPE, Statement
from lalakg._pages.site_context import SiteContext, Value
from lalakg._rdf.terms import WELL_KNOWN, natural

_OWL, _RDFS, _SKOS = WELL_KNOWN["owl"], WELL_KNOWN["rdfs"], WELL_KNOWN["skos"]
CLASSES = (_OWL + "Class", _RDFS + "Class")
PROPERTIES = tuple(
    [_OWL + kind for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")]
    + [WELL_KNOWN["rdf"] + "Property"]
)
_MOST = 12
_EXAMPLES = 5


def is_term(site: SiteContext, thing: str) -> bool:
    """Whether a thing is a class, a property or a concept."""
    kinds = site.index.objects(thing, TYPE)
    return any(kind in (*CLASSES, *PROPERTIES, _SKOS + "Concept") for kind in kinds)


def content(site: SiteContext, term: str, here: str) -> dict[str, Any]:
    """What a term's page shows besides what any thing's page does."""
    index = site.index
    instances = [thing for thing in index.instances(term) if not thing.startswith("_:")]
    statements = index.uses.get(term, [])
    return {
        "instances": [site.thing(thing, here) for thing in instances[:_MOST]],
        "instance_count": len(instances),
        "uses": [(site.thing(s.subject, here), site.value(s.object, here, term)) for s in _first(statements)],
        "use_count": len(statements),
        "queries": [(q.name, q.summary) for q in site.queries_by_term.get(term, []) if q.group != "hygiene"],
        "shapes": [(shape.number, shape.label, shape.anchor) for shape in site.shapes_by_term.get(term, [])],
    }


def _first(statements: list[Statement]) -> list[Statement]:
    return heapq.nsmallest(_EXAMPLES, statements, key=lambda s: (natural(s.subject), natural(str(s.object))))


def overview(site: SiteContext, here: str) -> dict[str, Any]:
    """What the page of the whole ontology shows."""
    index = site.index
    terms = [thing for thing in index.things if is_term(site, thing)]
    own = [term for term in terms if site.is_own(term)]
    classes = [term for term in own if set(index.objects(term, TYPE)) & set(CLASSES)]
    properties = [term for term in own if set(index.objects(term, TYPE)) & set(PROPERTIES)]
    schemes = index.instances(_SKOS + "ConceptScheme")
    return {
        "classes": _tree(site, classes, here),
        "properties": _in_groups(site, properties, here),
        "schemes": [
            (
                _entry(site, scheme, here),
                [_entry(site, c, here) for c in index.subjects(scheme, _SKOS + "inScheme")],
            )
            for scheme in schemes
        ],
        "borrowed": _borrowed(site, [term for term in terms if not site.is_own(term)], here),
        "intro": index.text(next(iter(site.ontologies.values()), ""), WELL_KNOWN["dcterms"] + "description"),
        "file": site.folder.vocabularies[0].name,
    }


def _entry(site: SiteContext, term: str, here: str) -> dict[str, Any]:
    index = site.index
    return {
        "value": site.thing(term, here),
        "definition": site.description(term),
        "count": len(index.uses.get(term, ())) or sum(1 for _ in index.pointing(term, TYPE)),
    }


def _tree(site: SiteContext, classes: list[str], here: str) -> list[tuple[int, dict[str, Any]]]:
    """Classes with their depth, each below the first of its parents."""
    parents = {c: [p for p in site.index.objects(c, SUBCLASS) if p in classes] for c in classes}
    found: list[tuple[int, dict[str, Any]]] = []
    placed: set[str] = set()

    def add(name: str, depth: int) -> None:
        if name not in placed:
            placed.add(name)
            found.append((depth, _entry(site, name, here)))
            for child in classes:
                if parents[child][:1] == [name]:
                    add(child, depth + 1)

    for name in [c for c in classes if not parents[c]] + classes:
        add(name, 0)
    return found


def _in_groups(site: SiteContext, properties: list[str], here: str) -> list[tuple[str, list[dict[str, Any]]]]:
    showing = site.display.showing
    ordered = sorted(properties, key=lambda p: (showing(p), natural(p)))
    groups = groupby(ordered, key=lambda p: showing(p).group)
    return [(title or "Also", [_entry(site, p, here) for p in some]) for title, some in groups]


def _borrowed(site: SiteContext, terms: list[str], here: str) -> list[tuple[str, list[Value]]]:
    by_prefix = groupby(sorted(terms, key=site.index.name), key=lambda t: site.index.name(t).partition(":")[0])
    return [(prefix, [site.thing(term, here) for term in some]) for prefix, some in by_prefix]
