"""Checking a graph: shapes, hygiene, expected answers; with a copy of the source, hashes and copying, too."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pyoxigraph as ox

from lalakg import _turtle
from lalakg._answers import Expectation
from lalakg._catalogue import Query
from lalakg._errors import LalakgError
from lalakg._evidence import SourceText, copied
from lalakg._graph import KnowledgeGraph
from lalakg._result import Rows
from lalakg._shacl import Data, ShapeResult, Shapes, reference, validate
from lalakg._terms import RDFS_LABEL, Node, compact
from lalakg._tokens import statements

Progress = Callable[[str], None]
Found = tuple[list["Finding"], int]
ENGINES = ("lalakg", "pyshacl")
SEVERITIES = ("violation", "warning", "info")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: what (`kind`: shapes, hygiene, answers, hashes, copying), how bad, where, and why.

    `rule` is the shape's or query's name; `thing` the short name of what is at fault; `path` and `line` say where
    its block stands, when an author wrote it.
    """

    kind: str
    severity: str
    rule: str
    message: str
    thing: str = ""
    label: str = ""
    path: Path | None = None
    line: int | None = None

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}: " if self.path else ""
        name = f"{self.thing} “{self.label}”: " if self.label else f"{self.thing}: " if self.thing else ""
        return f"{where}{self.severity}: {name}{self.message} [{self.rule}]"


@dataclass(frozen=True)
class Report:
    """What a check found. `conforms` when nothing is a violation; `checked` counts what was looked at, by kind."""

    results: list[Finding]
    checked: dict[str, int] = field(default_factory=dict)

    @property
    def conforms(self) -> bool:
        """Whether there is no violation; warnings are allowed."""
        return not any(finding.severity == "violation" for finding in self.results)

    def __bool__(self) -> bool:
        return self.conforms

    def __str__(self) -> str:
        counts = {severity: sum(f.severity == severity for f in self.results) for severity in SEVERITIES}
        found = (
            ", ".join(f"{n} {severity}{'s' if n != 1 else ''}" for severity, n in counts.items() if n) or "no faults"
        )
        checked = ", ".join(f"{count} {kind}" for kind, count in self.checked.items())
        return "".join(f"{finding}\n" for finding in self.results) + f"Checked {checked}: {found}.\n"


def check(
    kg: KnowledgeGraph,
    *,
    source: Path | str | None = None,
    engine: str = "lalakg",
    progress: Progress = lambda _: None,
) -> Report:
    """Check a graph: its shapes, its hygiene queries, its expected answers.

    With `source`, a local copy of the text that the claims rest on: also that every hash and place agrees with it,
    and that none of our texts copies it. `engine` is lalakg, or pyshacl, the slow reference. `progress` is told in words what is done.
    Raises ParseError for files that cannot be read and ShapesError for shapes that cannot be run.
    """
    steps: dict[str, Callable[[KnowledgeGraph], Found]] = {
        "shapes": partial(_shapes, engine=engine),
        "hygiene queries": _hygiene,
        "expected answers": _answers,
    }
    if source is not None:
        text = SourceText.read(Path(source))
        steps |= {"passages": partial(_passages, text=text), "texts": partial(_texts, text=text)}
    findings: list[Finding] = []
    checked: dict[str, int] = {}
    for name, step in steps.items():
        started = time.perf_counter()
        found, checked[name] = step(kg)
        findings += found
        progress(f"{name}: {checked[name]} in {time.perf_counter() - started:.2f} s")
    places = _places(kg) if findings else {}
    located = [_locate(finding, kg, places) for finding in findings]
    return Report(sorted(located, key=lambda f: (str(f.path or "~"), f.line or 0, str(f))), checked)


def _shapes(kg: KnowledgeGraph, engine: str) -> Found:
    path = kg.folder.shapes
    document = _turtle.read(path, keep_blank_nodes=True)
    shapes = Shapes(document.triples, document.prefixes)
    if engine == "pyshacl":
        results = reference.validate(kg.triples, document.triples, path)
    else:
        results = validate(Data(kg.triples), shapes).results
    return [_broken(kg, result) for result in results], len(shapes)


def _broken(kg: KnowledgeGraph, result: ShapeResult) -> Finding:
    rule = result.constraint if isinstance(result.constraint, ox.NamedNode) else result.shape
    return Finding("shapes", result.severity, _name(kg, rule), result.message, _name(kg, result.focus))


def _name(kg: KnowledgeGraph, node: object) -> str:
    return compact(node.value, kg.prefixes) if isinstance(node, ox.NamedNode) else str(node)


