"""Reading: from a thing's IRI to the document that fits, and the documents themselves."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from lalakg._server.asking import negotiated
from lalakg._server.negotiation import best
from lalakg._server.problem import MEDIA_TYPE, Problem
from lalakg._server.serving import Serving


async def read(request: Request) -> Response:
    """The document at a path; 303 to one of its documents for a thing; else 404, in HTML for who reads HTML."""
    serving: Serving = request.app.state.serving
    path = request.path_params["path"]
    found = await run_in_threadpool(serving.shelf.get, path)
    if found is not None:
        body, media_type = found
        return serving.desk.response(body, media_type, serving.shelf.identity(path, serving.version))
    if forms := serving.shelf.forms(path):
        target = forms[negotiated(request, tuple(forms))].rpartition("/")[2]
        return RedirectResponse(target, 303)
    if best(request.headers.get("accept", ""), (MEDIA_TYPE, "text/html")) == "text/html":
        page = await run_in_threadpool(serving.shelf.pages.not_found, "/")
        return Response(page, 404, media_type="text/html")
    raise Problem(404, f"There is nothing at {request.url.path}.")
