"""The named graphs of a story: one for each of its worlds, and one for the links between worlds."""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from lalakg._graph.graph import KnowledgeGraph
from lalakg._narrative.terms import LALA
from lalakg._publish.named_graphs import GraphName, NamedGraphs

_IN_WORLD: Final = LALA + "inWorld"
_BETWEEN_WORLDS: Final = frozenset({LALA + "counterpartOf", LALA + "divergesFrom"})


class WorldGraphs(NamedGraphs):
    """A statement about what is in a world lies in the graph of that world, links between worlds in `crossworld`, and
    all else in the graph of its file."""

    def graph_name(self, kg: KnowledgeGraph) -> GraphName:
        """How the graph of an authored statement is named, below the data set's base of graphs."""
        worlds = {
            triple.subject: _world_graph(triple.object.value, kg.base)
            for document in kg.documents
            for triple in document.triples
            if triple.predicate.value == _IN_WORLD and isinstance(triple.object, ox.NamedNode)
        }

        def name(triple: ox.Triple, file: str) -> str:
            return "crossworld" if triple.predicate.value in _BETWEEN_WORLDS else worlds.get(triple.subject, file)

        return name


def _world_graph(world: str, base: str) -> str:
    return "world-" + world.removeprefix(base).removeprefix("w-").removeprefix("world-")
