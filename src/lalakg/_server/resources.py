"""Reading: from a thing's IRI to the document that fits, and the documents themselves."""

from __future__ import annotations

from collections.abc import Mapping

import pyoxigraph as ox
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lalakg._pages import TYPES, link
from lalakg._server.dispatch import negotiated
from lalakg._server.documents import FORMS
from lalakg._server.negotiation import best
from lalakg._server.problem import MEDIA_TYPE, Problem
from lalakg._server.protocol import GRAPHS, TABLES
from lalakg._server.state import Serving
from lalakg._server.worker import Job

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
    serving: Serving = request.app.state.serving
    path = request.path_params["path"]
    if (iri := serving.shelf.distant_thing(path)) is not None:
        return await _distant(request, serving, iri, path)
    if moved := serving.shelf.moved(path):
        return RedirectResponse(moved, 301)
    found = await run_in_threadpool(serving.shelf.get, path)
    if found is not None:
        body, media_type = found
        return serving.desk.response(body, media_type, serving.shelf.identity(path, serving.version))
    if forms := serving.shelf.forms(path):
        return _to_document(request, forms)
    return await _nothing(request, serving)


def _to_document(request: Request, forms: Mapping[str, str]) -> Response:
    return RedirectResponse(forms[negotiated(request, tuple(forms))], 303)


async def _distant(request: Request, serving: Serving, iri: str, path: str) -> Response:
    """A thing of a store that is not the folder's."""
    if path.rpartition(".")[2] not in FORMS:
        return _to_document(request, {TYPES[form]: link(f"{path}.{form}", path) for form in FORMS})
    query = _SURROUNDINGS.replace("$THING", str(ox.NamedNode(iri)))
    answer = await serving.desk.work(request, Job(query, TABLES[0], GRAPHS[1]))
    triples = [quad.triple for quad in ox.parse(answer.body, format=ox.RdfFormat.N_TRIPLES)]
    found = await run_in_threadpool(serving.shelf.about, iri, path, triples)
    if found is None:
        return await _nothing(request, serving)
    return serving.desk.response(*found, f"{path} {query}")


async def _nothing(request: Request, serving: Serving) -> Response:
    if best(request.headers.get("accept", ""), (MEDIA_TYPE, "text/html")) == "text/html":
        page = await run_in_threadpool(serving.shelf.pages.not_found, "/")
        return Response(page, 404, media_type="text/html")
    raise Problem(404, f"There is nothing at {request.url.path}.")
