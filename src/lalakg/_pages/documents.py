"""The RDF beside a page, the link from it to the page, and what a page says of itself to machines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from lalakg._pages.index import TYPE
from lalakg._pages.places import link
from lalakg._pages.site_context import Edition
from lalakg._rdf.terms import LALA, WELL_KNOWN
from lalakg._rdf.turtle import write

_FOAF, _DCTERMS, _SCHEMA = (WELL_KNOWN[name] for name in ("foaf", "dcterms", "schema"))
_ASIDE = ("definition", "claimText", "gist", "comment")


CONTEXT = "data/context.jsonld"


def triples(edition: Edition, thing: str) -> list[ox.Triple]:
    """What the RDF of a thing's page says: the statements about it and about its parts, and where the page stands."""
    page = edition.places.canonical(f"{edition.path(thing)}.html")
    leads = ox.Triple(ox.NamedNode(thing), ox.NamedNode(_FOAF + "isPrimaryTopicOf"), ox.NamedNode(page))
    return [leads, *_described(edition, thing)]


def _described(edition: Edition, thing: str) -> Iterator[ox.Triple]:
    yield from edition.index.description(thing)
    for part in edition.parts.get(thing, ()):
        yield from _described(edition, part)


def turtle(edition: Edition, thing: str) -> str:
    """A thing as Turtle."""
    return write(triples(edition, thing), edition.names)


def jsonld(edition: Edition, thing: str) -> str:
    """A thing as JSON-LD. Its context stands in a file of its own; the base cannot, as the standard has it."""
    context = [link(CONTEXT, edition.path(thing)), {"@base": edition.jsonld.base}]
    return edition.jsonld.document(triples(edition, thing), context if edition.jsonld.base else context[0])


def context(edition: Edition) -> str:
    """The context of every page's JSON-LD."""
    return json.dumps({"@context": edition.jsonld.context}, ensure_ascii=False, separators=(",", ":")) + "\n"


# ── what a page says of itself ────────────────────────────────────────────────────────────────────


def schema(edition: Edition, thing: str) -> dict[str, Any]:
    """A thing in the terms of schema.org."""
    index = edition.index
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": _kind(edition, thing),
        "@id": thing,
        "name": index.label(thing),
        "description": next(
            (t for name in _ASIDE if (t := _said(edition, thing, name)) != index.label(thing) and t), None
        ),
        "sameAs": index.objects(thing, _SCHEMA + "sameAs") or None,
        "subjectOf": {"@id": edition.folder.dataset.iri} if thing.startswith(edition.places.root) else None,
    }
    if index.is_a(thing, LALA + "Claim"):
        voice, source = index.object(thing, LALA + "attributedTo"), index.object(thing, LALA + "reportedIn")
        found["author"] = {"@id": voice} if voice else None
        found["appearance"] = {"@id": source} if source else None
    return {name: value for name, value in found.items() if value is not None}


def _said(edition: Edition, thing: str, name: str) -> str:
    return edition.index.text(thing, *(space + name for space in (LALA, WELL_KNOWN["skos"], WELL_KNOWN["rdfs"])))


def _kind(edition: Edition, thing: str) -> str:
    index = edition.index
    if index.is_a(thing, LALA + "Claim"):
        return "Claim"
    if not thing.startswith(edition.folder.dataset.base):
        return "DefinedTerm"
    own = [kind for kind in index.objects(thing, TYPE) if kind.startswith(_SCHEMA)]
    narrow = [kind for kind in own if not any(kind in index.above(other) for other in own)]
    return narrow[0].removeprefix(_SCHEMA) if narrow else "Thing"


def dataset_schema(edition: Edition, downloads: Iterable[tuple[str, str, int]]) -> dict[str, Any]:
    """The dataset in the terms of schema.org; downloads are path, media type and size."""
    found = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": edition.folder.dataset.iri,
        "identifier": edition.folder.dataset.iri,
        "name": edition.title,
        "alternateName": edition.brand,
        "description": edition.about(_DCTERMS + "description") or edition.title,
        "url": edition.places.canonical("index.html"),
        "license": edition.licence or None,
        "version": edition.version or None,
        "dateModified": edition.date or None,
        "creator": {"@type": "Organization", "name": edition.creator} if edition.creator else None,
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": edition.places.canonical(path),
                "encodingFormat": media_type,
                "contentSize": f"{size} B",
            }
            for path, media_type, size in downloads
        ],
    }
    return {name: value for name, value in found.items() if value}


def citation(edition: Edition, thing: str, label: str) -> str:
    """How to cite a thing of this dataset."""
    by = f"{edition.creator[:1].upper()}{edition.creator[1:]}" if edition.creator else edition.brand
    year = f" ({edition.date[:4]})" if edition.date else ""
    version = f", version {edition.version}" if edition.version else ""
    whole = f"{by}{year}. {edition.title}{version} [data set]."
    return f"{whole} {thing}" if thing == edition.folder.dataset.iri else f"“{label}”. In: {whole} {thing}"
