"""Rules that explain themselves: in words, by an example that does break them, and in SPARQL that can be pasted."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import ROOT, Command
from lalakg import LalakgError
from lalakg._check.explanation import explain
from lalakg._errors import ResourceNotFound, ShapesError
from lalakg._narrative import terms
from lalakg._rdf import parser
from lalakg._rdf.terms import WELL_KNOWN
from lalakg._shacl import Data, Shapes, validate

PATH = ROOT / "ontology/shapes.ttl"
DOCUMENT = parser.read(PATH)
SHAPES = Shapes(DOCUMENT.triples, DOCUMENT.prefixes)
NAMES = [str(shape.node).rpartition("#")[2].rstrip(">") for shape in SHAPES.roots]
EXAMPLE = "http://www.w3.org/2004/02/skos/core#example"
NAMESPACES = {**WELL_KNOWN, **terms.PREFIXES, "ex": "http://example.org/"}
PREFIXES = "".join(f"@prefix {p}: <{ns}> .\n" for p, ns in NAMESPACES.items())


@cache
def vocabularies() -> tuple[ox.Triple, ...]:
    return tuple(t for name in ("lala", "vocab") for t in parser.read(ROOT / f"ontology/{name}.ttl").triples)


@cache
def told(name: str) -> str:
    return explain(PATH, name)


def compiled(text: str) -> list[str]:
    """The queries of an explanation: its last part, where each begins with its prefixes."""
    _, _, queries = text.partition("\nCompiled to, ")
    return re.split(r"\n\n(?=  PREFIX)", "\n" + queries.partition(":\n\n")[2])


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_explains_itself(name: str) -> None:
    text = told(name)
    assert text.startswith(f"lsh:{name}  ")
    for title in ("\nScope: ", "\nBreaks it:\n\n  ex:", "\nRemedy: ", "\nCompiled to, "):
        assert text.count(title) == 1, title
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_a_rule_breaks_it(name: str) -> None:
    (example,) = SHAPES.graph.values(ox.NamedNode(terms.LSH + name), EXAMPLE)
    assert len(str(example.value).splitlines()) <= 5
    triples = [quad.triple for quad in ox.parse(PREFIXES + str(example.value), format=ox.RdfFormat.TURTLE)]
    made_up = {t.subject for t in triples}
    assert all(not isinstance(s, ox.NamedNode) or s.value.startswith("http://example.org/") for s in made_up)
    results = validate(Data([*vocabularies(), *triples]), SHAPES).results
    broken = {str(r.constraint or r.shape).rpartition("#")[2] for r in results if r.focus in made_up}
    assert [rule for rule in broken if rule.startswith(name)], broken


@pytest.mark.parametrize("name", NAMES)
def test_compiled_queries_can_be_pasted_into_a_store(name: str) -> None:
    queries = compiled(told(name))
    assert queries
    store = ox.Store()
    for query in queries:
        assert isinstance(store.query(query), ox.QuerySolutions)
        declared = re.findall(r"PREFIX (\S*):", query)
        assert declared == sorted(set(declared))
        for prefix in declared:
            assert re.search(rf"(?<!PREFIX )\b{prefix}:", query), f"{prefix}: is declared and not used"


def test_a_number_stands_for_all_shapes_of_the_rule() -> None:
    text = explain(PATH, "S44")
    assert re.findall(r"^(lsh:\S+)  ", text, re.MULTILINE) == [
        "lsh:S44-locator",
        "lsh:S44-passage",
        "lsh:S44-source",
        "lsh:S44-within-paragraphs",
    ]
    assert explain(PATH, "lsh:S44-source") == explain(PATH, "https://w3id.org/lalakg/shapes#S44-source")


@pytest.mark.parametrize(
    ("name", "offered"), [("S08-no-leek", "S08-no-leak"), ("S44-pasage", "S44-passage"), ("S", None), ("", None)]
)
def test_an_unknown_name_gives_the_nearest(name: str, offered: str | None) -> None:
    with pytest.raises(ResourceNotFound) as refusal:
        explain(PATH, name)
    assert isinstance(refusal.value, LalakgError)
    if offered:
        assert f"Did you mean {offered}" in str(refusal.value)


OWN = """
@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
ex: sh:declare [ sh:prefix "e" ; sh:namespace "http://example.org/" ] .
ex:Car a sh:NodeShape ; sh:targetClass ex:Car ;
  sh:property [ sh:path ex:plate ; sh:minCount 1 ; sh:pattern "^<http://example.org/x>$" ] ;
  sh:sparql [ sh:prefixes ex: ; sh:select '''# e:a note
SELECT $this WHERE { $this e:of/^e:to <http://elsewhere/a> . FILTER(?x != "e:x <http://example.org/y>") }''' ] .
"""


def test_shapes_of_anybody_are_explained(tmp_path: Path) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(OWN)
    text = explain(path, "Car")
    assert text.startswith("ex:Car\n\nCompiled to, ")
    assert "Breaks it" not in text
    assert '"^<http://example.org/x>$"' in text
    assert '"e:x <http://example.org/y>"' in text
    assert "<http://elsewhere/a>" in text
    for query in compiled(text):
        ox.Store().query(query)


def test_shapes_that_cannot_be_run_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "shapes.ttl"
    path.write_text(OWN.replace("sh:minCount 1", "sh:minCount ex:x"))
    with pytest.raises(ShapesError, match=r"shapes\.ttl: shape ex:Car: sh:minCount takes a whole number"):
        explain(path, "Car")


def test_the_command_line_explains(run: Command, tmp_path: Path) -> None:
    done = run("check", "--explain", "S08", cwd=ROOT)
    assert (done.status, done.out, done.err) == (0, explain(PATH, "S08"), "")
    assert run("check", "--explain", "S08", cwd=tmp_path).out == done.out
    for data in (["data.ttl"], ["--endpoint", "http://127.0.0.1:1/"]):
        refused = run("check", "--explain", "S08", *data, cwd=tmp_path)
        assert (refused.status, "leave FILES and --endpoint out" in refused.err) == (2, True)
    assert run("check", "--explain", "").status == 2
    failed = run("check", "--explain", "S99")
    assert failed.status == 2
    assert failed.err.startswith("lalakg: no shape with a target is called S99.")
    missing = run("check", "--explain", "S08", "--shapes", "none.ttl", cwd=tmp_path)
    assert (missing.status, missing.err) == (2, "lalakg: none.ttl cannot be read: No such file or directory.\n")
