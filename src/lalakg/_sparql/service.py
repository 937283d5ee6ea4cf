"""SERVICE in a query: where it stands, and whom it would ask.

An engine asks any address by itself, so a query is looked at before it runs, and by the engine's own parser: with the
word SERVICE misspelt wherever it stands, a query that calls none is still a query, and one that calls some is none.
So nothing that hides a SERVICE from a reader, or looks like one in a literal, can deceive. What cannot be judged is
taken for a call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from lalakg._errors import QueryError

if TYPE_CHECKING:
    from lalakg._rdf.terms import Prefixes
    from lalakg._rdf.tokens import Token

_WORD = re.compile("service", re.IGNORECASE)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")  # SPARQL 1.1, 19.2; Oxigraph has them in strings only
_GUESS = re.compile(r"SERVICE\s*(?:SILENT\s*)?(<[^<>]*>|[^\s{}<>]+)\s*\{", re.IGNORECASE)
_UNKNOWN = "another host, or is no SPARQL"
_BASE = "http://localhost/"
NO_PREFIXES: Mapping[str, str] = {}


class Clause(NamedTuple):
    """`SERVICE <address> { pattern }`: where it begins and ends, and the text between its braces."""

    address: str
    silent: bool
    start: int
    end: int
    pattern: str


def service_clauses(text: str) -> list[Clause]:
    """The SERVICE clauses of a query whose address stands in angle brackets, those inside others left out."""
    from lalakg._sparql.text import significant_tokens

    found: list[Clause] = []
    real = significant_tokens(text)
    for place, token in enumerate(real):
        if token.text.upper() == "SERVICE" and (not found or token.start >= found[-1].end):
            found += _clause(text, real[place:])
    return found


def _clause(text: str, words: list[Token]) -> Iterator[Clause]:
    from lalakg._sparql.text import group_end

    silent = len(words) > 1 and words[1].text.upper() == "SILENT"
    rest = words[2 if silent else 1 :]
    if len(rest) < 2 or rest[0].kind != "iri" or rest[1].text != "{":
        return
    if (end := group_end(rest, 1)) < len(rest):
        pattern = text[rest[1].end : rest[end].start]
        yield Clause(rest[0].text[1:-1], silent, words[0].start, rest[end].end, pattern)


def mentions_service(text: str) -> bool:
    """Whether the letters of SERVICE stand anywhere in a text, as they are or as codepoint escapes."""
    return _WORD.search(text) is not None or _WORD.search(_unescaped(text)) is not None


def service_addresses(text: str, prefixes: Prefixes = NO_PREFIXES, *, elsewhere: bool = False) -> list[str]:
    """The addresses that a query would ask; where that cannot be told, words for it.

    `prefixes` need not be declared in the text. A text with the word that cannot be parsed is taken for one that asks.
    An endpoint `elsewhere` may resolve codepoint escapes everywhere, which Oxigraph does in strings only.
    """
    if not mentions_service(text):
        return []
    if elsewhere:
        return sorted({address for form in {text, _unescaped(text)} for address in _addresses(form, prefixes)})
    return _addresses(text, prefixes)


def _addresses(text: str, prefixes: Prefixes) -> list[str]:
    misspelt = {_misspelt(prefix): namespace for prefix, namespace in prefixes.items()}
    if _is_query(_misspelt(text), misspelt):
        return []
    plain = list(_plain_calls(text))
    addresses = [address for _, _, address in plain]
    rest = text
    for start, end, address in reversed(plain):
        rest = f"{rest[:start]}GRAPH <{address}>{rest[end:]}"
    if _is_query(_misspelt(rest), misspelt):
        return addresses
    guess = next((match[1].strip("<>") for match in _GUESS.finditer(rest)), _UNKNOWN)
    return [*addresses, guess if guess.startswith("http") and guess not in addresses else _UNKNOWN]


def _plain_calls(text: str) -> Iterator[tuple[int, int, str]]:
    """Each `SERVICE <address>` that is written plainly: where it begins and ends, and the address."""
    from lalakg._sparql.text import significant_tokens

    real = significant_tokens(text)
    for place, token in enumerate(real):
        if token.text.upper() == "SERVICE":
            rest = real[place + 1 : place + 3]
            rest = rest[1:] if rest and rest[0].text.upper() == "SILENT" else rest
            if rest and rest[0].kind == "iri":
                yield token.start, rest[0].end, rest[0].text[1:-1]


def _misspelt(text: str) -> str:
    return _WORD.sub("servicx", text)


def _unescaped(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        code = int(match[1] or match[2], 16)
        return chr(code) if code <= 0x10FFFF else match[0]

    return _ESCAPE.sub(character, text)


def _is_query(text: str, prefixes: Prefixes) -> bool:
    """Whether Oxigraph can parse a text, in which SERVICE is misspelt."""
    try:
        _empty_store().query(text, base_iri=_BASE, prefixes=dict(prefixes))
    except SyntaxError:
        return False
    except (OSError, RuntimeError, ValueError):
        return True  # it was read, and failed at work
    return True


@cache
def _empty_store() -> ox.Store:
    return ox.Store()


def refuse_service(text: str, prefixes: Prefixes = NO_PREFIXES) -> None:
    """Raise QueryError for a query that would ask another host."""
    for address in service_addresses(text, prefixes):
        url = address if address.startswith("http") else "URL"
        message = f"the query asks {address} by SERVICE, and no other host is asked unless you name it"
        raise QueryError(f"{message}: --service {url}")
