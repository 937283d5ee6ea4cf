"""The lexer that Turtle and SPARQL share: strings, IRIs, comments, punctuation, words; and Turtle's statements.

Enough to know where a statement or a group begins and ends; parsing proper is pyoxigraph's work. The pages' TypeScript
has the same expression in web/src/tokens.ts; tests/vectors/sparql_text.json holds both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urljoin

_TOKEN = re.compile(
    r"""
      (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''
                 |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)
    | (?P<comment>\#[^\n\r]*)
    | (?P<mark>[\[\](){};,]|\.(?!\d))
    | (?P<word>(?:\\.|[^\s<>"'\[\](){};,\#\\.]|\.(?!\s|$))+)
    | (?P<other>\S)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")


class Token(NamedTuple):
    """One token: its kind (string, iri, comment, mark, word, other), its text, and where it begins and ends."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of Turtle or SPARQL text, comments among them."""
    for match in _TOKEN.finditer(text):
        yield Token(match.lastgroup or "other", match[0], match.start(), match.end())


class TurtleStatement(NamedTuple):
    """One top-level statement of Turtle: its subject's IRI ('' for a directive or a blank node), where it begins
    (line from 1), the comments before it, and its first word."""

    subject: str
    line: int
    comments: tuple[str, ...]
    first_word: str


def statements(text: str) -> Iterator[TurtleStatement]:
    """The top-level statements of a Turtle file, directives among them, in its order.

    The last one is empty and carries the comments at the end.
    """
    prefixes: dict[str, str] = {}
    base = ""
    comments: list[str] = []
    words: list[Token] = []
    for token in tokens(text):
        if token.kind == "comment":
            comments += [] if words else [token.text]
            continue
        words.append(token)
        if not ends_statement(words):
            continue
        head = words[0].text.lower().lstrip("@")
        if head == "prefix" and len(words) > 2:
            prefixes[words[1].text.rstrip(":")] = _iri(words[2].text, prefixes, base)
        if head == "base" and len(words) > 1:
            base = _iri(words[1].text, prefixes, base)
        subject = "" if head in ("prefix", "base") else _iri(words[0].text, prefixes, base)
        yield TurtleStatement(subject, text.count("\n", 0, words[0].start) + 1, tuple(comments), head)
        comments, words = [], []
    yield TurtleStatement("", text.count("\n") + 1, tuple(comments), "")


def ends_statement(words: list[Token]) -> bool:
    """Whether the last token closes a statement: a dot, or the IRI of a SPARQL-style PREFIX or BASE."""
    first = words[0].text.lower()
    closes = {"prefix": 3, "base": 2}.get(first)
    return (words[-1].text == "." and words[-1].kind == "mark") or len(words) == closes


def _iri(term: str, prefixes: dict[str, str], base: str) -> str:
    name = _ESCAPE.sub(lambda m: m[3] or chr(int(m[1] or m[2], 16)), term)
    if name.startswith("<"):
        return urljoin(base, name[1:-1]) if base else name[1:-1]
    prefix, _, local = name.partition(":")
    return "" if prefix in ("_", "[", "(") else prefixes.get(prefix, "") + local
