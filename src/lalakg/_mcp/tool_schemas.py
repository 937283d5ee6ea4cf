"""Tool definitions: each with the JSON Schema of its parameters, and with what answers its calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mcp_types import Tool, ToolAnnotations

from lalakg._folder.catalogue import Parameter, Query
from lalakg._folder.parameter_schema import value_schema
from lalakg._mcp.queries import Reply

_READING = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
_NUMBERS: Mapping[str, Callable[[str], int | float]] = {"integer": int, "decimal": float}


@dataclass(frozen=True)
class ToolDefinition:
    """A tool as clients see it, and what answers a call."""

    tool: Tool
    answer: Callable[[Mapping[str, Any]], Awaitable[Reply]]


def question_tool(query: Query) -> Tool:
    """A ready-made query as a tool. Every parameter has a default, so none is required."""
    fields = {parameter.name: _field(query, parameter) for parameter in query.parameters}
    return _tool(query.name, " ".join([query.summary, query.description]).strip(), fields, required=[])


def text_tool(name: str, description: str, field: str = "", meaning: str = "") -> Tool:
    """A tool that takes one text, or nothing."""
    fields = {field: {"type": "string", "minLength": 1, "description": meaning}} if field else {}
    return _tool(name, description, fields, required=list(fields))


def _tool(name: str, description: str, fields: dict[str, Any], required: list[str]) -> Tool:
    schema = {"type": "object", "properties": fields, "required": required, "additionalProperties": False}
    return Tool(name=name, description=description, input_schema=schema, annotations=_READING)


def _field(query: Query, parameter: Parameter) -> dict[str, Any]:
    one = value_schema(parameter)
    typed = _NUMBERS.get(parameter.type, str)
    defaults = [typed(text) for text in query.defaults(parameter.name)]
    return {
        "description": parameter.description,
        "anyOf": [one, {"type": "array", "items": one, "minItems": 1}],
        "default": defaults[0] if len(defaults) == 1 else defaults,
    }
