"""SHACL-SPARQL constraint components: constraints that a shapes graph defines for itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyoxigraph as ox

from lalakg._errors import ShapesError
from lalakg._shacl.graph import ShapesGraph
from lalakg._shacl.paths import Path
from lalakg._shacl.queries import Select, current, parsed, prefixes, prepare, put_in
from lalakg._terms import Node


@dataclass(frozen=True)
class Ask:
    """An ASK validator: a group pattern that holds for a value node ?value of ?this when it conforms."""

    prologue: str
    group: str
    messages: tuple[str, ...]


@dataclass(frozen=True)
class Use:
    """A component at a shape: its validator with the parameters put in, and the parameters for messages."""

    validator: Ask | Select
    parameters: tuple[tuple[str, Node], ...]


@dataclass(frozen=True)
class Component:
    """A constraint component: its parameters by the IRI of their path, and its validators."""

    iri: str
    node: Node
    mandatory: tuple[str, ...]
    optional: tuple[str, ...]

    def uses(self, graph: ShapesGraph, shape: Node, path: Path | None) -> Iterator[Use]:
        """The constraints of this kind at a shape: none, unless all mandatory parameters are there."""
        if not all(graph.values(shape, iri) for iri in self.mandatory):
            return
        names = [*self.mandatory, *self.optional]
        if len(names) > 1 and any(len(graph.values(shape, iri)) > 1 for iri in names):
            raise ShapesError(f"{graph.place(shape)}: a parameter of {graph.name(self.node)} stands more than once.")
        sets = (
            [{names[0]: v} for v in graph.values(shape, names[0])] if len(names) == 1 else [_first(graph, shape, names)]
        )
        validator = self._validator(graph, path)
        for values in sets:
            bound = {_local(iri): value for iri, value in values.items()}
            yield Use(_bind(graph, validator, bound, path, shape), tuple(bound.items()))

    def _validator(self, graph: ShapesGraph, path: Path | None) -> Node:
        specific = graph.values(self.node, "nodeValidator" if path is None else "propertyValidator")
        found = specific or graph.values(self.node, "validator")
        if not found:
            raise ShapesError(
                f"{graph.place(self.node)}: the component has no validator that fits, so it could not be checked."
            )
        return found[0]


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
    return Component(
        graph.iri(node, node, "ConstraintComponent"), node, tuple(sorted(mandatory)), tuple(sorted(optional))
    )


def _first(graph: ShapesGraph, shape: Node, names: list[str]) -> dict[str, Node]:
    return {iri: values[0] for iri in names if (values := graph.values(shape, iri))}


def _local(iri: str) -> str:
    return iri.replace("#", "/").rpartition("/")[2]


def _bind(graph: ShapesGraph, node: Node, bound: dict[str, Node], path: Path | None, shape: Node) -> Ask | Select:
    messages = tuple(str(m.value) for m in graph.values(node, "message"))
    if graph.values(node, "select"):
        text = graph.string(node, graph.only(node, "select"), "select")
        return prepare(graph, node, text, messages, path, {**bound, **current(shape)})
    text = graph.string(node, graph.only(node, "ask"), "ask")
    text = put_in(text, graph.place(node), {"this", "value"}, {**bound, **current(shape)})
    prologue = prefixes(graph, node)
    _refuse_bad_ask(graph, node, prologue + text)
    return Ask(prologue, text[text.index("{") + 1 : text.rindex("}")], messages)


def _refuse_bad_ask(graph: ShapesGraph, node: Node, text: str) -> None:
    if not isinstance(parsed(text, f"{graph.place(node)}: the validator's"), ox.QueryBoolean):
        raise ShapesError(f"{graph.place(node)}: sh:ask takes an ASK query.")
