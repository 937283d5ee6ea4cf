"""Special:EntityData: an entity as Turtle, N-Triples, JSON-LD or JSON, by the rules of Wikibase's request handler."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pyoxigraph as ox

from support.wikidata.rdf import PREFIXES, document
from support.wikidata.wikibase_json import entity_json

if TYPE_CHECKING:
    from support.wikidata.service import Request

NOTE = "# Made for tests, in Wikidata's shape; not Wikidata's data.\n"
_RDF = {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD}
_MEDIA_TYPES = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "json": "application/json",
}


def answer(request: Request) -> bool:
    """/entity/Q… leads to the document, the document without a form to one with it, and that is answered."""
    name = request.path.rpartition("/")[2]
    id_, _, form = name.partition(".")
    if not re.fullmatch(r"[QPL][1-9][0-9]*", id_, re.IGNORECASE):
        return request.answer(400, f"Invalid ID: {id_}.\n")
    base = f"{request.server.entity_data}{id_.upper()}"
    if request.path.startswith("/entity/"):
        return request.answer(303, Location=base)
    if not form:
        return request.answer(303, Location=f"{base}.{_chosen(request.headers.get('Accept', ''))}")
    if form not in _MEDIA_TYPES:
        return request.answer(415, f"The data format {form} is not supported.\n")
    if id_ != id_.upper():
        return request.answer(301, Location=f"{base}.{form}")
    return _document(request, id_, form)


def _document(request: Request, id_: str, form: str) -> bool:
    """A redirect is followed by the server, and told as owl:sameAs; in JSON, only the other id tells of it."""
    content = request.server.content
    entity = content.resolve(id_)
    if entity is None:
        return request.answer(404, f"No entity with ID {id_} was found.\n")
    full = request.form.get("flavor") != "dump"
    tag = f'W/"{id_}-{entity.revision}-{form}{"" if full else "-dump"}"'
    headers = {"ETag": tag, "Cache-Control": "public, s-maxage=3600, max-age=3600"}
    if request.headers.get("If-None-Match") == tag:
        return request.answer(304, **headers)
    if form == "json":
        body = json.dumps({"entities": {entity.id: entity_json(entity)}}, ensure_ascii=False).encode()
    else:
        data = ox.serialize(document(content, id_, full=full), format=_RDF[form], prefixes=_prefixes(form))
        assert data is not None
        body = (NOTE.encode() if form == "ttl" else b"") + data
    return request.answer(200, body, _MEDIA_TYPES[form], **headers)


def _prefixes(form: str) -> dict[str, str] | None:
    return PREFIXES if form == "ttl" else None


def _chosen(accepted: str) -> str:
    return next((form for form, kind in _MEDIA_TYPES.items() if kind in accepted), "json")
