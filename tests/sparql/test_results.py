"""Answers in every form: tables, the W3C's result formats, and graphs."""

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lalakg._errors import InvalidValue, LalakgError, OutputError
from lalakg._sparql.engine import LocalEngine
from lalakg._sparql.results import Boolean, Graph, Result, Rows, table
from support.strategies import texts

PREFIXES = {"ex": "http://example.org/"}
ENGINE = LocalEngine([], PREFIXES, {"ex": "http://example.org/"})
ROWS = """SELECT ?thing ?note ?count { VALUES (?thing ?note ?count) {
  (ex:a "one | two" 1)
  (<http://elsewhere.example/b> "two\\nlines"@en UNDEF)
} }"""


def ask(text: str) -> Result:
    return ENGINE.query(text)


def rows(text: str) -> Rows:
    answer = ask(text)
    assert isinstance(answer, Rows)
    return answer


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ROWS, "<Rows: 2 of thing, note, count>"),
        ("SELECT ?x { ?x ?y 1 }", "<Rows: 0 of x>"),
        ("ASK {}", "<Boolean: yes>"),
        ("ASK { ?x ?y 1 }", "<Boolean: no>"),
        ("CONSTRUCT { <urn:a> <urn:b> 1 } WHERE {}", "<Graph: 1 triples>"),
    ],
)
def test_an_answer_shows_what_it_is(text: str, words: str) -> None:
    assert repr(ask(text)) == words


def test_rows_are_mappings_and_leave_out_what_is_unbound() -> None:
    answer = rows(ROWS)
    assert answer.variables == ["thing", "note", "count"]
    assert len(answer) == 2
    first, second = answer
    assert first["thing"] == ox.NamedNode("http://example.org/a")
    assert second == {
        "thing": ox.NamedNode("http://elsewhere.example/b"),
        "note": ox.Literal("two\nlines", language="en"),
    }
    assert answer.cells(["count", "thing"]) == [["1", "ex:a"], [None, "<http://elsewhere.example/b>"]]


def test_a_table_is_plain_and_stable() -> None:
    assert ask(ROWS).render() == (
        "thing                         note       count\n"
        "----------------------------  ---------  -----\n"
        "ex:a                          one | two  1\n"
        "<http://elsewhere.example/b>  two lines\n"
    )


def test_markdown() -> None:
    assert ask(ROWS).render("md") == (
        "| thing | note | count |\n"
        "| --- | --- | --- |\n"
        "| ex:a | one \\| two | 1 |\n"
        "| <http://elsewhere.example/b> | two lines |  |\n"
    )


def test_csv_has_bare_values_and_line_feeds() -> None:
    assert rows(ROWS).to_csv() == (
        'thing,note,count\nhttp://example.org/a,one | two,1\nhttp://elsewhere.example/b,"two\nlines",\n'
    )


def test_tsv_has_terms() -> None:
    assert ask(ROWS).render("tsv") == (
        '?thing\t?note\t?count\n<http://example.org/a>\t"one | two"\t1\n<http://elsewhere.example/b>\t"two\\nlines"@en\t\n'
    )


def test_json_is_the_w3c_s() -> None:
    answer = json.loads(rows(ROWS).to_json())
    assert answer["head"] == {"vars": ["thing", "note", "count"]}
    assert answer["results"]["bindings"][1] == {
        "thing": {"type": "uri", "value": "http://elsewhere.example/b"},
        "note": {"type": "literal", "value": "two\nlines", "xml:lang": "en"},
    }


def test_xml_is_the_w3c_s() -> None:
    root = ElementTree.fromstring(ask(ROWS).render("xml"))
    names = {"s": "http://www.w3.org/2005/sparql-results#"}
    assert [v.get("name") for v in root.findall("s:head/s:variable", names)] == ["thing", "note", "count"]
    assert len(root.findall("s:results/s:result", names)) == 2


def test_no_rows_are_a_table_with_a_head() -> None:
    answer = rows("SELECT ?x ?y { FILTER(false) }")
    assert (answer.render(), answer.to_csv(), len(answer)) == ("x  y\n-  -\n", "x,y\n", 0)


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_a_row_without_a_value_is_still_a_row(form: str) -> None:
    assert ask("SELECT ?x { VALUES ?x { 1 UNDEF UNDEF } }").render(form).count("\n") == 4


@given(st.lists(st.tuples(texts, texts), max_size=4))
def test_csv_carries_any_text(values: list[tuple[str, str]]) -> None:
    values = [(one.replace("\r", " "), two.replace("\r", " ")) for one, two in values]
    block = " ".join(f"({ox.Literal(one)} {ox.Literal(two)})" for one, two in values)
    text = rows(f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {block} }} }}").to_csv()
    assert [tuple(row) for row in csv.reader(io.StringIO(text, newline=""))] == [("a", "b"), *values]


