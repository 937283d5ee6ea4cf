"""SPARQL 1.1 Protocol: the query operation of a request, its dataset, and the media types of its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

import pyoxigraph as ox
from starlette.datastructures import QueryParams
from starlette.requests import Request

from lalakg._server.problem_details import Problem
from lalakg._workers.messages import QUADS, TABLES, TRIPLES

_FORM, _QUERY, _UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
TABLE_OFFERS = (*TABLES, "application/json", "application/xml")
"""What a client may ask rows and truth values in, best first."""
GRAPH_OFFERS = (*TRIPLES, *QUADS, "application/json", "application/xml")
"""What a client may ask graphs in, best first."""
_SPECIFIC = {  # what clients mean by general names
    True: {"application/json": TABLES[0], "application/xml": TABLES[1]},
    False: {"application/json": "application/ld+json", "application/xml": "application/rdf+xml"},
}


@dataclass(frozen=True)
class Operation:
    """A query, and the dataset that the request gives it: None where it leaves that to the query."""

    query: str
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None


def query_parameters(request: Request) -> QueryParams:
    """The parameters in a request's address. Raises Problem when they are not UTF-8."""
    return QueryParams(_pairs(request.scope["query_string"]))


def specific(offer: str, *, rows: bool) -> str:
    """The media type that an offered one, which may be a general one, stands for."""
    return _SPECIFIC[rows].get(offer, offer)


async def query_operation(request: Request) -> Operation | None:
    """The query of a request; None where a GET has none. Raises Problem for what the protocol does not allow."""
    pairs = _pairs(request.scope["query_string"])
    if request.method == "POST":
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        body = await request.body()
        if media_type == _FORM:
            pairs = [*pairs, *_pairs(body)]
        elif media_type == _QUERY:
            if any(name == "query" for name, _ in pairs):
                raise Problem(400, "The query stands in the body and in the address; send it once.")
            pairs = [*pairs, ("query", _text(body))]
        elif media_type == _UPDATE:
            raise _no_update()
        else:
            raise Problem(415, f"Send a query as {_FORM} or {_QUERY}, not as {media_type or 'nothing in particular'}.")
    return _operation(pairs, request.method)


def _operation(pairs: Sequence[tuple[str, str]], method: str) -> Operation | None:
    if any(name in ("update", "using-graph-uri", "using-named-graph-uri") for name, _ in pairs):
        raise _no_update()
    queries = [value for name, value in pairs if name == "query"]
    if not queries and method != "POST":
        return None
    if len(queries) != 1:
        raise Problem(400, f"A request has one parameter called query; this one has {len(queries)}.")
    default = tuple(graph_name(value) for name, value in pairs if name == "default-graph-uri")
    named = tuple(graph_name(value) for name, value in pairs if name == "named-graph-uri")
    return Operation(queries[0], default, named) if default or named else Operation(queries[0])


def _no_update() -> Problem:
    return Problem(403, "This server only reads; it takes no updates.")


def graph_name(value: str) -> str:
    """The IRI of a graph. Raises Problem when it is none."""
    try:
        return ox.NamedNode(value).value
    except ValueError:
        raise Problem(400, f"{value!r} is no IRI of a graph.") from None


def _pairs(data: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(data.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError:  # not ASCII, not UTF-8 when unquoted, or too many
        raise Problem(400, "The parameters are not percent-encoded UTF-8.") from None


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem(400, "The query is not UTF-8.") from None
