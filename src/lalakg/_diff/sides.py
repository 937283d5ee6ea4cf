"""The sides of a comparison: a graph read whole, from wherever it is kept."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

from lalakg import _turtle
from lalakg._diff.endpoint import statements
from lalakg._errors import FolderError
from lalakg._folder import Folder
from lalakg._graph import KnowledgeGraph
from lalakg._terms import Prefixes, from_rdflib

if TYPE_CHECKING:
    import rdflib

    Comparable: TypeAlias = KnowledgeGraph | rdflib.Graph | Iterable[ox.Triple] | Path | str
else:
    Comparable: TypeAlias = Any

_BASE = "file:///"  # one for both sides, so that a relative IRI is the same in two places
_ENDINGS = ("ttl", "nt", "rdf", "owl", "xml", "jsonld", "json", "trig", "nq", "n3")


@dataclass(frozen=True)
class Side:
    """A graph under comparison. `rewrites`: whether it may hold literals in another writing than the author's."""

    name: str
    triples: set[ox.Triple]
    prefixes: Prefixes = field(default_factory=dict)
    rewrites: bool = False
    notes: tuple[str, ...] = ()


def read(what: Comparable, graph: str | None = None) -> Side:
    """One side of a comparison; see `diff`."""
    if isinstance(what, KnowledgeGraph):
        return _of_graph(what, graph)
    if isinstance(what, str | Path):
        return _of_place(what, graph)
    rdflib = sys.modules.get("rdflib")
    if rdflib and isinstance(what, rdflib.Graph):
        names = {prefix: str(namespace) for prefix, namespace in what.namespaces()}
        own = getattr(what, "default_graph", what)  # a Dataset's statements are quads
        return Side("an rdflib graph", set(from_rdflib(own)), names, rewrites=True)
    return Side("triples", _checked(what), getattr(what, "prefixes", {}))


def _checked(what: Iterable[Any]) -> set[ox.Triple]:
    triples = set(what)
    if stranger := next((t for t in triples if not isinstance(t, ox.Triple)), None):
        raise TypeError(f"{stranger!r} is no pyoxigraph.Triple")
    return triples


def _of_graph(kg: KnowledgeGraph, graph: str | None) -> Side:
    if kg.endpoint:
        return _of_endpoint(kg.endpoint, graph, kg.prefixes)
    return Side(str(kg.folder.root), set(kg.triples), kg.prefixes)


def _of_place(place: str | Path, graph: str | None) -> Side:
    if isinstance(place, str) and place.startswith(("http://", "https://")):
        return _of_endpoint(place, graph, {})
    path = Path(place)
    return _of_folder(path) if path.is_dir() else _of_file(path, str(place))


def _of_endpoint(url: str, graph: str | None, prefixes: Prefixes) -> Side:
    triples = statements(url, graph)
    where = f"the graph <{graph}>" if graph is not None else "the default graph"
    notes = () if triples else (f"{where} of {url} is empty; --graph names another",)
    return Side(f"{url} <{graph}>" if graph else url, triples, prefixes, rewrites=True, notes=notes)


def _of_folder(root: Path) -> Side:
    """A folder's complete graph, or the one that `lalakg build` wrote there."""
    if (root / "data/dataset.ttl").is_file():
        return _of_graph(KnowledgeGraph(Folder(root)), None)
    built = [path.with_suffix(".ttl") for path in root.glob("*.nt")] if (root / "void.ttl").is_file() else []
    if len(built) != 1:
        raise FolderError(f"{root} holds neither data/dataset.ttl nor what `lalakg build` makes.")
    return _of_file(built[0], str(root))


def _of_file(path: Path, name: str) -> Side:
    if path.suffix and path.suffix.lstrip(".").lower() not in _ENDINGS:
        raise FolderError(f"{path} is no RDF file by its ending; they end in .{', .'.join(_ENDINGS)}.")
    document = _turtle.read(path, base=_BASE)
    return Side(name, set(document.triples), document.prefixes)
