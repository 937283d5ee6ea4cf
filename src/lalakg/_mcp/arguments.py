"""The arguments of a call: a text, or values for a ready-made query."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from lalakg._catalogue import Query
from lalakg._errors import InvalidValue, ResourceNotFound
from lalakg._graph import KnowledgeGraph
from lalakg._terms import expand


def text_of(given: Mapping[str, Any], name: str) -> str:
    """The one text that a call gives. Raises InvalidValue."""
    text = given.get(name)
    if len(given) != 1 or not isinstance(text, str) or not text.strip():
        raise InvalidValue(f"this takes {name}, a text, and nothing else.")
    return text


class Binder:
    """Puts a call's arguments into a query."""

    def __init__(self, kg: KnowledgeGraph) -> None:
        self.kg = kg

    def bound(self, query: Query, given: Mapping[str, Any]) -> str:
        """The query's text; null is as good as no value. Raises QueryError, and ResourceNotFound for unknown things."""
        values = {name: _values(name, value) for name, value in given.items() if value is not None}
        for parameter in query.parameters:
            if parameter.type == "iri" and not parameter.values and parameter.name in values:
                values[parameter.name] = [self._thing(str(value)) for value in values[parameter.name]]
        return query.bind(values, self.kg.prefixes, self.kg.base)

    def _thing(self, name: str) -> str:
        """A name, IRI or label as a name or IRI. Raises ResourceNotFound when the graph has nothing so called."""
        with contextlib.suppress(ResourceNotFound):  # a label may look like a name that is none
            if expand(name, self.kg.prefixes, self.kg.base).value in self._known:
                return name
        return str(self.kg.resolve(name))

    @cached_property
    def _known(self) -> frozenset[str]:
        terms = (term for triple in self.kg.triples for term in (triple.subject, triple.predicate, triple.object))
        return frozenset(term.value for term in terms if isinstance(term, ox.NamedNode))


def _values(name: str, given: Any) -> list[str | int | float]:
    values = given if isinstance(given, list) else [given]
    if not all(isinstance(value, str | int | float) and not isinstance(value, bool) for value in values):
        raise InvalidValue(f"{name} takes a text or a number, or a list of them, not {json.dumps(given)}.")
    return values
