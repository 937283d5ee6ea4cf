"""Where statements stand: the line of a triple, a predicate, a subject, in any RDF file, at the cost of one pass."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lalakg._rdf import parser, turtle
from lalakg._rdf.source_locations import turtle as turtle_locations
from lalakg._rdf.source_locations.locations import SourceLocation, SourceLocations
from support.strategies import PREFIXES, iris, literals

EX = "http://example.org/"
HEAD = "@prefix ex: <http://example.org/> .\n"


def ex(name: str) -> ox.NamedNode:
    return ox.NamedNode(EX + name)


def text(words: str, **how: Any) -> ox.Literal:
    return ox.Literal(words, **how)


def line(content: str | bytes, *triple: Any, ending: str = ".ttl", folder: Path, statements: Any = ()) -> int | None:
    path = folder / f"data{ending}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    place = SourceLocations([path]).find(*triple, statements=statements)
    assert place is None or place.path == path
    return place.line if place else None


TURTLE = """@prefix ex: <http://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
# ex:ev-f ex:p "in a comment" .

ex:ev-f-kiss
  a ex:Event ;
  ex:p "one # no comment ; no end . ex:ev-f ex:p" ,
    "two"@en , "two"@de ,
    'thr\\"ee' , '''four
lines. ex:ev-f
ex:ev-f ex:p ex:q .
''' ;
  # ex:p "commented out" ;
  ex:q ( 1 2.0 3e0 true [ ex:r ex:nested ] ) ;
  ex:r [ ex:p ex:inside ;
    ex:q 5 ] , [
    ex:q 6 ] ;
  <http://example.org/full> <http://example.org/iri> ; ex:n 05 , 5.0 , "5"^^xsd:int ,
    "5"^^<http://www.w3.org/2001/XMLSchema#long> ;
  .

ex:ev-f ex:p ex:ev-f-kiss ; ex:q
  ex:ev .
