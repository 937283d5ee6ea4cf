"""The sides of a comparison: a graph read whole, from wherever it is kept."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

from lalakg._diff.remote_graph import statements
from lalakg._errors import PATH, FolderError, require_type
from lalakg._folder.folder import Folder
from lalakg._graph.data_graph import DataGraph
from lalakg._graph.graph import KnowledgeGraph, load
from lalakg._rdf import parser
from lalakg._rdf.input_formats import ENDINGS, may_be_rdf
from lalakg._rdf.terms import Prefixes, from_rdflib
from lalakg._sparql.engine import RemoteEngine

if TYPE_CHECKING:
    import rdflib

    Comparable: TypeAlias = KnowledgeGraph | rdflib.Graph | Iterable[ox.Triple] | Path | str
else:
    Comparable: TypeAlias = Any

_BASE = "file:///"  # one for both sides, so that a relative IRI is the same in two places


@dataclass(frozen=True)
class Side:
    """A graph under comparison. `rewrites`: whether it may hold literals in another writing than the author's."""

    name: str
    triples: set[ox.Triple]
    prefixes: Prefixes = field(default_factory=dict)
    rewrites: bool = False
    notes: tuple[str, ...] = ()


def read(what: Comparable, graph: str | None = None, argument: str = "data") -> Side:
    """One side of a comparison; see `diff`. Raises InvalidValue, which names the argument, for what is none."""
    if isinstance(what, DataGraph):
        return _of_files(what)
    if isinstance(what, KnowledgeGraph):
        return _of_graph(what, graph)
    if isinstance(what, PATH):
        return _of_place(what, graph)
    rdflib = sys.modules.get("rdflib")
    if rdflib and isinstance(what, rdflib.Graph):
        names = {prefix: str(namespace) for prefix, namespace in what.namespaces()}
        own = getattr(what, "default_graph", what)  # a Dataset's statements are quads
        return Side("an rdflib graph", set(from_rdflib(own)), names, rewrites=True)
    return Side("triples", _checked(what, argument), getattr(what, "prefixes", {}))


def _checked(what: Iterable[Any], argument: str) -> set[ox.Triple]:
    wanted = "a graph, where one is kept, or pyoxigraph's triples"
    require_type(argument, what, Iterable, wanted)
    triples = list(what)
    for triple in triples:
        require_type(argument, triple, ox.Triple, wanted)
    return set(triples)


def is_address(place: object) -> bool:
    """Whether it is the address of a store."""
    return isinstance(place, str) and place.startswith(("http://", "https://"))


def _of_graph(kg: KnowledgeGraph, graph: str | None) -> Side:
    if not kg.endpoint:
        return Side(kg.name, set(kg.triples), kg.prefixes)
    if graph is not None:
        kg = KnowledgeGraph(kg.folder, kg.endpoint, graph=graph, credentials=kg.credentials, timeout=kg.timeout)
    return _of_endpoint(kg)


def _of_place(place: str | Path, graph: str | None) -> Side:
    if is_address(place):
        return _of_endpoint(load(endpoint=str(place), graph=graph))
    path = Path(place)
    return _of_folder(path) if path.is_dir() else _of_file(path, str(place))


def _of_endpoint(kg: KnowledgeGraph) -> Side:
    engine = kg.engine
    assert isinstance(engine, RemoteEngine)
    triples = statements(engine)
    where = f"the graph <{engine.graph}>" if engine.graph else "the default graph"
    notes = () if triples else (f"{where} of {kg.endpoint} is empty; --graph names another",)
    if triples and engine.sees_all:
        notes = (f"{where} of {kg.endpoint} shows all its graphs at once; --graph names one",)
    name = f"{kg.endpoint} <{engine.graph}>" if engine.graph else str(kg.endpoint)
    return Side(name, triples, kg.prefixes, rewrites=True, notes=notes)


def _of_folder(root: Path) -> Side:
    """A folder's complete graph, or the one that `lalakg build` wrote there, or that of its RDF files."""
    if (root / "data/dataset.ttl").is_file():
        return _of_graph(KnowledgeGraph(Folder(root)), None)
    built = [path.with_suffix(".ttl") for path in root.glob("*.nt")] if (root / "void.ttl").is_file() else []
    return _of_file(built[0], str(root)) if len(built) == 1 else _of_files(DataGraph.of_folder(root))


def _of_files(kg: DataGraph) -> Side:
    """The statements of files, their relative IRIs as those of the other side."""
    documents = [parser.read(path, label=f"d{number}", base=_BASE) for number, path in enumerate(kg.files, 1)]
    return Side(kg.name, {t for document in documents for t in document.triples}, kg.prefixes, notes=kg.notes)


def _of_file(path: Path, name: str) -> Side:
    if path.suffix and not may_be_rdf(path):
        raise FolderError(f"{path} is no RDF file by its ending; they end in .{', .'.join(ENDINGS)}, or also in .gz.")
    document = parser.read(path, base=_BASE)
    return Side(name, set(document.triples), document.prefixes)
