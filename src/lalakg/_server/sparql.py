"""`/sparql` and `/store`: SPARQL 1.1 Protocol and, for reading, the Graph Store Protocol."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lalakg._pages import link
from lalakg._rdf.formats import write_graph
from lalakg._server.dispatch import negotiated
from lalakg._server.problem import Problem
from lalakg._server.protocol import GRAPHS, TABLES, arguments, graph_name, operation
from lalakg._server.service_description import service_description
from lalakg._server.state import Serving
from lalakg._server.worker import Job

_TRIPLES = GRAPHS[:4]
_DATASET = ("application/trig", "application/n-quads")
_SHORT = {
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdf",
    "application/ld+json": "jsonld",
}


async def sparql(request: Request) -> Response:
    """A query's answer; without a query, the page that asks one, or the description of the service."""
    serving: Serving = request.app.state.serving
    asked = await operation(request)
    if asked is not None:
        return await serving.desk.query(request, asked)
    media_type = negotiated(request, (*_TRIPLES, "text/html"))
    if media_type == "text/html":
        return RedirectResponse(link(serving.editor, request.url.path[1:]), 303)
    triples = service_description(str(request.url.replace(query="")), serving.kg)
    text = write_graph(triples, _SHORT[media_type], serving.kg.prefixes, serving.kg.folder.context)
    return serving.desk.response(text.encode(), media_type, f"service {request.url}")


async def store(request: Request) -> Response:
    """A graph, named by `graph` or `default`; without either, the whole dataset."""
    serving: Serving = request.app.state.serving
    given = arguments(request)
    names, default = [graph_name(name) for name in given.getlist("graph")], "default" in given
    if len(names) + default > 1 or not set(given) <= {"graph", "default"}:
        raise Problem(400, "Name one graph, by graph=IRI or default; or none, for the whole dataset.")
    whole = not (names or default)
    media_type = negotiated(request, _DATASET if whole else _TRIPLES)
    job = Job("", TABLES[0], media_type, dump=True, graph=None if whole else "".join(names))
    answer = await serving.desk.work(request, job)
    return serving.desk.response(answer.body, media_type, repr(job))
