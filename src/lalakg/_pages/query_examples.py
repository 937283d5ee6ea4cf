"""The query catalogue as RDF, after SIB's sparql-examples: what editors and language models look for."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from lalakg._folder.catalogue import Query
from lalakg._pages.site_context import SiteContext
from lalakg._rdf.terms import RDF_TYPE, RDFS_LABEL, WELL_KNOWN, XSD

SPEX = "https://purl.expasy.org/sparql-examples/ontology#"
_SH, _SCHEMA, _RDFS, _OWL = (WELL_KNOWN[name] for name in ("sh", "schema", "rdfs", "owl"))
_CLASSES = {
    "SELECT": _SH + "SPARQLSelectExecutable",
    "ASK": _SH + "SPARQLAskExecutable",
    "CONSTRUCT": _SH + "SPARQLConstructExecutable",
    "DESCRIBE": SPEX + "SPARQLDescribeExecutable",
}
_TEXTS = {"SELECT": _SH + "select", "ASK": _SH + "ask", "CONSTRUCT": _SH + "construct", "DESCRIBE": SPEX + "describe"}


def iri(site: SiteContext, query: Query) -> str:
    """The IRI of a ready-made query."""
    return f"{site.paths.root}query/{query.name}"


def triples(site: SiteContext, queries: Iterable[Query]) -> list[ox.Triple]:
    """Queries as RDF."""
    return [t for query in queries for t in _query(site, query)]


def _named(*parts: str) -> ox.Triple:
    return ox.Triple(*(ox.NamedNode(part) for part in parts))


def _query(site: SiteContext, query: Query) -> list[ox.Triple]:
    here = iri(site, query)

    def literal(property_: str, text: str, language: str | None = None) -> ox.Triple:
        return ox.Triple(ox.NamedNode(here), ox.NamedNode(property_), ox.Literal(text, language=language))

    found = [
        _named(here, RDF_TYPE.value, _SH + "SPARQLExecutable"),
        _named(here, RDF_TYPE.value, _CLASSES[query.form]),
        literal(RDFS_LABEL.value, query.summary, "en"),
        literal(_RDFS + "comment", query.description or query.summary, "en"),
        literal(_TEXTS[query.form], query.text),
        _named(here, _SH + "prefixes", _declarations(site)),
        _named(here, WELL_KNOWN["foaf"] + "isPrimaryTopicOf", site.paths.canonical(f"query/{query.name}.html")),
    ]
    if site.endpoint:
        found.append(_named(here, _SCHEMA + "target", site.paths.root + site.endpoint))
    return found + [literal(_SCHEMA + "keywords", str(tag)) for tag in query.header.get("tags", [])]


def _declarations(site: SiteContext) -> str:
    return f"{site.paths.root}query/prefixes"


def prefixes(site: SiteContext) -> list[ox.Triple]:
    """The prefixes that queries may use, declared as SHACL does it, each with an IRI of its own."""
    whole = _declarations(site)
    found = [_named(whole, RDF_TYPE.value, _OWL + "Ontology"), _named(whole, _OWL + "imports", _SH)]
    for prefix, namespace in sorted(site.prefixes.items()):
        one = f"{whole}#{prefix}"
        found += [
            _named(whole, _SH + "declare", one),
            ox.Triple(ox.NamedNode(one), ox.NamedNode(_SH + "prefix"), ox.Literal(prefix)),
            ox.Triple(
                ox.NamedNode(one),
                ox.NamedNode(_SH + "namespace"),
                ox.Literal(namespace, datatype=ox.NamedNode(XSD + "anyURI")),
            ),
        ]
    return found
