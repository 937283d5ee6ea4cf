"""The RDF beside a page, the link from it to the page, and what a page says of itself to machines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

from lalakg import _jsonld, _turtle
from lalakg._pages.edition import Edition
from lalakg._pages.index import TYPE
from lalakg._terms import LALA, WELL_KNOWN

_FOAF, _DCTERMS, _VOID, _SCHEMA = (WELL_KNOWN[name] for name in ("foaf", "dcterms", "void", "schema"))
_ASIDE = ("definition", "claimText", "gist", "comment")


def triples(edition: Edition, thing: str) -> list[ox.Triple]:
    """What the RDF of a thing's page says: the statements about it, and where the page and its other forms stand."""
    path = edition.path(thing)
    page, turtle, jsonld = (edition.places.canonical(f"{path}.{form}") for form in ("html", "ttl", "jsonld"))
    links = [
        (thing, _FOAF + "isPrimaryTopicOf", page),
        (page, _FOAF + "primaryTopic", thing),
        (page, _DCTERMS + "hasFormat", turtle),
        (page, _DCTERMS + "hasFormat", jsonld),
        (page, _VOID + "inDataset", edition.folder.dataset.iri),
    ]
    if edition.licence:
        links.append((page, _DCTERMS + "license", edition.licence))
    described = [ox.Triple(*(ox.NamedNode(part) for part in link)) for link in links]
    return edition.index.description(thing) + described


def turtle(edition: Edition, thing: str) -> str:
    """A thing as Turtle."""
    found = triples(edition, thing)
    names = {edition.index.name(iri).partition(":")[0] for t in found for iri in _iris(t)}
    return _turtle.write(found, {p: ns for p, ns in edition.prefixes.items() if p in names})


def jsonld(edition: Edition, thing: str) -> str:
    """A thing as JSON-LD, with as much of the context as it needs."""
    found = triples(edition, thing)
    used = {iri for t in found for iri in _iris(t)}
    context = edition.folder.context
    chosen = {name for iri in used for name in edition.context_terms.get(iri, ())}
    names = {edition.index.name(iri).partition(":")[0] for iri in used}
    names |= {str(part).partition(":")[0] for name in chosen for part in _parts(context[name])}
    keep = {k: v for k, v in context.items() if k in chosen or k in names or k.startswith("@") or v in ("@id", "@type")}
    return _jsonld.write(found, {p: ns for p, ns in edition.prefixes.items() if p in names}, keep, indent=None)


def _iris(triple: ox.Triple) -> Iterable[str]:
    yield triple.predicate.value
    if isinstance(triple.subject, ox.NamedNode):
        yield triple.subject.value
    if isinstance(triple.object, ox.NamedNode):
        yield triple.object.value
    elif isinstance(triple.object, ox.Literal):
        yield triple.object.datatype.value


def _parts(definition: Any) -> list[Any]:
    return list(definition.values()) if isinstance(definition, dict) else [definition]


# ── what a page says of itself ────────────────────────────────────────────────────────────────────


def schema(edition: Edition, thing: str, path: str) -> dict[str, Any]:
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
        "url": edition.places.canonical(path),
        "sameAs": index.objects(thing, _SCHEMA + "sameAs") or None,
        "subjectOf": edition.folder.dataset.iri,
    }
    if index.is_a(thing, LALA + "Claim"):
        voice, source = index.object(thing, LALA + "attributedTo"), index.object(thing, LALA + "reportedIn")
        found["author"] = {"@type": "Thing", "@id": voice, "name": index.label(voice)} if voice else None
        found["appearance"] = {"@type": "CreativeWork", "@id": source, "name": index.label(source)} if source else None
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
