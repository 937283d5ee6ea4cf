"""Checking: shapes on any data; for a folder hygiene and expected answers, too; with a copy of the source, hashes and
copying as well."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

from lalakg import _turtle
from lalakg._answers import Expectation
from lalakg._catalogue import Query
from lalakg._engine import RemoteEngine
from lalakg._errors import FolderError, LalakgError
from lalakg._evidence import SourceText, copied
from lalakg._graph import KnowledgeGraph
from lalakg._positions import Positions
from lalakg._report import Finding, Report
from lalakg._result import Rows
from lalakg._shacl import (
    Data,
    RemoteSource,
    ShapeResult,
    Shapes,
    Validation,
    reference,
    validate,
    validate_remotely,
)
from lalakg._terms import RDFS_LABEL, WELL_KNOWN, Node, Prefixes, compact, from_rdflib

if TYPE_CHECKING:
    import rdflib

Progress: TypeAlias = Callable[[str], None]
Checkable: TypeAlias = "KnowledgeGraph | rdflib.Graph | Iterable[Path | str]"
Found: TypeAlias = tuple[list[Finding], int]

ENGINES = ("lalakg", "pyshacl")
_SKOS = WELL_KNOWN["skos"]
_LABELS = (RDFS_LABEL.value, _SKOS + "prefLabel", WELL_KNOWN["schema"] + "name")
_REMEDY = _SKOS + "editorialNote"
_IDENTITY_LIMIT = 3  # how far up we look for the block from which a derived thing comes


def check(
    data: Checkable,
    *,
    shapes: Path | str | rdflib.Graph | None = None,
    source: Path | str | None = None,
    engine: str = "lalakg",
    progress: Progress = lambda _: None,
) -> Report:
    """Check a graph: a KnowledgeGraph, RDF files, or an rdflib graph.

    `shapes` are SHACL shapes, a file or an rdflib graph; a KnowledgeGraph has its own, and is also checked for hygiene
    and expected answers. With `source`, a local copy of the text that its claims rest on, hashes and places must agree
    with it, and none of our texts may copy it. `engine` is lalakg, or pyshacl, the slow reference. `progress` is told
    in words what is done.

    Raises ParseError for files that cannot be read, ShapesError for shapes that cannot be run, EndpointError when the
    graph is elsewhere and cannot be asked.
    """
    if isinstance(data, KnowledgeGraph):
        return _check_folder(data, shapes, source, engine, progress)
    if shapes is None:
        raise FolderError("data without a folder needs shapes to be checked against: shapes=…, or --shapes FILE.")
    files = [Path(p) for p in data] if not hasattr(data, "serialize") else []
    started = time.perf_counter()
    read = _read_shapes(shapes, {p: ns for path in files for p, ns in _turtle.header(path).items()})
    triples = (q for path in files for q in _turtle.stream(path)) if files else iter(from_rdflib(data))  # type: ignore[arg-type]  # told apart by its method
    loaded = Loaded(list(triples) if engine == "pyshacl" else triples, files, read.graph.prefixes)
    validation = loaded.validate(read, engine)
    progress(f"shapes: {len(read)} in {time.perf_counter() - started:.2f} s")
    findings = [loaded.finding(result, read) for result in validation.results]
    return Report(_ordered(findings), {"shapes": len(read)}, _notes(validation), read.graph.prefixes)


def _read_shapes(shapes: Any, prefixes: Prefixes) -> Shapes:
    if hasattr(shapes, "serialize"):
        return Shapes(from_rdflib(shapes), {**prefixes, **{p: str(ns) for p, ns in shapes.namespaces()}})
    path = Path(shapes)
    document = _turtle.read(path, keep_blank_nodes=True, base=path.absolute().as_uri())
    return Shapes(document.triples, {**prefixes, **document.prefixes})


def _notes(validation: Validation) -> tuple[str, ...]:
    if not validation.one_by_one:
        return ()
    return (f"asked node by node, which is slower: {', '.join(validation.one_by_one)}.",)


def _ordered(findings: list[Finding]) -> list[Finding]:
    """Sorted as files are read; what stands in no file comes last."""
    return sorted(findings, key=lambda f: (str(f.path or "~"), f.line or 0, f.rule, f.thing, f.message))


@dataclass
class Loaded:
    """Data that is validated, and how its things are named and found."""

    triples: Iterable[ox.Triple | ox.Quad]
    files: list[Path]
    prefixes: Prefixes
    base: str = ""  # of the names that may be derived

    @cached_property
    def data(self) -> Data:
        """The data in a store."""
        return Data(self.triples)

    @cached_property
    def positions(self) -> Positions:
        """Where the statements of the files stand."""
        return Positions(self.files)

    def validate(self, shapes: Shapes, engine: str) -> Validation:
        """The results of the shapes."""
        if engine == "pyshacl":
            plain = (ox.Triple(t.subject, t.predicate, t.object) for t in self.triples)
            return Validation(reference.validate(plain, shapes.graph.triples, "the shapes"))
        return validate(self.data, shapes)

    def name(self, node: Any) -> str:
        """A node's short name."""
        return compact(node.value, self.prefixes) if isinstance(node, ox.NamedNode) else str(node)

    def label(self, node: Any) -> str:
        """A node's label, if it has one."""
        if not isinstance(node, ox.NamedNode):
            return ""
        quads = (q for iri in _LABELS for q in self.data.store.quads_for_pattern(node, ox.NamedNode(iri), None))
        return next((str(q.object.value) for q in quads if isinstance(q.object, ox.Literal)), "")

    def finding(self, result: ShapeResult, shapes: Shapes) -> Finding:
        """A validation result as a finding: named, placed, and with what would mend it."""
        rule = result.constraint if isinstance(result.constraint, ox.NamedNode) else result.shape
        place = self.place(result.focus, result.path, result.value)
        return Finding(
            "shapes",
            result.severity,
            shapes.graph.name(rule),
            self._message(result),
            self.name(result.focus),
            self.label(result.focus),
            place.path if place else None,
            place.line if place else None,
            _remedy(rule, shapes),
            result,
        )

    def _message(self, result: ShapeResult) -> str:
        """The message, with the value at fault where the shape's own words do not name it."""
        literal = isinstance(result.value, ox.Literal)
        name = str(result.value.value) if isinstance(result.value, ox.Literal) else self.name(result.value)
        if (
            result.value is None
            or result.value == result.focus
            or name in result.message
            or (literal and len(name) > 60)
        ):
            return result.message
        return f"{result.message} ({name})"

    def place(self, focus: Any, path: Any = None, value: Any = None) -> Any:
        """Where the triple at fault stands, or else the block of its subject, or of what it was derived from."""
        found = self.positions.find(focus, path if isinstance(path, ox.NamedNode) else None, value)
        if found is None and isinstance(value, ox.NamedNode) and isinstance(path, ox.NamedNode):
            found = self.positions.find(value, path, focus)
        return found or self._origin(focus)

    def _origin(self, node: Any) -> Any:
        """The block from which a derived thing comes: the nearest one that refers to it, by the likest name."""
        if not self.base or not isinstance(node, ox.NamedNode) or not node.value.startswith(self.base):
            return None
        seen: set[Any] = {node}
        level: list[Any] = [node]
        for _ in range(_IDENTITY_LIMIT):
            referrers = {q.subject for n in level for q in self.data.store.quads_for_pattern(None, None, n)} - seen
            level = sorted(referrers, key=lambda n: (-_likeness(str(n), str(node)), str(n)))
            seen |= referrers
            if found := next((p for n in level if (p := self.positions.find(n))), None):
                return found
        return None


