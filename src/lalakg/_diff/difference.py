"""A difference of two graphs: what was added, removed and changed, by the subject that it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeAlias

import pyoxigraph as ox

from lalakg._diff import render
from lalakg._diff.alignment import Place
from lalakg._errors import OutputError
from lalakg._rdf.terms import RDF, Prefixes, compact, natural

FORMATS: Final = tuple(render.WRITERS)
_REST: Final = RDF + "rest"
_MANY: Final = 5  # steps by one property that are told one by one
_Way: TypeAlias = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Change:
    """A statement whose property has one value on both sides, but not the same."""

    subject: Any
    predicate: ox.NamedNode
    before: Any
    after: Any


class Line(NamedTuple):
    """One difference, by the path from the subject that it is told under; where there is no value it is None."""

    path: str
    subject: Any
    predicate: ox.NamedNode
    before: Any
    after: Any

    @property
    def kind(self) -> str:
        """What it is: added, removed or changed."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"


class Group(NamedTuple):
    """What differs about one subject. `state`: new or gone, when only one side knows it, else changed."""

    subject: Any
    state: str
    lines: list[Line]


@dataclass(frozen=True)
class Setting:
    """What the telling of a difference needs to know of the two sides; `size` counts the second's statements."""

    names: tuple[str, str]
    size: int
    prefixes: Prefixes = field(repr=False)
    labels: Mapping[Any, str] = field(default_factory=dict, repr=False)
    places: Mapping[Any, Place] = field(default_factory=dict, repr=False)
    new: frozenset[Any] = field(default=frozenset(), repr=False)
    gone: frozenset[Any] = field(default=frozenset(), repr=False)
    ways: dict[Any, _Way] = field(default_factory=dict, repr=False)

    def owner(self, subject: Any) -> Any:
        """The subject under which a statement is told: for a blank node, the one that leads to it."""
        return self.places[subject].owner if isinstance(subject, ox.BlankNode) else subject

    def path(self, subject: Any, predicate: ox.NamedNode) -> str:
        """The way from the owner to a value as a SPARQL property path; many steps of one kind are one with + or *."""
        return "/".join(self._steps(iri, n) for iri, n in _longer(self._way(subject), predicate.value))

    def _steps(self, iri: str, number: int) -> str:
        name = compact(iri, self.prefixes)
        if iri == _REST and number > 1:
            return f"{name}*"
        return f"{name}+" if number > _MANY else "/".join([name] * number)

    def _way(self, subject: Any) -> _Way:
        """The properties from the owner to a blank node, and how often each in a row."""
        above: list[Any] = []
        while subject not in self.ways and isinstance(subject, ox.BlankNode) and self.places[subject].predicate:
            above.append(subject)
            subject = self.places[subject].parent
        way = self.ways.get(subject, ())
        for node in reversed(above):
            way = self.ways[node] = _longer(way, str(self.places[node].predicate.value))  # type: ignore[union-attr]  # it has one
        return way


def _longer(way: _Way, predicate: str) -> _Way:
    """A way, and one step more."""
    if way and way[-1][0] == predicate:
        return *way[:-1], (predicate, way[-1][1] + 1)
    return *way, (predicate, 1)


@dataclass(frozen=True)
class Diff:
    """What makes one graph another: true when they differ. A statement stands in one of the three lists only.

    Blank nodes bear labels of the comparison's own, the same on both sides for nodes that correspond.
    """

    added: list[ox.Triple]
    removed: list[ox.Triple]
    changed: list[Change]
    notes: tuple[str, ...] = ()
    setting: Setting = field(repr=False, compare=False, kw_only=True)

    @classmethod
    def of(
        cls,
        added: Iterable[ox.Triple],
        removed: Iterable[ox.Triple],
        changed: Iterable[Change],
        notes: tuple[str, ...],
        setting: Setting,
    ) -> Diff:
        """A difference in a stable order."""

        def order(item: Any) -> list[tuple[int, int, str]]:
            return natural(f"{item.subject} {item.predicate} {getattr(item, 'object', '')}")

        return cls(
            sorted(added, key=order), sorted(removed, key=order), sorted(changed, key=order), notes, setting=setting
        )

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def __str__(self) -> str:
        return self.render()

    @property
    def counts(self) -> dict[str, int]:
        """How many statements were added, removed and changed."""
        return {"added": len(self.added), "removed": len(self.removed), "changed": len(self.changed)}

    @property
    def summary(self) -> str:
        """How much differs, in one line."""
        if not self:
            size = self.setting.size
            return f"No difference: {size:,} statement{'s' if size != 1 else ''} on both sides."
        found = [f"{count:,} {kind}" for kind, count in self.counts.items() if count]
        return f"Statements: {', '.join(found)}."

    @cached_property
    def groups(self) -> list[Group]:
        """The differences by subject, in the order of the subjects' names."""
        found: dict[Any, list[Line]] = defaultdict(list)
        for line in self._lines():
            found[self.setting.owner(line.subject)].append(line)
        order = sorted(found, key=lambda subject: (isinstance(subject, ox.BlankNode), natural(str(subject))))
        return [Group(subject, self._state(subject), sorted(found[subject], key=_order)) for subject in order]

    def _lines(self) -> Iterator[Line]:
        path = self.setting.path
        yield from (Line(path(t.subject, t.predicate), t.subject, t.predicate, None, t.object) for t in self.added)
        yield from (Line(path(t.subject, t.predicate), t.subject, t.predicate, t.object, None) for t in self.removed)
        for c in self.changed:
            yield Line(path(c.subject, c.predicate), c.subject, c.predicate, c.before, c.after)

    def _state(self, subject: Any) -> str:
        return "new" if subject in self.setting.new else "gone" if subject in self.setting.gone else "changed"

    def render(self, form: str = "text") -> str:
        """The difference as text, as json, as ttl (change sets, one a subject), or as md for release notes.

        Raises OutputError for another form.
        """
        if form not in render.WRITERS:
            raise OutputError(f"there is no form {form}; there are {', '.join(render.WRITERS)}.")
        return render.WRITERS[form](self)


def _order(line: Line) -> tuple[Any, ...]:
    return natural(line.path), line.before is None, natural(str(line.before or line.after))
