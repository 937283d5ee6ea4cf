"""Load a complete graph, or RDF files, into a triple store: which graph each goes to, and whether it may."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox

from lalakg._errors import InvalidValue, OutputError, require_paths, require_type
from lalakg._graph.data_graph import DataGraph
from lalakg._graph.graph import KnowledgeGraph
from lalakg._publish.named_graphs import quads
from lalakg._sparql.credentials import Credentials
from lalakg._sparql.http import Session
from lalakg._stores.detect import begun, probe
from lalakg._stores.lease import claim, marked, shown
from lalakg._stores.rdf_input import of_files, of_triples
from lalakg._stores.replace import Part, Placed, place
from lalakg._stores.store import Store

LoadProgress: TypeAlias = Callable[[int, int], None]
"""Called with how much has been sent, of how much: in triples, or in bytes of files."""

_FILES_GRAPH = "urn:x-lalakg:files"


@dataclass(frozen=True)
class LoadReport:
    """The result of a load: the store, the graph (None for the default graph), the number of triples there, the
    literals that the store altered, and a sentence for each graph, which is all that a dry run gives."""

    store: str
    graph: str | None
    triples: int
    altered: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()


def load_into(
    data: KnowledgeGraph | Iterable[Path | str] | Path | str,
    url: str,
    *,
    graph: str | None = None,
    default: bool = False,
    named_graphs: bool = False,
    replace: bool = False,
    credentials: Credentials | None = None,
    timeout: float = 3600,
    dry_run: bool = False,
    progress: LoadProgress = lambda _sent, _of: None,
) -> LoadReport:
    """Load a complete graph, or RDF files, into the store at `url`, all or nothing, and verify what the store then has.

    It goes into `graph`, or into the default graph with `default`; without either, into the default graph where that
    is one of its own, and into a named graph where the default graph shows them all. `named_graphs` adds the packaging
    by worlds. Data there that is not this graph's is only replaced with `replace`. `timeout` is for the whole, in
    seconds. Raises EndpointError when the store fails, OutputError when it holds something else, InvalidValue when
    `graph` is no IRI, or an argument of another type than it takes.
    """
    require_type("url", url, str, "the address of a store")
    data = data.files if isinstance(data, DataGraph) else data
    kg = data if isinstance(data, KnowledgeGraph) else None
    files = [] if kg else require_paths("data", data, "a KnowledgeGraph, or paths of RDF files")
    _refuse_arguments(graph, default)
    with Session(credentials or Credentials(), timeout) as session:
        store = probe(url, session)
        options = _Options(graph, default, named_graphs and kg is not None, replace, dry_run)
        return _load(store, kg, files, options, progress)


@dataclass(frozen=True)
class _Options:
    """The options of a load, as the caller gave them."""

    graph: str | None
    default: bool
    named_graphs: bool
    replace: bool
    dry_run: bool


def _load(
    store: Store, kg: KnowledgeGraph | None, files: list[Path], options: _Options, progress: LoadProgress
) -> LoadReport:
    if store.kind.transactions and not options.dry_run:
        store = begun(store)
    unmarked = options.dry_run or bool(store.kind.transactions)
    with contextlib.nullcontext((store, "")) if unmarked else marked(store) as (store, mark):
        parts = _parts(store, kg, files, options)
        if mark:
            claim(store, mark, [part.target for part in parts])
        for part in parts if not options.replace else ():
            _refuse_foreign(store, kg, part.target)
        if options.dry_run:
            plan = tuple(f"{part.source.words} into {shown(part.target)}" for part in parts)
            return LoadReport(store.kind.name, parts[0].target, 0, plan=plan)
        placed = place(store, mark, parts, _counter(sum(part.source.size for part in parts), progress))
        return _report(store, parts, placed)


def _report(store: Store, parts: list[Part], placed: Placed) -> LoadReport:
    plan = (
        f"{number:,} triple{'s' if number != 1 else ''} into {shown(part.target)}"
        for number, part in zip(placed.held, parts, strict=True)
    )
    return LoadReport(store.kind.name, parts[0].target, sum(placed.held), tuple(placed.altered), tuple(plan))


def _counter(total: int, progress: LoadProgress) -> Callable[[int], None]:
    """A function that adds up what it is called with and reports the sum, which never exceeds `total`."""
    sent = 0

    def count(number: int) -> None:
        nonlocal sent
        sent = min(sent + number, total)
        progress(sent, total)

    return count


def _refuse_arguments(graph: str | None, default: bool) -> None:
    """Raise InvalidValue for two targets at once, and for a graph's name that is no IRI."""
    if graph is not None and default:
        raise InvalidValue("name a graph, or the default graph, not both.")
    try:
        ox.NamedNode("urn:x" if graph is None else graph)
    except ValueError as error:
        raise InvalidValue(f"{graph or repr(graph)} is no IRI: {error}.") from None


def _target(store: Store, kg: KnowledgeGraph | None, options: _Options) -> str | None:
    """The IRI of the graph to load into; None for the default graph."""
    if options.default and not store.kind.own_default:
        raise OutputError(f"{store.kind.name} has no default graph that can be written; name one with --graph.")
    if options.graph or options.default or not store.union:
        return options.graph
    return kg.folder.dataset.graphs + "complete" if kg else _FILES_GRAPH


def _parts(store: Store, kg: KnowledgeGraph | None, files: list[Path], options: _Options) -> list[Part]:
    target = _target(store, kg, options)
    if kg is None:
        return [Part(target, of_files(files, store.kind.streams))]
    return [Part(target, of_triples(kg.triples)), *(_by_graph(kg) if options.named_graphs else [])]


def _by_graph(kg: KnowledgeGraph) -> list[Part]:
    graphs: dict[str, list[ox.Triple]] = {}
    for quad in quads(kg):
        assert isinstance(quad.graph_name, ox.NamedNode)
        graphs.setdefault(quad.graph_name.value, []).append(quad.triple)
    return [Part(graph, of_triples(graphs[graph])) for graph in sorted(graphs)]


def _refuse_foreign(store: Store, kg: KnowledgeGraph | None, target: str | None) -> None:
    """Raise OutputError for a graph with data that are not this data set's.

    They are if the graph's name begins with its base for graphs, or if its description lies there.
    """
    if kg and target and target.startswith(kg.folder.dataset.graphs):
        return
    if not store.ask(f"ASK {{ {store.pattern(target, '?s ?p ?o')} }}"):
        return
    if not kg or not store.ask(f"ASK {{ {store.pattern(target, f'<{kg.folder.dataset.iri}> ?p ?o')} }}"):
        remedy = "name another with --graph, or replace it with --replace"
        raise OutputError(f"{shown(target)} at {store.base} holds other data; {remedy}.")