def _likeness(one: str, other: str) -> int:
    """How many characters two names have in common at their ends."""
    return next((i for i, (a, b) in enumerate(zip(reversed(one), reversed(other), strict=False)) if a != b), 0)


def _remedy(rule: Node, shapes: Shapes) -> str:
    """What mends a finding: the shape's editorial note, or that of the shape that it belongs to."""
    for _ in range(_IDENTITY_LIMIT):
        if notes := shapes.graph.values(rule, _REMEDY):
            return str(notes[0].value)
        owners = [*shapes.graph.subjects("property", rule), *shapes.graph.subjects("sparql", rule)]
        if not owners:
            return ""
        rule = owners[0]
    return ""


# ── a folder ─────────────────────────────────────────────────────────────────────────────────────


def _check_folder(
    kg: KnowledgeGraph, shapes: Any, source: Path | str | None, engine: str, progress: Progress
) -> Report:
    read = _read_shapes(shapes or kg.folder.shapes, kg.prefixes)
    loaded = Loaded(kg.triples, kg.folder.data, read.graph.prefixes, kg.base)
    notes: list[str] = []
    steps: dict[str, Callable[[], Found]] = {
        "shapes": partial(_shapes, kg, read, loaded, engine, notes),
        "hygiene queries": partial(_hygiene, kg),
        "expected answers": partial(_answers, kg),
    }
    if source is not None:
        text = SourceText.read(Path(source))
        steps |= {"passages": partial(_passages, kg, text), "texts": partial(_texts, kg, text)}
    findings: list[Finding] = []
    checked: dict[str, int] = {}
    for name, step in steps.items():
        started = time.perf_counter()
        found, checked[name] = step()
        findings += found
        progress(f"{name}: {checked[name]} in {time.perf_counter() - started:.2f} s")
    located = [_locate(finding, kg, loaded) for finding in findings]
    return Report(_ordered(located), checked, tuple(notes), kg.prefixes).relative_to(kg.folder.root)


