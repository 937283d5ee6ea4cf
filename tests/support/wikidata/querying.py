"""The query service: SPARQL 1.1 as Blazegraph answers it at Wikidata, and nothing of its own dialect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from support.wikidata.rdf import PREFIXES

if TYPE_CHECKING:
    from support.wikidata.service import Request

_TABLES = {
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/json": ox.QueryResultsFormat.JSON,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
_GRAPHS = {
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
}
_SHORT = {"json": "application/sparql-results+json", "xml": "application/sparql-results+xml"}
_TRACE = """SPARQL-QUERY: queryStr={query}
java.util.concurrent.ExecutionException: {reason}
\tat java.util.concurrent.FutureTask.report(FutureTask.java:122)
\tat com.bigdata.rdf.sail.webapp.BigdataServlet.submitApiTask(BigdataServlet.java:292)
"""


def trace(query: str, reason: str) -> str:
    """What Blazegraph says when it fails."""
    return _TRACE.format(query=query, reason=reason)


def answer(request: Request) -> bool:
    """Answer a query given by GET, by a form, or as the body."""
    is_query = "sparql-query" in request.headers.get("Content-Type", "")
    query = request.body if is_query else request.form.get("query", "")
    if not query:
        return request.answer(200, "<html><title>Query service</title></html>", "text/html")
    if re.search(r"\bSERVICE\b", query, re.IGNORECASE):
        return request.answer(400, trace(query, "UnsupportedOperationException: no SERVICE here, not even for labels"))
    try:
        found = request.server.store.query(query, prefixes=PREFIXES)
        media_type, body = _written(request, found)
    except SyntaxError as error:
        return request.answer(400, trace(query, f"org.openrdf.query.MalformedQueryException: {error}"))
    return request.answer(200, body, media_type)


def _written(request: Request, found: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples) -> tuple[str, bytes]:
    wanted = _SHORT.get(request.form.get("format", ""), request.headers.get("Accept", ""))
    offered = _GRAPHS if isinstance(found, ox.QueryTriples) else _TABLES
    media_type = next((kind for kind in _by_preference(wanted) if kind in offered), next(iter(offered)))
    data = found.serialize(format=offered[media_type])  # type: ignore[arg-type]
    assert data is not None
    return media_type, data


def _by_preference(accept: str) -> list[str]:
    """The media types of an Accept header, those with the greatest q first."""
    kinds = [[word.strip() for word in kind.split(";")] for kind in accept.split(",")]
    weights = {words[0]: float(next((w[2:] for w in words if w.startswith("q=")), 1)) for words in kinds}
    return sorted(weights, key=lambda kind: -weights[kind])
