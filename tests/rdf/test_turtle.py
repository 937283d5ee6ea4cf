"""Canonical Turtle: readable, the same text for the same triples, and no triple lost on the way."""

import random
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from conftest import ROOT
from lalakg._errors import FolderError, ParseError
from lalakg._rdf.parser import header, parse, read
from lalakg._rdf.turtle import write
from lalakg._rdf.turtle_formatter import reformat as reformatted
from support.strategies import PREFIXES, canonical, graphs, iris, literals, plain_literals

HERE = Path("data/x.ttl")
FILES = sorted([*(ROOT / "ontology").glob("*.ttl"), *(ROOT / "data").rglob("*.ttl"), *(ROOT / "src").rglob("*.ttl")])


def reformat(text: str, path: Path) -> str:
    return reformatted(text, path).text


def triples(text: str) -> list[ox.Triple]:
    return parse(text.encode(), HERE).triples


# The form

UNTIDY = r"""
# About the whole file.
PREFIX unused: <http://unused.example/>
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix ex: <http://example.org/> .

ex:claim-10 ex:n "01"^^xsd:integer , 2, 10 , -1.50, 1e3, true, "1"^^xsd:boolean, "007"^^xsd:nonNegativeInteger .
ex:claim-9 skos:definition "A claim."@en ; rdfs:label "nine"@en, "neuf"@fr ; ex:z ex:a ; ex:b <http://other.example/x> .
"""
MORE = r"""
ex:text ex:of "a \"quoted\" word, a \\ and a tab\t" ;
  ex:long '''two
lines with "quotes", three \""" and a tab	''' ;
  ex:list ( 1 "two" ( ) [ ex:in ex:list ] ) ; ex:none () ;
  ex:node [ a ex:Thing ; ex:b [ ex:c ex:d ] , [] ] .
ex:shared ex:p _:x . ex:sharing ex:p _:x . _:x ex:p ex:o .
<http://example.org/ontology> a owl:Ontology .
"""
TIDY = (
    r"""# About the whole file.

@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix unused: <http://unused.example/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

ex:ontology
  a owl:Ontology ;
  .

ex:claim-9
  rdfs:label "neuf"@fr , "nine"@en ;
  skos:definition "A claim."@en ;
  ex:b <http://other.example/x> ;
  ex:z ex:a ;
  .

ex:claim-10
  ex:n
    1e3 ,
    2 ,
    10 ,
    "01"^^xsd:integer ,
    "1"^^xsd:boolean ,
    "007"^^xsd:nonNegativeInteger ,
    -1.50 ,
    true ;
  .

ex:shared
  ex:p _:b1 ;
  .

ex:sharing
  ex:p _:b1 ;
  .

ex:text
  ex:list (
      1
      "two"
      ()
      [
        ex:in ex:list ;
      ]
    ) ;
  ex:long """
    + '''"""two
lines with "quotes", three \\""" and a tab	""" ;
  ex:node [
      a ex:Thing ;
      ex:b
        [
          ex:c ex:d ;
        ] ,
        [] ;
    ] ;
  ex:none () ;
  ex:of "a \\"quoted\\" word, a \\\\ and a tab\\t" ;
  .

_:b1
  ex:p ex:o ;
  .
'''
)


def test_golden_example() -> None:
    assert reformat(UNTIDY + MORE, HERE) == TIDY


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_turtle_file_of_the_repository_is_in_canonical_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert reformat(text, path) == text


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_order_of_the_triples_does_not_matter(path: Path) -> None:
    document = parse(path.read_bytes(), path)
    shuffled = random.Random(1).sample(document.triples, len(document.triples))
    assert write(shuffled, document.prefixes) == write(document.triples, document.prefixes)


def test_one_new_fact_changes_one_block() -> None:
    before = reformat(UNTIDY + MORE, HERE)
    after = reformat(UNTIDY + MORE + "ex:claim-9 ex:c ex:claim-10 .", HERE)
    assert set(after.splitlines()) - set(before.splitlines()) == {"  ex:c ex:claim-10 ;"}
    assert len(after.splitlines()) == len(before.splitlines()) + 1


