"""Checks against a copy of the source: locators and hashes of passages agree with it, and no text of ours copies it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar

import pyoxigraph as ox

from lalakg._check.findings import Finding, StepResult
from lalakg._check.profile_checks import ProfileChecks, Step
from lalakg._graph.graph import KnowledgeGraph
from lalakg._narrative.locators import SourceText, shared_ngram
from lalakg._narrative.terms import LALA
from lalakg._rdf.terms import WELL_KNOWN, Node, compact
from lalakg._sparql.results import Rows

_CLAIM_NGRAM, _TEXT_NGRAM = 4, 5  # so many words in a row, as in the source, are copied: in a claim, and elsewhere
_PREFIXES = f"PREFIX lala: <{LALA}>\nPREFIX oa: <{WELL_KNOWN['oa']}>\nPREFIX rdfs: <{WELL_KNOWN['rdfs']}>\n"
_PASSAGES = f"""{_PREFIXES}
SELECT ?passage ?source ?digest ?paragraph ?start ?end ?sha256 ?fragment WHERE {{
  ?passage oa:hasSource ?source ; oa:hasSelector ?selector ;
    lala:paragraph ?paragraph ; lala:sha256 ?sha256 ; lala:textFragment ?fragment .
  ?selector oa:start ?start ; oa:end ?end .
  ?source lala:sha256 ?digest .
}} ORDER BY ?passage"""
_TEXTS = f"""{_PREFIXES}
SELECT DISTINCT ?thing ?text ?length WHERE {{
  {{ ?thing lala:claimText ?text . BIND({_CLAIM_NGRAM} AS ?length) }}
  UNION {{
    ?thing rdfs:label|rdfs:comment|lala:gist ?text .
    FILTER NOT EXISTS {{ ?thing a lala:Claim }}
    BIND({_TEXT_NGRAM} AS ?length)
  }}
}} ORDER BY ?thing ?text"""
_TITLES = f"""{_PREFIXES}
SELECT DISTINCT ?title WHERE {{ ?film a lala:Film ; rdfs:label ?title }} ORDER BY ?title"""


class SourceChecks(ProfileChecks):
    """With a copy of the source: the steps `passages` and `texts`."""

    reads_source: ClassVar[bool] = True

    def steps(self, kg: KnowledgeGraph, source: Path | None) -> Mapping[str, Step]:
        """The steps by their names; none without a source. Raises FolderError when it cannot be read."""
        if source is None:
            return {}
        text = SourceText.read(source)
        return {"passages": partial(passages, kg, text), "texts": partial(texts, kg, text)}


def passages(kg: KnowledgeGraph, text: SourceText) -> StepResult:
    """The passages whose hash, paragraph or text fragment is not what the source has at their characters."""
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


def texts(kg: KnowledgeGraph, text: SourceText) -> StepResult:
    """The texts of ours that share an n-gram of words with the source: copying, but for the titles of films."""
    titles, texts = kg.sparql(_TITLES), kg.sparql(_TEXTS)
    assert isinstance(titles, Rows)
    assert isinstance(texts, Rows)
    names = tuple(str(row["title"].value) for row in titles)
    findings = []
    for row in texts:
        if run := shared_ngram(str(row["text"].value), text, int(row["length"].value), names):
            message = f"“{run}” stands in the source, too"
            thing = _short(kg, row["thing"])
            findings.append(
                Finding("texts", "violation", "no-copying", message, thing, remedy="Say it in other words.")
            )
    return findings, len(texts)
