"""Serialisation formats of graphs and data sets: one table of names and media types, and what writes each."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from lalakg._errors import SymmetryError
from lalakg._rdf.terms import Prefixes, natural

if TYPE_CHECKING:
    from lalakg._rdf.jsonld import Context

MEDIA_TYPES: Final = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "nq": "application/n-quads",
    "trig": "application/trig",
}
GRAPH_FORMATS: Final = ("ttl", "jsonld", "nt", "rdf")
ALIASES: Final = {
    "turtle": "ttl",
    "json-ld": "jsonld",
    "ntriples": "nt",
    "n-triples": "nt",
    "rdfxml": "rdf",
    "rdf-xml": "rdf",
    "rdf/xml": "rdf",
    "xml": "rdf",  # of a graph; of rows it is SPARQL's own
    "nquads": "nq",
    "n-quads": "nq",
    "markdown": "md",
}
_OXIGRAPH: Final = {"rdf": ox.RdfFormat.RDF_XML, "trig": ox.RdfFormat.TRIG}


def canonical_name(name: str, formats: Collection[str]) -> str | None:
    """The name among `formats` that a usual name means, in any case; None where it means none of them."""
    lower = name.lower()
    alias = lower if lower in formats else ALIASES.get(lower)
    return alias if alias in formats else None


def write_graph(triples: Iterable[ox.Triple], format_name: str, prefixes: Prefixes, context: Context) -> str:
    """A graph in the format `format_name`, one of GRAPH_FORMATS: equal triples give equal text."""
    if format_name == "ttl":
        from lalakg._rdf import turtle

        return turtle.write(triples, prefixes)
    named = _canonically_named(set(triples))
    if format_name == "jsonld":
        from lalakg._rdf import jsonld

        return jsonld.write(named, prefixes, context)
    ordered = sorted(named, key=str)
    if format_name == "nt":
        return "".join(f"{triple} .\n" for triple in ordered)
    return _serialize(ordered, format_name, prefixes)


def _canonically_named(triples: set[ox.Triple]) -> set[ox.Triple]:
    """The triples with canonical labels on their blank nodes; those too much alike keep their labels."""
    if not any(isinstance(t.subject, ox.BlankNode) or isinstance(t.object, ox.BlankNode) for t in triples):
        return triples
    from lalakg._rdf.canonicalisation import canonical

    try:
        return canonical(triples)
    except SymmetryError:
        return triples


def write_dataset(quads: Iterable[ox.Quad], format_name: str, prefixes: Prefixes) -> str:
    """A dataset as nq or trig: equal quads give equal text."""
    ordered = sorted(set(quads), key=lambda quad: (natural(str(quad.graph_name)), str(quad)))
    if format_name == "nq":
        return "".join(f"{quad} .\n" for quad in ordered)
    return _serialize(ordered, format_name, prefixes)


def _serialize(ordered: list[ox.Triple] | list[ox.Quad], format_name: str, prefixes: Prefixes) -> str:
    data = ox.serialize(ordered, format=_OXIGRAPH[format_name], prefixes=dict(sorted(prefixes.items())))
    assert data is not None
    if format_name == "rdf":
        data = data.replace(b"\r", b"&#13;")  # as it stands, XML readers make a line feed of it
    return data.decode().rstrip("\n") + "\n"
