"""A remote SPARQL endpoint in the place of a local store: asked by the same worker, under the same limits."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import IO

import pyoxigraph as ox

from lalakg._errors import QueryError
from lalakg._sparql.credentials import Credentials
from lalakg._sparql.engine import RemoteEngine
from lalakg._sparql.results import Graph

_NO_LIMIT = 86400  # seconds; the pool's own time limit comes first


class RemoteStore:
    """An endpoint with what a worker needs of an Oxigraph store. The login is in the environment."""

    def __init__(self, url: str) -> None:
        login = Credentials(*(os.environ.get(f"LALAKG_{name}", "") for name in ("USER", "PASSWORD", "TOKEN")))
        self.engine = RemoteEngine(url, {}, {}, _NO_LIMIT, credentials=login)

    def query(
        self, text: str, *, default_graph: Sequence[ox.NamedNode] | None, named_graphs: Sequence[ox.NamedNode] | None
    ) -> ox.QuerySolutions | ox.QueryBoolean | list[ox.Triple]:
        """The answer. Raises QueryError for a dataset that only the query itself can name, and EndpointError."""
        if default_graph is not None or named_graphs is not None:
            raise QueryError("the data lies elsewhere; name its graphs in the query, by FROM")
        answer = self.engine.query(text)
        if isinstance(answer, Graph):
            return answer.triples
        return ox.parse_query_results(answer.render("json").encode(), format=ox.QueryResultsFormat.JSON)

    def contains_named_graph(self, graph: ox.NamedNode) -> bool:
        """Whether a graph has anything in it."""
        return bool(self.engine.query(f"ASK {{ GRAPH {graph} {{ ?s ?p ?o }} }}"))

    def dump(
        self,
        output: IO[bytes],
        *,
        format: ox.RdfFormat,  # noqa: A002 - as a store has it
        from_graph: ox.NamedNode | ox.BlankNode | ox.DefaultGraph | None = None,
    ) -> None:
        """Write out a named graph. Raises QueryError for the rest, which an endpoint does not give at once."""
        if not isinstance(from_graph, ox.NamedNode):
            raise QueryError("the data lies elsewhere; only its named graphs can be had whole, by graph=IRI")
        found = self.query(
            f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {from_graph} {{ ?s ?p ?o }} }}",
            default_graph=None,
            named_graphs=None,
        )
        assert isinstance(found, list)
        ox.serialize(found, output=output, format=format)