def test_two_prefixes_of_one_namespace_give_one_form() -> None:
    first = "@prefix b: <http://e/> .\n@prefix a: <http://e/> .\nb:x a:y b:z .\n"
    second = "@prefix a: <http://e/> .\n@prefix b: <http://e/> .\na:x b:y a:z .\n"
    assert reformat(first, HERE) == reformat(second, HERE)
    assert reformat(first, HERE).endswith("> .\n\na:x\n  a:y a:z ;\n  .\n")


def test_nothing_gives_nothing() -> None:
    assert reformat("", HERE) == ""
    assert write([], PREFIXES) == ""


# Nothing is lost


@given(graphs)
def test_random_graphs_come_back_as_they_were(graph: list[ox.Triple]) -> None:
    text = write(graph, PREFIXES)
    assert canonical(triples(text)) == canonical(graph)


@given(graphs, st.randoms(use_true_random=False))
def test_the_form_hangs_on_neither_order_nor_labels(graph: list[ox.Triple], chance: random.Random) -> None:
    text = write(graph, PREFIXES)
    renamed: dict[ox.BlankNode, ox.BlankNode] = {}

    def rename(term: ox.NamedNode | ox.BlankNode | ox.Literal) -> ox.NamedNode | ox.BlankNode | ox.Literal:
        return renamed.setdefault(term, ox.BlankNode()) if isinstance(term, ox.BlankNode) else term

    other = [ox.Triple(rename(t.subject), t.predicate, rename(t.object)) for t in graph]  # type: ignore[arg-type]
    chance.shuffle(other)
    assert write(other, PREFIXES) == text
    assert reformat(text, HERE) == text


@given(st.lists(st.builds(ox.Triple, iris, iris, st.one_of(iris, plain_literals)), max_size=8))
def test_rdflib_reads_the_same_graph(graph: list[ox.Triple]) -> None:
    text = write(graph, PREFIXES)
    ours = rdflib.Graph().parse(data=text, format="turtle")
    plain = rdflib.Graph().parse(data="".join(f"{triple} .\n" for triple in graph), format="nt")
    assert isomorphic(ours, plain)


@given(literals)
def test_literals_are_kept_as_they_are_written(literal: ox.Literal) -> None:
    (found,) = triples(write([ox.Triple(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), literal)], PREFIXES))
    assert found.object == literal


@pytest.mark.parametrize(
    "text",
    [
        'line\n"""',
        'line\n\\"',
        'line\n""',
        "line\n\\",
        'line\n"',
        '\n""""""',
        '"""',
        "\\",
        "\\u0041",
        "line\r\nline",
        "\x00\x01\x7f",
        "\ufffe\U0001f600",
        "x\u2028y\x85z",
    ],
)
def test_awkward_texts(text: str) -> None:
    literal = ox.Literal(text)
    (found,) = triples(write([ox.Triple(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), literal)], {}))
    assert found.object == literal


@pytest.mark.parametrize("digits", ["²", "1²2", "9" * 5000, "٣"])
def test_digits_that_are_no_numbers_can_be_sorted(digits: str) -> None:
    graph = [ox.Triple(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.Literal(x)) for x in (digits, "a")]
    assert set(triples(write(graph, {}))) == set(graph)


def test_a_shared_node_of_which_nothing_is_said_stays_one_node() -> None:
    text = "@prefix ex: <http://e/> .\nex:a ex:p _:x .\nex:b ex:p _:x .\n"
    assert canonical(triples(reformat(text, HERE))) == canonical(triples(text))


def test_nodes_in_a_circle_get_one_form() -> None:
    text = "@prefix ex: <http://e/> .\nex:a ex:p _:x .\n_:x ex:p _:y .\n_:y ex:p _:x .\n"
    forms = {
        reformat(text.replace("_:x", f"_:{one}").replace("_:y", f"_:{two}"), HERE) for one in "abc" for two in "def"
    }
    assert len(forms) == 1


def test_a_long_list_is_written_as_a_list() -> None:
    text = f"@prefix ex: <http://e/> .\nex:a ex:p ({' 1' * 20_000} ) .\n"
    form = reformat(text, HERE)
    assert form.count("\n") == 20_000 + 6
    assert form.startswith("@prefix ex: <http://e/> .\n\nex:a\n  ex:p (\n      1\n      1\n")


