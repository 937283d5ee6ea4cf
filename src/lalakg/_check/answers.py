"""Expected answers: whether the ready-made queries still give them."""

from __future__ import annotations

from collections.abc import Iterator

from lalakg._check.expected_answers import Expectation
from lalakg._check.findings import Found
from lalakg._check.report import Finding
from lalakg._errors import LalakgError, ParseError
from lalakg._folder.catalogue import Query
from lalakg._graph.graph import KnowledgeGraph


def answers(kg: KnowledgeGraph) -> Found:
    """The differences from what was expected, of each query of which something was."""
    queries = [query.checked() for query in kg.catalogue.values()]
    queries = [query for query in queries if query.expected_path.is_file()]
    return [finding for query in queries for finding in _wrong_answers(kg, query)], len(queries)


def _wrong_answers(kg: KnowledgeGraph, query: Query) -> Iterator[Finding]:
    try:
        differences = Expectation.read(query.expected_path).differences(kg.sparql(query.text))
    except ParseError as error:
        differences = [error.message.rstrip(".")]
    except LalakgError as error:
        differences = [str(error).rstrip(".")]
    for difference in differences:
        message = f"{query.summary} {difference}."
        yield Finding("answers", "violation", query.name, message, path=query.expected_path, line=1)
