"""Result messages (sh:resultMessage): the shapes' own, with `{?variable}` filled in, or default ones in English."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from lalakg._rdf.terms import Node
from lalakg._shacl.constraint_components import ComponentConstraint
from lalakg._shacl.evaluation import Violation
from lalakg._shacl.shape_names import short_path
from lalakg._shacl.shapes import Shapes
from lalakg._shacl.shapes_graph import ShapesGraph
from lalakg._shacl.sparql_constraints import SelectQuery

_SLOT = re.compile(r"\{[?$](\w+)\}")


def messages(violation: Violation, shapes: Shapes) -> tuple[ox.Literal, ...]:
    """The messages of a result: all that the shape has, in each language, or one default message."""
    shape, value = violation.shape, violation.constraint.value
    own: tuple[ox.Literal, ...] = ()
    if isinstance(value, SelectQuery):
        own = value.messages
    elif isinstance(value, ComponentConstraint):
        own = value.validator.messages
    texts = own or shape.messages
    if not texts:
        return (ox.Literal(_default(violation, shapes)),)
    bindings = {"value": violation.value, "this": violation.focus, **dict(violation.bindings)}

    def filled(text: ox.Literal) -> ox.Literal:
        words = _SLOT.sub(
            lambda slot: _data_term(bindings[slot[1]], shapes.graph) if bindings.get(slot[1]) else slot[0], text.value
        )
        return text if words == text.value else ox.Literal(words, language=text.language)

    return tuple(map(filled, texts))


def _data_term(term: Any, graph: ShapesGraph) -> str:
    """A term of the data in words. A blank node keeps its label, by which a report finds how to name it."""
    return str(term) if isinstance(term, ox.BlankNode) else _shapes_term(term, graph)


def _shapes_term(term: Node, graph: ShapesGraph) -> str:
    return str(term.value) if isinstance(term, ox.Literal) else graph.name(term)


def _default(violation: Violation, shapes: Shapes) -> str:
    graph, constraint = shapes.graph, violation.constraint
    path = violation.shape.path
    subject = _data_term(violation.value, graph) if violation.value is not None else "it"
    where = f"{short_path(path, graph)}: " if path else ""
    if constraint.kind in _ABOUT_SHAPES:
        return f"{where}{subject} {_ABOUT_SHAPES[constraint.kind](constraint.value, shapes.names.shape)}"
    template = _WORDS.get(constraint.kind, _unnamed)
    return f"{where}{subject} {template(constraint.value, lambda term: _shapes_term(term, graph))}"


def _unnamed(_value: Any, _say: Callable[[Any], str]) -> str:
    return "does not meet the constraint"


def _iri(value: str, show: Callable[[Any], str]) -> str:
    return show(ox.NamedNode(value))


def _list(values: Any, show: Callable[[Any], str]) -> str:
    return ", ".join(show(v) if not isinstance(v, str) else v for v in values)


_Template: TypeAlias = Callable[[Any, Callable[[Any], str]], str]
_WORDS: Final[dict[str, _Template]] = {
    "class": lambda v, show: f"is not a {_iri(v, show)}",
    "datatype": lambda v, show: f"is not a well-formed {_iri(v, show)}",
    "nodeKind": lambda v, _: f"is not of the kind {v}",
    "minCount": lambda v, _: f"has fewer than {v} value{'s' if v != 1 else ''}",
    "maxCount": lambda v, _: f"has more than {v} value{'s' if v != 1 else ''}",
    "minExclusive": lambda v, show: f"is not above {show(v)}",
    "minInclusive": lambda v, show: f"is below {show(v)}",
    "maxExclusive": lambda v, show: f"is not below {show(v)}",
    "maxInclusive": lambda v, show: f"is above {show(v)}",
    "minLength": lambda v, _: f"is shorter than {v} characters",
    "maxLength": lambda v, _: f"is longer than {v} characters",
    "pattern": lambda v, _: f"does not match {v.text}",
    "languageIn": lambda v, show: f"is in none of the languages {_list(v, show)}",
    "uniqueLang": lambda _v, _s: "has two values in one language",
    "equals": lambda v, show: f"is not a value of both this property and {_iri(v, show)}",
    "disjoint": lambda v, show: f"is a value of {_iri(v, show)}, too",
    "lessThan": lambda v, show: f"is not less than the value of {_iri(v, show)}",
    "lessThanOrEquals": lambda v, show: f"is greater than the value of {_iri(v, show)}",
    "hasValue": lambda v, show: f"does not have the value {show(v)}",
    "in": lambda v, show: f"is none of {_list(v, show)}",
    "closed": lambda _v, _s: "is the value of a property that the shape does not allow",
}
_ABOUT_SHAPES: Final[dict[str, _Template]] = {
    "node": lambda v, show: f"does not conform to {show(v)}",
    "not": lambda v, show: f"conforms to {show(v)}, which it must not",
    "and": lambda v, show: f"does not conform to all of {_list(v, show)}",
    "or": lambda v, show: f"conforms to none of {_list(v, show)}",
    "xone": lambda v, show: f"does not conform to exactly one of {_list(v, show)}",
    "qualifiedValueShape": lambda v, show: f"has too few or too many values that conform to {show(v.shape)}",
}
