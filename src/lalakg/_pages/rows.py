"""Rows: what is said of a thing and what points to it, by property; its parts stand in the places of links to them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import pyoxigraph as ox

from lalakg._pages.evidence import place
from lalakg._pages.index import LABELS, SUBPROPERTY, TYPE, Statement, key
from lalakg._pages.site_context import Edition, Value
from lalakg._rdf.terms import LALA, WELL_KNOWN, natural

_SKOS, _SCHEMA = WELL_KNOWN["skos"], WELL_KNOWN["schema"]
_MOST = 60  # values of one property on one page
LEAD = (LALA + "claimText", _SKOS + "definition", LALA + "gist", WELL_KNOWN["dcterms"] + "description")
_IN_HEAD = frozenset({TYPE, *LABELS, *LEAD[:2], _SCHEMA + "sameAs", LALA + "factId"})
_BY_PARTS = frozenset({LALA + "locator"})  # which the passage that it is a short form of says in full
_IN_PLACE = frozenset({LALA + "paragraph", WELL_KNOWN["oa"] + "start", WELL_KNOWN["oa"] + "end"})
_TITLES = (WELL_KNOWN["dcterms"] + "title",)


@dataclass(frozen=True)
class Part:
    """A part of a thing: what is said of it, and what points to it."""

    text: str
    name: str
    anchor: str
    rows: list[Row]


@dataclass
class Row:
    """One property with its values; `more` are not shown."""

    name: str
    property: Value
    values: list[Value | Part]
    more: int


@dataclass
class Group:
    """Rows under one heading."""

    title: str
    rows: list[Row] = field(default_factory=list)


class Rows:
    """The rows of the page at `here`. Each part is shown where the first statement leads to it."""

    def __init__(self, edition: Edition, here: str) -> None:
        self.edition, self.here = edition, here
        self._placed: set[str] = set()

    def of(self, thing: str) -> list[Group]:
        """What is said of a thing, in the groups and the order that the shapes give."""
        index, owner = self.edition.index, self.edition.owners.get(thing)
        known = {index.label(thing), index.text(thing, *LEAD), index.text(thing, *_TITLES)}
        hidden = _IN_HEAD.union(_BY_PARTS if thing in self.edition.parts else (), _IN_PLACE if owner else ())

        def new(statement: Statement) -> bool:
            literal = isinstance(statement.object, ox.Literal)
            return statement.object.value not in known if literal else key(statement.object) != owner

        said = self.edition.narrow(index.statements(thing))
        return self._groups(thing, [s for s in said if s.property not in hidden and new(s)], backwards=False)

    def incoming(self, thing: str, shown_already: Collection[str] = ()) -> list[Row]:
        """What points to a thing, except for the claims that its page shows in full, and what it belongs to."""
        edition, about = self.edition, LALA + "about"
        said = {(s.property, str(s.object.value)) for s in edition.index.statements(thing)}
        given = [
            s
            for s in edition.narrow(edition.index.pointing(thing))
            if not s.subject.startswith("_:")
            and s.property != TYPE
            and s.subject != edition.owners.get(thing)
            and (s.property, s.subject) not in said
            and not (
                s.subject in shown_already
                and edition.owners.get(s.subject) != thing
                and about in (s.property, *edition.index.above(s.property, SUBPROPERTY))
            )
        ]
        return [row for group in self._groups(thing, given, backwards=True) for row in group.rows]

    def _groups(self, thing: str, statements: list[Statement], *, backwards: bool) -> list[Group]:
        showing = self.edition.display.showing

        def order(statement: Statement) -> tuple[Any, str]:
            return showing(statement.property, backwards=backwards), statement.property

        groups: dict[str, Group] = {}
        for (how, property_), some in groupby(sorted(statements, key=order), key=order):
            row = self._incoming_row if backwards else self._row
            groups.setdefault(how.group, Group(how.group)).rows.append(row(thing, how.name, property_, some))
        return list(groups.values())

    def _row(self, thing: str, name: str, property_: str, some: Iterable[Statement]) -> Row:
        given = sorted(some, key=lambda s: natural(str(s.object)))
        return self._cut(thing, name, property_, given, lambda s: _iri(s.object), self._end)

    def _incoming_row(self, thing: str, name: str, property_: str, some: Iterable[Statement]) -> Row:
        ends = sorted({s.subject for s in some}, key=natural)
        return self._cut(thing, name, property_, ends, str, lambda end: self.edition.thing(end, self.here))

    def _cut(
        self,
        thing: str,
        name: str,
        property_: str,
        given: list[Any],
        iri: Callable[[Any], str],
        value: Callable[[Any], Value],
    ) -> Row:
        """A row of not too many values; parts are always shown, since this is their place."""
        values: list[Value | Part] = []
        for number, one in enumerate(given):
            if self.edition.owners.get(iri(one)) == thing and iri(one) not in self._placed:
                values.append(self._part(iri(one)))
            elif number < _MOST:
                values.append(value(one))
        return Row(name, self.edition.thing(property_, self.here), values, len(given) - len(values))

    def _part(self, part: str) -> Part:
        self._placed.add(part)
        index = self.edition.index
        said = [row for group in self.of(part) for row in group.rows]
        text = place(index, part) or index.label(part)
        return Part(text, index.name(part), self.edition.anchor(part), said + self.incoming(part))

    def _end(self, statement: Statement) -> Value:
        """The end of a statement; a passage by where it stands, which says more than its name."""
        value = self.edition.value(statement.object, self.here, statement.property)
        passage = statement.property == LALA + "evidence"
        where = place(self.edition.index, key(statement.object)) if passage else ""
        return replace(value, text=where) if where else value


def _iri(node: object) -> str:
    return node.value if isinstance(node, ox.NamedNode) else ""
