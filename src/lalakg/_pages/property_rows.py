"""Property rows: what is said of a thing and what points to it, by property; parts stand in place of links to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

import pyoxigraph as ox

from lalakg._pages.index import TYPE, Statement, key
from lalakg._pages.site_context import SiteContext, Value
from lalakg._rdf.terms import WELL_KNOWN, natural

_MOST = 60  # values of one property on one page
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


class PropertyRows:
    """The rows of the page at `here`. Each part is shown where the first statement leads to it."""

    def __init__(self, site: SiteContext, here: str) -> None:
        self.site, self.here, self._presentation = site, here, site.presentation
        self._placed: set[str] = set()

    def of(self, thing: str) -> list[Group]:
        """What is said of a thing, in the groups and the order that the shapes give."""
        index, owner = self.site.index, self.site.owners.get(thing)
        how = self._presentation
        known = {index.label(thing), index.text(thing, *how.lead), index.text(thing, *_TITLES)}
        hidden = how.in_head.union(
            how.said_by_parts if thing in self.site.parts else (), how.said_by_part_text if owner else ()
        )

        def new(statement: Statement) -> bool:
            literal = isinstance(statement.object, ox.Literal)
            return statement.object.value not in known if literal else key(statement.object) != owner

        statements = self.site.narrow(index.statements(thing))
        return self._groups(thing, [s for s in statements if s.property not in hidden and new(s)], backwards=False)

    def incoming(self, thing: str, *, sections: bool = True) -> list[Row]:
        """What points to a thing, except for what it belongs to, and with `sections` for what stands in these."""
        site = self.site
        outgoing = {(s.property, str(s.object.value)) for s in site.index.statements(thing)}
        given = [
            s
            for s in site.narrow(site.index.pointing(thing))
            if not s.subject.startswith("_:")
            and s.property != TYPE
            and s.subject != site.owners.get(thing)
            and (s.property, s.subject) not in outgoing
            and not (
                sections
                and site.owners.get(s.subject) != thing
                and self._presentation.has_section(site.index, s.property)
            )
        ]
        return [row for group in self._groups(thing, given, backwards=True) for row in group.rows]

    def _groups(self, thing: str, statements: list[Statement], *, backwards: bool) -> list[Group]:
        showing = self.site.display.showing

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
        return self._cut(thing, name, property_, ends, str, lambda end: self.site.thing(end, self.here))

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
            if self.site.owners.get(iri(one)) == thing and iri(one) not in self._placed:
                values.append(self._part(iri(one)))
            elif number < _MOST:
                values.append(value(one))
        return Row(name, self.site.thing(property_, self.here), values, len(given) - len(values))

    def _part(self, part: str) -> Part:
        self._placed.add(part)
        index = self.site.index
        rows = [row for group in self.of(part) for row in group.rows]
        text = self._presentation.part_text(index, part) or index.label(part)
        return Part(text, index.name(part), self.site.anchor(part), rows + self.incoming(part, sections=False))

    def _end(self, statement: Statement) -> Value:
        """The end of a statement, in the words that say most of it."""
        value = self.site.value(statement.object, self.here, statement.property)
        text = self._presentation.link_text(self.site.index, statement)
        return replace(value, text=text) if text else value


def _iri(node: object) -> str:
    return node.value if isinstance(node, ox.NamedNode) else ""
