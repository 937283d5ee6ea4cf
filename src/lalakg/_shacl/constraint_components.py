"""SPARQL-based constraint components (SHACL, section 6): constraints that a shapes graph defines for itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from lalakg._errors import ShapesError
from lalakg._rdf.terms import Node
from lalakg._shacl.paths import Path
from lalakg._shacl.query_words import split, words
from lalakg._shacl.shapes_graph import ShapesGraph
from lalakg._shacl.sparql_constraints import (
    SelectQuery,
    current_shape_binding,
    parse_query,
    prebind,
    prefix_declarations,
    prepare_select,
)
from lalakg._sparql.text import group_end

_NAME = re.compile(r"[^\W\d][\w.\-\u00b7\u0300-\u036f\u203f\u2040]*\Z")
_RESERVED = {"this", "shapesGraph", "currentShape", "path", "PATH", "value"}


@dataclass(frozen=True)
class AskValidator:
    """An ASK validator: a group pattern that holds for a value node ?value of ?this when it conforms."""

    prologue: str
    group: str
    messages: tuple[ox.Literal, ...]


@dataclass(frozen=True)
class ComponentConstraint:
    """A component at a shape: its validator with the parameters put in, and the parameters for messages."""

    validator: AskValidator | SelectQuery
    parameters: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Component:
    """A constraint component: its parameters by the IRI of their path, and its validators."""

    iri: str
    node: Node
    mandatory: tuple[str, ...]
    optional: tuple[str, ...]

    def uses(self, graph: ShapesGraph, shape: Node, path: Path | None) -> Iterator[ComponentConstraint]:
        """The constraints of this kind at a shape: none, unless all mandatory parameters are there."""
        if not all(graph.values(shape, iri) for iri in self.mandatory):
            return
        names = [*self.mandatory, *self.optional]
        if len(names) > 1 and any(len(graph.values(shape, iri)) > 1 for iri in names):
            raise ShapesError(f"{graph.place(shape)}: a parameter of {graph.name(self.node)} stands more than once.")
        sets = (
            [{names[0]: v} for v in graph.values(shape, names[0])] if len(names) == 1 else [_first(graph, shape, names)]
        )
        for values in sets:
            _refuse_blank(graph, shape, values)
            bound = {_name(iri): value for iri, value in values.items()}
            yield ComponentConstraint(self._bind(graph, shape, path, bound), tuple(bound.items()))

    def _bind(
        self, graph: ShapesGraph, shape: Node, path: Path | None, bound: dict[str, Node]
    ) -> AskValidator | SelectQuery:
        """The validator for a node or property shape: a SELECT of its own, or else the ASK for both."""
        given = {**bound, **current_shape_binding(shape)}
        if nodes := graph.values(self.node, "nodeValidator" if path is None else "propertyValidator"):
            text = graph.string(nodes[0], graph.only(nodes[0], "select"), "select")
            return prepare_select(graph, nodes[0], text, graph.messages(nodes[0]), path, given)
        if nodes := graph.values(self.node, "validator"):
            return _ask(graph, nodes[0], given)
        raise ShapesError(
            f"{graph.place(self.node)}: the component has no validator that fits, so it could not be checked."
        )


def read_components(graph: ShapesGraph) -> list[Component]:
    """The components that a shapes graph defines. Raises ShapesError when one is not well-formed."""
    return [_component(graph, node) for node in dict.fromkeys(graph.having("parameter"))]


def _component(graph: ShapesGraph, node: Node) -> Component:
    mandatory: list[str] = []
    optional: list[str] = []
    for parameter in graph.values(node, "parameter"):
        iri = graph.iri(parameter, graph.only(parameter, "path"), "path")
        (optional if graph.boolean(parameter, "optional") else mandatory).append(iri)
    if not mandatory:
        raise ShapesError(
            f"{graph.place(node)}: a constraint component has at least one parameter that is not optional."
        )
    _refuse_names(graph, node, [*mandatory, *optional])
    return Component(
        graph.iri(node, node, "ConstraintComponent"), node, tuple(sorted(mandatory)), tuple(sorted(optional))
    )


def _first(graph: ShapesGraph, shape: Node, names: list[str]) -> dict[str, Node]:
    return {iri: values[0] for iri in names if (values := graph.values(shape, iri))}


def _refuse_blank(graph: ShapesGraph, shape: Node, values: dict[str, Node]) -> None:
    for iri, value in values.items():
        if isinstance(value, ox.BlankNode):
            name = graph.name(ox.NamedNode(iri))
            raise ShapesError(f"{graph.place(shape)}: the value of {name} is a blank node, which no query can name.")


def _refuse_names(graph: ShapesGraph, node: Node, parameters: list[str]) -> None:
    names = [_name(iri) for iri in parameters]
    for iri, name in zip(parameters, names, strict=True):
        if name in _RESERVED or not re.fullmatch(r"\w+", name) or names.count(name) > 1:
            called = f"{graph.place(node)}: the parameter {graph.name(ox.NamedNode(iri))} would be ${name} in a query"
            raise ShapesError(f"{called}; its IRI must end in the name of a variable that is nothing else there.")


def _name(iri: str) -> str:
    """What a parameter is called in queries: the longest XML name at the end of its IRI, not right after the first
    colon."""
    found = _NAME.search(iri, iri.index(":") + 2)
    return found[0] if found else ""


def _ask(graph: ShapesGraph, node: Node, bound: dict[str, Node]) -> AskValidator:
    where = graph.place(node)
    own, text = split(graph.string(node, graph.only(node, "ask"), "ask"))
    prologue, text = prefix_declarations(graph, node) + own, prebind(text, where, {"this", "value"}, bound)
    if not isinstance(parse_query(prologue + text, f"{where}: the validator's"), ox.QueryBoolean):
        raise ShapesError(f"{where}: sh:ask takes an ASK query.")
    return AskValidator(prologue, _group(text, where), graph.messages(node))


def _group(text: str, where: str) -> str:
    """What stands between the braces of an ASK."""
    listed = words(text)
    opening = next(index for index, word in enumerate(listed) if word.text == "{")
    end = group_end(listed, opening)
    if after := listed[end + 1 :]:
        raise ShapesError(f"{where}: {after[0].text} after the pattern of sh:ask is not supported; leave it out.")
    return text[listed[opening].end : listed[end].start]
