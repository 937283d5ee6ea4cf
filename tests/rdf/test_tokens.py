"""Tokens and statements: where a block begins, whose it is, and which comments go with it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from lalakg._rdf.tokens import statements, tokens

FILES = sorted(path for folder in ("ontology", "data", "queries") for path in (ROOT / folder).rglob("*.[tr][tq]*"))


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a # b"', [("string", '"a # b"')]),
        ("'a { b'", [("string", "'a { b'")]),
        ('"""two\nlines "" here"""', [("string", '"""two\nlines "" here"""')]),
        (r'"a \" b" c', [("string", r'"a \" b"'), ("word", "c")]),
        ("<http://e/#x> # y", [("iri", "<http://e/#x>"), ("comment", "# y")]),
        ("?a<?b", [("word", "?a"), ("other", "<"), ("word", "?b")]),
        (r"<http://e/#\u00e9>", [("iri", r"<http://e/#\u00e9>")]),
        ("ex:a.b .", [("word", "ex:a.b"), ("mark", ".")]),
        ("ex:a.", [("word", "ex:a"), ("mark", ".")]),
        ("1.5 .", [("word", "1.5"), ("mark", ".")]),
        ('"x"@en.', [("string", '"x"'), ("word", "@en"), ("mark", ".")]),
        ("<a>.ex:b", [("iri", "<a>"), ("mark", "."), ("word", "ex:b")]),
        ("<a> .5", [("iri", "<a>"), ("word", ".5")]),
        (r"ex:a\,b,ex:c", [("word", r"ex:a\,b"), ("mark", ","), ("word", "ex:c")]),
        ("VALUES ?x{<a>}", [("word", "VALUES"), ("word", "?x"), ("mark", "{"), ("iri", "<a>"), ("mark", "}")]),
    ],
)
def test_each_kind_of_token(text: str, expected: list[tuple[str, str]]) -> None:
    assert kinds(text) == expected


@given(st.text())
def test_tokens_cover_all_but_white_space(text: str) -> None:
    rest = text
    for token in reversed(list(tokens(text))):
        assert text[token.start : token.end] == token.text
        rest = rest[: token.start] + rest[token.end :]
    assert rest.strip() == ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_of_the_repository_has_a_token_that_is_not_understood(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    strange = {token.text for token in tokens(text) if token.kind == "other"}
    assert strange <= ({"<", ">"} if path.suffix == ".rq" else set())


def test_statements_say_whose_they_are_and_where() -> None:
    text = """\
# the file
@prefix ex: <http://e/> .
PREFIX two: <http://two/>

# of a
ex:a ex:b "c . d" ; ex:e [ ex:f "." ] .
<http://e/g> ex:b 1.5 .
two:h ex:b ex:c.two:i ex:b ( 1 2 ) .
[] ex:b ex:c .
_:n ex:b ex:c .
# the end
"""
    found = [(s.subject, s.line, s.comments) for s in statements(text)]
    assert found == [
        ("", 2, ("# the file",)),
        ("", 3, ()),
        ("http://e/a", 6, ("# of a",)),
        ("http://e/g", 7, ()),
        ("http://two/h", 8, ()),
        ("", 9, ()),
        ("", 10, ()),
        ("", 12, ("# the end",)),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_comment_ends_with_its_line_however_the_line_ends(end: str) -> None:
    assert kinds(f"# one{end}ex:a") == [("comment", "# one"), ("word", "ex:a")]
