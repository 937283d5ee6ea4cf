"""The endpoint of a store, and the graph in it that holds a data set: found out by asking."""

from __future__ import annotations

from dataclasses import replace

from lalakg._errors import EndpointError
from lalakg._folder.folder import Dataset
from lalakg._sparql.engine import RemoteEngine
from lalakg._sparql.http import RefusedError
from lalakg._stores.detect import probe
from lalakg._stores.lease import MARK
from lalakg._stores.store import Store


def locate(engine: RemoteEngine, dataset: Dataset | None) -> None:
    """Turn an engine that has the address of a store to the endpoint there, and to the graph that holds the data set.

    That is where a load puts it: the default graph where that is one of its own, else the named one for the complete
    graph; or the only other graph that describes it. An engine that has been given a graph keeps it, and without a data
    set it is the default graph. Raises EndpointError when the address answers no SPARQL, or several graphs might be
    meant.
    """
    store = probe(engine.url, engine.session.renewed())
    if store.kind.guarded and engine.session.credentials.user:
        store = replace(store, kind=replace(store.kind, query=store.kind.guarded))
    engine.url = store.query_url
    if engine.graph is None and dataset is not None:
        engine.graph = _home(store, dataset)
    engine.sees_all = store.union and engine.graph is None


def _home(store: Store, dataset: Dataset) -> str | None:
    complete, graphs = dataset.graphs + "complete", _describing(store, dataset)
    if complete in graphs:
        return None if _has_own(store, dataset, complete) else complete
    others = sorted(graph for graph in graphs if not graph.startswith((dataset.graphs, MARK)))
    if not others or (not store.union and store.ask(f"ASK {{ <{dataset.iri}> ?p ?o }}")):
        return None
    if len(others) == 1:
        return others[0]
    raise EndpointError(f"holds {dataset.iri} more than once; choose with --graph {' or '.join(others)}.", store.base)


def _describing(store: Store, dataset: Dataset) -> set[str]:
    """The named graphs that describe the data set; none where the store knows no named graphs."""
    try:
        rows = store.select(f"SELECT ?g WHERE {{ GRAPH ?g {{ <{dataset.iri}> a ?type }} }}")
    except RefusedError as error:
        if error.status not in (400, 500, 501):
            raise
        return set()
    return {row["g"]["value"] for row in rows if "g" in row}


def _has_own(store: Store, dataset: Dataset, graph: str) -> bool:
    """Whether the default graph describes the data set by itself, and not by showing its named graphs."""
    about = f"<{dataset.iri}> ?p ?o"
    if store.union or not store.ask(f"ASK {{ {about} }}"):
        return False
    hidden = f"GRAPH <{graph}> {{ {about} }} FILTER NOT EXISTS {{ {about} }}"
    unnamed = f"{about} FILTER NOT EXISTS {{ GRAPH ?g {{ {about} }} }}"
    return store.ask(f"ASK {{ {hidden} }}") or store.ask(f"ASK {{ {unnamed} }}")
