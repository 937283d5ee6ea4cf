"""What the service says of itself: SPARQL 1.1 Service Description, and the ready-made queries as examples."""

from __future__ import annotations

import pyoxigraph as ox

from lalakg._graph.graph import KnowledgeGraph
from lalakg._rdf.terms import RDF_TYPE

_SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"
_GIVEN = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "RDF_XML", "JSON-LD", "TriG", "N-Quads"),
)


def service_description(url: str, kg: KnowledgeGraph) -> list[ox.Triple]:
    """The endpoint at `url`: its language, formats and dataset, with what is known of the dataset."""
    service, dataset = ox.NamedNode(url), ox.NamedNode(kg.folder.dataset.iri)
    graph = ox.NamedNode(kg.folder.dataset.graphs + "complete")

    def says(subject: ox.NamedNode, name: str, value: ox.NamedNode) -> ox.Triple:
        return ox.Triple(subject, ox.NamedNode(_SD + name), value)

    return [
        ox.Triple(service, RDF_TYPE, ox.NamedNode(_SD + "Service")),
        says(service, "endpoint", service),
        says(service, "supportedLanguage", ox.NamedNode(_SD + "SPARQL11Query")),
        *(says(service, "resultFormat", ox.NamedNode(_FORMATS + name)) for name in _GIVEN),
        says(service, "defaultDataset", dataset),
        ox.Triple(dataset, RDF_TYPE, ox.NamedNode(_SD + "Dataset")),
        says(dataset, "defaultGraph", graph),
        ox.Triple(graph, RDF_TYPE, ox.NamedNode(_SD + "Graph")),
    ]
