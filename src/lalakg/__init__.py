"""lalakg: a knowledge graph of a film's ending, and a publisher for yours.

    import lalakg

    kg = lalakg.load()                              # the film's graph; lalakg.load("path/") or ("data.ttl") for yours
    kg.query("what-differs")                        # rows, .to_csv(), .to_json(), .to_pandas()
    kg.query("who-claims", about="montage")
    kg.sparql("SELECT ?scheme WHERE { ?scheme a skos:ConceptScheme }")
    report = lalakg.check(kg)                       # report.conforms, report.results
    lalakg.build(kg, "dist/")

Importing this module loads neither rdflib nor pySHACL; they come with what needs them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from lalakg._errors import (
    EndpointError,
    FolderError,
    InvalidValue,
    LalakgError,
    OutputError,
    ParseError,
    QueryError,
    QuerySyntaxError,
    ResourceNotFound,
    ShapesError,
    SymmetryError,
    UnknownParameter,
    UnknownQuery,
)

if TYPE_CHECKING:
    from lalakg._check import check
    from lalakg._check.findings import Finding
    from lalakg._check.report import Report
    from lalakg._diff import diff
    from lalakg._diff.difference import Diff
    from lalakg._folder.scaffold import init
    from lalakg._graph.graph import KnowledgeGraph, load
    from lalakg._publish.build import NotConforming, build
    from lalakg._publish.export import export
    from lalakg._publish.load import load_into
    from lalakg._sparql.credentials import Credentials
    from lalakg._sparql.results import Boolean, Graph, Result, Rows

__version__ = "0.1.0"

_ROOMS = {
    "Boolean": "_sparql.results",
    "Credentials": "_sparql.credentials",
    "Diff": "_diff.difference",
    "Finding": "_check.findings",
    "Graph": "_sparql.results",
    "KnowledgeGraph": "_graph.graph",
    "NotConforming": "_publish.build",
    "Report": "_check.report",
    "Result": "_sparql.results",
    "Rows": "_sparql.results",
    "build": "_publish.build",
    "check": "_check",
    "diff": "_diff",
    "export": "_publish.export",
    "init": "_folder.scaffold",
    "load": "_graph.graph",
    "load_into": "_publish.load",
}

__all__ = [
    "Boolean",
    "Credentials",
    "Diff",
    "EndpointError",
    "Finding",
    "FolderError",
    "Graph",
    "InvalidValue",
    "KnowledgeGraph",
    "LalakgError",
    "NotConforming",
    "OutputError",
    "ParseError",
    "QueryError",
    "QuerySyntaxError",
    "Report",
    "ResourceNotFound",
    "Result",
    "Rows",
    "ShapesError",
    "SymmetryError",
    "UnknownParameter",
    "UnknownQuery",
    "build",
    "check",
    "diff",
    "export",
    "init",
    "load",
    "load_into",
]


def __getattr__(name: str) -> Any:
    """The public names, each from its room when it is first asked for."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"lalakg.{_ROOMS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """All public names, for completion, whether or not they were asked for yet."""
    return sorted({*globals(), *__all__})