ex:ev-f-kiss ex:late "again" .
<http://example.org/a,b> ex:p ex:a\\,b .
ex:a.b ex:p ex:c.d.
ex:é ex:p "\\u00e9\\n" .
"""
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


@pytest.mark.parametrize(
    ("triple", "where"),
    [
        pytest.param((ex("ev-f-kiss"),), 5, id="subject"),
        pytest.param((ex("ev-f"),), 22, id="subject-whose-name-begins-another"),
        pytest.param((ex("ev"),), None, id="object-only"),
        pytest.param((ex("nested"),), None, id="nested-only"),
        pytest.param((ex("ev-f-kiss"), TYPE), 6, id="a"),
        pytest.param((ex("ev-f-kiss"), TYPE, ex("Event")), 6, id="a-with-object"),
        pytest.param((ex("ev-f-kiss"), ex("p")), 7, id="predicate"),
        pytest.param((ex("ev-f-kiss"), ex("absent")), 5, id="predicate-that-is-not-there"),
        pytest.param((ex("ev-f-kiss"), ex("p"), text("elsewhere")), 7, id="object-that-is-not-there"),
        pytest.param(
            (ex("ev-f-kiss"), ex("p"), text("one # no comment ; no end . ex:ev-f ex:p")), 7, id="marks-in-a-string"
        ),
        pytest.param((ex("ev-f-kiss"), ex("p"), text("two", language="de")), 8, id="language"),
        pytest.param((ex("ev-f-kiss"), ex("p"), text('thr"ee')), 9, id="escape"),
        pytest.param(
            (ex("ev-f-kiss"), ex("p"), text("four\nlines. ex:ev-f\nex:ev-f ex:p ex:q .\n")), 9, id="long-string"
        ),
        pytest.param((ex("ev-f-kiss"), ex("p"), text("commented out")), 7, id="comment"),
        pytest.param((ex("ev-f-kiss"), ex("q"), ox.BlankNode()), 14, id="list"),
        pytest.param((ex("ev-f-kiss"), ex("r"), ex("nested")), 15, id="nested-object-is-not-the-object"),
        pytest.param((ex("ev-f-kiss"), ex("full"), ex("iri")), 18, id="full-iris"),
        pytest.param((ex("ev-f-kiss"), ex("n"), text("05", datatype=ox.NamedNode(XSD + "integer"))), 18, id="number"),
        pytest.param((ex("ev-f-kiss"), ex("n"), text("5", datatype=ox.NamedNode(XSD + "long"))), 19, id="datatype"),
        pytest.param((ex("ev-f"), ex("q"), ex("ev")), 23, id="object-on-a-line-of-its-own"),
        pytest.param((ex("ev-f-kiss"), ex("late")), 24, id="second-block"),
        pytest.param((ex("a,b"), ex("p"), ex("a,b")), 25, id="escaped-name"),
        pytest.param((ex("a.b"), ex("p")), 26, id="dot-in-a-name"),
        pytest.param((ex("é"), ex("p"), text("é\n")), 27, id="escaped-characters"),
        pytest.param((ox.BlankNode(),), None, id="blank-subject"),
        pytest.param((ex("nobody"),), None, id="stranger"),
    ],
)
def test_a_line_of_turtle(triple: tuple[Any, ...], where: int | None, tmp_path: Path) -> None:
    assert parser.parse(TURTLE.encode(), Path("data.ttl")).triples
    assert line(TURTLE, *triple, folder=tmp_path) == where
    assert line(TURTLE.replace("\n", "\r\n"), *triple, folder=tmp_path) == where


def test_a_blank_node_is_known_by_what_is_said_of_it(tmp_path: Path) -> None:
    six = [(ex("q"), text("6", datatype=ox.NamedNode(XSD + "integer")))]
    assert line(TURTLE, ex("ev-f-kiss"), ex("r"), ox.BlankNode(), folder=tmp_path, statements=six) == 16


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("@prefix : <http://example.org/> .\n:a :p :b .", 2),
        ("PREFIX e: <http://example.org/>\nBASE <http://example.org/>\ne:x e:p 1 .\n<a> e:p 2 .", 4),
        ("@base <http://example.org/> .\n<#x> <p> 1.\n<a><p><b>.", 3),
        ("@prefix o: <http://example.org/a> .\n\no: o: o: .", 3),
        ("@prefix e: <http://else/> .\ne:a e:p 1 .\n@prefix e: <http://example.org/> .\ne:a e:p 1 .", 4),
        ("[] <http://example.org/p> 1 .\n( 1 2 ) <http://example.org/p> 2 .\n<http://example.org/a> a <b:c> .", 3),
        ('<b:c> <d:e> "<http://example.org/a>. \\".\\n" .\n<http://example.org/a> a <b:c> .', 2),
        ("\ufeff# first\n<http://example.org/\\u0061> a <b:c> .", 2),
        ('<b:c> <d:e> """ " "" \\"""\n. <http://example.org/a> a <b:c> . """ .\n<http://example.org/a> a <b:c> .', 3),
    ],
)
def test_a_subject_is_found_however_it_is_written(content: str, where: int, tmp_path: Path) -> None:
    path = tmp_path / "data.ttl"
    path.write_text(content, encoding="utf-8")
    if "\ufeff" not in content:
        assert ex("a") in {t.subject for t in parser.read(path, base="http://example.org/").triples}
    assert line(content, ex("a"), folder=tmp_path) == where


def test_each_line_of_n_triples_is_a_statement(tmp_path: Path) -> None:
    content = "".join(f'<{EX}a> <{EX}p> "{n}" .\n<{EX}ab> <{EX}p> <{EX}a> .\n' for n in range(5))
    assert line(content, ex("a"), ex("p"), text("3"), folder=tmp_path, ending=".nt") == 7
    assert line(content, ex("a"), ex("p"), text("9"), folder=tmp_path, ending=".nt") == 1
    quads = content.replace(" .\n", f" <{EX}graph> .\n")
    assert line(quads, ex("a"), ex("p"), text("3"), folder=tmp_path, ending=".nq") == 7


def test_graphs_of_trig_are_looked_into(tmp_path: Path) -> None:
    content = f"{HEAD}ex:g {{ ex:b ex:p 1 .\nex:a ex:p 2 }}\nGRAPH ex:h {{\nex:c ex:p 3 . }}\n"
    assert line(content, ex("a"), folder=tmp_path, ending=".trig") == 3
    assert line(content, ex("c"), folder=tmp_path, ending=".trig") == 5