@pytest.mark.parametrize(("text", "word", "truth"), [("ASK {}", "yes", True), ("ASK { FILTER(false) }", "no", False)])
def test_a_yes_or_no_in_every_form(text: str, word: str, truth: bool) -> None:
    answer = ask(text)
    assert isinstance(answer, Boolean)
    assert bool(answer) is truth
    assert answer.render() == answer.render("md") == f"{word}\n"
    assert json.loads(answer.to_json())["boolean"] is truth
    assert answer.to_csv() == answer.render("tsv") == f"{str(truth).lower()}\n"
    assert f"<boolean>{str(truth).lower()}</boolean>" in answer.render("xml")


CONSTRUCT = "CONSTRUCT { ex:a ex:b ?o } WHERE { VALUES ?o { 1 'two'@en } }"


def test_a_graph_in_every_form() -> None:
    answer = ask(CONSTRUCT)
    assert isinstance(answer, Graph)
    assert len(answer) == 2
    assert answer.render() == '@prefix ex: <http://example.org/> .\n\nex:a\n  ex:b 1 , "two"@en ;\n  .\n'
    media = {"ttl": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD, "nt": ox.RdfFormat.N_TRIPLES}
    for form, kind in {**media, "rdf": ox.RdfFormat.RDF_XML}.items():
        assert {q.triple for q in ox.parse(answer.render(form), format=kind)} == set(answer)
    assert len(answer.to_rdflib()) == 2


@pytest.mark.parametrize(
    ("text", "form", "words"),
    [
        ("ASK {}", "ttl", "The answer is a yes or no, which has no format ttl; it has table, md, csv, tsv, json, xml."),
        (ROWS, "jsonld", "The answer is a table of rows, which has no format jsonld"),
        (CONSTRUCT, "csv", "The answer is a graph, which has no format csv; it has ttl, jsonld, nt, rdf."),
        (ROWS, "xlsx", "no format xlsx"),
    ],
)
def test_a_form_that_does_not_fit_is_an_error(text: str, form: str, words: str) -> None:
    with pytest.raises(LalakgError) as raised:
        ask(text).render(form)
    assert words in str(raised.value)


def test_a_data_frame_has_text_and_gaps() -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    frame = rows(ROWS).to_pandas()
    assert list(frame.columns) == ["thing", "note", "count"]
    assert frame["thing"].tolist() == ["ex:a", "<http://elsewhere.example/b>"]
    assert frame["count"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "name", "usual"),
    [
        (ROWS, "md", "Markdown"),
        (ROWS, "xml", "XML"),
        (CONSTRUCT, "ttl", "turtle"),
        (CONSTRUCT, "jsonld", "JSON-LD"),
        (CONSTRUCT, "nt", "ntriples"),
        (CONSTRUCT, "nt", "n-triples"),
        (CONSTRUCT, "rdf", "rdfxml"),
        (CONSTRUCT, "rdf", "xml"),
    ],
)
def test_formats_have_their_usual_names(text: str, name: str, usual: str) -> None:
    assert ask(text).render(usual) == ask(text).render(name)


@pytest.mark.parametrize("name", [1, ["csv"], b"csv"])
def test_a_format_is_a_name(name: Any) -> None:
    with pytest.raises(InvalidValue, match="format_name takes the name of a format, not "):
        ask(ROWS).render(name)


def test_text_is_written_where_a_path_is_given(tmp_path: Path) -> None:
    answer, graph = rows(ROWS), ask(CONSTRUCT)
    for path in (tmp_path / "one.csv", str(tmp_path / "two.csv")):
        assert answer.to_csv(path) is None
        assert Path(path).read_bytes() == answer.to_csv().encode()
    assert answer.to_json(tmp_path / "rows.json") is None
    assert (tmp_path / "rows.json").read_bytes() == answer.to_json().encode()
    graph.to_json(tmp_path / "graph.jsonld")
    assert (tmp_path / "graph.jsonld").read_text("utf-8") == graph.render("jsonld")


def test_what_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"missing/rows\.csv cannot be written: No such file"):
        rows(ROWS).to_csv(tmp_path / "missing/rows.csv")
    wrong: Any = 5
    with pytest.raises(InvalidValue, match="path takes a path, not 5"):
        rows(ROWS).to_csv(wrong)
    with pytest.raises(LalakgError, match="no format csv"):
        ask(CONSTRUCT).to_csv(tmp_path / "graph.csv")
    assert not (tmp_path / "graph.csv").exists()


def test_a_notebook_shows_a_table_of_bounded_length() -> None:
    page = rows('SELECT ?x ?y { VALUES (?x ?y) { ("<b>&" UNDEF) } }')._repr_html_()
    assert page == (
        "<table><thead><tr><th>x</th><th>y</th></tr></thead>"
        "<tbody><tr><td>&lt;b&gt;&amp;</td><td></td></tr></tbody></table>"
    )
    long = rows(f"SELECT ?x {{ VALUES ?x {{ {' '.join(map(str, range(1200)))} }} }}")._repr_html_()
    assert long.count("<td>") == 50
    assert long.endswith("</table><p>… 1,150 more rows</p>")


def test_without_pandas_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(LalakgError, match=r"pip install 'lalakg\[pandas\]'"):
        rows(ROWS).to_pandas()


def test_a_table_without_columns_is_empty_lines() -> None:
    assert table([], [[]]) == "\n\n\n"
