"""What a SPARQL endpoint holds, read whole: asked in parts, and counted, so that nothing is cut short unnoticed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import ceil, log

import pyoxigraph as ox

from lalakg._errors import EndpointError
from lalakg._rdf.terms import Node
from lalakg._sparql.engine import RemoteEngine
from lalakg._sparql.results import Rows

_SIZES = (100_000, 5_000, 500)  # statements asked for at once, smaller where a store cuts its answers
_NAMED = "FILTER(!isBlank(?s) && !isBlank(?o))"
_BLANK = "FILTER(isBlank(?s) || isBlank(?o))"
_HASH = "LCASE(MD5(CONCAT(STR(?s), STR(?p), STR(?o))))"  # need only be the same each time, so any store's will do


def statements(engine: RemoteEngine) -> set[ox.Triple]:
    """Every statement of the graph that an engine sees. Raises EndpointError when some are missing.

    A store names blank nodes anew in each answer, so that all their statements are asked for in one.
    """
    return _whole(engine, f"?s ?p ?o . {_NAMED}", _SIZES) | _whole(engine, f"?s ?p ?o . {_BLANK}", ())


def _whole(engine: RemoteEngine, where: str, sizes: tuple[int, ...]) -> set[ox.Triple]:
    total, found = _count(engine, where), set[ox.Triple]()
    for size in sizes or (total,):
        found = {t for part in _parts(total, size) for t in _ask(engine, f"{where} {part}")} if total else set()
        if len(found) == total:
            return found
    kind = "" if sizes else " with blank nodes, which cannot be asked for in parts"
    reason = f"gave {len(found):,} of its {total:,} statements{kind}; it cuts its answers short, or it is being changed"
    raise EndpointError(f"{reason}.", engine.url)


def _parts(total: int, size: int) -> Iterator[str]:
    """Filters that divide `total` statements evenly, by the first digits of a hash, into parts of about `size`."""
    digits = ceil(log(total / size, 16)) if total > size else 0
    for prefix in product("0123456789abcdef", repeat=digits):
        yield f'FILTER(STRSTARTS({_HASH}, "{"".join(prefix)}"))' if digits else ""


def _count(engine: RemoteEngine, where: str) -> int:
    return engine.count(f"SELECT (COUNT(*) AS ?n) WHERE {{ SELECT DISTINCT ?s ?p ?o WHERE {{ {where} }} }}")


def _ask(engine: RemoteEngine, where: str) -> Iterator[ox.Triple]:
    """Statements as rows: as Turtle some stores would write 01 as 1."""
    for row in _rows(engine, f"SELECT ?s ?p ?o WHERE {{ {where} }}"):
        yield ox.Triple(row["s"], row["p"], row["o"])  # type: ignore[arg-type]  # rows do not say which terms they hold


def _rows(engine: RemoteEngine, query: str) -> list[dict[str, Node]]:
    answer = engine.query(query)
    if not isinstance(answer, Rows):
        raise EndpointError("answered a SELECT with something else; is it a SPARQL endpoint?", engine.url)
    return answer.rows
