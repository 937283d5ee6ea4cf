"""The shapes: explained, film-independent, well-formed; and each planted fault is caught by the rules it concerns."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
import yaml
from rdflib.namespace import RDF, RDFS, SH, SKOS

import lalakg
from conftest import Command
from lalakg._rdf import parser
from lalakg._shacl import Data, Shapes, validate
from test_docs import agree

ROOT = Path(__file__).parents[2]
SHAPES = ROOT / "ontology/shapes.ttl"
NUMBERS = [f"S{number:02}" for number in range(1, 59)]
TARGETS = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)
DERIVED_ONLY = {"S15"}  # no edit of an authored file breaks this rule


def failing_shapes(graph: Iterable[ox.Triple]) -> set[str]:
    """The constraints, property shapes and node shapes that a graph breaks, by the ends of their IRIs."""
    results = validate(Data(graph), compiled()).results
    return {name(result.constraint or result.shape) for result in results}


def failing_rules(graph: Iterable[ox.Triple]) -> set[str]:
    """The numbers of the rules that a graph breaks."""
    return {shape[:3] for shape in failing_shapes(graph)}


@cache
def compiled() -> Shapes:
    """The shapes, ready to be run."""
    return Shapes(parser.read(SHAPES).triples)


def name(node: object) -> str:
    """The end of a shape's IRI."""
    return str(node).rpartition("#")[2].rstrip(">")


# ── the faults ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Patch:
    """A fault in the published graph: Turtle taken away, Turtle put in."""

    fault: str
    aims: str
    rules: list[str]
    remove: str = ""
    add: str = ""


@dataclass(frozen=True)
class Edit:
    """A fault in an authored file: in the block of `thing`, `find` becomes `replace`; or `append` is a new block."""

    fault: str
    rules: list[str]
    file: str
    thing: str = ""
    find: str = ""
    replace: str = ""
    append: str = ""
    teaches: str = ""

    def apply(self, text: str) -> str:
        """The file's text with the fault in it; the text to be replaced must stand in the block once."""
        if self.append:
            return f"{text}\n{self.append}"
        start = text.index(f"\n{self.thing}\n")
        end = text.index("\n  .\n", start)
        block = text[start:end]
        assert block.count(self.find) == 1, f"{self.fault}: not once in the block of {self.thing}: {self.find}"
        return text[:start] + block.replace(self.find, self.replace) + text[end:]


def rows(file: str) -> list[dict[str, str]]:
    """The entries of a file of faults."""
    return list(yaml.safe_load((ROOT / "tests/faults" / file).read_text(encoding="utf-8")))


PATCHES = [Patch(**row) for row in rows("published.yaml")]  # type: ignore[arg-type]
EDITS = [Edit(**row) for row in rows("authored.yaml")]  # type: ignore[arg-type]
STEPS = [Edit(**row) for row in rows("tutorial.yaml")]  # type: ignore[arg-type]
DIFFS: list[tuple[str, str, str]] = re.findall(
    r"^(?:In|At the end of) `data/([a-z]+\.ttl)`:\n\n```diff\n(.*?)\n```\n.*?^```\n(.*?)```\n",
    (ROOT / "docs/tutorial.md").read_text(encoding="utf-8"),
    re.DOTALL | re.MULTILINE,
)


@cache
def published() -> frozenset[ox.Triple]:
    """The published graph."""
    return frozenset(lalakg.load(ROOT).triples)


@cache
def prefixes() -> str:
    """Declarations of the prefixes that the faults are written with."""
    return "".join(f"@prefix {p}: <{ns}> .\n" for p, ns in lalakg.load(ROOT).prefixes.items())


def triples(turtle: str) -> set[ox.Triple]:
    """The triples of a snippet of Turtle."""
    return {quad.triple for quad in ox.parse(prefixes() + turtle, format=ox.RdfFormat.TURTLE)}


def mentioned(graph: Iterable[ox.Triple]) -> set[object]:
    """The nodes that triples are about."""
    return {node for triple in graph for node in (triple.subject, triple.object)}


def edited(edit: Edit, folder: Path) -> lalakg.KnowledgeGraph:
    """A copy of the authored files with a fault in one of them; the article's stand on their own."""
    unneeded = ["published"] if edit.file.startswith("debate/") else ["debate", "published"]
    shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns(*unneeded))
    path = folder / "data" / edit.file
    path.write_text(edit.apply(path.read_text(encoding="utf-8")), encoding="utf-8")
    return lalakg.load(folder)


# ── the shapes themselves ────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def shapes() -> rdflib.Graph:
    """The shapes graph."""
    return rdflib.Graph().parse(SHAPES)


