"""Checking anybody's data: files and rdflib graphs, outside any folder; bad input is one clear message."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rdflib

import lalakg
from conftest import Command
from lalakg._check import check
from lalakg._errors import FolderError, InvalidValue, ParseError, ShapesError

SHAPES = """@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

ex:Car-shape a sh:NodeShape ; sh:targetClass ex:Car ;
  sh:property ex:Car-owner , ex:Car-plate , ex:Car-seat .
ex:Car-owner sh:path ex:owner ; sh:class ex:Person ; sh:maxCount 1 ; skos:editorialNote "Name one person." .
ex:Car-plate sh:path ex:plate ; sh:pattern "^[A-Z]+-[0-9]+$" ; sh:message "a plate looks like W-123"@en .
ex:Car-seat sh:path ex:seat ; sh:node ex:Seat .
ex:Seat a sh:NodeShape ; sh:property ex:Seat-number .
ex:Seat-number sh:path ex:number ; sh:datatype xsd:integer ; sh:minCount 1 .
ex:Seat-shape a sh:NodeShape ; sh:targetObjectsOf ex:seat ; sh:property ex:Seat-number .
"""
CARS = """@prefix ex: <http://example.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

ex:beetle
  a ex:Car ;
  skos:prefLabel "Käfer"@de , "Beetle"@en ;
  ex:owner ex:ann , ex:bob ;
  ex:seat [ ex:number 1 ] , [
    ex:number "two" ] ;
  ex:plate "W-1" ,
    "w 2" ;
  .
"""
PEOPLE = """<http://example.org/ann> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://example.org/Person> .
<http://example.org/ann> <http://www.w3.org/2000/01/rdf-schema#label> "Ann" .
<http://example.org/bus> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://example.org/Car> .
<http://example.org/bus> <http://example.org/plate> "none" .
<http://example.org/bus> <http://www.w3.org/2000/01/rdf-schema#label> "The bus" .
"""
MORE = """{ "@context": { "ex": "http://example.org/" }, "@graph": [
  { "@id": "ex:ann" },
  { "@id": "ex:van", "@type": "ex:Car",
    "https://schema.org/name": "A van",
    "ex:plate": "?" } ] }
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Cars and people in three serialisations, far from any folder of lalakg."""
    here = tmp_path / "mine"
    here.mkdir()
    files = {"shapes.ttl": SHAPES, "cars.ttl": CARS, "people.nt": PEOPLE, "more.jsonld": MORE}
    for name, content in files.items():
        (here / name).write_text(content, encoding="utf-8")
    return here


FILES = ("cars.ttl", "people.nt", "more.jsonld")
REPORT = """cars.ttl:7: violation: ex:beetle “Beetle”: ex:owner: ex:bob is not a ex:Person [ex:Car-owner]
    Name one person.
    (1 more like this)
