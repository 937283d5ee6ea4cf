"""`/api/`: each ready-made query as a typed REST operation."""

from __future__ import annotations

import json
import re
from functools import partial
from urllib.parse import urlencode

import pyoxigraph as ox
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from lalakg._errors import QueryError, UnknownQuery
from lalakg._folder.catalogue import Query
from lalakg._server.negotiation import negotiated
from lalakg._server.openapi import describe, parameters
from lalakg._server.problem_details import Problem
from lalakg._server.protocol import TABLE_OFFERS, Operation, query_parameters, specific
from lalakg._server.state import ServerState
from lalakg._workers.messages import TABLES, TRIPLES

SUFFIXES = {
    "json": TABLES[0],
    "xml": TABLES[1],
    "csv": TABLES[2],
    "tsv": TABLES[3],
    "ttl": TRIPLES[0],
    "nt": TRIPLES[1],
    "rdf": TRIPLES[2],
    "jsonld": TRIPLES[3],
}
_RESULTS_FORMATS = {
    TABLES[0]: ox.QueryResultsFormat.JSON,
    TABLES[1]: ox.QueryResultsFormat.XML,
    TABLES[2]: ox.QueryResultsFormat.CSV,
    TABLES[3]: ox.QueryResultsFormat.TSV,
}
_PAGING = ("page", "size")
_PAGE_SIZE = 100
_POSITIVE = re.compile(r"[1-9][0-9]{0,8}")


async def index(request: Request) -> Response:
    """The operations, by name."""
    state: ServerState = request.app.state.current
    root = str(request.base_url)
    found = [
        {
            "name": q.name,
            "summary": q.summary,
            "group": q.group,
            "href": f"{root}api/{q.name}",
            "parameters": parameters(q),
        }
        for q in state.kg.catalogue.values()
    ]
    body = json.dumps({"openapi": f"{root}openapi.json", "operations": found}).encode()
    return state.dispatcher.response(body, "application/json", f"api {root}")


async def openapi(request: Request) -> Response:
    """The OpenAPI 3.1 description of all operations."""
    state: ServerState = request.app.state.current
    body = json.dumps(describe(state.kg, str(request.base_url))).encode()
    return state.dispatcher.response(body, "application/json", f"openapi {request.base_url}")


async def operation(request: Request) -> Response:
    """A ready-made query's answer, whole or by pages."""
    state: ServerState = request.app.state.current
    name, dot, suffix = request.path_params["name"].rpartition(".")
    query = _query(state, name if dot else suffix)
    rows = query.form in ("SELECT", "ASK")
    media_type = _media_type(request, rows, suffix if dot else "")
    values = query_parameters(request)
    text = await state.dispatcher.bind(request, partial(_bound, state, query, values))
    if not set(_PAGING) & set(values):
        return await state.dispatcher.query(request, Operation(text), media_type)
    if query.form != "SELECT":
        raise Problem(400, f"The answer to {query.name} has no rows, hence no pages.")
    page, size = _positive(values, "page", 1), _positive(values, "size", _PAGE_SIZE)
    whole = await state.dispatcher.query(request, Operation(text), TABLES[0])
    return _page(state, request, whole, page, size, media_type)


def _query(state: ServerState, name: str) -> Query:
    try:
        return state.kg.catalogue[name]
    except UnknownQuery as error:
        raise Problem(404, f"{str(error).replace('`lalakg query`', '/api/')}") from None


def _media_type(request: Request, rows: bool, suffix: str) -> str:
    offers = TABLE_OFFERS if rows else TRIPLES
    if not suffix:
        return negotiated(request, offers)
    if SUFFIXES.get(suffix) not in offers:
        fitting = ", ".join(f".{s}" for s, media_type in SUFFIXES.items() if media_type in offers)
        raise Problem(404, f"The answer has no form .{suffix}; it has {fitting}.")
    return SUFFIXES[suffix]


def _bound(state: ServerState, query: Query, values: QueryParams) -> str:
    bound = {name: values.getlist(name) for name in values if name not in _PAGING}
    kg = state.kg
    try:
        return query.bind(bound, kg.prefixes, kg.base) if state.documents.remote else kg.bound(query, bound)
    except QueryError as error:
        raise Problem(400, str(error), parameters=[parameter.name for parameter in query.parameters]) from None


def _positive(values: QueryParams, name: str, default: int) -> int:
    texts = values.getlist(name) or [str(default)]
    if len(texts) != 1 or not _POSITIVE.fullmatch(texts[0]):
        raise Problem(400, f"{name} is one whole number from 1.")
    return int(texts[0])


def _page(state: ServerState, request: Request, answer: Response, page: int, size: int, media_type: str) -> Response:
    whole, cacheable = json.loads(bytes(answer.body)), "etag" in answer.headers
    bindings = whole["results"]["bindings"]
    last = max(1, -(-len(bindings) // size))
    if page > last:
        raise Problem(404, f"There are {last} pages of {size} rows.")
    whole["results"]["bindings"] = bindings[(page - 1) * size : page * size]
    part = ox.parse_query_results(json.dumps(whole).encode(), format=ox.QueryResultsFormat.JSON)
    data = part.serialize(format=_RESULTS_FORMATS[specific(media_type, rows=True)])
    assert data is not None
    response = state.dispatcher.response(data, media_type, str(request.url) if cacheable else "")
    response.headers["Link"] = _links(request, page, size, last)
    return response


def _links(request: Request, page: int, size: int, last: int) -> str:
    """First, previous, next and last page, as far as they exist."""
    others = [(n, v) for n, v in query_parameters(request).multi_items() if n not in _PAGING]
    targets = {"first": 1, "prev": page - 1, "next": page + 1, "last": last}

    def address(number: int) -> str:
        return str(request.url.replace(query=urlencode([*others, ("page", number), ("size", size)])))

    return ", ".join(f'<{address(n)}>; rel="{name}"' for name, n in targets.items() if 1 <= n <= last)
