"""Checking: shapes on any data; for a folder hygiene and expected answers, too; with a copy of the source, hashes and
copying as well."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

from lalakg._answers import Expectation
from lalakg._catalogue import Query
from lalakg._engine import RemoteEngine
from lalakg._errors import EndpointError, FolderError, InvalidValue, LalakgError, QueryError
from lalakg._evidence import SourceText, copied
from lalakg._graph import KnowledgeGraph
from lalakg._input import header, read_shapes, statements
from lalakg._loaded import LABELS, Loaded
from lalakg._report import Finding, Report
from lalakg._result import Rows
from lalakg._shacl import RemoteSource, ShapeResult, Shapes, Validation, validate_remotely
from lalakg._terms import WELL_KNOWN, Node, Prefixes, compact, from_rdflib

if TYPE_CHECKING:
    import rdflib

Progress: TypeAlias = Callable[[str], None]
Counting: TypeAlias = Callable[[int, int], None]
Checkable: TypeAlias = "KnowledgeGraph | rdflib.Graph | Iterable[Path | str]"
Found: TypeAlias = tuple[list[Finding], int]

ENGINES = ("lalakg", "pyshacl")
_REMEDY = WELL_KNOWN["skos"] + "editorialNote"
_OWNERS = 3  # how far up from a constraint we look for a remedy


def check(
    data: Checkable,
    *,
    shapes: Path | str | rdflib.Graph | None = None,
    source: Path | str | None = None,
    engine: str = "lalakg",
    progress: Progress = lambda _: None,
    shapes_done: Counting = lambda _done, _of: None,
) -> Report:
    """Check a graph: a KnowledgeGraph, RDF files, or an rdflib graph.

    `shapes` are SHACL shapes, a file or an rdflib graph; a KnowledgeGraph has its own, and is also checked for hygiene
    and expected answers. With `source`, a local copy of the text that its claims rest on, hashes and places must agree
    with it, and none of our texts may copy it. `engine` is lalakg, or pyshacl, the slow reference. `progress` is told
    in words what is done, `shapes_done` how many shapes of how many.

    Raises ParseError for files that cannot be read, ShapesError for shapes that cannot be run, EndpointError when the
    graph is elsewhere and cannot be asked.
    """
    if engine not in ENGINES:
        raise InvalidValue(f"there is no engine {engine}; choose {' or '.join(ENGINES)}.")
    if not isinstance(data, KnowledgeGraph):
        return _check_data(data, shapes, engine, progress, shapes_done)
    if data.endpoint and engine != "lalakg":
        raise EndpointError(f"{engine} cannot check what lies elsewhere; leave it to lalakg's engine.", data.endpoint)
    if data.endpoint and shapes is not None:
        return _check_endpoint(data, shapes, progress, shapes_done)
    return _check_folder(data, shapes, source, engine, progress, shapes_done)


def _check_data(data: Any, shapes: Any, engine: str, progress: Progress, shapes_done: Counting) -> Report:
    """Check files, or an rdflib graph."""
    if shapes is None:
        raise FolderError("data without a folder needs shapes to be checked against: shapes=…, or --shapes FILE.")
    started = time.perf_counter()
    is_graph = hasattr(data, "serialize")
    files = [] if is_graph else [Path(p) for p in ([data] if isinstance(data, Path | str) else data)]
    read = read_shapes(shapes, {p: ns for path in files for p, ns in header(path).items()})
    loaded = _loaded(data, files, read.graph.prefixes, engine)
    if files and not len(loaded.data.store):
        raise FolderError(f"nothing to check: there is no statement in {', '.join(map(str, files))}.")
    validation = loaded.validate(read, engine, shapes_done)
    progress(f"shapes: {len(read)} in {time.perf_counter() - started:.2f} s")
    loaded.expect(validation.results)
    findings = [_finding(result, loaded, read) for result in validation.results]
    notes = tuple(_notes(validation, read, loaded.data.store.query))
    return Report(_ordered(findings), {"shapes": len(read)}, notes, read.graph.prefixes, tuple(files))


def _loaded(data: Any, files: list[Path], prefixes: Prefixes, engine: str) -> Loaded:
    if not files:
        return Loaded(list(_spoken(data)), files, prefixes)
    if engine == "pyshacl":
        return Loaded(list(statements(files)), files, prefixes)
    lines = [path for path in files if ox.RdfFormat.from_extension(path.suffix[1:]) == ox.RdfFormat.N_TRIPLES]
    return Loaded(statements(path for path in files if path not in lines), files, prefixes, lines=lines)


def _spoken(graph: Any) -> Iterable[ox.Triple]:
    """The triples of an rdflib graph, or of a data set, in which each has a graph, too."""
    triples: Any = (statement[:3] for statement in graph)
    return from_rdflib(triples)


def _notes(validation: Validation, shapes: Shapes, ask: Callable[[str], Any]) -> Iterator[str]:
    """What a reader should know of how shapes were run. `ask` answers an ASK about the data."""
    if validation.one_by_one:
        yield f"asked node by node, which is slower: {', '.join(validation.one_by_one)}."
    if not validation.results and not any(ask(pattern) for pattern in _targets(shapes)):
        yield "no shape has anything in this data to check; are these the right shapes for it?"


def _targets(shapes: Shapes) -> Iterator[str]:
    """Questions whether the data has anything for the shapes to check, one for each target."""
    for kind, node in (target for shape in shapes.roots for target in shape.targets):
        patterns = {"targetNode": "", "targetClass": f"?thing a/<{WELL_KNOWN['rdfs']}subClassOf>* {node}"}
        yield f"ASK {{ {patterns.get(kind, f'?thing {node} ?any')} }}"


def _ordered(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: finding.order)


def _finding(result: ShapeResult, loaded: Loaded, shapes: Shapes) -> Finding:
    """A validation result as a finding: named, placed, and with what would mend it."""
    rule = result.constraint if isinstance(result.constraint, ox.NamedNode) else result.shape
    place = loaded.place(result.focus, result.path, result.value)
    return Finding(
        "shapes",
        result.severity,
        shapes.graph.name(rule),
        loaded.message(result),
        loaded.name(result.focus),
        loaded.label(result.focus),
        place.path if place else None,
        place.line if place else None,
        _remedy(rule, shapes),
        result,
    )


def _remedy(rule: Node, shapes: Shapes) -> str:
    """What mends a finding: the shape's editorial note, or that of the shape that it belongs to."""
    for _ in range(_OWNERS):
        if notes := shapes.graph.values(rule, _REMEDY):
            return str(notes[0].value)
        owners = [*shapes.graph.subjects("property", rule), *shapes.graph.subjects("sparql", rule)]
        if not owners:
            return ""
        rule = owners[0]
    return ""


