"""The complete graph as an RDF data set: which named graph each of its statements lies in."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox

from lalakg._graph.data_graph import DataGraph
from lalakg._graph.graph import KnowledgeGraph

GraphName: TypeAlias = Callable[[ox.Triple, str], str]
"""Names the graph of an authored statement, given the name of its file's graph."""
DERIVED = "derived"


class NamedGraphs:
    """The named graphs of an RDF data set: one a file, and one for what is derived. Profiles may extend it."""

    def graph_name(self, kg: KnowledgeGraph) -> GraphName:
        """How the graph of an authored statement is named, below the data set's base of graphs."""
        return lambda _triple, file: file


def quads(kg: KnowledgeGraph) -> list[ox.Quad]:
    """The complete graph as quads.

    What is derived lies in the graph `derived`, all else where the profile puts it, which is by default the graph named
    after its file: data/debate/facts.ttl gives `debate-facts`. The statements of one file are in its own graphs.
    """
    if isinstance(kg, DataGraph):
        return kg.quads
    graph_name, base = kg.profile.extension(NamedGraphs).graph_name(kg), kg.folder.dataset.graphs

    @cache
    def graph(name: str) -> ox.NamedNode:
        return ox.NamedNode(base + name)

    def quad(triple: ox.Triple, name: str) -> ox.Quad:
        return ox.Quad(triple.subject, triple.predicate, triple.object, graph(name))

    complete, data = set(kg.triples), kg.folder.root / "data"
    files = [(document, _file_graph(document.path, data)) for document in kg.documents]
    authored = [
        quad(triple, graph_name(triple, file))
        for document, file in files
        for triple in document.triples
        if triple in complete
    ]
    return authored + [quad(triple, DERIVED) for triple in kg.derived]


def _file_graph(path: Path, data: Path) -> str:
    return "-".join(path.relative_to(data if path.is_relative_to(data) else path.parent).with_suffix("").parts)
