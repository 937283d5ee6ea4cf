"""What is wrong with a query that Oxigraph cannot read, and where."""

from __future__ import annotations

import re
from collections.abc import Container

from lalakg._errors import QuerySyntaxError
from lalakg._rdf.tokens import undeclared

_POSITION = re.compile(r"error at (\d+):(\d+): ")
_UNBOUND = "The SELECT contains a variable that is unbound"


def unreadable(error: SyntaxError, query: str, known: Container[str] = ()) -> QuerySyntaxError:
    """Oxigraph lists every token that could have stood there; say the one thing that helps, and show the line.

    A prefix that is neither declared nor `known` is what it stumbled over, wherever it noticed.
    """
    message, lines = str(error.msg), query.rstrip().split("\n")
    match = _POSITION.match(message)
    if not match:
        return QuerySyntaxError(f"{message}.", 1, 1, lines[0])
    line, column = int(match[1]), int(match[2])
    if line > len(lines):
        line, column = len(lines), len(lines[-1]) + 1
    noticed = sum(len(text) + 1 for text in lines[: line - 1]) + column - 1
    hint = _UNBOUND if _UNBOUND in message else "this is not valid SPARQL"
    for prefix, start in undeclared(query):
        if start < noticed and prefix not in known and query[start - 1 : start] != "<":  # no IRI that is none
            line, column = query.count("\n", 0, start) + 1, start - query.rfind("\n", 0, start)
            hint = f"the prefix {prefix}: is not declared; add PREFIX {prefix}: <…> at the top"
            break
    return QuerySyntaxError(f"{hint}.", line, column, lines[line - 1])
