"""Runner of SPARQL-based constraints and components: set at a time, or node by node where that would be wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from lalakg._errors import EndpointError, ShapesError
from lalakg._rdf.terms import Node
from lalakg._shacl.backend import Pair, Source
from lalakg._shacl.constraint_components import AskValidator, ComponentConstraint
from lalakg._shacl.evaluation import Violation
from lalakg._shacl.node_backend import FocusNodes
from lalakg._shacl.query_words import replace, split
from lalakg._shacl.shape import Constraint, Shape
from lalakg._shacl.sparql_backend import FocusPattern, SparqlBackend
from lalakg._shacl.sparql_constraints import SelectQuery
from lalakg._sparql.engine import RemoteEngine
from lalakg._sparql.results import Rows


class StoreSource:
    """SELECTs on a store in this process."""

    def __init__(self, store: ox.Store) -> None:
        self.store = store

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """One answer of the store, read as it comes."""
        answer = self.store.query(query)
        assert isinstance(answer, ox.QuerySolutions)
        width = range(len(answer.variables))
        return (tuple([solution[i] for i in width]) for solution in answer)

    def solutions(self, query: str, this: Node | None = None) -> list[dict[str, Any]]:
        """One answer of the store; $this is bound by substitution, which keeps blank nodes."""
        bound: dict[Any, Any] = {ox.Variable("this"): this} if this is not None else {}
        answer = self.store.query(query, substitutions=bound)
        assert isinstance(answer, ox.QuerySolutions)
        names = [v.value for v in answer.variables]
        return [{n: solution[n] for n in names if solution[n] is not None} for solution in answer]


class RemoteSource:
    """SELECTs on an endpoint. An answer that was cut short is noticed by counting, and then fetched in pages."""

    def __init__(self, engine: RemoteEngine) -> None:
        self.engine = engine

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """See Source."""
        answer = self._whole(query)
        return (tuple(row.get(name) for name in answer[0]) for row in answer[1])

    def solutions(self, query: str, this: Node | None = None) -> list[dict[str, Any]]:
        """See Source."""
        if this is not None:
            raise ShapesError(f"{this} is a blank node, which an endpoint names anew in every answer.")
        return self._whole(query)[1]

    def _whole(self, query: str) -> tuple[list[str], list[dict[str, Any]]]:
        names, rows = self._ask(query)
        total = self._count(query)
        if total == len(rows):
            return names, rows
        if not rows:
            raise EndpointError(f"gave none of {total} rows; raise its limit.", self.engine.url)
        size, found = len(rows), list[dict[str, Any]]()
        prologue, body = split(query)
        order = " ".join(f"?{name}" for name in names)
        while len(found) < total:
            page = (
                f"{prologue}SELECT {order} WHERE {{ {{ {body}\n}} }} ORDER BY {order} LIMIT {size} OFFSET {len(found)}"
            )
            some = self._ask(page)[1]
            if not some:
                raise EndpointError(
                    f"gave {len(found)} of {total} rows, even in pages; raise its limit.", self.engine.url
                )
            found += some
        return names, found

    def _count(self, query: str) -> int:
        prologue, body = split(query)
        return self.engine.count(f"{prologue}SELECT (COUNT(*) AS ?n) WHERE {{ {{ {body}\n}} }}")

    def _ask(self, query: str) -> tuple[list[str], list[dict[str, Any]]]:
        answer = self.engine.query(query)
        if not isinstance(answer, Rows):
            raise EndpointError("answered a SELECT with something else.", self.engine.url)
        return answer.variables, answer.rows


@dataclass
class SparqlRunner:
    """Runs SPARQL-based constraints and components.

    It records the shapes asked node by node, whether any query ran, and the parameters put into queries.
    """

    source: Source
    backend: SparqlBackend
    node_by_node: dict[Node, None]
    ran: bool = False
    parameters: set[Node] = field(default_factory=set)

    def __call__(
        self,
        focus: FocusPattern | FocusNodes,
        shape: Shape,
        constraint: Constraint,
        what: SelectQuery | ComponentConstraint,
    ) -> Iterable[Violation]:
        """The violations at `focus`."""
        self.ran |= isinstance(focus, FocusPattern) or bool(focus.nodes)
        parameters: tuple[tuple[str, Node], ...] = ()
        if isinstance(what, ComponentConstraint):
            parameters, validator = what.parameters, what.validator
            self.parameters |= {term for _, term in parameters}
            if isinstance(validator, AskValidator):
                yield from self._unaccepted(focus, shape, constraint, validator, parameters)
                return
            what = validator
        for row in _distinct(self._answers(focus, shape, what)):
            yield _violation(shape, constraint, row, parameters)

    def _answers(self, focus: FocusPattern | FocusNodes, shape: Shape, select: SelectQuery) -> Iterator[dict[str, Any]]:
        pattern = _pattern(focus)
        query = select.for_focus_nodes(pattern.bind("this")) if pattern else None
        if query is not None:
            yield from self.source.solutions(query)
            return
        if pattern:
            self.node_by_node[shape.node] = None
        for node in self._nodes(focus):
            for row in self.source.solutions(*_for_one(select.text, node)):
                yield {"this": node, **row}

    def _nodes(self, focus: FocusPattern | FocusNodes) -> Collection[Any]:
        return self.backend.focus_nodes(focus) if isinstance(focus, FocusPattern) else focus.nodes

    def _unaccepted(
        self,
        focus: FocusPattern | FocusNodes,
        shape: Shape,
        constraint: Constraint,
        ask: AskValidator,
        parameters: tuple[tuple[str, Node], ...],
    ) -> Iterator[Violation]:
        for this, value in self._refused(focus, shape, ask):
            yield Violation(this, shape, constraint, value, bindings=(*parameters, ("value", value)))

    def _refused(self, focus: FocusPattern | FocusNodes, shape: Shape, ask: AskValidator) -> Iterator[Pair]:
        if pattern := _pattern(focus):
            yield from self.backend.rejected_by_ask(pattern, shape.path, ask)
            return
        for node in self._nodes(focus):  # the store would give another form of a literal back
            for _, value in self.backend.rejected_by_ask(FocusPattern(_one(node)), shape.path, ask):
                yield node, node if shape.path is None else value


def _pattern(focus: FocusPattern | FocusNodes) -> FocusPattern | None:
    return focus if isinstance(focus, FocusPattern) else focus.pattern


def _one(node: Node) -> str:
    if isinstance(node, ox.BlankNode):
        raise ShapesError(f"{node} is a blank node, for which this component cannot be checked alone.")
    return f"VALUES ?{{v}} {{ {node} }}"


def _for_one(text: str, node: Node) -> tuple[str, Node | None]:
    """The query for one focus node: its term put in for $this; a blank node is left to the store to bind."""
    if isinstance(node, ox.BlankNode):
        return text, node
    return replace(text, {"this": str(node)}), None


def _distinct(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    seen: set[tuple[tuple[str, Any], ...]] = set()
    for row in rows:
        if (key := tuple(row.items())) not in seen:
            seen.add(key)
            yield row


def _violation(
    shape: Shape, constraint: Constraint, row: dict[str, Any], parameters: tuple[tuple[str, Node], ...]
) -> Violation:
    if row.get("failure") == ox.Literal(True):
        raise ShapesError(f"shape {shape.node}: the constraint's query reports a failure of its own.")
    focus, path = row["this"], row.get("path")
    value = row.get("value") or (focus if shape.path is None else None)
    bindings = (*parameters, *row.items())
    return Violation(focus, shape, constraint, value, path if isinstance(path, ox.NamedNode) else None, bindings)
