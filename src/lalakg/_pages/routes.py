"""Routes: every document of a site by its path, made when it is asked for by what writes a site, or by a server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from lalakg._errors import QueryError
from lalakg._pages.lists import search
from lalakg._pages.metadata import CONTEXT
from lalakg._pages.pages import STATIC, Pages
from lalakg._pages.presentation import ONTOLOGY, SHAPES
from lalakg._rdf.formats import MEDIA_TYPES

_WEB = Path(__file__).parent.parent / "_web"
TYPES = {
    **MEDIA_TYPES,
    "html": "text/html",
    "rq": "application/sparql-query",
    "json": "application/json",
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "wasm": "application/wasm",
    "gz": "application/gzip",
}
"""Media types by the ending of a document's name."""
_ELSEWHERE = ("dataset", ONTOLOGY, SHAPES)  # things whose page is one of the whole


def documents(pages: Pages, downloads: Iterable[tuple[str, str, int]] = ()) -> Mapping[str, Callable[[], str]]:
    """All documents of a site. `downloads` are path, media type and size of the dumps."""
    return {**things(pages), **_queries(pages), **_lists(pages), **_whole(pages, list(downloads))}


def static() -> Mapping[str, Path]:
    """The files that pages draw on, by their names: ours, and the bundled scripts as far as they were built."""
    return {path.name: path for folder in (_WEB, STATIC) if folder.is_dir() for path in sorted(folder.glob("*"))}


def scripts() -> list[str]:
    """The names of the bundled scripts; none where they were not built."""
    return sorted(path.name for path in _WEB.glob("*"))


def things(pages: Pages) -> Mapping[str, Callable[[], str]]:
    """The documents about one thing each, which ask no engine and need no dump."""
    found: dict[str, Callable[[], str]] = {}
    for thing in pages.site.index.things:
        if thing in pages.site.owners:
            found[f"{pages.site.paths.path(thing)}.html"] = partial(pages.moved, thing)
        elif path := pages.site.path(thing):
            if path not in _ELSEWHERE:
                found[f"{path}.html"] = partial(pages.thing, thing)
            found[f"{path}.ttl"] = partial(pages.turtle, thing)
            found[f"{path}.jsonld"] = partial(pages.jsonld, thing)
    return found


def _queries(pages: Pages) -> dict[str, Callable[[], str]]:
    found: dict[str, Callable[[], str]] = {"data/queries.ttl": pages.catalogue}
    for query in pages.site.queries:
        if query.name in ("index", "new"):
            raise QueryError(f"{query.path}: the site has a page {query.name} of its own there; rename the query.")
        found[f"query/{query.name}.html"] = partial(pages.query, query)
        found[f"query/{query.name}.rq"] = partial(str, query.text)
        found[f"query/{query.name}.ttl"] = partial(pages.query_rdf, query, "ttl")
        found[f"query/{query.name}.jsonld"] = partial(pages.query_rdf, query, "jsonld")
    return found


def _lists(pages: Pages) -> dict[str, Callable[[], str]]:
    site = pages.site
    return {
        CONTEXT: pages.context,
        "data/prefixes.json": lambda: _json(dict(sorted(site.prefixes.items()))),
        "data/search.json": lambda: _json(search(site)),
    }


def _json(data: Any) -> str:
    """Data as JSON, an entry a line."""
    if isinstance(data, dict):
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in data)
    return f"[\n{lines}\n]\n"


def _whole(pages: Pages, downloads: list[tuple[str, str, int]]) -> dict[str, Callable[[], str]]:
    found: dict[str, Callable[[], str]] = {
        "index.html": partial(pages.front, downloads),
        "things.html": pages.things,
        "dataset.html": partial(pages.dataset, downloads),
        "ontology/index.html": pages.ontology,
        "shapes/index.html": pages.shapes,
        "query/index.html": pages.questions,
        "404.html": pages.not_found,
    }
    found |= {page.path: partial(pages.extra, page) for page in pages.extra_pages}
    if pages.site.endpoint or "query.js" in pages.site.scripts:
        found["query/new.html"] = pages.ask
    return found