# ── an endpoint ──────────────────────────────────────────────────────────────────────────────────

_CHUNK = 500  # how many labels are asked for at once


def _check_endpoint(kg: KnowledgeGraph, shapes: Any, progress: Progress, shapes_done: Counting) -> Report:
    """Check what an endpoint holds against shapes of the caller's, which need not be about our folder."""
    started = time.perf_counter()
    read = read_shapes(shapes, WELL_KNOWN)
    validation = _validate_remotely(kg, read, shapes_done)
    progress(f"shapes: {len(read)} in {time.perf_counter() - started:.2f} s")
    things = {str(r.focus) for r in validation.results if isinstance(r.focus, ox.NamedNode)}
    loaded = Loaded(list(_labels_at(kg, sorted(things))), [], read.graph.prefixes)
    loaded.expect(validation.results)
    findings = [_finding(result, loaded, read) for result in validation.results]
    notes = (_as_kept(kg), *_notes(validation, read, kg.sparql))
    return Report(_ordered(findings), {"shapes": len(read)}, notes, read.graph.prefixes)


def _validate_remotely(kg: KnowledgeGraph, shapes: Shapes, shapes_done: Counting) -> Validation:
    assert isinstance(kg.engine, RemoteEngine)
    return validate_remotely(RemoteSource(kg.engine), shapes, shapes_done)


def _as_kept(kg: KnowledgeGraph) -> str:
    assert isinstance(kg.engine, RemoteEngine)
    graph = f" in <{kg.engine.graph}>" if kg.engine.graph else ""
    return f"literals were judged as the store keeps them, at {kg.endpoint}{graph}."


def _labels_at(kg: KnowledgeGraph, things: list[str]) -> Iterator[ox.Triple]:
    """The labels that the endpoint has for some things."""
    for start in range(0, len(things), _CHUNK):
        some, labels = " ".join(things[start : start + _CHUNK]), " ".join(f"<{iri}>" for iri in LABELS)
        rows = kg.sparql(f"SELECT ?s ?p ?o WHERE {{ VALUES ?s {{ {some} }} VALUES ?p {{ {labels} }} ?s ?p ?o }}")
        assert isinstance(rows, Rows)
        yield from (ox.Triple(row["s"], row["p"], row["o"]) for row in rows)


# ── a folder ─────────────────────────────────────────────────────────────────────────────────────


def _check_folder(
    kg: KnowledgeGraph,
    shapes: Any,
    source: Path | str | None,
    engine: str,
    progress: Progress,
    shapes_done: Counting,
) -> Report:
    read = read_shapes(shapes or kg.folder.shapes, kg.prefixes)
    loaded = Loaded(kg.triples, kg.folder.data, read.graph.prefixes, kg.base)
    notes: list[str] = []
    steps: dict[str, Callable[[], Found]] = {
        "shapes": partial(_shapes, kg, read, loaded, engine, notes, shapes_done),
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
    files = tuple(kg.folder.data)
    return Report(_ordered(located), checked, tuple(notes), kg.prefixes, files).relative_to(kg.folder.root)


def _shapes(
    kg: KnowledgeGraph, shapes: Shapes, loaded: Loaded, engine: str, notes: list[str], shapes_done: Counting
) -> Found:
    if isinstance(kg.engine, RemoteEngine):
        notes.append(_as_kept(kg))
        validation = _validate_remotely(kg, shapes, shapes_done)
    else:
        validation = loaded.validate(shapes, engine, shapes_done)
    notes += _notes(validation, shapes, kg.sparql)
    return [_finding(result, loaded, shapes) for result in validation.results], len(shapes)


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


def _answers(kg: KnowledgeGraph) -> Found:
    queries = [query.checked() for query in kg.catalogue.values()]
    queries = [query for query in queries if query.expected_path.is_file()]
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
