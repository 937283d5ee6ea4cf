"""Serialisations of a graph: one table of names, media types and writers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from lalakg._rdf import jsonld, turtle
from lalakg._rdf.terms import Prefixes, natural

MEDIA_TYPES: Final = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "nq": "application/n-quads",
    "trig": "application/trig",
}
GRAPH_FORMATS: Final = ("ttl", "jsonld", "nt", "rdf")
_OXIGRAPH: Final = {"rdf": ox.RdfFormat.RDF_XML, "trig": ox.RdfFormat.TRIG}


def write_graph(triples: Iterable[ox.Triple], form: str, prefixes: Prefixes, context: jsonld.Context) -> str:
    """A graph in `form`, one of GRAPH_FORMATS: equal triples give equal text."""
    if form == "ttl":
        return turtle.write(triples, prefixes)
    if form == "jsonld":
        return jsonld.write(triples, prefixes, context)
    ordered = sorted(set(triples), key=str)
    if form == "nt":
        return "".join(f"{triple} .\n" for triple in ordered)
    return _serialize(ordered, form, prefixes)


def write_dataset(quads: Iterable[ox.Quad], form: str, prefixes: Prefixes) -> str:
    """A dataset as nq or trig: equal quads give equal text."""
    ordered = sorted(set(quads), key=lambda quad: (natural(str(quad.graph_name)), str(quad)))
    if form == "nq":
        return "".join(f"{quad} .\n" for quad in ordered)
    return _serialize(ordered, form, prefixes)


def _serialize(ordered: list[ox.Triple] | list[ox.Quad], form: str, prefixes: Prefixes) -> str:
    data = ox.serialize(ordered, format=_OXIGRAPH[form], prefixes=dict(sorted(prefixes.items())))
    assert data is not None
    if form == "rdf":
        data = data.replace(b"\r", b"&#13;")  # as it stands, XML readers make a line feed of it
    return data.decode().rstrip("\n") + "\n"
