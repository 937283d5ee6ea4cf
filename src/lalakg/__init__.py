"""lalakg: a knowledge graph of a film's ending, and a publisher for yours.

    import lalakg

    kg = lalakg.load()                              # the film's graph; lalakg.load("path/") for yours
    kg.query("what-differs")                        # rows, .to_csv(), .to_json(), .to_pandas()
    kg.query("who-claims", about="lkg:montage")
    kg.sparql("SELECT ?film WHERE { ?film a lala:Film }")
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
    from lalakg._credentials import Credentials
    from lalakg._diff import diff
    from lalakg._export import export
    from lalakg._graph import KnowledgeGraph, load
    from lalakg._loading import load_into
    from lalakg._report import Report
    from lalakg._result import Result
    from lalakg._scaffold import init
    from lalakg._site import build

_ROOMS = {
    "Credentials": "_credentials",
    "KnowledgeGraph": "_graph",
    "Report": "_report",
    "Result": "_result",
    "build": "_site",
    "check": "_check",
    "diff": "_diff",
    "export": "_export",
    "init": "_scaffold",
    "load": "_graph",
    "load_into": "_loading",
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