def targeted(shapes: rdflib.Graph) -> set[rdflib.term.Node]:
    """The node shapes that have targets of their own."""
    return {shape for target in TARGETS for shape in shapes.subjects(target)}


def reportable(shapes: rdflib.Graph) -> set[str]:
    """Whatever a report can name: parts of targeted shapes, and these themselves where they have a message."""
    rules = targeted(shapes)
    parts = {part for rule in rules for link in (SH.property, SH.sparql) for part in shapes.objects(rule, link)}
    return {name(part) for part in parts} | {name(rule) for rule in rules if (rule, SH.message, None) in shapes}


def explained(shapes: rdflib.Graph) -> list[rdflib.term.Node]:
    """Every node shape, property shape and SPARQL constraint."""
    kinds = (SH.NodeShape, SH.PropertyShape, SH.SPARQLConstraint)
    return [shape for kind in kinds for shape in shapes.subjects(RDF.type, kind)]


def selects(shapes: rdflib.Graph) -> dict[str, str]:
    """The queries of the SPARQL constraints."""
    return {name(constraint): str(text) for constraint, text in shapes.subject_objects(SH.select)}


def test_there_are_fifty_eight_rules(shapes: rdflib.Graph) -> None:
    assert sorted({name(shape)[:3] for shape in targeted(shapes)}) == NUMBERS


def test_no_shape_knows_this_film() -> None:
    text = SHAPES.read_text(encoding="utf-8")
    assert lalakg.load(ROOT).base not in text
    assert not re.search(r"\blkg:|\b(Mia|Seb|Keith|Rick|Ilsa|Paris)\b", text)


def test_everything_has_an_iri_a_label_and_a_definition(shapes: rdflib.Graph) -> None:
    for shape in explained(shapes):
        assert isinstance(shape, rdflib.URIRef), f"a blank node among the shapes: {list(shapes[shape])}"
        for word in (RDFS.label, SKOS.definition):
            assert len(list(shapes.objects(shape, word))) == 1, f"{name(shape)}: {name(word)}"


def test_every_part_of_a_shape_is_one_of_these(shapes: rdflib.Graph) -> None:
    parts = {part for link in (SH.property, SH.sparql, SH["not"], SH.node) for part in shapes.objects(None, link)}
    assert parts <= set(explained(shapes))


def test_every_rule_says_whom_it_guards_and_what_mends_it(shapes: rdflib.Graph) -> None:
    for shape in targeted(shapes):
        for word in (SKOS.scopeNote, SKOS.editorialNote):
            assert len(list(shapes.objects(shape, word))) == 1, f"{name(shape)}: {name(word)}"


def test_messages_start_with_the_number_of_the_rule(shapes: rdflib.Graph) -> None:
    for shape in shapes.subjects(RDF.type, SH.PropertyShape):
        assert (shape, SH.message, None) in shapes, name(shape)
    for shape, message in shapes.subject_objects(SH.message):
        assert str(message).startswith(name(shape)[:3] + " "), f"{name(shape)}: {message}"


def test_messages_name_only_what_is_selected(shapes: rdflib.Graph) -> None:
    for constraint, text in shapes.subject_objects(SH.select):
        message = str(shapes.value(constraint, SH.message))
        head = str(text).partition("WHERE")[0]
        assert set(re.findall(r"\{(\?\w+)\}", message)) <= set(re.findall(r"[?$]\w+", head)), name(constraint)


def test_constraints_bind_this_in_their_outermost_group(shapes: rdflib.Graph) -> None:
    for constraint, text in selects(shapes).items():
        head, _, body = text.partition("{")
        assert "$this" in head, constraint
        while nested := re.search(r"\{[^{}]*\}", body):
            body = body.replace(nested[0], "")
        patterns = re.sub(r"(FILTER|BIND).*", "", body)
        assert "$this" in patterns, constraint


def test_constraints_use_nothing_that_shacl_forbids(shapes: rdflib.Graph) -> None:
    for constraint, text in selects(shapes).items():
        assert not re.search(r"\b(VALUES|MINUS|SERVICE|GRAPH)\b", text), constraint


@pytest.mark.slow
def test_shapes_are_well_formed(shapes: rdflib.Graph) -> None:
    conforms, _, text = pyshacl.validate(rdflib.Graph(), shacl_graph=shapes, meta_shacl=True)
    assert conforms, text


# ── the lists of faults ──────────────────────────────────────────────────────────────────────────


def test_every_constraint_has_a_fault_planted_for_it(shapes: rdflib.Graph) -> None:
    assert {patch.aims for patch in PATCHES} == reportable(shapes)


def test_authors_can_break_every_rule_that_guards_them(shapes: rdflib.Graph) -> None:
    assert {rule for edit in [*EDITS, *STEPS] for rule in edit.rules} == set(NUMBERS) - DERIVED_ONLY