JSON_LD = """{ "@context": { "ex": "http://example.org/" },
  "@graph": [
    { "@id": "ex:first", "ex:knows": { "@id": "ex:a" } },
    { "ex:name": "a",
      "@id": "ex:a" },
    { "@id": "http://example.org/ab", "ex:p": 1 }
  ] }
"""
RDF_XML = """<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [ <!ENTITY e "http://example.org/"> ]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="http://example.org/">
  <ex:Thing rdf:about="&e;first"><ex:knows rdf:resource="http://example.org/a"/></ex:Thing>
  <rdf:Description
     rdf:about='&e;a'/>
  <ex:Thing rdf:about="http://example.org/ab"/>
</rdf:RDF>
"""


@pytest.mark.parametrize(("content", "ending"), [(JSON_LD, ".jsonld"), (RDF_XML, ".rdf")])
def test_json_ld_and_rdf_xml_have_the_line_that_names_a_thing(content: str, ending: str, tmp_path: Path) -> None:
    shift = 0 if ending == ".jsonld" else 1
    assert line(content, ex("a"), ex("p"), text("x"), folder=tmp_path, ending=ending) == 5 + shift
    assert line(content, ex("ab"), folder=tmp_path, ending=ending) == 6 + shift
    assert line(content, ex("b"), folder=tmp_path, ending=ending) is None


def test_a_file_that_describes_a_thing_goes_before_one_that_mentions_it(tmp_path: Path) -> None:
    mention, block, other = tmp_path / "a.jsonld", tmp_path / "b.ttl", tmp_path / "c.ttl"
    mention.write_text('{ "@id": "http://example.org/x", "http://example.org/p": { "@id": "http://example.org/a" } }')
    block.write_text(f"{HEAD}ex:b ex:p ex:a .\nex:a ex:p 1 .")
    other.write_text(f"{HEAD}\n\n\nex:a ex:q 1 .")
    positions = SourceLocations([mention, block, other])
    assert positions.find(ex("a")) == SourceLocation(block, 3)
    assert positions.find(ex("a"), ex("q")) == SourceLocation(other, 5)
    assert SourceLocations([mention]).find(ex("a")) == SourceLocation(mention, 1)


def test_looking_for_many_things_reads_a_file_once_and_few_blocks_closely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, path = 5000, tmp_path / "data.ttl"
    path.write_text(HEAD + "".join(f'ex:s{n} ex:p "{n}" ;\n  ex:q ex:s{n // 2} .\n' for n in range(number)))
    size, scanned, read = path.stat().st_size, [0], [0]
    end, tokens = turtle_locations._end, turtle_locations.tokens

    def counting_end(pattern: re.Pattern[str], content: str, at: int) -> int:
        stop = end(pattern, content, at)
        scanned[0] += stop - at
        return stop

    def counting_tokens(content: str) -> Any:
        read[0] += len(content)
        return tokens(content)

    monkeypatch.setattr(turtle_locations, "_end", counting_end)
    monkeypatch.setattr(turtle_locations, "tokens", counting_tokens)
    positions = SourceLocations([path])
    for n in range(0, number, 50):
        place = positions.find(ex(f"s{n}"), ex("q"), ex(f"s{n // 2}"))
        assert place is not None
        assert place.line == 2 * n + 3
    assert scanned[0] < 1.1 * size
    assert read[0] < 0.03 * size


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("positions")


named = st.builds(ox.Triple, iris, iris, st.one_of(iris, literals))


@given(triples=st.lists(named, min_size=1, max_size=12))
def test_the_line_of_each_triple_has_its_object(triples: list[ox.Triple], scratch: Path) -> None:
    path = scratch / "data.ttl"
    written = turtle.write(triples, PREFIXES)
    path.write_text(written, encoding="utf-8", newline="\n")
    positions, lines = SourceLocations([path]), written.split("\n")
    for triple in triples:
        place = positions.find(triple.subject, triple.predicate, triple.object)
        assert place is not None
        alone = turtle.write([triple], PREFIXES).partition("\n  ")[2].removesuffix(" ;\n  .\n")
        first = alone.split("\n")[0]
        predicate, _, value = first.partition(" ")
        assert value in lines[place.line - 1], (place.line, written)
        block = "\n".join(lines[: place.line])
        assert f"\n  {predicate}" in block[block.rindex("\n\n") if "\n\n" in block else 0 :]
