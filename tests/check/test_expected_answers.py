"""Expected answers: read as they are written, and differences told in sentences."""

from pathlib import Path

import pytest

from lalakg._check.expected_answers import Expectation
from lalakg._errors import ParseError
from lalakg._sparql.engine import LocalEngine

ENGINE = LocalEngine([], {"ex": "http://example.org/"}, {})
THREE = "SELECT ?x ?y { VALUES (?x ?y) { (ex:a 1) (ex:b UNDEF) (ex:c 'true') } }"


def expectation(text: str, folder: Path) -> Expectation:
    path = folder / "a.expected.yaml"
    path.write_text(text, encoding="utf-8")
    return Expectation.read(path)


def differences(text: str, query: str, folder: Path) -> list[str]:
    return expectation(text, folder).differences(ENGINE.query(query))


ROWS = "columns: [x, y]\nrows:\n  - [ex:a, 1]\n  - [ex:b, null]\n  - [ex:c, true]\n"


@pytest.mark.parametrize(
    "text",
    [
        f"order: list\n{ROWS}",
        f"order: set\n{ROWS}",
        "order: set\ncolumns: [x]\nrows: [[ex:c], [ex:a], [ex:b]]\n",
        "order: partial\ncolumns: [x]\nrows: [[ex:c], [ex:a], [ex:b]]\nchains: [[ex:a, ex:b], [ex:a, ex:c]]\n",
    ],
)
def test_an_answer_as_expected(text: str, tmp_path: Path) -> None:
    assert differences(text, THREE, tmp_path) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("order: set\ncolumns: [x]\nrows: [[ex:a], [ex:b], [ex:d]]", ["(ex:d) is missing", "(ex:c) is not expected"]),
        ("order: set\ncolumns: [x]\nrows: [[ex:a], [ex:a], [ex:b], [ex:c]]", ["(ex:a) is missing"]),
        (
            "order: list\ncolumns: [x]\nrows: [[ex:a], [ex:c], [ex:b]]",
            ["row 2 is (ex:b); (ex:c) is expected there"],
        ),
        (
            "order: partial\ncolumns: [x]\nrows: [[ex:a], [ex:b], [ex:c]]\nchains: [[ex:a, ex:b], [ex:c, ex:b, ex:a]]",
            ["ex:c must come before ex:b", "ex:b must come before ex:a"],
        ),
        ("order: set\ncolumns: [y]\nrows: [[1], [x], ['true']]", ["(x) is missing", "(–) is not expected"]),
        ("order: set\ncolumns: [z, x]\nrows: []", ["the answer has no column z"]),
    ],
)
def test_what_differs_is_told(text: str, found: list[str], tmp_path: Path) -> None:
    assert differences(text, THREE, tmp_path) == found


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("true", "true"),
        ("007", "007"),
        ("1.0", "1.0"),
        ("1e3", "1e3"),
        ("2016-12-09", "2016-12-09"),
        ("'null'", "null"),
        ("null", None),
        ("~", None),
        ("''", ""),
        ("12:30", "12:30"),
    ],
)
def test_a_plain_scalar_is_the_text_that_it_is(cell: str, text: str | None, tmp_path: Path) -> None:
    """YAML would make a boolean of `yes`, a number of 007 and of 12:30; here each stands for itself."""
    assert expectation(f"order: set\ncolumns: [x]\nrows: [[{cell}]]", tmp_path).rows == ((text,),)


def test_a_yes_or_no(tmp_path: Path) -> None:
    text = "order: set\ncolumns: [answer]\nrows: [[yes]]"
    assert differences(text, "ASK {}", tmp_path) == []
    assert differences(text, "ASK { FILTER(false) }", tmp_path) == ["(yes) is missing", "(no) is not expected"]


def test_a_graph_has_no_rows(tmp_path: Path) -> None:
    text = "order: set\ncolumns: [x]\nrows: []"
    assert differences(text, "CONSTRUCT { ex:a ex:b ex:c } {}", tmp_path) == [
        "the answer is a graph, which has no rows to compare"
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("order: set\ncolumns: [x]\nrows: [[a]\n", 4, "not YAML"),
        ("order: set\ncolumns: [x]\nrows: [[\x07]]\n", 1, "not YAML"),
        ("order: set\ncolumns: [x]\n", 1, "has columns, order and rows"),
        ("columns: [x]\nrows: []\n", 1, "has columns, order and rows"),
        ("", 1, "has columns, order and rows"),
        ("- a\n", 1, "has columns, order and rows"),
        ("order: set\ncolumns: [x]\nrows: 3\n", 1, "has columns, order and rows"),
        ("order: set\ncolumns: [x]\nrows: [1, 2]\n", 1, "has columns, order and rows"),
        ("order: set\ncolumns: [x]\nrows: [[a, b]]\n", 1, "as many cells as columns"),
        ("order: sorted\ncolumns: [x]\nrows: []\n", 1, "order is list, set or partial, not sorted"),
    ],
)
def test_a_bad_file_is_an_error(text: str, line: int, words: str, tmp_path: Path) -> None:
    with pytest.raises(ParseError, match=words) as raised:
        expectation(text, tmp_path)
    assert (raised.value.path, raised.value.line) == (tmp_path / "a.expected.yaml", line)


def test_a_number_is_as_expected_in_any_writing() -> None:
    expected = Expectation(("n", "s"), (("5", "1.0"), ("2.50", "x")), "list")
    engine = LocalEngine([], {}, {})
    assert not expected.differences(engine.query('SELECT * { VALUES (?n ?s) { (5.0 "1.0") (2.5e0 "x") } }'))
    assert expected.differences(engine.query('SELECT * { VALUES (?n ?s) { (5.0 "1") (2.5e0 "x") } }')) == [
        "(5, 1.0) is missing",
        "(5, 1) is not expected",
    ]
