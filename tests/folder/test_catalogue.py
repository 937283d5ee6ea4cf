"""Query files: headers with clear errors, typed parameters, and values that stay values."""

from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph

from conftest import ROOT
from lalakg._errors import InvalidValue, LalakgError, ParseError, QueryError, UnknownParameter, UnknownQuery
from lalakg._folder.catalogue import Catalogue, Parameter, Query, Value, read_query
from lalakg._narrative import PROFILE
from lalakg._rdf.terms import WELL_KNOWN
from lalakg._rdf.tokens import tokens
from support.strategies import attacks

BASE = "https://example.org/id/"
PREFIXES = {"ex": BASE, "xsd": WELL_KNOWN["xsd"]}
QUERIES = sorted((ROOT / "queries").rglob("*.rq"))

HEADER = """\
#+ summary: What is there?
#+ description: All of it.
#+ id: Q07
#+ tags:
#+   - one
#+   - two
#+ endpoint: http://example.com/sparql
#+ method: GET
#+ pagination: 100
#+ defaults:
#+   - genre: jazz
#+ enumerate:
#+   - o:
#+     - v1
#+     - v2
#+ transform: { "key": "?p", "value": "?o", "$anchor": "key" }
"""
PARAMETERS = """\
#+ parameters:
#+   - name: thing
#+     type: iri
#+     description: What it is about.
#+   - name: text
#+     type: string
#+   - name: count
#+     type: integer
#+   - name: share
#+     type: decimal
#+   - name: day
#+     type: date
#+   - name: level
#+     type: string
#+     values: [high, "low"]
"""
BODY = """\
# VALUES ?thing { <http://comment.example/> }
PREFIX ex: <http://example.org/VALUES#?thing>
SELECT ?thing ?text ("VALUES ?thing { <http://string.example/> }" AS ?note)
WHERE {
  ?thing ex:p '''VALUES ?text { "in a long string" }''' , ?text .
  FILTER(?x < ?y)
  VALUES ?thing { <http://default.example/> }
  VALUES ?text { "} VALUES ?thing { <http://evil.example/> " "b" }
  values $count{1}VALUES ?share { 0.5 }
  VALUES ?day { "2016-12-09"^^xsd:date }
  VALUES ?level { "high" }
}
ORDER BY ?thing
"""
NAMES = ("thing", "text", "count", "share", "day", "level")


def query(text: str, folder: Path) -> Query:
    path = folder / "a-question.rq"
    path.write_text(text, encoding="utf-8")
    return read_query(path, "questions").checked()


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Query:
    return query(HEADER + PARAMETERS + BODY, tmp_path_factory.mktemp("queries"))


# Headers


