"""The page of a thing: what it is and where, what is said of it and on whose word, and what points to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import pyoxigraph as ox

from lalakg._pages import neighbourhood, timeline
from lalakg._pages.edition import Edition, Value
from lalakg._pages.evidence import Claim, claim, claims, passage
from lalakg._pages.index import LABELS, SUBPROPERTY, TYPE, Statement, key
from lalakg._pages.worlds import is_world, pairs, plan
from lalakg._terms import LALA, WELL_KNOWN, natural

_SKOS, _RDFS, _SCHEMA = WELL_KNOWN["skos"], WELL_KNOWN["rdfs"], WELL_KNOWN["schema"]
_MOST = 60  # values of one property on one page
_MOST_CLAIMS = 100
_LEAD = (LALA + "claimText", _SKOS + "definition", LALA + "gist", WELL_KNOWN["dcterms"] + "description")
_IN_HEAD = {TYPE, *LABELS, *_LEAD[:2], _SCHEMA + "sameAs", LALA + "factId"}


@dataclass
class Row:
    """One property with its values; `more` are not shown."""

    name: str
    property: Value
    values: list[Value]
    more: int


@dataclass
class Group:
    """Rows under one heading."""

    title: str
    rows: list[Row] = field(default_factory=list)


def content(edition: Edition, thing: str, here: str) -> dict[str, Any]:
    """All that the template of a thing's page shows."""
    index = edition.index
    world = index.object(thing, LALA + "inWorld")
    found = claims(index, thing)
    own = claim(index, thing) if index.is_a(thing, LALA + "Claim") else None
    lead = index.text(thing, *_LEAD)
    return {
        "label": index.label(thing),
        "name": index.name(thing),
        "iri": thing,
        "types": [edition.kind(kind, here) for kind in index.types(thing)],
        "world": edition.thing(world, here) if world else None,
        "inside": bool(index.object(world or thing, LALA + "embeddedIn")),
        "lead": "" if lead == index.label(thing) else lead,
        "groups": rows(edition, thing, here),
        "claims": [shown(edition, one, here) for one in found[:_MOST_CLAIMS]],
        "more_claims": max(0, len(found) - _MOST_CLAIMS),
        "own": shown(edition, own, here) if own else {"number": "", "passages": []},
        "incoming": incoming(edition, thing, here, {one.iri for one in found}),
        "elsewhere": [edition.thing(iri, here) for iri in index.objects(thing, _SCHEMA + "sameAs")],
        "drawing": neighbourhood.draw(edition, thing, here),
        "timelines": timelines(edition, thing, here) if is_world(index, thing) else [],
    }


def rows(edition: Edition, thing: str, here: str) -> list[Group]:
    """What is said of a thing, in the groups and the order that the shapes give."""
    index = edition.index
    shown_already = {index.label(thing), index.text(thing, *_LEAD), index.text(thing, WELL_KNOWN["dcterms"] + "title")}
    given = [
        s
        for s in edition.narrow(index.statements(thing))
        if s.property not in _IN_HEAD and not (isinstance(s.object, ox.Literal) and s.object.value in shown_already)
    ]
    return _grouped(edition, given, here, backwards=False)


def incoming(edition: Edition, thing: str, here: str, shown_already: set[str]) -> list[Row]:
    """What points to a thing, except for the claims that its page shows in full."""
    about = LALA + "about"
    said = {(s.property, str(s.object.value)) for s in edition.index.statements(thing)}
    given = [
        s
        for s in edition.narrow(edition.index.pointing(thing))
        if not s.subject.startswith("_:")
        and s.property != TYPE
        and (s.property, s.subject) not in said
        and not (s.subject in shown_already and (about in (s.property, *edition.index.above(s.property, SUBPROPERTY))))
    ]
    return [row for group in _grouped(edition, given, here, backwards=True) for row in group.rows]


def _grouped(edition: Edition, statements: list[Statement], here: str, *, backwards: bool) -> list[Group]:
    showing = edition.display.showing

    def order(statement: Statement) -> tuple[Any, str]:
        return showing(statement.property, backwards=backwards), statement.property

    groups: dict[str, Group] = {}
    for (how, property_), some in groupby(sorted(statements, key=order), key=order):
        given = list(some)
        if backwards:
            ends = sorted({s.subject for s in given}, key=natural)
            values = [edition.thing(subject, here) for subject in ends[:_MOST]]
        else:
            given.sort(key=lambda s: natural(str(s.object)))
            ends = [str(s.object) for s in given]
            values = [_end(edition, s, here) for s in given[:_MOST]]
        row = Row(how.name, edition.thing(property_, here), values, len(ends) - len(values))
        groups.setdefault(how.group, Group(how.group)).rows.append(row)
    return list(groups.values())


def _end(edition: Edition, statement: Statement, here: str) -> Value:
    """The end of a statement; a passage by where it stands, which says more than its name."""
    value = edition.value(statement.object, here, statement.property)
    if statement.property == LALA + "evidence" and (place := passage(edition.index, key(statement.object)).place):
        return replace(value, text=place)
    return value


def shown(edition: Edition, one: Claim, here: str) -> dict[str, Any]:
    """A claim as templates want it."""
    index = edition.index
    return {
        "value": edition.thing(one.iri, here),
        "number": one.number,
        "text": one.text,
        "bearing": index.label(one.bearing) if one.bearing else "",
        "denies": one.bearing == LALA + "denies",
        "voice": edition.thing(one.voice, here) if one.voice else None,
        "source": edition.thing(one.source, here) if one.source else None,
        "words": one.words,
        "passages": [
            {
                "value": edition.thing(p.iri, here),
                "source": index.label(p.source),
                "place": p.place,
                "address": p.address,
            }
            for p in one.passages
        ],
    }


def timelines(edition: Edition, world: str, here: str) -> list[str]:
    """The drawings of a world beside the one that it belongs with; of the graph's first pair when `world` is empty."""
    for pair in pairs(edition.index, world):
        made = plan(edition.index, *pair)
        if made:
            return timeline.draw(made, edition.index, lambda iri: edition.href(iri, here))
    return []
