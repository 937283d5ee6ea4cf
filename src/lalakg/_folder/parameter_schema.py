"""JSON Schema of a query's parameters, for OpenAPI and for the tools of assistants."""

from __future__ import annotations

from typing import TypeAlias

from lalakg._folder.catalogue import Parameter

Schema: TypeAlias = dict[str, str | int | list[str]]

_TYPES: dict[str, Schema] = {
    "iri": {"type": "string", "minLength": 1},
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "date": {"type": "string", "format": "date"},
}


def value_schema(parameter: Parameter) -> Schema:
    """The JSON Schema of one value of a parameter."""
    return {"enum": list(parameter.values)} if parameter.values else _TYPES[parameter.type]