def _shapes(kg: KnowledgeGraph, shapes: Shapes, loaded: Loaded, engine: str, notes: list[str]) -> Found:
    if isinstance(kg.engine, RemoteEngine):
        notes.append(f"literals were judged as the store keeps them, at {kg.endpoint}.")
        validation = validate_remotely(RemoteSource(kg.engine), shapes)
    else:
        validation = loaded.validate(shapes, engine)
    notes += _notes(validation)
    return [loaded.finding(result, shapes) for result in validation.results], len(shapes)


def _locate(finding: Finding, kg: KnowledgeGraph, loaded: Loaded) -> Finding:
    """A finding of a query with its place and label; those of shapes have theirs."""
    if finding.path or finding.result or not finding.thing:
        return finding
    try:
        node = ox.NamedNode(_expand(finding.thing, kg.prefixes))
    except ValueError:
        return finding
    place = loaded.place(node)
    where = (place.path, place.line) if place else (None, None)
    return replace(finding, label=loaded.label(node), path=where[0], line=where[1])


def _expand(name: str, prefixes: Mapping[str, str]) -> str:
    prefix, _, local = name.partition(":")
    return name.strip("<>") if name.startswith("<") else prefixes.get(prefix, f"{prefix}:") + local


def _hygiene(kg: KnowledgeGraph) -> Found:
    queries = kg.catalogue.group("hygiene")
    faults = (finding for query in queries for finding in _faults(kg, query))
    return [f for f in faults if f.severity == "violation" or _is_ours(kg, f.thing)], len(queries)


def _is_ours(kg: KnowledgeGraph, thing: str) -> bool:
    """Whether the folder's authors can act on a hint: not on one about the ontology that they borrow."""
    return kg.folder.owns_ontology or _expand(thing, kg.prefixes).startswith(kg.base)


def _faults(kg: KnowledgeGraph, query: Query) -> Iterator[Finding]:
    answer = kg.sparql(query.text)
    assert isinstance(answer, Rows)
    for cells in answer.cells():
        thing, *rest = [cell or "" for cell in cells]
        message = " · ".join(filter(None, rest)) or query.summary
        yield Finding("hygiene", query.severity, query.name, message, thing, remedy=query.description)


def _answers(kg: KnowledgeGraph) -> Found:
    queries = [query for query in kg.catalogue.values() if query.expected_path.is_file()]
    return [finding for query in queries for finding in _wrong_answers(kg, query)], len(queries)


def _wrong_answers(kg: KnowledgeGraph, query: Query) -> Iterator[Finding]:
    try:
        differences = Expectation.read(query.expected_path).differences(kg.sparql(query.text))
    except LalakgError as error:
        differences = [str(error)]
    for difference in differences:
        message = f"{query.summary} {difference}."
        yield Finding("answers", "violation", query.name, message, path=query.expected_path, line=1)


# ── against a copy of the source ─────────────────────────────────────────────────────────────────

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


def _texts(kg: KnowledgeGraph, text: SourceText) -> Found:
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