def _hygiene(kg: KnowledgeGraph) -> Found:
    queries = kg.catalogue.group("hygiene")
    return [finding for query in queries for finding in _faults(kg, query)], len(queries)


def _faults(kg: KnowledgeGraph, query: Query) -> Iterator[Finding]:
    answer = kg.sparql(query.text)
    assert isinstance(answer, Rows)
    for cells in answer.cells():
        thing, *rest = [cell or "" for cell in cells]
        yield Finding("hygiene", query.severity, query.name, " · ".join(filter(None, rest)) or query.summary, thing)


def _answers(kg: KnowledgeGraph) -> Found:
    queries = [query for query in kg.catalogue.values() if query.expected_path.is_file()]
    return [finding for query in queries for finding in _wrong_answers(kg, query)], len(queries)


def _wrong_answers(kg: KnowledgeGraph, query: Query) -> Iterator[Finding]:
    try:
        differences = Expectation.read(query.expected_path).differences(kg.sparql(query.text))
    except LalakgError as error:
        differences = [str(error)]
    for difference in differences:
        yield Finding(
            "answers",
            "violation",
            query.name,
            f"{query.summary} {difference}.",
            path=query.expected_path,
            line=1,
        )


_PASSAGES = """
PREFIX lala: <https://w3id.org/lalakg/ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>
SELECT ?passage ?source ?digest ?paragraph ?start ?end ?sha256 ?fragment WHERE {
  ?passage oa:hasSource ?source ; oa:hasSelector ?selector ;
    lala:paragraph ?paragraph ; lala:sha256 ?sha256 ; lala:textFragment ?fragment .
  ?selector oa:start ?start ; oa:end ?end .
  ?source lala:sha256 ?digest .
} ORDER BY ?passage"""


def _passages(kg: KnowledgeGraph, text: SourceText) -> Found:
    answer = kg.sparql(_PASSAGES)
    assert isinstance(answer, Rows)
    rows = [row for row in answer if row["digest"].value == text.sha256]
    if not rows:
        return [
            Finding(
                "hashes",
                "violation",
                "source",
                "no source in the graph has the SHA-256 of that file; is it the right one?",
            )
        ], 0
    return [finding for row in rows for finding in _misplaced(kg, row, text)], len(rows)


def _misplaced(kg: KnowledgeGraph, row: dict[str, Node], text: SourceText) -> Iterator[Finding]:
    start, end = int(row["start"].value), int(row["end"].value)
    wrong = {
        "hash": row["sha256"].value != text.digest(start, end),
        "paragraph": str(row["paragraph"].value) != str(text.paragraph(start, end)),
        "text fragment": row["fragment"].value != text.fragment(start, end),
    }
    for what in (name for name, is_wrong in wrong.items() if is_wrong):
        message = f"the {what} does not agree with the source; `lalakg locate {start}-{end}` prints the right locator."
        yield Finding("hashes", "violation", what, message, _name(kg, row["passage"]))


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


def _texts(kg: KnowledgeGraph, text: SourceText) -> Found:
    titles, texts = kg.sparql(_TITLES), kg.sparql(_TEXTS)
    assert isinstance(titles, Rows)
    assert isinstance(texts, Rows)
    names = [str(row["title"].value) for row in titles]
    found = []
    for row in texts:
        length = int(row["length"].value)
        if run := copied(str(row["text"].value), text, length, names):
            found.append(
                Finding(
                    "copying",
                    "violation",
                    "no-copying",
                    f"“{run}” stands in the source, too; say it in other words.",
                    _name(kg, row["thing"]),
                )
            )
    return found, len(texts)


def _places(kg: KnowledgeGraph) -> dict[str, tuple[Path, int]]:
    """Where each authored thing's block begins."""
    places: dict[str, tuple[Path, int]] = {}
    for path in kg.folder.data:
        for statement in statements(path.read_text(encoding="utf-8")):
            places.setdefault(compact(statement.subject, kg.prefixes), (path, statement.line))
    return places


def _locate(finding: Finding, kg: KnowledgeGraph, places: dict[str, tuple[Path, int]]) -> Finding:
    if finding.path or not finding.thing:
        return finding
    path, line = places.get(finding.thing, (None, None))
    labels = {
        _name(kg, t.subject): t.object.value
        for t in kg.triples
        if t.predicate == RDFS_LABEL and isinstance(t.object, ox.Literal)
    }
    label = str(labels.get(finding.thing, ""))
    shown = Path(path).relative_to(kg.folder.root) if path else None
    return Finding(finding.kind, finding.severity, finding.rule, finding.message, finding.thing, label, shown, line)
