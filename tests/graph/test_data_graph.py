"""The graph of one RDF file: all that stands in it, and nothing else."""

from pathlib import Path

import pyoxigraph as ox
import pytest

import lalakg
from conftest import ROOT

TURTLE = """@prefix ex: <https://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:a rdfs:label "The first"@en ; ex:knows [ rdfs:label "nameless" ] ; ex:list ( 1 "02"^^<urn:t> ) .
<#here> ex:knows ex:a .
"""
TRIG = """@prefix : <https://example.org/> .
:a :b :c .
:g { :a :b :c . _:x :b "x" }
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.ttl"
    path.write_text(TURTLE, encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", [str, Path])
def test_every_statement_of_the_file_is_there_and_nothing_of_the_film(data: Path, kind: type) -> None:
    kg = lalakg.load(kind(data))
    assert len(kg.triples) == 9
    assert kg.sparql("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows[0]["n"].value == "9"
    assert not kg.sparql("ASK { ?film a <https://w3id.org/lalakg/ontology#Film> }")
    assert [row["label"].value for row in kg.sparql("SELECT ?label { ex:a ex:knows/rdfs:label ?label }")] == [
        "nameless"
    ]
    assert kg.derived == []
    assert list(kg.catalogue) == []
    assert repr(kg) == f"<KnowledgeGraph {data}>"


def test_nothing_tells_of_the_machine(data: Path) -> None:
    assert str(data.parent) not in lalakg.export(lalakg.load(data), "nt")
    assert lalakg.load(data).resolve("#here") == ox.NamedNode("file:///data.ttl#here")


def test_a_thing_is_described_by_any_of_its_names(data: Path) -> None:
    kg = lalakg.load(data)
    assert str(kg.describe("ex:a")) == str(kg.describe("the first"))
    assert "<file:///data.ttl#here>" in str(kg.describe("ex:a"))
    with pytest.raises(lalakg.ResourceNotFound, match="nothing is called mia"):
        kg.describe("mia")


@pytest.mark.parametrize(
    ("format_name", "kind"),
    [
        ("turtle", ox.RdfFormat.TURTLE),
        ("nt", ox.RdfFormat.N_TRIPLES),
        ("jsonld", ox.RdfFormat.JSON_LD),
        ("nq", ox.RdfFormat.N_QUADS),
        ("trig", ox.RdfFormat.TRIG),
    ],
)
def test_it_is_exported_whole(data: Path, format_name: str, kind: ox.RdfFormat, tmp_path: Path) -> None:
    path = tmp_path / f"again.{kind.file_extension}"
    kg = lalakg.load(data)
    path.write_text(lalakg.export(kg, format_name), encoding="utf-8")
    assert not lalakg.diff(kg.triples, path)
    assert "file:///data.ttl#here" in path.read_text("utf-8")


def test_named_graphs_are_merged_and_exported_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "data.trig"
    path.write_text(TRIG, encoding="utf-8")
    kg = lalakg.load(path)
    assert len(kg.triples) == 2
    assert kg.base == "https://example.org/"
    assert kg.resolve("a") == ox.NamedNode("https://example.org/a")
    quads = list(ox.parse(lalakg.export(kg, "nq"), format=ox.RdfFormat.N_QUADS))
    assert len(quads) == 3
    assert {str(quad.graph_name) for quad in quads} == {"DEFAULT", "<https://example.org/g>"}


def test_a_query_file_is_asked_of_it(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file.rq").write_text("SELECT ?x { ?x ex:knows ex:a }", encoding="utf-8")
    (tmp_path / "no-ending").write_text("ASK { ex:a ?p ?o }", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    kg = lalakg.load("data.ttl")
    assert len(kg.query("file.rq")) == len(kg.query(tmp_path / "file.rq")) == 1
    assert kg.query("no-ending")
    with pytest.raises(lalakg.QueryError, match=r"missing\.rq cannot be read: No such file"):
        kg.query("missing.rq")
    for name in ("who-plays-whom", "", "x" * 5000, "\0"):
        with pytest.raises(lalakg.UnknownQuery):
            kg.query(name)


def test_a_ready_made_query_comes_before_a_file_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "who-plays-whom").write_text("ASK {}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert len(lalakg.load(ROOT).query("who-plays-whom")) == 3


def test_it_can_be_checked_and_compared(data: Path, tmp_path: Path) -> None:
    shapes = tmp_path / "shapes.ttl"
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://example.org/> .\n"
        "ex:S a sh:NodeShape ; sh:targetNode ex:a ; sh:property ex:P . ex:P sh:path ex:missing ; sh:minCount 1 .",
        encoding="utf-8",
    )
    kg = lalakg.load(data)
    assert lalakg.check(kg, shapes=shapes) == lalakg.check(data, shapes=shapes)
    assert not lalakg.check(kg, shapes=shapes).conforms
    assert not lalakg.diff(kg, data)


def test_what_needs_a_folder_says_so_in_one_line(data: Path, tmp_path: Path) -> None:
    kg = lalakg.load(data)
    with pytest.raises(lalakg.FolderError, match=r"data\.ttl has no data/dataset\.ttl"):
        lalakg.build(kg, tmp_path / "dist")
    assert not (tmp_path / "dist").exists()
    with pytest.raises(lalakg.InvalidValue, match="endpoint goes with a folder"):
        lalakg.load(data, endpoint="http://127.0.0.1:9")
    with pytest.raises(lalakg.FolderError, match="there is no such folder"):
        lalakg.load(tmp_path / "missing.ttl")


def test_what_is_no_rdf_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.ttl"
    path.write_text("<urn:a> <urn:b>\n  nope .", encoding="utf-8")
    with pytest.raises(lalakg.ParseError) as raised:
        _ = lalakg.load(path).triples
    assert (raised.value.path, raised.value.line) == (path, 2)
