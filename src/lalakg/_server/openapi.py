"""OpenAPI 3.1 description of the operations of `/api/`, made from the headers of the ready-made queries."""

from __future__ import annotations

from typing import Any

from lalakg._folder.catalogue import Parameter, Query
from lalakg._folder.parameter_schema import value_schema
from lalakg._graph.graph import KnowledgeGraph
from lalakg._server.problem_details import MEDIA_TYPE
from lalakg._workers.messages import TABLES, TRIPLES

_REFUSALS = {
    "400": "The request is not as it should be.",
    "403": "The query would ask another host.",
    "404": "There is no such operation, form or page.",
    "406": "None of the accepted media types is there.",
    "422": "The answer is larger than this server gives.",
    "429": "The client has used up its query time.",
    "503": "The server is busy.",
    "504": "The query took too long.",
}
_PROBLEM = {
    "type": "object",
    "required": ["title", "status", "detail"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "line": {"type": "integer"},
        "column": {"type": "integer"},
    },
}


def parameters(query: Query) -> list[dict[str, str | list[str]]]:
    """A query's parameters, for a list of operations."""
    return [
        {"name": p.name, "type": p.type, "description": p.description, "values": list(p.values)}
        for p in query.parameters
    ]


def describe(kg: KnowledgeGraph, root: str) -> dict[str, Any]:
    """The whole description, for a server whose addresses begin with `root`."""
    from importlib.metadata import version

    return {
        "openapi": "3.1.0",
        "info": {"title": f"Questions to {kg.folder.dataset.name}", "version": version("lalakg")},
        "servers": [{"url": root.rstrip("/")}],
        "paths": {f"/api/{query.name}": {"get": _operation(query)} for query in kg.catalogue.values()},
        "components": {"schemas": {"Problem": _PROBLEM}},
    }


def _operation(query: Query) -> dict[str, Any]:
    paging = _paging() if query.form == "SELECT" else []
    types = TABLES if query.form in ("SELECT", "ASK") else TRIPLES
    body: dict[str, Any] = {media_type: {} for media_type in types}
    if query.form == "SELECT":
        body[TABLES[0]] = {"schema": _rows()}
    problem = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    return {
        "operationId": query.name,
        "summary": query.summary,
        "description": query.description,
        "tags": [query.group],
        "parameters": [*(_parameter(p) for p in query.parameters), *paging],
        "responses": {
            "200": {"description": "The answer.", "content": body},
            **{status: {"description": text, **problem} for status, text in _REFUSALS.items()},
        },
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "style": "form",
        "explode": True,
        "schema": {"type": "array", "minItems": 1, "items": value_schema(parameter)},
    }


def _paging() -> list[dict[str, Any]]:
    whole = {"type": "integer", "minimum": 1, "maximum": 999_999_999}
    return [
        {"name": "page", "in": "query", "description": "Which page of the rows.", "schema": whole},
        {"name": "size", "in": "query", "description": "How many rows a page has; 100 if not given.", "schema": whole},
    ]


def _rows() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["head", "results"],
        "properties": {
            "head": {"type": "object", "required": ["vars"]},
            "results": {"type": "object", "required": ["bindings"]},
        },
    }
