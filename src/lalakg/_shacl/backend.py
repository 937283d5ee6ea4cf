"""Interfaces of validation backends: what evaluating shapes asks of data, one method for each kind of question.

A focus is a set of focus nodes. `sparql_backend` holds it as a graph pattern and asks one query for all of them;
`node_backend` holds the nodes themselves and looks up their values in tables.
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
    """What runs SELECT queries: a store in this process, or a remote endpoint."""

    def rows(self, query: str) -> Iterator[Row]:
        """The rows, in the order of the variables; None where unbound."""

    def solutions(self, query: str, this: Term | None = None) -> list[dict[str, Term]]:
        """The rows by the names of their variables; with `this`, for that one focus node."""


class Backend(Protocol):
    """What evaluating a shape asks, by the constraint components of SHACL, section 4.

    `path` is None at a node shape, where the value nodes are the focus nodes.
    """

    def value_nodes(self, focus: Any, path: Path | None) -> Any:
        """The value nodes of all focus nodes, as a focus."""

    def excluding(self, focus: Any, nodes: set[Term]) -> Any:
        """The focus without these nodes, where that saves work; otherwise as it is."""

    def focus_nodes(self, focus: Any) -> Collection[Term]:
        """The focus nodes."""

    def value_pairs(self, focus: Any, path: Path | None) -> list[Pair]:
        """Every focus node with each of its value nodes."""

    def failing_values(self, focus: Any, path: Path | None, constraint: Constraint) -> list[Pair]:
        """The pairs whose value fails a value test: sh:datatype, sh:pattern, sh:in and the like."""

    def non_instances(self, focus: Any, path: Path | None, class_: str) -> list[Pair]:
        """sh:class: the pairs whose value is no instance of the class or its subclasses."""

    def below_min_count(self, focus: Any, path: Path, number: int) -> list[Term]:
        """sh:minCount: the focus nodes with fewer values than `number`."""

    def above_max_count(self, focus: Any, path: Path, number: int) -> list[Term]:
        """sh:maxCount: the focus nodes with more values than `number`."""

    def without_value(self, focus: Any, path: Path | None, value: Term) -> list[Term]:
        """sh:hasValue: the focus nodes without this value."""

    def unequal_values(self, focus: Any, path: Path | None, predicate: str) -> list[Pair]:
        """sh:equals: focus nodes, each with a value at just one of `path` and `predicate`."""

    def shared_values(self, focus: Any, path: Path | None, predicate: str) -> list[Pair]:
        """sh:disjoint: focus nodes, each with a value at both."""

    def unordered_values(self, focus: Any, path: Path, predicate: str, operator: str) -> list[Pair]:
        """sh:lessThan, sh:lessThanOrEquals: pairs, once for each value at `predicate` that the pair's is not below.

        `operator` is < or <=.
        """

    def duplicate_languages(self, focus: Any, path: Path) -> list[Pair]:
        """sh:uniqueLang: focus nodes, each with a language tag that two of their values share."""

    def disallowed_statements(self, focus: Any, allowed: tuple[str, ...]) -> list[Row]:
        """sh:closed: focus nodes, predicates that are not allowed, values."""
