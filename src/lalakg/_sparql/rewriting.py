"""Queries rewritten for a store that cuts answers off: in a total order, for paging; as bare rows, for counting."""

from __future__ import annotations

from lalakg._rdf.tokens import Token
from lalakg._sparql.text import depths, form_index, group_end, significant_tokens


def in_total_order(text: str, names: list[str]) -> str:
    """The SELECT as a sub-select, in its own order, or else in that of all its columns `names`."""
    words = significant_tokens(text)
    start = words[form_index(words) or 0].start
    columns = " ".join(f"?{name}" for name in names)
    inner = text[start:]
    if not _has_order(words):
        inner = f"SELECT {columns} WHERE {{ {{ {inner}\n}} }} ORDER BY {columns}"
    return f"{text[:start]}SELECT {columns} WHERE {{ {{ {inner}\n}} }}"


def one_row_a_solution(text: str) -> str | None:
    """A SELECT with one small row for each solution of a CONSTRUCT or DESCRIBE; None where nothing is matched."""
    words = significant_tokens(text)
    if (start := form_index(words)) is None:
        return None
    at = start + 1
    if words[start].text.upper() == "CONSTRUCT" and words[at].text == "{":
        at = group_end(words, at) + 1
    clauses = _find(words, at, "FROM", "WHERE")
    where = _find(words, clauses, "WHERE")
    if where == len(words):
        return None
    graphs = text[words[clauses].start : words[where].start]
    rows = f"SELECT (1 AS ?row) {graphs}WHERE {{ {{ SELECT * {text[words[where].start :]}\n}} }}"
    return text[: words[start].start] + rows


def _find(words: list[Token], at: int, *names: str) -> int:
    """The index, from `at` on, of the first keyword in `names` or brace; past the end, if there is none."""
    stops = (index for index in range(at, len(words)) if words[index].text.upper() in ("{", *names))
    return next(stops, len(words))


def _has_order(words: list[Token]) -> bool:
    return any(depth == 0 and token.text.upper() == "ORDER" for token, depth in depths(words))
