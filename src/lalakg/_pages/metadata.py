"""Metadata of pages: the Turtle and JSON-LD beside each, schema.org within it, and how to cite it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyoxigraph as ox

from lalakg._pages.index import TYPE
from lalakg._pages.paths import link
from lalakg._pages.site_context import SiteContext
from lalakg._rdf.terms import WELL_KNOWN
from lalakg._rdf.turtle import write

_FOAF, _DCTERMS, _SCHEMA = (WELL_KNOWN[name] for name in ("foaf", "dcterms", "schema"))
CONTEXT = "data/context.jsonld"


def triples(site: SiteContext, thing: str) -> list[ox.Triple]:
    """What the RDF of a thing's page says: the statements about it and about its parts, and where the page stands."""
    page = site.paths.canonical(f"{site.path(thing)}.html")
    leads = ox.Triple(ox.NamedNode(thing), ox.NamedNode(_FOAF + "isPrimaryTopicOf"), ox.NamedNode(page))
    return [leads, *_description(site, thing)]


def _description(site: SiteContext, thing: str) -> Iterator[ox.Triple]:
    yield from site.index.description(thing)
    for part in site.parts.get(thing, ()):
        yield from _description(site, part)


def turtle(site: SiteContext, thing: str) -> str:
    """A thing as Turtle."""
    return write(triples(site, thing), site.names)


def jsonld(site: SiteContext, thing: str) -> str:
    """A thing as JSON-LD. Its context stands in a file of its own; the base cannot, as the standard has it."""
    context = [link(CONTEXT, site.path(thing)), {"@base": site.jsonld.base}]
    return site.jsonld.document(triples(site, thing), context if site.jsonld.base else context[0])


def context(site: SiteContext) -> str:
    """The context of every page's JSON-LD."""
    return json.dumps({"@context": site.jsonld.context}, ensure_ascii=False, separators=(",", ":")) + "\n"


# ── what a page says of itself ────────────────────────────────────────────────────────────────────


def schema(site: SiteContext, thing: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """A thing in the terms of schema.org; `more` comes besides or instead."""
    index = site.index
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": _kind(site, thing),
        "@id": thing,
        "name": index.label(thing),
        "description": site.description(thing) or None,
        "sameAs": index.objects(thing, _SCHEMA + "sameAs") or None,
        "subjectOf": {"@id": site.folder.dataset.iri} if thing.startswith(site.paths.root) else None,
        **more,
    }
    return {name: value for name, value in found.items() if value is not None}


def _kind(site: SiteContext, thing: str) -> str:
    index = site.index
    if not thing.startswith(site.folder.dataset.base):
        return "DefinedTerm"
    own = [kind for kind in index.objects(thing, TYPE) if kind.startswith(_SCHEMA)]
    narrow = [kind for kind in own if not any(kind in index.above(other) for other in own)]
    return narrow[0].removeprefix(_SCHEMA) if narrow else "Thing"


def dataset_schema(site: SiteContext, downloads: Iterable[tuple[str, str, int]]) -> dict[str, Any]:
    """The dataset in the terms of schema.org; downloads are path, media type and size."""
    found = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": site.folder.dataset.iri,
        "identifier": site.folder.dataset.iri,
        "name": site.title,
        "alternateName": site.brand,
        "description": site.about(_DCTERMS + "description") or site.title,
        "url": site.paths.canonical("index.html"),
        "license": site.licence or None,
        "version": site.version or None,
        "dateModified": site.date or None,
        "creator": {"@type": "Organization", "name": site.creator} if site.creator else None,
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": site.paths.canonical(path),
                "encodingFormat": media_type,
                "contentSize": f"{size} B",
            }
            for path, media_type, size in downloads
        ],
    }
    return {name: value for name, value in found.items() if value}


def citation(site: SiteContext, thing: str, label: str) -> str:
    """How to cite a thing of this dataset."""
    by = f"{site.creator[:1].upper()}{site.creator[1:]}" if site.creator else site.brand
    year = f" ({site.date[:4]})" if site.date else ""
    version = f", version {site.version}" if site.version else ""
    whole = f"{by}{year}. {site.title}{version} [data set]."
    return f"{whole} {thing}" if thing == site.folder.dataset.iri else f"“{label}”. In: {whole} {thing}"
