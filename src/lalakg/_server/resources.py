"""Linked-data resources: from a thing's IRI to the document that fits (303), and the documents themselves."""

from __future__ import annotations

from collections.abc import Mapping

import pyoxigraph as ox
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lalakg._pages import TYPES, link
from lalakg._server.documents import SUFFIXES
from lalakg._server.negotiation import best, negotiated
from lalakg._server.problem_details import MEDIA_TYPE, Problem
from lalakg._server.state import ServerState
from lalakg._workers.messages import TABLES, TRIPLES, Job

# A thing, what points at it (some of that), and what both are called.
_SURROUNDINGS = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
CONSTRUCT { $THING ?p ?o . ?s ?q $THING . ?n rdfs:label ?label . ?n a ?class }
WHERE {
  { $THING ?p ?o . OPTIONAL { ?o rdfs:label ?label . BIND(?o AS ?n) } }
  UNION { $THING ?any ?n . ?n a ?class }
  UNION { SELECT ?s ?q WHERE { ?s ?q $THING } LIMIT 200 }
  UNION { SELECT ?n ?label ?class WHERE { ?n ?any $THING ; rdfs:label ?label ; a ?class } LIMIT 1000 }
}
"""


async def read(request: Request) -> Response:
    """The document at a path; 303 to one of its documents for a thing; else 404, in HTML for who reads HTML."""
    state: ServerState = request.app.state.current
    path = request.path_params["path"]
    if (iri := state.documents.remote_thing(path)) is not None:
        return await _remote(request, state, iri, path)
    if moved := state.documents.moved(path):
        return RedirectResponse(moved, 301)
    found = await run_in_threadpool(state.documents.get, path)
    if found is not None:
        body, media_type = found
        return state.dispatcher.response(body, media_type, state.documents.identity(path, state.version))
    if representations := state.documents.representations(path):
        return _see_other(request, representations)
    return await _not_found(request, state)


def _see_other(request: Request, representations: Mapping[str, str]) -> Response:
    return RedirectResponse(representations[negotiated(request, tuple(representations))], 303)


async def _remote(request: Request, state: ServerState, iri: str, path: str) -> Response:
    """A thing of a store that is not the folder's."""
    if path.rpartition(".")[2] not in SUFFIXES:
        return _see_other(request, {TYPES[suffix]: link(f"{path}.{suffix}", path) for suffix in SUFFIXES})
    query = _SURROUNDINGS.replace("$THING", str(ox.NamedNode(iri)))
    answer = await state.dispatcher.run(request, Job(query, TABLES[0], TRIPLES[1]))
    triples = [quad.triple for quad in ox.parse(answer.body, format=ox.RdfFormat.N_TRIPLES)]
    found = await run_in_threadpool(state.documents.about, iri, path, triples)
    if found is None:
        return await _not_found(request, state)
    return state.dispatcher.response(*found, f"{path} {query}")


async def _not_found(request: Request, state: ServerState) -> Response:
    if best(request.headers.get("accept", ""), (MEDIA_TYPE, "text/html")) == "text/html":
        page = await run_in_threadpool(state.documents.pages.not_found, "/")
        return Response(page, 404, media_type="text/html")
    raise Problem(404, f"There is nothing at {request.url.path}.")