def test_a_header_is_read_as_grlc_reads_it(asked: Query) -> None:
    assert (asked.name, asked.group, asked.form) == ("a-question", "questions", "SELECT")
    assert (asked.summary, asked.description, asked.id) == ("What is there?", "All of it.", "Q07")
    assert asked.header["tags"] == ["one", "two"]
    assert asked.header["pagination"] == 100
    assert asked.header["defaults"] == [{"genre": "jazz"}]
    assert asked.header["enumerate"] == [{"o": ["v1", "v2"]}]
    assert asked.header["transform"] == {"key": "?p", "value": "?o", "$anchor": "key"}
    assert asked.severity == "violation"
    assert [(p.name, p.type, p.description) for p in asked.parameters][:2] == [
        ("thing", "iri", "What it is about."),
        ("text", "string", ""),
    ]
    assert asked.parameters[-1].values == ("high", "low")
    assert asked.expected_path.name == "a-question.expected.yaml"


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_grlc_reads_the_same_header(path: Path) -> None:
    """What grlc does: the lines that start with #+ at column 0, joined and read as YAML."""
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if line.startswith("#+")]
    header = yaml.safe_load("\n".join(line.lstrip("#+") for line in lines))
    assert header == read_query(path, path.parent.name).header
    assert text.startswith("#+ summary: ")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("ASK { ?s ?p 'SELECT' }", "ASK"),
        ("# SELECT\nPREFIX select: <http://e/SELECT> construct { ?s ?p ?o } WHERE { ?s ?p ?o }", "CONSTRUCT"),
        ("DESCRIBE <http://e/x>", "DESCRIBE"),
        ("BASE <http://e/> SELECT (?describe AS ?x) {}", "SELECT"),
    ],
)
def test_the_form_of_a_query(text: str, form: str, tmp_path: Path) -> None:
    assert query(f"#+ summary: What?\n{text}", tmp_path).form == form


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("SELECT * {}", 1, "begins with its question"),
        ("#+ description: no summary\nSELECT * {}", 1, "begins with its question"),
        ("#+ summary:\nSELECT * {}", 1, "begins with its question"),
        ("#+ - a\n#+ - list\nSELECT * {}", 1, "begins with its question"),
        ("#+ summary: What?\n#+ description: this: that\nSELECT * {}", 2, "not YAML"),
        ("# first\n#+ summary: What?\n# between\n#+ tags:\n#+   - 'a\nSELECT * {}", 5, "not YAML"),
        ("#+ summary: What?\n#+ description: a \x07 bell\nSELECT * {}", 2, "not YAML"),
        ("#+ summary: What?\n#+ parameters: one\nSELECT * {}", 2, "is a list"),
        ("#+ summary: What?\n#+ parameters:\nSELECT * {}", 2, "is a list"),
        ("#+ summary: What?\n#+ parameters:\n#+   - x\nSELECT * {}", 2, "name, type, description"),
        ("#+ summary: What?\n#+ parameters:\n#+   - name: x\nSELECT * {}", 2, "name, type, description"),
        (
            "#+ summary: What?\n#+ parameters:\n#+   - {name: x, type: iri, default: y}\nSELECT * { VALUES ?x {1} }",
            2,
            "name, type, description",
        ),
        (
            "#+ summary: What?\n#+ parameters:\n#+   - {name: x, type: number}\nSELECT * { VALUES ?x {1} }",
            3,
            "known are iri, integer, decimal, date, string",
        ),
        (
            "#+ summary: What?\n#+ parameters:\n#+   - name: x\n#+     type: iri\nSELECT * { ?x ?p 'VALUES ?x {}' }",
            3,
            "VALUES ?x { … }",
        ),
        (
            "#+ summary: What?\n#+ parameters:\n#+   - name: x\n#+     type: string\n#+     values:\n"
            "SELECT * { VALUES ?x {1} }",
            5,
            "values",
        ),
        (
            "#+ summary: What?\n#+ parameters:\n#+   - {name: x, type: iri}\n"
            "SELECT * { { VALUES ?x {1} } UNION { VALUES ?x {1} } }",
            3,
            "once",
        ),
        (
            "#+ summary: What?\n#+ parameters:\n#+   - {name: x, type: iri}\n#+   - {name: x, type: string}\n"
            "SELECT * { VALUES ?x {1} }",
            3,
            "twice",
        ),
    ],
)
def test_a_bad_header_is_an_error_with_its_line(text: str, line: int, words: str, tmp_path: Path) -> None:
    with pytest.raises(ParseError) as raised:
        query(text, tmp_path)
    assert words in raised.value.message
    assert (raised.value.path, raised.value.line) == (tmp_path / "a-question.rq", line)


def test_a_file_that_is_not_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.rq").write_bytes(b"\xff\xfe")
    with pytest.raises(QueryError, match="cannot be read"):
        read_query(tmp_path / "x.rq", "questions")


# The catalogue


def test_an_unknown_query_is_answered_with_the_nearest_names(tmp_path: Path) -> None:
    query("#+ summary: What?\nSELECT * {}", tmp_path)
    catalogue = Catalogue((tmp_path,))
    assert list(catalogue) == ["a-question"]
    assert "a-question" in catalogue
    with pytest.raises(UnknownQuery, match=r"no query a-qestion\. Did you mean a-question\? `lalakg query` lists"):
        catalogue["a-qestion"]


