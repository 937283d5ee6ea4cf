"""The check function: dispatches on what is checked (files, a folder's graph, an endpoint)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from lalakg._check.endpoint import check_endpoint
from lalakg._check.files import check_files
from lalakg._check.folder import check_folder
from lalakg._check.report import Progress, Report
from lalakg._errors import PATH, EndpointError, InvalidValue, require_paths, require_type
from lalakg._graph.data_graph import DataGraph
from lalakg._graph.graph import KnowledgeGraph
from lalakg._shacl import ShapeProgress

if TYPE_CHECKING:
    import rdflib

Checkable: TypeAlias = "KnowledgeGraph | rdflib.Graph | Iterable[Path | str] | Path | str"

ENGINES: Final = ("lalakg", "pyshacl")


def check(
    data: Checkable,
    *,
    shapes: Path | str | rdflib.Graph | None = None,
    source: Path | str | None = None,
    engine: str = "lalakg",
    progress: Progress = lambda _: None,
    shapes_done: ShapeProgress = lambda _done, _of: None,
) -> Report:
    """Check a graph: a KnowledgeGraph, RDF files, or an rdflib graph.

    `shapes` are SHACL shapes, a file or an rdflib graph; a KnowledgeGraph has its own, and is also checked for hygiene
    and expected answers. With `source`, a local copy of the text that its claims rest on, hashes and places must agree
    with it, and none of our texts may copy it. `engine` is lalakg, or pyshacl, the slow reference. `progress` is called
    with a line of text for each step, `shapes_done` with how many shapes of how many are done.

    Raises ParseError for files that cannot be read, ShapesError for shapes that cannot be run, EndpointError when the
    graph is elsewhere and cannot be asked, InvalidValue for an argument of another type than it takes.
    """
    data = _checkable(data)
    _require_types(shapes, source)
    if engine not in ENGINES:
        raise InvalidValue(f"there is no engine {engine}; choose {' or '.join(ENGINES)}.")
    if source is not None and (not isinstance(data, KnowledgeGraph) or (data.endpoint and shapes is not None)):
        raise InvalidValue("a source is for a folder's graph; at an endpoint, for its own shapes.")
    if not isinstance(data, KnowledgeGraph):
        return check_files(data, shapes, engine, progress, shapes_done)
    if data.endpoint and engine != "lalakg":
        raise EndpointError(f"{engine} cannot check what lies elsewhere; leave it to lalakg's engine.", data.endpoint)
    if data.endpoint and shapes is not None:
        return check_endpoint(data, shapes, progress, shapes_done)
    return check_folder(data, shapes, source, engine, progress, shapes_done)


def _checkable(data: Checkable) -> Checkable:
    if isinstance(data, DataGraph):
        return list(data.files)
    if isinstance(data, KnowledgeGraph) or _is_rdflib(data):
        return data
    return require_paths("data", data, "a KnowledgeGraph, an rdflib graph, or paths of RDF files")


def _require_types(shapes: object, source: object) -> None:
    if shapes is not None and not _is_rdflib(shapes):
        require_type("shapes", shapes, PATH, "the path of a file, or an rdflib graph")
    if source is not None:
        require_type("source", source, PATH, "a path")


def _is_rdflib(value: object) -> bool:
    """Whether it is an rdflib graph, as far as it can be seen without rdflib."""
    return hasattr(value, "serialize")
