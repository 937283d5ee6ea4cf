"""The SPARQL that a shape is compiled to, as text: what is asked, in order, when nothing is at fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lalakg._shacl.evaluation import Evaluation
from lalakg._shacl.shape import Shape
from lalakg._shacl.shapes import Shapes
from lalakg._shacl.sparql_backend import SetBackend
from lalakg._shacl.sparql_runner import SparqlRunner


class _Recorder:
    """A source that answers nothing and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """See Source."""
        self.asked.append(query)
        return iter(())

    def solutions(self, query: str, this: Any = None) -> list[dict[str, Any]]:
        """See Source."""
        self.asked.append(query)
        return []


def queries(shapes: Shapes, shape: Shape) -> list[str]:
    """The queries of one shape; those that only look up subclasses are left out."""
    recorder = _Recorder()
    sets = SetBackend(recorder)
    evaluation = Evaluation(shapes, sets, SparqlRunner(recorder, sets, {}))
    list(evaluation.evaluate(shape, sets.targets(shape)))
    return [query for query in dict.fromkeys(recorder.asked) if "subClassOf>+" not in query]
