"""Hygiene queries: SELECT queries of which each row is a fault."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from lalakg._check.findings import SEVERITIES, Finding, StepResult
from lalakg._errors import QueryError, ResourceNotFound
from lalakg._folder.catalogue import Query
from lalakg._graph.graph import KnowledgeGraph
from lalakg._rdf.terms import expand
from lalakg._sparql.results import Rows


def hygiene(kg: KnowledgeGraph) -> StepResult:
    """The rows of all hygiene queries; hints only about what is ours."""
    queries = kg.catalogue.group("hygiene")
    faults = (finding for query in queries for finding in _faults(kg, query))
    return [f for f in faults if f.severity == "violation" or _is_ours(kg, f.thing)], len(queries)


def _is_ours(kg: KnowledgeGraph, thing: str) -> bool:
    """Whether the folder's authors can act on a hint: not on one about the ontology that they borrow."""
    node = iri(kg, thing)
    return kg.folder.owns_ontology or node is None or node.value.startswith(kg.base)


def iri(kg: KnowledgeGraph, thing: str) -> ox.NamedNode | None:
    """The IRI of the thing that a row names; None where it names none."""
    try:
        return expand(thing, kg.prefixes, kg.base)
    except ResourceNotFound:
        return None


def _faults(kg: KnowledgeGraph, query: Query) -> Iterator[Finding]:
    if query.severity not in SEVERITIES:
        raise QueryError(f"{query.name}: severity is {', '.join(SEVERITIES)}, not {query.severity}.")
    try:
        answer = kg.sparql(query.text)
    except QueryError as error:
        raise QueryError(f"{query.name}: {error}") from None
    if not isinstance(answer, Rows):
        raise QueryError(f"{query.name}: a hygiene query is a SELECT query, of which each row is a fault.")
    for cells in answer.cells():
        thing, *rest = [cell or "" for cell in cells]
        message = " · ".join(filter(None, rest)) or query.summary
        yield Finding("hygiene", query.severity, query.name, message, thing, remedy=query.description)
