"""SERVICE in a query: where it stands, and whom it would ask.

An engine asks any address by itself, so a query is looked at before it runs. `service_addresses` looks at the bare
text, since an engine finds a SERVICE where our tokens have none (`5SERVICE`); `service_clauses` finds those that are
written plainly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from lalakg._errors import QueryError

if TYPE_CHECKING:
    from lalakg._rdf.tokens import Token

_GAP = r"(?:\s|\#[^\n\r]*(?=[\n\r]))*"
_NAME = r"<[^<>]*>|[?$][^\s{}<>\#]+|[^\s{}<>\#:]*:[^\s{}<>]*"  # wider than SPARQL's, whose letters are not all of \w
_ANY = rf"SERVICE{_GAP}(?:SILENT{_GAP})?({_NAME}){_GAP}\{{"
_PART_OF_A_NAME = r"(?:[?$]\w*|@[\w-]*|[\w.-]*:(?:[\w:%\\][\w:%.\\-]*)?)"
_RUN = r"[\w:%.\\?$@-]*\Z"
_LONGEST = 1000  # characters of a name


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


def service_addresses(text: str) -> list[str]:
    """The addresses that a query would ask, SERVICE being spelt in whatever way."""
    if "erv" not in text.casefold():  # of SERVICE in any case: spares most queries the expressions
        return []
    found = []
    for match in re.finditer(_ANY, text, re.IGNORECASE | re.VERBOSE):
        before = text[max(0, match.start() - _LONGEST) : match.start()]
        if not re.fullmatch(_PART_OF_A_NAME, re.search(_RUN, before)[0]):  # type: ignore[index] # it always matches
            found.append(match[1].strip("<>"))
    return found


def refuse_service(text: str) -> None:
    """Raise QueryError for a query that would ask another host."""
    for address in service_addresses(text):
        url = address if address.startswith("http") else "URL"
        message = f"the query asks {address} by SERVICE, and no other host is asked unless you name it"
        raise QueryError(f"{message}: --service {url}")