def test_two_queries_of_one_name_are_an_error(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        query("#+ summary: What?\nSELECT * {}", tmp_path / name)
    with pytest.raises(QueryError, match="bear the same name; rename one"):
        len(Catalogue((tmp_path / "one", tmp_path / "two")))


def test_questions_are_listed_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name, number in (("b", "Q02"), ("a", "Q10"), ("c", "Q01")):
        (tmp_path / f"{name}.rq").write_text(f"#+ summary: What?\n#+ id: {number}\nASK {{}}", encoding="utf-8")
    assert [found.name for found in Catalogue((tmp_path,)).group(tmp_path.name)] == ["c", "b", "a"]


def test_a_query_as_it_stands_is_asked_without_reading_its_header(tmp_path: Path) -> None:
    """Which takes YAML, and that takes longer to load than the answer."""
    path = tmp_path / "bad.rq"
    path.write_text("#+ summary: a: b\nSELECT * {}", encoding="utf-8")
    found = read_query(path, "questions")
    assert found.bind({}, PREFIXES, BASE) == found.text
    with pytest.raises(ParseError, match="not YAML"):
        found.bind({"x": 1}, PREFIXES, BASE)


def test_a_file_is_read_only_when_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "bad.rq").write_text("no header", encoding="utf-8")
    query("#+ summary: What?\nSELECT * {}", tmp_path)
    catalogue = Catalogue((tmp_path,))
    assert catalogue["a-question"].summary == "What?"
    with pytest.raises(ParseError):
        catalogue["bad"]


# Values


def outside(text: str, name: str) -> list[str]:
    """The tokens of a query but for the contents of the VALUES block of one parameter."""
    found = [token.text for token in tokens(text)]
    for start in range(len(found) - 2):
        if found[start].upper() == "VALUES" and found[start + 1][1:] == name and found[start + 2] == "{":
            return [*found[:start], *found[found.index("}", start) + 1 :]]
    raise AssertionError(f"no block for {name}")


def inside(text: str, name: str) -> str:
    found = list(tokens(text))
    for one, two, three in zip(found, found[1:], found[2:], strict=False):
        if one.text.upper() == "VALUES" and two.text[1:] == name and three.text == "{":
            return text[three.end : next(t.start for t in found if t.text == "}" and t.start > three.start)].strip()
    raise AssertionError(f"no block for {name}")


