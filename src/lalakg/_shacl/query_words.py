"""The words of a query: taken apart, replaced where they are variables, and looked at for groups."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lalakg._rdf.tokens import Token, tokens
from lalakg._sparql.text import depths

_PIECE = re.compile(
    r"""
      [?$]\w+
    | [?$*!&|=^/+]
    | (?i:[\d.]+(?:e[+-]?\d+)?|true|false)(?=[A-Za-z])  # Oxigraph reads 5MINUS as 5 MINUS
    | (?:\\.|[^\\?$*!&|=^/+])+
    """,
    re.VERBOSE | re.DOTALL,
)
_CLAUSES = {"SELECT", "GROUP", "ORDER", "WHERE", "{", "}", "HAVING", "LIMIT", "OFFSET"}
_LISTING = {"SELECT", "GROUP", "ORDER"}  # clauses in which a variable cannot give way to a term


def words(text: str) -> list[Token]:
    """The tokens of a query, without comments; what stands close together, as in `?x=$this`, is taken apart."""
    found: list[Token] = []
    for token in tokens(text):
        if token.kind == "word":
            pieces = _PIECE.finditer(token.text)
            found += (Token("word", p[0], token.start + p.start(), token.start + p.end()) for p in pieces)
        elif token.kind != "comment":
            found.append(token)
    return found


def variables(text: str) -> set[str]:
    """The names of the variables of a query."""
    return {word.text[1:] for word in words(text) if _is_variable(word)}


def _is_variable(word: Token) -> bool:
    return word.kind == "word" and len(word.text) > 1 and word.text[0] in "?$"


def split(text: str) -> tuple[str, str]:
    """A query's prologue, and the SELECT or ASK that follows."""
    start = next((word.start for word in words(text) if word.text.upper() in ("SELECT", "ASK")), 0)
    return text[:start], text[start:]


def replace(text: str, values: Mapping[str, str]) -> str:
    """The text with variables replaced by terms; `bound(?x)` of such a variable becomes (true).

    The variables that a SELECT returns, groups by or orders by stay, since a term cannot stand there.
    """
    listed = words(text)
    pieces, last, listing, level = list[str](), 0, False, 0
    for index, (word, depth) in enumerate(depths(listed, "()")):
        if word.text.upper() in _CLAUSES:
            listing, level = word.text.upper() in _LISTING, depth
        if not _is_variable(word) or word.text[1:] not in values or (listing and depth == level):
            continue
        start, end, new = word.start, word.end, values[word.text[1:]]
        if index >= 2 and listed[index - 2].text.upper() == "BOUND":
            start, end, new = listed[index - 2].start, listed[index + 1].end, "(true)"
        pieces += [text[last:start], new]
        last = end
    return "".join(pieces) + text[last:]
