"""Reading: every format, compressed or not, keeps every statement; and what a stranger's file may do is bounded."""

import gzip
import tempfile
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given

import lalakg
from lalakg import FolderError, ParseError
from lalakg._rdf import packed, parser
from lalakg._rdf.canonicalisation import canonical
from lalakg._rdf.formats import write_graph
from support.strategies import graphs

FORMATS = {"ttl": "ttl", "nt": "nt", "jsonld": "jsonld", "rdf": "rdf"}


@given(graphs)
def test_read_is_held_is_written(listed: list[ox.Triple]) -> None:
    """The law: statements read = statements held = statements written."""
    triples = set(listed)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "data.nt"
        path.write_text("".join(f"{triple} .\n" for triple in triples), encoding="utf-8")
        kg = lalakg.load(path)
        assert canonical(set(kg.triples)) == canonical(triples)
        for ending in ("ttl", "nt", "nq", "trig", "jsonld"):
            out = Path(name) / f"out.{ending}"
            out.write_text(lalakg.export(kg, ending), encoding="utf-8", newline="")
            assert canonical(set(parser.read(out, base="http://base/").triples)) == canonical(triples)


def test_equal_graphs_are_written_equally_whatever_their_labels() -> None:
    one = {ox.Triple(ox.BlankNode("x"), ox.NamedNode("http://e/p"), ox.BlankNode("y"))}
    other = {ox.Triple(ox.BlankNode("n1"), ox.NamedNode("http://e/p"), ox.BlankNode("n0"))}
    for name in ("nt", "jsonld", "rdf", "ttl"):
        assert write_graph(one, name, {}, {}) == write_graph(other, name, {}, {})


def test_the_same_label_in_two_files_is_two_nodes(tmp_path: Path) -> None:
    for name in ("a.ttl", "b.ttl"):
        (tmp_path / name).write_text(f'_:b <http://e/p> "{name}" .', encoding="utf-8")
    assert len({t.subject for t in lalakg.load(tmp_path).triples}) == 2


def test_named_graphs_are_kept_and_asked_merged(tmp_path: Path) -> None:
    (tmp_path / "a.trig").write_text("<urn:g> { <urn:a> <urn:b> _:x } <urn:a> <urn:b> <urn:c> .", encoding="utf-8")
    kg = lalakg.load(tmp_path / "a.trig")
    assert kg.sparql("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").rows[0]["n"].value == "2"
    assert "<urn:g> ." in lalakg.export(kg, "nq")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.owl", "Prefix(:=<http://e/>)\nOntology()", "x.owl:1:1: this is OWL in functional syntax; save it as"),
        ("x.owl", "Prefix: : <http://e/>\n", "this is OWL in Manchester syntax"),
        (
            "x.owl",
            '<?xml version="1.0"?><Ontology xmlns="http://www.w3.org/2002/07/owl#"/>',
            "this is OWL/XML; save it as RDF/XML or Turtle",
        ),
        ("x.xml", "<html/>", "this is XML that is no RDF"),
        ("x.json", '{"a": 1}', "this is JSON that is no JSON-LD"),
        ("x.dat", "what is this?", "no RDF that can be recognised; name it by its format, as .ttl or .rdf"),
        ("x.n3", "{ <urn:a> <urn:b> <urn:c> } => { <urn:a> <urn:b> <urn:d> } .", "formulas and rules of N3 are no RDF"),
        ("x.jsonld", '{"http://e/p":' * 2000 + '"x"' + "}" * 2000, "nested more than 1,000 levels deep"),
        ("x.jsonld", '{"@context": "https://schema.org/", "name": "x"}', "x.jsonld:1"),
    ],
)
def test_what_cannot_be_read_is_one_clear_message(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ParseError) as caught:
        parser.read(tmp_path / name)
    assert message in str(caught.value)


def laughs(levels: int) -> str:
    entities = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, levels + 1)
    )
    return (
        f'<!DOCTYPE rdf:RDF [{entities}]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        f'xmlns:e="http://e/"><rdf:Description rdf:about="http://e/x"><e:p>&a{levels};</e:p></rdf:Description></rdf:RDF>'
    )


def test_entities_that_multiply_are_refused_and_others_are_not(tmp_path: Path) -> None:
    path = tmp_path / "x.rdf"
    path.write_text(laughs(9), encoding="utf-8")
    for read in (parser.read, lambda path: list(parser.stream(path))):
        with pytest.raises(ParseError, match="its entities expand to more than 16 MiB"):
            read(path)
    path.write_text(laughs(2), encoding="utf-8")
    (triple,) = parser.read(path).triples
    assert isinstance(triple.object, ox.Literal)
    assert len(triple.object.value) == 1000


def test_an_entity_of_the_system_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    text = laughs(0).replace('<!ENTITY a0 "aaaaaaaaaa">', f'<!ENTITY a0 SYSTEM "{(tmp_path / "secret").as_uri()}">')
    (tmp_path / "x.rdf").write_text(text, encoding="utf-8")
    with pytest.raises(ParseError):
        parser.read(tmp_path / "x.rdf")


def test_an_archive_expands_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.nt.gz"
    path.write_bytes(gzip.compress(b"# comment\n" * 100_000))
    assert parser.read(path).triples == []
    monkeypatch.setattr(packed, "MOST", 1000)
    with pytest.raises(FolderError, match="expands to more than"):
        parser.read(path)


def test_half_an_archive_and_what_is_none_are_told(tmp_path: Path) -> None:
    path = tmp_path / "x.nt.gz"
    for data in (gzip.compress(b"<urn:a> <urn:b> <urn:c> .\n" * 1000)[:-20], b"no archive"):
        path.write_bytes(data)
        with pytest.raises(FolderError, match=r"x\.nt\.gz cannot be read"):
            parser.read(path)


def test_a_relative_iri_tells_of_no_machine(tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_text("<#a> <b> <c> .", encoding="utf-8")
    kg = lalakg.load(tmp_path / "x.ttl")
    assert str(kg.triples[0]) == "<file:///x.ttl#a> <file:///b> <file:///c>"
