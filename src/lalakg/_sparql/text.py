"""The text of a SPARQL query, read by its tokens: form, prologue, groups, VALUES blocks, and where it goes wrong.

Enough to complete a query, to put values into it and to say what is wrong with it; parsing proper is the engine's work.
The pages' TypeScript does the same in web/src/tokens.ts and parameters.ts; tests/vectors/sparql_text.json holds both.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice, pairwise

from lalakg._errors import QuerySyntaxError
from lalakg._rdf.terms import Prefixes
from lalakg._rdf.tokens import Token, tokens

_FORM = re.compile("SELECT|ASK|CONSTRUCT|DESCRIBE")
# PN_CHARS_BASE and PN_CHARS, the letters of prefixes: https://www.w3.org/TR/sparql11-query/#rPN_CHARS_BASE
_LETTERS = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_CHARS = _LETTERS + r"_0-9\u00b7\u0300-\u036f\u203f\u2040-"
_PREFIX = re.compile(rf"(?<![.:?$@%\\{_CHARS}])((?:[{_LETTERS}](?:[.{_CHARS}]*[{_CHARS}])?)?):")
_POSITION = re.compile(r"error at (\d+):(\d+): ")
_UNBOUND = "The SELECT contains a variable that is unbound"


def significant_tokens(text: str) -> list[Token]:
    """The tokens of a query without its comments."""
    return [token for token in tokens(text) if token.kind != "comment"]


def depths(stream: Iterable[Token], brackets: str = "{}") -> Iterator[tuple[Token, int]]:
    """Each token, and how many of the brackets, `{}` or `()`, stand open after it."""
    depth = 0
    for token in stream:
        depth += (token.text == brackets[0]) - (token.text == brackets[1])
        yield token, depth


def group_end(found: Sequence[Token], opening: int) -> int:
    """The index of the brace that closes the group whose brace is at index `opening`; past the end, if none does."""
    rest = depths(islice(found, opening, None))
    return next((opening + n for n, (_, depth) in enumerate(rest) if depth == 0), len(found))


def form_index(found: Sequence[Token]) -> int | None:
    """The index of the token with which the query proper begins, after the prologue. None if there is none."""
    for index, token in enumerate(found):
        is_prefix = index and found[index - 1].text.upper() == "PREFIX"  # one may be called select:
        if token.kind == "word" and not is_prefix and _FORM.match(token.text.upper()):
            return index
    return None


def query_form(text: str) -> str:
    """SELECT, ASK, CONSTRUCT or DESCRIBE. What follows need not stand apart (`DESCRIBE?x`)."""
    found = significant_tokens(text)
    index = form_index(found)
    match = None if index is None else _FORM.match(found[index].text.upper())
    return match[0] if match else "SELECT"


def prologue(text: str) -> str:
    """The declarations of prefixes and of a base that stand before the query proper, each on a line."""
    found = significant_tokens(text)
    words = [token.text for token in found[: form_index(found)]]
    return "".join(f"\n{word}" if word.upper() in ("PREFIX", "BASE") else f" {word}" for word in words).lstrip() + "\n"


def undeclared_prefixes(text: str) -> list[tuple[str, int]]:
    """The prefixes that a query uses and does not declare, each with its offset in the text, in the query's order."""
    words = [token for token in tokens(text) if token.kind == "word"]
    declared = {second.text.rstrip(":") for first, second in pairwise(words) if first.text.upper() == "PREFIX"}
    used = [(match[1], word.start + match.start()) for word in words for match in _PREFIX.finditer(word.text)]
    return [(prefix, start) for prefix, start in used if prefix not in declared]


def declare_prefixes(prefixes: Prefixes, text: str) -> str:
    """The query with a declaration for each of `prefixes` that it uses and does not declare."""
    used = {prefix for prefix, _ in undeclared_prefixes(text)}
    return "".join(f"PREFIX {name}: <{prefixes[name]}>\n" for name in sorted(used) if name in prefixes) + text


def values_blocks(text: str, name: str) -> list[tuple[int, int]]:
    """The offsets at which each `VALUES ?name { … }` begins and ends."""
    found = significant_tokens(text)
    blocks = []
    for index, token in enumerate(found[:-2]):
        variable, brace = found[index + 1].text, found[index + 2].text
        if token.text.upper() == "VALUES" and variable in (f"?{name}", f"${name}") and brace == "{":
            end = group_end(found, index + 2)
            blocks += [(token.start, found[end].end)] if end < len(found) else []
    return blocks


def syntax_error(error: SyntaxError, query: str, known: Container[str] = ()) -> QuerySyntaxError:
    """What is wrong with a query that Oxigraph cannot read, and where.

    Oxigraph lists every token that could have stood there; this says the one thing that helps, and shows the line. A
    prefix that is neither declared nor `known` is what it stumbled over, wherever it noticed.
    """
    message, lines = str(error.msg), query.rstrip().split("\n")
    match = _POSITION.match(message)
    if not match:
        return QuerySyntaxError(f"{message}.", 1, 1, lines[0])
    line, column = int(match[1]), int(match[2])
    if line > len(lines):
        line, column = len(lines), len(lines[-1]) + 1
    offset = sum(len(text) + 1 for text in lines[: line - 1]) + column - 1
    hint = _UNBOUND if _UNBOUND in message else "this is not valid SPARQL"
    for prefix, start in undeclared_prefixes(query):
        if start < offset and prefix not in known and query[start - 1 : start] != "<":  # no IRI that is none
            line, column = query.count("\n", 0, start) + 1, start - query.rfind("\n", 0, start)
            hint = f"the prefix {prefix}: is not declared; add PREFIX {prefix}: <…> at the top"
            break
    return QuerySyntaxError(f"{hint}.", line, column, lines[line - 1])
