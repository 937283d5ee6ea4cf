"""What the evaluation of shapes asks of data: of whole sets by SPARQL (`sets`), or of single nodes (`points`).

A focus is a set of nodes: a graph pattern to the one, the nodes themselves to the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Protocol, TypeAlias

from lalakg._shacl.paths import Path
from lalakg._shacl.shape import Constraint

Term: TypeAlias = Any
Row: TypeAlias = tuple[Any, ...]
Pair: TypeAlias = tuple[Term, Term]


class Source(Protocol):
    """What runs a SELECT: a store here, or an endpoint elsewhere."""

    def rows(self, query: str) -> Iterator[Row]:
        """The rows, in the order of the variables; None where unbound."""

    def solutions(self, query: str, this: Term | None = None) -> list[dict[str, Term]]:
        """The rows by the names of their variables; with `this`, for that one focus node."""


class Backend(Protocol):
    """The questions that the evaluation of a shape asks. `path` is None where the values are the focus nodes."""

    def step(self, focus: Any, path: Path | None) -> Any:
        """The value nodes of all focus nodes, as a focus."""

    def without(self, focus: Any, nodes: set[Term]) -> Any:
        """The focus without these nodes, where that spares work; or else as it is."""

    def nodes(self, focus: Any) -> Collection[Term]:
        """The focus nodes."""

    def pairs(self, focus: Any, path: Path | None) -> list[Pair]:
        """Every focus node with each of its value nodes."""

    def failing(self, focus: Any, path: Path | None, constraint: Constraint) -> list[Pair]:
        """Those pairs whose value breaks a value test."""

    def outside(self, focus: Any, path: Path | None, class_: str) -> list[Pair]:
        """Those pairs whose value is no instance of a class."""

    def fewer(self, focus: Any, path: Path, number: int) -> list[Term]:
        """The focus nodes with fewer values than `number`."""

    def more(self, focus: Any, path: Path, number: int) -> list[Term]:
        """The focus nodes with more values than `number`."""

    def lacking(self, focus: Any, path: Path | None, value: Term) -> list[Term]:
        """The focus nodes without this value."""

    def unequal(self, focus: Any, path: Path | None, predicate: str) -> list[Pair]:
        """Focus nodes with a value at just one of `path` and `predicate`."""

    def shared(self, focus: Any, path: Path | None, predicate: str) -> list[Pair]:
        """Focus nodes with a value at both."""

    def unordered(self, focus: Any, path: Path, predicate: str, operator: str) -> list[Pair]:
        """Pairs, one for each value at `predicate` that the pair's value does not stand to in the order."""

    def same_language(self, focus: Any, path: Path) -> list[Pair]:
        """Focus nodes with a language that two of their values share."""

    def strange(self, focus: Any, allowed: tuple[str, ...]) -> list[Row]:
        """Focus nodes, predicates that are not allowed, values."""