def test_what_lies_too_deep_is_written_by_itself() -> None:
    text = f"@prefix ex: <http://e/> .\nex:a ex:p {'[ ex:p ' * 100}( [ ex:q 1 ] 2 ){' ]' * 100} .\n"
    form = reformat(text, HERE)
    assert [line for line in form.split("\n") if line.startswith("_:")] == ["_:b1", "_:b2", "_:b3", "_:b4"]
    assert max(len(line) - len(line.lstrip()) for line in form.split("\n")) < 100
    assert canonical(triples(form)) == canonical(triples(text))
    assert reformat(form, HERE) == form


# Bad input


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("@prefix ex: <http://e/> .\nex:a ex:b\n\nex:c ex:d .\n", 4, 6, "dot"),
        ("@prefix ex: <http://e/> .\n\nex:a foo:b ex:c .\n", 3, 6, "foo: has not been declared; add an @prefix line"),
        ("@prefix ex: <http://e/> .\nex:é ex:b 'éé' , foo:x .\n", 2, 18, "foo:"),
        ("<http://a> <http://b> 'never closed .\n", 1, 23, ""),
        ("<http://a> <http://b>\n", 1, 1, ""),
        ("<a> <http://b> <http://c> .\n", 1, 1, "write the whole address"),
        ("<http://a> <http://b> <http://c d> .\n", 1, 23, ""),
        ("<http://a> <http://b> '''x\u2028y''' .\n<http://a> foo:b 1 .", 2, 12, "foo:"),
        ("<http://a> <http://b> <<( <http://a> <http://b> 1 )>> .\n", 1, 1, "RDF 1.2"),
        ("<http://a> <http://b>\n  'x'@en--ltr .\n", 2, 1, "RDF 1.2"),
    ],
)
def test_a_syntax_error_names_file_line_and_column_and_shows_the_line(
    text: str, line: int, column: int, words: str
) -> None:
    with pytest.raises(ParseError) as raised:
        reformat(text, HERE)
    error = raised.value
    assert (error.path, error.line, error.column) == (HERE, line, column)
    assert error.text == text.split("\n")[line - 1]
    place, shown, caret = str(error).split("\n")
    assert place.startswith(f"data/x.ttl:{line}:{column}: ")
    assert words in place
    assert shown == f"  {error.text}"
    assert caret.index("^") == column + 1


def test_a_file_that_is_not_utf_8_is_an_error_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_bytes(b"<http://a> <http://b> 'x' .\n<http://a> <http://b> '\xff' .\n")
    with pytest.raises(ParseError, match=r"x\.ttl:2:\d+: Invalid UTF-8"):
        read(tmp_path / "x.ttl")


def test_a_missing_file_and_a_folder_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"nothing\.ttl cannot be read: No such file"):
        read(tmp_path / "nothing.ttl")
    with pytest.raises(FolderError, match="is a folder; name a file in it"):
        read(tmp_path)


def test_formatting_is_for_turtle_alone(tmp_path: Path) -> None:
    for name in ("x.rdf", "x.nt", "x.jsonld", "x.trig", "x.owl", "x.n3", "x.xml", "x.ttl.gz"):
        with pytest.raises(FolderError, match=f"{name} is no Turtle by its ending"):
            reformat("<urn:x> <urn:y> 1 .", tmp_path / name)


def test_files_are_merged_without_mixing_up_their_blank_nodes(tmp_path: Path) -> None:
    (tmp_path / "one.ttl").write_text("_:b <http://p> 1 .", encoding="utf-8")
    (tmp_path / "two.ttl").write_text("_:b <http://p> 2 .", encoding="utf-8")
    subjects = {read(tmp_path / name, label=name[:3]).triples[0].subject for name in ("one.ttl", "two.ttl")}
    assert len(subjects) == 2


def test_the_header_of_a_canonical_file_is_read_without_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(reformat(UNTIDY.replace("# About the whole file.\n", "") + MORE, HERE), encoding="utf-8")
    assert header(path) == read(path).prefixes
