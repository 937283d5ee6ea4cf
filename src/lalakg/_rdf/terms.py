"""RDF terms: names for IRIs, and the one place where engines' terms are converted.

Triples are pyoxigraph's everywhere inside; rdflib's appear only at the border.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

from lalakg._errors import ResourceNotFound

if TYPE_CHECKING:
    import rdflib

Node: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal
Prefixes: TypeAlias = Mapping[str, str]

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDF_TYPE = ox.NamedNode(RDF + "type")
RDFS_LABEL = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")

WELL_KNOWN: Prefixes = {
    "cito": "http://purl.org/spar/cito/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "oa": "http://www.w3.org/ns/oa#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": RDF,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "time": "http://www.w3.org/2006/time#",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "wd": "http://www.wikidata.org/entity/",
    "xsd": XSD,
}

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_DIGITS = re.compile(r"([0-9]+)")


@lru_cache(maxsize=1 << 16)
def natural(text: str) -> list[tuple[int, int, str]]:
    """A sort key in which item-9 stands before item-10."""
    parts = _DIGITS.split(text)
    digits = ((part, part.lstrip("0")) for part in parts[1::2])
    keys: list[tuple[int, int, str]] = [(1, 0, part) for part in parts]
    keys[1::2] = [(0, len(number), f"{number} {part}") for part, number in digits]
    return keys


def compact(iri: str, prefixes: Prefixes) -> str:
    """The IRI as a prefixed name where a prefix fits, in angle brackets where none does."""
    best = max((p for p, ns in prefixes.items() if iri.startswith(ns)), key=lambda p: len(prefixes[p]), default=None)
    if best is not None and _LOCAL.fullmatch(local := iri[len(prefixes[best]) :]):
        return f"{best}:{local}"
    return f"<{iri}>"


class Names(dict[str, str]):
    """What `compact` makes of IRIs, each worked out once."""

    def __init__(self, prefixes: Prefixes) -> None:
        super().__init__()
        self.prefixes = prefixes

    def __missing__(self, iri: str) -> str:
        self[iri] = name = compact(iri, self.prefixes)
        return name


def expand(name: str, prefixes: Prefixes, base: str) -> ox.NamedNode:
    """The IRI that `name` stands for: `<iri>`, `https://…`, `prefix:local`, or a bare local name of `base`.

    Raises ResourceNotFound when it is none of these.
    """
    if not name.strip():
        raise ResourceNotFound(f"nothing is called {name!r}.")
    prefix, colon, local = name.partition(":")
    if name.startswith("<") and name.endswith(">"):
        iri = name[1:-1]
    elif colon and prefix in prefixes:
        iri = prefixes[prefix] + local
    elif colon and not re.match(r"(https?://|urn:)", name):
        raise ResourceNotFound(
            f"{name}: the prefix {prefix}: is not declared; known are {', '.join(sorted(prefixes))}."
        )
    else:
        iri = name if colon else base + name
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise ResourceNotFound(f"{name} is no IRI: {error}.") from None


def to_rdflib(triples: Iterable[ox.Triple], prefixes: Prefixes) -> rdflib.Graph:
    """The triples as an rdflib graph, literals as they are written."""
    import rdflib

    graph = rdflib.Graph(bind_namespaces="none")
    for prefix, namespace in prefixes.items():
        graph.bind(prefix, namespace)
    cache: dict[Any, rdflib.term.Node] = {}

    def convert(term: Any) -> rdflib.term.Node:
        if term not in cache:
            cache[term] = _to_rdflib_term(term)
        return cache[term]

    graph.addN((convert(t.subject), convert(t.predicate), convert(t.object), graph) for t in triples)
    return graph


def _to_rdflib_term(term: Node) -> rdflib.term.Node:
    import rdflib

    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    if term.datatype.value == XSD + "string":
        return rdflib.Literal(term.value)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)


def from_rdflib(graph: rdflib.Graph) -> list[ox.Triple]:
    """An rdflib graph's triples as pyoxigraph's."""
    return [ox.Triple(_from(s), _from(p), _from(o)) for s, p, o in graph]


def _from(term: rdflib.term.Node) -> Any:
    import rdflib

    if isinstance(term, rdflib.URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, rdflib.BNode):
        return ox.BlankNode(str(term))
    assert isinstance(term, rdflib.Literal)
    if term.language:
        return ox.Literal(str(term), language=term.language)
    return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype or XSD + "string")))
