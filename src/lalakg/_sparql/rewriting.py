"""Queries in other words: with their prefixes declared, as the inner part of one that pages, as bare rows."""

from __future__ import annotations

from lalakg._rdf.terms import Prefixes
from lalakg._rdf.tokens import Token, tokens, undeclared


def declaring(prefixes: Prefixes, text: str) -> str:
    """The query with a declaration for each of `prefixes` that it uses and does not declare."""
    used = {prefix for prefix, _ in undeclared(text)}
    return "".join(f"PREFIX {name}: <{prefixes[name]}>\n" for name in sorted(used) if name in prefixes) + text


def ordered(text: str, names: list[str]) -> str:
    """The SELECT as the inner part of another, in its own order, or else in that of all its columns."""
    words = _words(text)
    start = words[_first(words, "SELECT")].start
    columns = " ".join(f"?{name}" for name in names)
    inner = text[start:]
    if not _has_order(words):
        inner = f"SELECT {columns} WHERE {{ {{ {inner}\n}} }} ORDER BY {columns}"
    return f"{text[:start]}SELECT {columns} WHERE {{ {{ {inner}\n}} }}"


def solutions(text: str) -> str | None:
    """A SELECT with one small row for each solution of a CONSTRUCT or DESCRIBE; None where nothing is matched."""
    words = _words(text)
    start = at = _first(words, "CONSTRUCT", "DESCRIBE")
    at += 1
    if words[start].text.upper() == "CONSTRUCT" and words[at].text == "{":
        at = _after_group(words, at)
    while at < len(words) and words[at].text != "{" and words[at].text.upper() not in ("FROM", "WHERE"):
        at += 1
    graphs = at
    while at < len(words) and words[at].text != "{" and words[at].text.upper() != "WHERE":
        at += 1
    if at == len(words):
        return None
    named = text[words[graphs].start : words[at].start]
    rows = f"SELECT (1 AS ?row) {named}WHERE {{ {{ SELECT * {text[words[at].start :]}\n}} }}"
    return text[: words[start].start] + rows


def _words(text: str) -> list[Token]:
    return [token for token in tokens(text) if token.kind != "comment"]


def _first(words: list[Token], *names: str) -> int:
    return next(at for at, token in enumerate(words) if token.text.upper() in names)


def _after_group(words: list[Token], at: int) -> int:
    """Where the group ends that begins at `at`."""
    depth = 0
    for place in range(at, len(words)):
        depth += {"{": 1, "}": -1}.get(words[place].text, 0)
        if depth == 0:
            return place + 1
    return len(words)


def _has_order(words: list[Token]) -> bool:
    depth = 0
    for token in words:
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        if depth == 0 and token.text.upper() == "ORDER":
            return True
    return False