cars.ttl:8: violation: ex:beetle “Beetle”: ex:seat: ex:beetle ex:seat [] does not conform to ex:Seat [ex:Car-seat]
cars.ttl:8: violation: ex:beetle ex:seat []: ex:number: two is not a well-formed xsd:integer [ex:Seat-number]
cars.ttl:11: violation: ex:beetle “Beetle”: a plate looks like W-123 (w 2) [ex:Car-plate]
more.jsonld:3: violation: ex:van “A van”: a plate looks like W-123 (?) [ex:Car-plate]
people.nt:4: violation: ex:bus “The bus”: a plate looks like W-123 (none) [ex:Car-plate]
Checked 2 shapes: 7 violations.
"""


@pytest.mark.parametrize("engine", ["lalakg", "pyshacl"])
def test_files_are_checked_together_wherever_they_lie(engine: str, place: Path, run: Command) -> None:
    done = run("check", *FILES, "--shapes", "shapes.ttl", "--engine", engine, "-q", cwd=place)
    told = [line for line in done.out.splitlines() if ": violation: " in line]
    assert done.status == 1
    assert [line.partition(": violation")[0] for line in told] == [
        line.partition(": violation")[0] for line in REPORT.splitlines() if ": violation: " in line
    ]
    if engine == "lalakg":
        assert done.out == REPORT


def test_the_same_input_gives_the_same_words(place: Path, run: Command) -> None:
    told = {run("check", *FILES, "--shapes", "shapes.ttl", "-q", cwd=place).out for _ in range(3)}
    assert len(told) == 1
    turtle = run("check", *FILES, "--shapes", "shapes.ttl", "-q", "--format", "ttl", cwd=place).out
    assert turtle.count("sh:resultSeverity sh:Violation") == 7


def test_a_single_file_does(place: Path) -> None:
    assert len(check(place / "more.jsonld", shapes=place / "shapes.ttl").results) == 1
    assert len(check(str(place / "more.jsonld"), shapes=str(place / "shapes.ttl")).results) == 1


def test_paths_are_as_they_were_given(place: Path, run: Command) -> None:
    out = run("check", "mine/people.nt", "--shapes", "mine/shapes.ttl", "-q", cwd=place.parent).out
    assert out.startswith("mine/people.nt:4: ")
    out = run("check", "../mine/people.nt", "--shapes", "shapes.ttl", "-q", "--format", "json", cwd=place).out
    assert [result["path"] for result in json.loads(out)["results"]] == ["../mine/people.nt"]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib's own, for JSON-LD
def test_rdflib_graphs_are_accepted_for_data_and_shapes(place: Path) -> None:
    data, shapes = rdflib.Graph(), rdflib.Graph().parse(place / "shapes.ttl")
    for name in FILES:
        data.parse(place / name)
    report = lalakg.check(data, shapes=shapes)
    files = lalakg.check([place / name for name in FILES], shapes=place / "shapes.ttl")
    told = sorted((f.rule, f.thing, f.label, f.message) for f in report.results)
    assert told == sorted((f.rule, f.thing, f.label, f.message) for f in files.results)
    assert {f.path for f in report.results} == {None}


def test_an_rdflib_data_set_is_its_statements(place: Path) -> None:
    data = rdflib.Dataset()
    data.graph(rdflib.URIRef("http://example.org/graph")).parse(place / "people.nt")
    assert [f.thing for f in lalakg.check(data, shapes=place / "shapes.ttl").results] == ["ex:bus"]


def test_literals_of_an_rdflib_graph_are_judged_as_written(place: Path) -> None:
    number = rdflib.Literal("01", datatype=rdflib.XSD.integer, normalize=False)
    data = rdflib.Graph()
    data.add((rdflib.URIRef("http://example.org/a"), rdflib.URIRef("http://example.org/p"), number))
    shapes = rdflib.Graph().parse(
        data=SHAPES.partition("ex:Car-shape")[0]
        + """
      ex:S sh:path ex:p ; sh:pattern "^01$" ; sh:targetNode ex:a ."""
    )
    assert lalakg.check(data, shapes=shapes).conforms


def test_a_blank_node_that_nothing_leads_to_is_told_without_a_place(place: Path) -> None:
    (place / "data.ttl").write_text('@prefix ex: <http://example.org/> .\n[] a ex:Car ; ex:plate "x" .\n')
    (finding,) = check([place / "data.ttl"], shapes=place / "shapes.ttl").results
    assert (finding.thing, finding.path, finding.label) == ("[]", None, "")
    assert finding.message == "a plate looks like W-123 (x)"


def test_a_blank_node_in_a_list_belongs_to_what_has_the_list(place: Path) -> None:
    (place / "data.ttl").write_text(
        '@prefix ex: <http://example.org/> .\nex:park\n  ex:cars ( [ a ex:Car ; ex:plate "x" ] ) .\n'
    )
    (finding,) = check([place / "data.ttl"], shapes=place / "shapes.ttl").results
    assert (finding.thing, finding.line) == ("ex:park ex:cars []", 3)


# ── nothing is passed over in silence ────────────────────────────────────────────────────────────


def test_shapes_that_find_nothing_to_check_are_a_note(place: Path, run: Command) -> None:
    (place / "data.ttl").write_text("@prefix ex: <http://example.org/> .\nex:ann ex:knows ex:bob .\n")
    done = run("check", "data.ttl", "--shapes", "shapes.ttl", "-q", cwd=place)
    assert done.status == 0
    assert done.out.startswith(
        "Note: no shape has anything in this data to check; are these the right shapes for it?\n"
    )
    assert "no shape has" in str(lalakg.check(rdflib.Graph(), shapes=place / "shapes.ttl"))
    subclass = "ex:x a ex:Van . ex:Van <http://www.w3.org/2000/01/rdf-schema#subClassOf> ex:Car ."
    (place / "data.ttl").write_text(f"@prefix ex: <http://example.org/> .\n{subclass}\n")
    assert "Note" not in run("check", "data.ttl", "--shapes", "shapes.ttl", "-q", cwd=place).out


def test_a_shape_of_which_nothing_is_said_is_a_note(place: Path, run: Command) -> None:
    (place / "lax.ttl").write_text(
        SHAPES.partition("ex:Car-shape")[0] + "ex:S sh:targetClass ex:Car ; sh:node ex:Tpyo ."
    )
    done = run("check", "cars.ttl", "--shapes", "lax.ttl", "-q", cwd=place)
    assert done.status == 0
    assert done.out.startswith(
        "Note: nothing is said of ex:Tpyo, which is used as a shape, so everything conforms to it"
    )
    (place / "lax.ttl").write_text(SHAPES.partition("ex:Car-shape")[0] + "ex:S sh:targetClass ex:Car ; sh:or ( [] ) .")
    assert "Note" not in run("check", "cars.ttl", "--shapes", "lax.ttl", "-q", cwd=place).out


IN_SPARQL = "ex:S sh:targetClass ex:Car ; sh:sparql [ sh:select 'SELECT $this { FILTER(isBlank($this)) }' ] ."
COMPONENT = """ex:S sh:targetClass ex:Car ; ex:least "01"^^xsd:integer .
ex:L a sh:ConstraintComponent ; sh:parameter [ sh:path ex:least ] ; sh:validator [ sh:ask 'ASK { ?s ?p $least }' ] ."""
IN_CORE = "ex:S sh:targetClass ex:Car ; sh:nodeKind sh:IRI ."
JUDGED = "Note: constraints in SPARQL judged literals as the store keeps them, such as {} for {}.\n"


@pytest.mark.parametrize(
    ("shape", "literal", "forms"),
    [
        (IN_SPARQL, '"5"^^xsd:int', ('"5"^^xsd:integer', '"5"^^xsd:int')),
        (IN_SPARQL, '"1.0"^^xsd:decimal', ('"1"^^xsd:decimal', '"1.0"^^xsd:decimal')),
        (IN_SPARQL, '5 , "x"@en , "5"', None),
        (IN_CORE, '"5"^^xsd:int', None),
        (IN_SPARQL.replace("ex:Car ;", "ex:Tram ;") + IN_CORE.replace("ex:S", "ex:T"), '"5"^^xsd:int', None),
        (COMPONENT, "1", ('"1"^^xsd:integer', '"01"^^xsd:integer')),
    ],
)
def test_literals_that_sparql_sees_in_another_form_are_a_note(
    shape: str, literal: str, forms: tuple[str, str] | None, place: Path, run: Command
) -> None:
    (place / "own.ttl").write_text(SHAPES.partition("ex:Car-shape")[0] + shape)
    (place / "data.ttl").write_text(SHAPES.partition("ex:Car-shape")[0] + f"ex:x a ex:Car ; ex:p {literal} .")
    done = run("check", "data.ttl", "--shapes", "own.ttl", "-q", cwd=place)
    assert done.out == (JUDGED.format(*forms) if forms else "") + done.out.splitlines()[-1] + "\n"
    assert "no faults" in done.out


BAD_SHAPES = {
    "two-paths": (
        "ex:S a sh:PropertyShape ; sh:targetNode ex:a ; sh:path ex:p , ex:q .",
        "sh:path must have exactly one",
    ),
    "bad-regex": ('ex:S sh:targetNode ex:a ; sh:path ex:p ; sh:pattern "(" .', "is not a regular expression"),
    "bad-count": ('ex:S sh:targetNode ex:a ; sh:path ex:p ; sh:minCount "x" .', "takes a whole number"),
    "unknown": ("ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:expression ex:x .", "sh:expression is not supported"),
    "js": ("ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:js ex:x .", "sh:js is not supported"),
    "target": ("ex:S a sh:NodeShape ; sh:target [ a sh:SPARQLTarget ] .", "sh:target is not supported"),
    "rule": ("ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:rule [] .", "sh:rule is not supported"),
    "recursion": ("ex:S sh:targetNode ex:a ; sh:node ex:S .", "refer to themselves"),
    "bad-query": ("ex:S sh:targetNode ex:a ; sh:sparql [ sh:select 'SELECT' ] .", "is not valid SPARQL"),
    "no-shape": ("ex:a ex:p ex:b .", "nothing would be checked"),
    "no-target": ("ex:S a sh:NodeShape ; sh:nodeKind sh:IRI .", "nothing would be checked"),
    "deactivated": ("ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:deactivated true .", "nothing would be checked"),
    "empty": ("", "nothing would be checked"),
}


@pytest.mark.parametrize("fault", BAD_SHAPES)
def test_shapes_that_would_not_check_are_refused(fault: str, place: Path, run: Command) -> None:
    turtle, reason = BAD_SHAPES[fault]
    (place / "bad.ttl").write_text(SHAPES.partition("ex:Car-shape")[0] + turtle)
    done = run("check", "cars.ttl", "--shapes", "bad.ttl", cwd=place)
    assert (done.status, done.out) == (2, "")
    assert reason in done.err
    assert done.err.startswith("lalakg: bad.ttl: ")
    assert "Traceback" not in done.err
    with pytest.raises(ShapesError, match="the shapes graph: "):
        lalakg.check(rdflib.Graph(), shapes=rdflib.Graph().parse(place / "bad.ttl"))


def written(name: str, content: str | bytes) -> Callable[[Path], None]:
    return lambda place: (
        (place / name).write_bytes(content if isinstance(content, bytes) else content.encode()) and None
    )


def nothing(_place: Path) -> None:
    pass


BAD_INPUT: dict[str, tuple[Callable[[Path], Any], list[str], str]] = {
    "no-shapes": (nothing, ["cars.ttl"], "lalakg: data without a folder needs shapes to be checked against"),
    "missing": (nothing, ["none.ttl", *["--shapes", "shapes.ttl"]], "lalakg: none.ttl cannot be read: No such file"),
    "missing-shapes": (nothing, ["cars.ttl", *["--shapes", "none.ttl"]], "lalakg: none.ttl cannot be read: No such"),
    "folder": (
        lambda place: (place / "sub").mkdir(),
        ["sub", *["--shapes", "shapes.ttl"]],
        "lalakg: sub is a folder; name the files in it.",
    ),
    "folder-of-shapes": (
        lambda place: (place / "sub").mkdir(),
        ["cars.ttl", *["--shapes", "sub"]],
        "lalakg: sub is a folder; name the files in it.",
    ),
    "syntax": (
        written("bad.ttl", "@prefix ex: <http://example.org/> .\nex:a ex:p ;; .\n"),
        ["cars.ttl", "bad.ttl", *["--shapes", "shapes.ttl"]],
        "lalakg: bad.ttl:2:",
    ),
    "syntax-of-shapes": (
        written("bad.ttl", SHAPES + "ex:S sh:path [ .\n"),
        ["cars.ttl", *["--shapes", "bad.ttl"]],
        "lalakg: bad.ttl:14:",
    ),
    "syntax-of-json": (
        written("bad.jsonld", '{ "@id": \n "ex:a", }'),
        ["bad.jsonld", *["--shapes", "shapes.ttl"]],
        "lalakg: bad.jsonld:2:",
    ),
    "empty": (
        written("empty.ttl", ""),
        ["empty.ttl", *["--shapes", "shapes.ttl"]],
        "lalakg: nothing to check: there is no statement in empty.ttl.",
    ),
    "wrong-ending": (
        written("data.csv", "name,plate\nx,y\n"),
        ["data.csv", *["--shapes", "shapes.ttl"]],
        "Read as Turtle, since .csv names no other form of RDF.",
    ),
    "bytes": (
        written("data.ttl", b"\xff\xfe\x00"),
        ["data.ttl", *["--shapes", "shapes.ttl"]],
        "lalakg: data.ttl:1:",
    ),
    "remote-context": (
        written("data.jsonld", '{ "@context": "https://example.org/context.jsonld", "name": "x" }'),
        ["data.jsonld", *["--shapes", "shapes.ttl"]],
        "lalakg: data.jsonld:1:",
    ),
    "a-graph-of-files": (
        nothing,
        ["cars.ttl", *["--shapes", "shapes.ttl", "--graph", "urn:x"]],
        "--graph, --default and --user are for what lies elsewhere",
    ),
    "the-default-graph-of-files": (
        nothing,
        ["cars.ttl", *["--shapes", "shapes.ttl", "--default"]],
        "--graph, --default and --user are for what lies elsewhere",
    ),
    "source-as-well": (
        nothing,
        ["cars.ttl", *["--shapes", "shapes.ttl", "--source", "cars.ttl"]],
        "--source is for the folder's graph: not for FILES",
    ),
    "source-with-shapes-at-an-endpoint": (
        nothing,
        [*["--endpoint", "http://127.0.0.1:9/"], *["--shapes", "shapes.ttl", "--source", "cars.ttl"]],
        "--source is for the folder's graph: not for FILES, nor --shapes at",
    ),
    "endpoint-as-well": (
        nothing,
        ["cars.ttl", *["--shapes", "shapes.ttl", "--endpoint", "http://127.0.0.1:9/"]],
        "FILES go with --shapes, not with --endpoint",
    ),
}


@pytest.mark.parametrize("fault", BAD_INPUT)
def test_bad_input_is_one_clear_message(fault: str, place: Path, run: Command) -> None:
    prepare, words, message = BAD_INPUT[fault]
    prepare(place)
    done = run("check", *words, cwd=place)
    assert (done.status, done.out) == (2, "")
    assert message in done.err
    assert "Traceback" not in done.err
    assert len(re.findall(r"^(lalakg|Error): ", done.err, re.MULTILINE)) == 1


def test_a_source_in_the_environment_is_for_the_folder(
    place: Path, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("check", "-q", "cars.ttl", "--shapes", "shapes.ttl")
    before = run(*words, cwd=place)
    monkeypatch.setenv("LALAKG_SOURCE", "article.txt")
    assert (before.status, run(*words, cwd=place)) == (1, before)


def test_bad_input_from_python_raises(place: Path) -> None:
    with pytest.raises(FolderError, match="needs shapes"):
        lalakg.check([place / "cars.ttl"])
    with pytest.raises(InvalidValue, match="a source is for a folder's graph"):
        lalakg.check([place / "cars.ttl"], shapes=place / "shapes.ttl", source=place / "cars.ttl")
    with pytest.raises(InvalidValue, match="there is no engine jena"):
        lalakg.check([place / "cars.ttl"], shapes=place / "shapes.ttl", engine="jena")
    (place / "bad.ttl").write_text("ex:a")
    with pytest.raises(ParseError) as refusal:
        lalakg.check([place / "bad.ttl"], shapes=place / "shapes.ttl")
    assert (refusal.value.path, refusal.value.line) == (place / "bad.ttl", 1)
