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
from lalakg._server.dispatch import negotiated
from lalakg._server.openapi import describe, parameters
from lalakg._server.problem import Problem
from lalakg._server.protocol import GRAPHS, TABLES, Operation, arguments, written
from lalakg._server.state import Serving

SUFFIXES = {
    "json": TABLES[0],
    "xml": TABLES[1],
    "csv": TABLES[2],
    "tsv": TABLES[3],
    "ttl": GRAPHS[0],
    "nt": GRAPHS[1],
    "rdf": GRAPHS[2],
    "jsonld": GRAPHS[3],
}
_FORMS = {
    TABLES[0]: ox.QueryResultsFormat.JSON,
    TABLES[1]: ox.QueryResultsFormat.XML,
    TABLES[2]: ox.QueryResultsFormat.CSV,
    TABLES[3]: ox.QueryResultsFormat.TSV,
}
_PAGING = ("page", "size")
_SIZE = 100
_WHOLE = re.compile(r"[1-9][0-9]{0,8}")


async def index(request: Request) -> Response:
    """The operations, by name."""
    serving: Serving = request.app.state.serving
    root = str(request.base_url)
    found = [
        {
            "name": q.name,
            "summary": q.summary,
            "group": q.group,
            "href": f"{root}api/{q.name}",
            "parameters": parameters(q),
        }
        for q in serving.kg.catalogue.values()
    ]
    body = json.dumps({"openapi": f"{root}openapi.json", "operations": found}).encode()
    return serving.desk.response(body, "application/json", f"api {root}")


async def openapi(request: Request) -> Response:
    """The OpenAPI 3.1 description of all operations."""
    serving: Serving = request.app.state.serving
    body = json.dumps(describe(serving.kg, str(request.base_url))).encode()
    return serving.desk.response(body, "application/json", f"openapi {request.base_url}")


async def operation(request: Request) -> Response:
    """A ready-made query's answer, whole or by pages."""
    serving: Serving = request.app.state.serving
    name, dot, suffix = request.path_params["name"].rpartition(".")
    query = _query(serving, name if dot else suffix)
    rows = query.form in ("SELECT", "ASK")
    media_type = _media_type(request, rows, suffix if dot else "")
    given = arguments(request)
    text = await serving.desk.bind(request, partial(_bound, serving, query, given))
    if not set(_PAGING) & set(given):
        return await serving.desk.query(request, Operation(text), media_type)
    if query.form != "SELECT":
        raise Problem(400, f"The answer to {query.name} has no rows, hence no pages.")
    page, size = _whole(given, "page", 1), _whole(given, "size", _SIZE)
    whole = await serving.desk.query(request, Operation(text), TABLES[0])
    return _page(serving, request, whole, page, size, media_type)


def _query(serving: Serving, name: str) -> Query:
    try:
        return serving.kg.catalogue[name]
    except UnknownQuery as error:
        raise Problem(404, f"{str(error).replace('`lalakg query`', '/api/')}") from None


def _media_type(request: Request, rows: bool, suffix: str) -> str:
    offers = TABLES if rows else GRAPHS[:4]
    if not suffix:
        return negotiated(request, offers)
    if SUFFIXES.get(suffix) not in offers:
        fitting = ", ".join(f".{s}" for s, media_type in SUFFIXES.items() if media_type in offers)
        raise Problem(404, f"The answer has no form .{suffix}; it has {fitting}.")
    return SUFFIXES[suffix]


def _bound(serving: Serving, query: Query, given: QueryParams) -> str:
    values = {name: given.getlist(name) for name in given if name not in _PAGING}
    kg = serving.kg
    try:
        return query.bind(values, kg.prefixes, kg.base) if serving.shelf.distant else kg.bound(query, values)
    except QueryError as error:
        raise Problem(400, str(error), parameters=[parameter.name for parameter in query.parameters]) from None


def _whole(given: QueryParams, name: str, default: int) -> int:
    values = given.getlist(name) or [str(default)]
    if len(values) != 1 or not _WHOLE.fullmatch(values[0]):
        raise Problem(400, f"{name} is one whole number from 1.")
    return int(values[0])


def _page(serving: Serving, request: Request, answer: Response, page: int, size: int, media_type: str) -> Response:
    whole, kept = json.loads(bytes(answer.body)), "etag" in answer.headers
    bindings = whole["results"]["bindings"]
    last = max(1, -(-len(bindings) // size))
    if page > last:
        raise Problem(404, f"There are {last} pages of {size} rows.")
    whole["results"]["bindings"] = bindings[(page - 1) * size : page * size]
    part = ox.parse_query_results(json.dumps(whole).encode(), format=ox.QueryResultsFormat.JSON)
    data = part.serialize(format=_FORMS[written(media_type, rows=True)])
    assert data is not None
    response = serving.desk.response(data, media_type, str(request.url) if kept else "")
    response.headers["Link"] = _links(request, page, size, last)
    return response


def _links(request: Request, page: int, size: int, last: int) -> str:
    """First, previous, next and last page, as far as they exist."""
    others = [(n, v) for n, v in arguments(request).multi_items() if n not in _PAGING]
    targets = {"first": 1, "prev": page - 1, "next": page + 1, "last": last}

    def address(number: int) -> str:
        return str(request.url.replace(query=urlencode([*others, ("page", number), ("size", size)])))

    return ", ".join(f'<{address(n)}>; rel="{name}"' for name, n in targets.items() if 1 <= n <= last)
