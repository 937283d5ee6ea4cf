"""Look-up tables by predicate (a hash index): values of nodes along paths, with literals in their original forms.

Values are looked up in the store one by one at first. A table costs less per triple than a look-up, but has all triples
of its predicate; so it is read once it is no more than some times as large as the look-ups made so far.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from operator import attrgetter
from typing import Any, TypeAlias

import pyoxigraph as ox

from lalakg._shacl.backend import Term
from lalakg._shacl.lexical_forms import LexicalForms
from lalakg._shacl.paths import Path

Lookup: TypeAlias = Callable[[Term], Sequence[Term]]

_DEFAULT = ox.DefaultGraph()
_FORWARDS, _BACKWARDS = attrgetter("subject", "object"), attrgetter("object", "subject")
_WORTH = 4  # how many rows of a table cost as much as one look-up
_FEW = 100  # look-ups that are not worth a table
_MAX_ROWS = 1_000_000  # rows of all tables together; beyond, the oldest is dropped, and read again if it is needed


class _Table(dict[Term, Sequence[Term]]):
    """The values of each node at a predicate."""

    def __missing__(self, node: Term) -> Sequence[Term]:
        return ()


class PredicateTables:
    """Values at the end of predicates and paths, in either direction."""

    def __init__(self, store: ox.Store, lexical: LexicalForms) -> None:
        self.store, self.lexical = store, lexical
        self._tables: dict[tuple[Any, bool], _Table] = {}
        self._rows: dict[tuple[Any, bool], int] = {}
        self._lookups: Counter[tuple[Any, bool]] = Counter()  # look-ups so far
        self._refused_at: Counter[tuple[Any, bool]] = Counter()  # look-ups when its table was too large

    def along(self, path: Path, times: int = 0, *, backwards: bool = False) -> Lookup:
        """What follows a path from a node to its value nodes, each once. `times` is how often that will be done, where
        it is known."""
        if path.kind == "predicate":
            return self._along_predicate(path.node, backwards, times)
        if path.kind == "inverse":
            return self.along(path.parts[0], times, backwards=not backwards)
        first, *others = reversed(path.parts) if backwards and path.kind == "sequence" else path.parts
        later = times if path.kind == "alternative" else 0
        steps = [self.along(first, times, backwards=backwards)]
        steps += [self.along(part, later, backwards=backwards) for part in others]
        return _WALKS[path.kind](steps)

    def is_single(self, path: Path) -> bool:
        """Whether no node is known to have more than one value: so says a table with as many rows as nodes."""
        key = path.node, False
        return path.kind == "predicate" and key in self._tables and self._rows[key] == len(self._tables[key])

    def _along_predicate(self, predicate: Any, backwards: bool, times: int) -> Lookup:
        key = predicate, backwards
        if self._has_table(key, times):
            return self._tables[key].__getitem__

        def look_up(node: Term) -> Sequence[Term]:
            return self._tables[key][node] if self._has_table(key, 1) else _each_once(self._from_store(node, *key))

        return look_up

    def _has_table(self, key: tuple[Any, bool], times: int) -> bool:
        """Whether there is a table, after so many look-ups more."""
        if key in self._tables:
            return True
        self._lookups[key] += times
        is_worth_a_try = self._lookups[key] >= max(_FEW, 4 * self._refused_at[key])
        return is_worth_a_try and self._read(key, _WORTH * self._lookups[key])

    def _from_store(self, node: Term, predicate: Any, backwards: bool) -> Iterator[Term]:
        if backwards:
            return self.lexical.subjects(self.store, predicate, node)
        return self.lexical.objects(self.store, node, predicate)

    def _read(self, key: tuple[Any, bool], limit: int) -> bool:
        """Read a table, unless it has more rows than that."""
        table, rows = _Table(), 0
        for node, value in islice(self._triples(*key), limit + 1):
            rows += 1
            known = table.setdefault(node, new := (value,))  # most nodes have one value, for which a tuple is smallest
            if type(known) is list:
                known.append(value)
            elif known is not new:
                table[node] = [*known, value]
        if rows > limit:
            self._refused_at[key] = self._lookups[key]
            return False
        self._rows[key], self._tables[key] = rows, table
        while len(self._tables) > 1 and sum(self._rows.values()) > _MAX_ROWS:
            oldest = next(iter(self._tables))
            del self._tables[oldest], self._rows[oldest]
        return True

    def _triples(self, predicate: Any, backwards: bool) -> Iterator[tuple[Term, Term]]:
        quads = self.store.quads_for_pattern(None, predicate, None, _DEFAULT)
        if predicate.value not in self.lexical.predicates:
            return map(_BACKWARDS if backwards else _FORWARDS, quads)
        pairs = {(q.subject, o) for q in quads for o in self.lexical.original_forms(q.subject, predicate, q.object)}
        return ((o, s) if backwards else (s, o) for s, o in pairs)


def _sequence(steps: list[Lookup]) -> Lookup:
    first, *others = steps
    later = cache(_sequence(others)) if others else None

    def walk(node: Term) -> Sequence[Term]:
        reached = first(node)
        if not later:
            return reached
        return later(reached[0]) if len(reached) == 1 else _each_once(value for one in reached for value in later(one))

    return walk


def _alternative(ways: list[Lookup]) -> Lookup:
    return lambda node: _each_once(value for way in ways for value in way(node))


def _optional(steps: list[Lookup]) -> Lookup:
    return lambda node: _each_once((node, *steps[0](node)))


def _closure(steps: list[Lookup], *, itself: bool) -> Lookup:
    def walk(node: Term) -> Sequence[Term]:
        seen: dict[Term, None] = {node: None} if itself else {}
        waiting = [node]
        while waiting:
            for value in steps[0](waiting.pop()):
                if value not in seen:
                    seen[value] = None
                    waiting.append(value)
        return list(seen)

    return walk


def _each_once(values: Iterable[Term]) -> list[Term]:
    return list(dict.fromkeys(values))


_WALKS: dict[str, Callable[[list[Lookup]], Lookup]] = {
    "sequence": _sequence,
    "alternative": _alternative,
    "?": _optional,
    "*": lambda steps: _closure(steps, itself=True),
    "+": lambda steps: _closure(steps, itself=False),
}
