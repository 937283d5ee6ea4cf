"""The source: whether a copy of it has the passages as the graph tells of them, and none of our texts copies it."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from lalakg._check.findings import Finding, StepResult
from lalakg._graph.graph import KnowledgeGraph
from lalakg._narrative.locators import SourceText, copied
from lalakg._rdf.terms import Node, compact
from lalakg._sparql.results import Rows

_PASSAGES = """
PREFIX lala: <https://w3id.org/lalakg/ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>
SELECT ?passage ?source ?digest ?paragraph ?start ?end ?sha256 ?fragment WHERE {
  ?passage oa:hasSource ?source ; oa:hasSelector ?selector ;
    lala:paragraph ?paragraph ; lala:sha256 ?sha256 ; lala:textFragment ?fragment .
  ?selector oa:start ?start ; oa:end ?end .
  ?source lala:sha256 ?digest .
} ORDER BY ?passage"""


def passages(kg: KnowledgeGraph, text: SourceText) -> StepResult:
    """The passages that are not, in the source, what the graph says."""
    answer = kg.sparql(_PASSAGES)
    assert isinstance(answer, Rows)
    rows = [row for row in answer if row["digest"].value == text.sha256]
    if not rows:
        message = "no source in the graph has the SHA-256 of that file; is it the right one?"
        return [Finding("passages", "violation", "source", message)], 0
    return [finding for row in rows for finding in _misplaced(kg, row, text)], len(rows)


def _misplaced(kg: KnowledgeGraph, row: dict[str, Node], text: SourceText) -> Iterator[Finding]:
    start, end = int(row["start"].value), int(row["end"].value)
    wrong = {
        "hash": row["sha256"].value != text.digest(start, end),
        "paragraph": str(row["paragraph"].value) != str(text.paragraph(start, end)),
        "text fragment": row["fragment"].value != text.fragment(start, end),
    }
    for what in (name for name, is_wrong in wrong.items() if is_wrong):
        message = f"the {what} does not agree with the source"
        remedy = f"`lalakg locate {start}-{end}` prints the right locator."
        yield Finding("passages", "violation", what, message, _short(kg, row["passage"]), remedy=remedy)


def _short(kg: KnowledgeGraph, node: Node) -> str:
    return compact(node.value, kg.prefixes) if isinstance(node, ox.NamedNode) else str(node)


_TEXTS = """
PREFIX lala: <https://w3id.org/lalakg/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?thing ?text ?length WHERE {
  { ?thing lala:claimText ?text . BIND(4 AS ?length) }
  UNION {
    ?thing rdfs:label|rdfs:comment|lala:gist ?text .
    FILTER NOT EXISTS { ?thing a lala:Claim }
    BIND(5 AS ?length)
  }
} ORDER BY ?thing ?text"""
_TITLES = """
PREFIX lala: <https://w3id.org/lalakg/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?title WHERE { ?film a lala:Film ; rdfs:label ?title } ORDER BY ?title"""


def texts(kg: KnowledgeGraph, text: SourceText) -> StepResult:
    """The texts of ours that share too many words in a row with the source."""
    titles, texts = kg.sparql(_TITLES), kg.sparql(_TEXTS)
    assert isinstance(titles, Rows)
    assert isinstance(texts, Rows)
    names = tuple(str(row["title"].value) for row in titles)
    found = []
    for row in texts:
        if run := copied(str(row["text"].value), text, int(row["length"].value), names):
            message = f"“{run}” stands in the source, too"
            thing = _short(kg, row["thing"])
            found.append(Finding("texts", "violation", "no-copying", message, thing, remedy="Say it in other words."))
    return found, len(texts)
