"""Parameters of SHACL Core's constraint components (section 4): readers that refuse values of the wrong kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pyoxigraph as ox

from lalakg._errors import ShapesError
from lalakg._rdf.terms import Node
from lalakg._shacl.patterns import read_pattern
from lalakg._shacl.shapes_graph import SH, ShapesGraph

_NODE_KINDS: Final = {"IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral"}
Reader = Callable[[ShapesGraph, Node, Node], Any]


def count(graph: ShapesGraph, node: Node, key: str) -> int:
    """A whole number from 0 on. Raises ShapesError for anything else."""
    number = graph.integer(node, key)
    if number < 0:
        raise ShapesError(f"{graph.place(node)}: sh:{key} takes a number from 0 on, not {number}.")
    return number


def _counted(key: str) -> Reader:
    return lambda graph, node, _value: count(graph, node, key)


def _named(key: str) -> Reader:
    return lambda graph, node, value: graph.iri(node, value, key)


def _literal(key: str) -> Reader:
    def read(graph: ShapesGraph, node: Node, value: Node) -> Node:
        if not isinstance(value, ox.Literal):
            raise ShapesError(f"{graph.place(node)}: sh:{key} takes a literal, not {value}.")
        return value

    return read


def _node_kind(graph: ShapesGraph, node: Node, value: Node) -> str:
    name = graph.iri(node, value, "nodeKind").removeprefix(SH)
    if name not in _NODE_KINDS:
        raise ShapesError(
            f"{graph.place(node)}: sh:nodeKind takes sh:IRI, sh:Literal and the like, not {graph.name(value)}."
        )
    return name


def _languages(graph: ShapesGraph, node: Node, value: Node) -> tuple[str, ...]:
    return tuple(graph.string(node, item, "languageIn") for item in graph.list(value))


def _unique_lang(graph: ShapesGraph, node: Node, value: Node) -> bool:
    graph.boolean(node, "uniqueLang")
    return value == ox.Literal(True)  # SHACL means the term true, not any way of writing it


READERS: Final[dict[str, Reader]] = {
    "class": _named("class"),
    "datatype": _named("datatype"),
    "nodeKind": _node_kind,
    "minCount": _counted("minCount"),
    "maxCount": _counted("maxCount"),
    "minExclusive": _literal("minExclusive"),
    "minInclusive": _literal("minInclusive"),
    "maxExclusive": _literal("maxExclusive"),
    "maxInclusive": _literal("maxInclusive"),
    "minLength": _counted("minLength"),
    "maxLength": _counted("maxLength"),
    "pattern": read_pattern,
    "languageIn": _languages,
    "uniqueLang": _unique_lang,
    "equals": _named("equals"),
    "disjoint": _named("disjoint"),
    "lessThan": _named("lessThan"),
    "lessThanOrEquals": _named("lessThanOrEquals"),
    "hasValue": lambda graph, node, value: value,
    "in": lambda graph, node, value: tuple(graph.list(value)),
}
REPEATABLE: Final = {"class", "equals", "disjoint", "lessThan", "lessThanOrEquals", "hasValue"}