def test_names_of_faults_are_kebab_case_and_unique() -> None:
    names = [patch.fault for patch in PATCHES] + [edit.fault for edit in [*EDITS, *STEPS]]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in names)


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.fault)
def test_patch_fits_the_published_graph(patch: Patch) -> None:
    assert patch.aims[:3] in patch.rules
    assert triples(patch.remove) <= published()
    assert not triples(patch.add) & published()


@pytest.mark.parametrize("edit", [*EDITS, *STEPS], ids=lambda edit: edit.fault)
def test_edit_fits_the_authored_files(edit: Edit) -> None:
    path = ROOT / "data" / edit.file
    assert parser.parse(edit.apply(path.read_text(encoding="utf-8")).encode(), path).triples


def followed(diff: str, text: str) -> str:
    """A file's text after a reader has followed a diff of the tutorial, whose unsigned lines only say where."""
    lines = text.splitlines()
    at = 0 if diff.startswith(" ") else len(lines)
    for line in diff.splitlines():
        if line.startswith("+"):
            lines.insert(at, line[1:])
        else:
            at = lines.index(line[1:], at)
        if line.startswith("-"):
            del lines[at]
        else:
            at += 1
    return "\n".join([*lines, ""])


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The copy that a reader of the tutorial makes."""
    (tmp_path / "broken/data").mkdir(parents=True)
    for path in (ROOT / "data").glob("*.ttl"):
        shutil.copy(path, tmp_path / "broken/data")
    return tmp_path / "broken"


def test_tutorial_has_ten_steps() -> None:
    assert len(STEPS) == len(DIFFS) == 10


@pytest.mark.parametrize(
    ("step", "diff"), [pytest.param(step, diff, id=step.fault) for step, diff in zip(STEPS, DIFFS, strict=False)]
)
def test_tutorial_tells_of_the_fault_that_is_planted(step: Edit, diff: tuple[str, str, str]) -> None:
    file, patch, finding = diff
    path = ROOT / "data" / file
    text = path.read_text(encoding="utf-8")
    shown, planted = (parser.parse(new.encode(), path).triples for new in (followed(patch, text), step.apply(text)))
    assert set(shown) == set(planted)
    assert f": {step.teaches} " in finding


def test_tutorial_begins_without_faults(broken: Path, run: Command) -> None:
    assert run("check", cwd=broken).out.endswith("no faults.\n")


@pytest.mark.parametrize(("number", "diff"), list(enumerate(DIFFS, 1)), ids=[step.fault for step in STEPS])
def test_tutorial_shows_what_check_prints(number: int, diff: tuple[str, str, str], broken: Path, run: Command) -> None:
    """All of it, but for the last line, and for the remedies after the first step."""
    file, patch, finding = diff
    path = broken / "data" / file
    path.write_text(followed(patch, path.read_text(encoding="utf-8")), encoding="utf-8")
    *lines, last = run("check", cwd=broken).out.splitlines()
    assert last.startswith("Checked ")
    shown = [line for line in lines if number == 1 or not re.match(r"    [^(]", line)]
    assert agree(finding, "\n".join(shown)), "\n".join(shown)


# ── the proof ────────────────────────────────────────────────────────────────────────────────────


def test_published_graph_conforms() -> None:
    assert failing_rules(published()) == set()


@pytest.fixture(scope="module")
def article(tmp_path_factory: pytest.TempPathFactory) -> frozenset[ox.Triple]:
    """The graph of the article alone: a third of the published one, and checked in a third of the time."""
    folder = tmp_path_factory.mktemp("article")
    shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns("debate", "published"))
    return frozenset(lalakg.load(folder).triples)


@pytest.fixture(scope="module")
def debated(article: frozenset[ox.Triple]) -> set[object]:
    """The nodes of the debate alone."""
    return mentioned(published()) - mentioned(article)


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.fault)
def test_fault_in_the_published_graph_is_caught(
    patch: Patch, article: frozenset[ox.Triple], debated: set[object]
) -> None:
    removed, added = triples(patch.remove), triples(patch.add)
    whole = published() if mentioned(removed | added) & debated else article
    found = failing_shapes(whole - removed | added)
    assert patch.aims in found
    assert {shape[:3] for shape in found} == set(patch.rules)


@pytest.mark.slow
@pytest.mark.parametrize("edit", [*EDITS, *STEPS], ids=lambda edit: edit.fault)
def test_fault_of_an_author_is_caught(edit: Edit, tmp_path: Path) -> None:
    assert failing_rules(edited(edit, tmp_path).triples) == set(edit.rules)
