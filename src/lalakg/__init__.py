"""lalakg: a knowledge graph of a film's ending, and a publisher for yours.

    import lalakg

    kg = lalakg.load()                              # the film's graph; lalakg.load("path/") for yours
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

from lalakg._errors import LalakgError, ParseError, QueryError

if TYPE_CHECKING:
    from lalakg._check import check
    from lalakg._check.report import Report
    from lalakg._diff import diff
    from lalakg._folder.scaffold import init
    from lalakg._graph.graph import KnowledgeGraph, load
    from lalakg._publish.build import build
    from lalakg._publish.export import export
    from lalakg._publish.load import load_into
    from lalakg._sparql.credentials import Credentials
    from lalakg._sparql.results import Result

__version__ = "0.1.0"

_ROOMS = {
    "Credentials": "_sparql.credentials",
    "KnowledgeGraph": "_graph.graph",
    "Report": "_check.report",
    "Result": "_sparql.results",
    "build": "_publish.build",
    "check": "_check",
    "diff": "_diff",
    "export": "_publish.export",
    "init": "_folder.scaffold",
    "load": "_graph.graph",
    "load_into": "_publish.load",
}

__all__ = [
    "Credentials",
    "KnowledgeGraph",
    "LalakgError",
    "ParseError",
    "QueryError",
    "Report",
    "Result",
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
