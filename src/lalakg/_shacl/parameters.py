"""The values of SHACL Core's parameters: read, and refused when they are not what the parameter takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pyoxigraph as ox

from lalakg._errors import ShapesError
from lalakg._shacl.graph import SH, ShapesGraph
from lalakg._shacl.queries import NOTHING
from lalakg._terms import RDF, XSD, Node

_NODE_KINDS: Final = {"IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral"}
Reader = Callable[[ShapesGraph, Node, Node], Any]


def _number(graph: ShapesGraph, node: Node, value: Node, key: str) -> int:
    number = graph.integer(node, key)
    if number < 0:
        raise ShapesError(f"{graph.place(node)}: sh:{key} takes a number from 0 on, not {number}.")
    return number


def _counted(key: str) -> Reader:
    return lambda graph, node, value: _number(graph, node, value, key)


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


def _pattern(graph: ShapesGraph, node: Node, value: Node) -> tuple[str, str]:
    text = graph.string(node, value, "pattern")
    given = graph.optional(node, "flags")
    flags = graph.string(node, given, "flags") if given is not None else ""
    test = f"ASK {{ BIND(REGEX('', {ox.Literal(text)}, {ox.Literal(flags)}) AS ?ok) FILTER(BOUND(?ok)) }}"
    if not NOTHING.query(test):
        raise ShapesError(
            f"{graph.place(node)}: sh:pattern {text!r} is not a regular expression, or its flags {flags!r} are not."
        )
    return text, flags


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
    "pattern": _pattern,
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


def text(graph: ShapesGraph, node: Node, value: Node) -> str:
    if not isinstance(value, ox.Literal) or value.datatype.value not in (XSD + "string", RDF + "langString"):
        raise ShapesError(f"{graph.place(node)}: sh:message takes text, not {value}.")
    return value.value
