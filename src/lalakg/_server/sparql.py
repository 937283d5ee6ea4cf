"""`/sparql` and `/store`: SPARQL 1.1 Protocol, Service Description, and the Graph Store Protocol for reading."""

from __future__ import annotations

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lalakg._graph.graph import KnowledgeGraph
from lalakg._pages import link
from lalakg._rdf.formats import write_graph
from lalakg._rdf.terms import RDF_TYPE
from lalakg._server.negotiation import negotiated
from lalakg._server.problem_details import Problem
from lalakg._server.protocol import graph_name, query_operation, query_parameters
from lalakg._server.state import ServerState
from lalakg._workers.messages import QUADS, TABLES, TRIPLES, Job

_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULT_FORMATS = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "TriG", "N-Quads"),
)
_SUFFIXES = {
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdf",
    "application/ld+json": "jsonld",
}


async def sparql(request: Request) -> Response:
    """A query's answer; without a query, the page that asks one, or the description of the service."""
    state: ServerState = request.app.state.current
    operation = await query_operation(request)
    if operation is not None:
        return await state.dispatcher.query(request, operation)
    media_type = negotiated(request, (*TRIPLES, "text/html"))
    if media_type == "text/html":
        return RedirectResponse(link(state.editor, request.url.path[1:]), 303)
    triples = service_description(str(request.url.replace(query="")), state.kg)
    text = write_graph(triples, _SUFFIXES[media_type], state.kg.prefixes, state.kg.folder.context)
    return state.dispatcher.response(text.encode(), media_type, f"service {request.url}")


async def store(request: Request) -> Response:
    """A graph, named by `graph` or `default`; without either, the whole dataset."""
    state: ServerState = request.app.state.current
    parameters = query_parameters(request)
    names, default = [graph_name(name) for name in parameters.getlist("graph")], "default" in parameters
    if len(names) + default > 1 or not set(parameters) <= {"graph", "default"}:
        raise Problem(400, "Name one graph, by graph=IRI or default; or none, for the whole dataset.")
    whole = not (names or default)
    media_type = negotiated(request, QUADS if whole else TRIPLES)
    job = Job("", TABLES[0], media_type, dump=True, graph=None if whole else "".join(names))
    answer = await state.dispatcher.run(request, job)
    return state.dispatcher.response(answer.body, media_type, repr(job))


def service_description(url: str, kg: KnowledgeGraph) -> list[ox.Triple]:
    """The endpoint at `url`: its language, formats and dataset, with what is known about the dataset."""
    service, dataset = ox.NamedNode(url), ox.NamedNode(kg.folder.dataset.iri)
    graph = ox.NamedNode(kg.folder.dataset.graphs + "complete")

    def says(subject: ox.NamedNode, name: str, value: ox.NamedNode) -> ox.Triple:
        return ox.Triple(subject, ox.NamedNode(_SD + name), value)

    return [
        ox.Triple(service, RDF_TYPE, ox.NamedNode(_SD + "Service")),
        says(service, "endpoint", service),
        says(service, "supportedLanguage", ox.NamedNode(_SD + "SPARQL11Query")),
        *(says(service, "resultFormat", ox.NamedNode(_FORMATS + name)) for name in _RESULT_FORMATS),
        says(service, "defaultDataset", dataset),
        ox.Triple(dataset, RDF_TYPE, ox.NamedNode(_SD + "Dataset")),
        says(dataset, "defaultGraph", graph),
        ox.Triple(graph, RDF_TYPE, ox.NamedNode(_SD + "Graph")),
    ]