@pytest.mark.parametrize(
    ("name", "value", "term"),
    [
        ("thing", "ex:a", f"<{BASE}a>"),
        ("thing", "a", f"<{BASE}a>"),
        ("thing", "<http://x.example/>", "<http://x.example/>"),
        ("thing", "https://x.example/", "<https://x.example/>"),
        ("thing", ox.NamedNode("http://x.example/"), "<http://x.example/>"),
        ("thing", ["a", "b"], f"<{BASE}a> <{BASE}b>"),
        ("text", "x", '"x"'),
        ("text", ox.Literal("x", language="en"), '"x"'),
        ("text", ("x", 'y "z"'), '"x" "y \\"z\\""'),
        ("count", 3, '"3"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("count", "-03", '"-03"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("share", 0.5, '"0.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("day", "2016-12-09", '"2016-12-09"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("level", "low", '"low"'),
    ],
)
def test_a_value_becomes_a_term_of_its_parameters_type(asked: Query, name: str, value: Value, term: str) -> None:
    assert inside(asked.bind({name: value}, PREFIXES, BASE), name) == term


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("count", "three", "count takes a whole number, such as 13; 'three' is not"),
        ("count", 1.5, "count takes a whole number"),
        ("count", True, "count takes a whole number"),
        ("count", "٣", "count takes a whole number"),
        ("count", "", "count takes a whole number"),
        ("count", "1\n", "count takes a whole number"),
        ("share", "half", "share takes a number, such as 0.5"),
        ("share", "1e3", "share takes a number"),
        ("day", "9.12.2016", "day takes a date, such as 2016-12-09"),
        ("day", "2016-13-45", "day takes a date"),
        ("level", "hihg", "level takes one of high, low, not 'hihg'. Did you mean high?"),
        ("thing", "wrong:name", "thing takes an IRI or a name. wrong:name: the prefix wrong: is not declared"),
        ("thing", "<no iri>", "thing takes an IRI or a name. <no iri> is no IRI"),
        ("thing", "a b", "thing takes an IRI or a name. a b is no IRI"),
        ("thing", " ", "thing takes an IRI or a name, not nothing"),
        ("thing", ox.BlankNode("b"), "thing takes an IRI or a name"),
        ("thing", "https://x.example/\udcff", "thing takes an IRI or a name"),
        ("text", "\udcff", "text takes any text"),
        ("text", ["fine", "\udcff"], "text takes any text"),
        ("text", [], "text needs a value"),
    ],
)
def test_a_value_of_the_wrong_type_is_an_error(asked: Query, name: str, value: Value, words: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        asked.bind({name: value}, PREFIXES, BASE)
    assert words in str(raised.value)


def test_an_unknown_parameter_is_answered_with_the_nearest_names(asked: Query, tmp_path: Path) -> None:
    with pytest.raises(UnknownParameter, match=r"a-question has no parameter thign\. It has thing, .*mean thing\?"):
        asked.bind({"thign": "x"}, PREFIXES, BASE)
    with pytest.raises(UnknownParameter, match=r"It has none\."):
        query("#+ summary: What?\nSELECT * {}", tmp_path).bind({"x": "y"}, PREFIXES, BASE)


def test_what_is_not_given_keeps_its_default(asked: Query) -> None:
    assert asked.bind({}, PREFIXES, BASE) == asked.text


def test_several_parameters_at_once(asked: Query) -> None:
    text = asked.bind({"text": '} VALUES ?count { 7 } "', "count": 5, "thing": "a"}, PREFIXES, BASE)
    assert inside(text, "count") == '"5"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert inside(text, "thing") == f"<{BASE}a>"
    assert inside(text, "text") == '"} VALUES ?count { 7 } \\""'


@pytest.mark.parametrize("name", NAMES)
@given(value=attacks)
def test_no_value_gets_out_of_its_block(asked: Query, name: str, value: str) -> None:
    try:
        text = asked.bind({name: value}, PREFIXES, BASE)
    except InvalidValue:
        return
    assert outside(text, name) == outside(asked.text, name)
    ox.Store().query(text, prefixes=PREFIXES)
    answer = ox.Store().query(f"SELECT ?x {{ VALUES ?x {{ {inside(text, name)} }} }}", prefixes=PREFIXES)
    assert isinstance(answer, ox.QuerySolutions)
    (row,) = answer
    (parameter,) = (p for p in asked.parameters if p.name == name)
    found, term = row["x"], parameter.term(value, PREFIXES, BASE)
    assert isinstance(found, type(term))
    assert name in ("count", "share") or found == term


@given(value=attacks)
def test_no_value_gets_out_in_an_engine_that_undoes_escapes_before_it_parses(value: str) -> None:
    """Such as rdflib, which replaces \\u0022 wherever it stands in the text of a query."""
    header = "#+ summary: What?\n#+ parameters:\n#+   - {name: x, type: string}\n"
    asked = Query("q", "g", Path("q.rq"), header + "SELECT ?x { VALUES ?x { 'a' } }")
    try:
        text = asked.bind({"x": value}, {}, BASE)
    except InvalidValue:
        return
    if "\r" in value:
        return  # rdflib reads \r as a line end of its own
    (row,) = Graph().query(text)
    assert str(row[0]) == value  # type: ignore[index]


@given(st.sampled_from(["integer", "decimal", "date"]), st.text())
def test_arbitrary_text_is_either_refused_or_well_typed(kind: str, value: str) -> None:
    try:
        term = Parameter("x", kind).term(value, {}, BASE)
    except LalakgError:
        return
    assert str(term).isascii()
    assert term.value == value


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_every_query_of_the_repository_takes_its_own_default(path: Path) -> None:
    found = read_query(path, path.parent.name)
    for parameter in found.parameters:
        default = inside(found.text, parameter.name)
        terms = [t.text for t in tokens(default) if t.kind in ("iri", "word") and not t.text.startswith("^")]
        if parameter.type == "iri":
            prefixes = {**WELL_KNOWN, **PROFILE.prefixes, "lkg": "https://w3id.org/lalakg/id/"}
            text = found.bind({parameter.name: terms}, prefixes, BASE)
            assert outside(text, parameter.name) == outside(found.text, parameter.name)
