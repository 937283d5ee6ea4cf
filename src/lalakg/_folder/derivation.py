"""Derivation: naive forward chaining to a fixpoint, with SPARQL CONSTRUCT queries as rules.

In each round every rule is run on the whole graph as it was before the round; a round that adds nothing is the last.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from lalakg._errors import ParseError, QueryError
from lalakg._rdf.parser import read_text
from lalakg._sparql.service import refuse_service
from lalakg._sparql.text import syntax_error


def derive(authored: Iterable[ox.Triple], rules: Iterable[Path]) -> list[ox.Triple]:
    """The triples that the rules add to `authored`, in a stable order. Raises ParseError for what is no CONSTRUCT."""
    complete = set(authored)
    derived: set[ox.Triple] = set()
    store = ox.Store()
    store.bulk_extend(ox.Quad(*triple) for triple in complete)
    texts = [(rule, read_text(rule, "utf-8-sig")) for rule in rules]
    while new := {t for rule, text in texts for t in _construct(store, rule, text)} - complete:
        store.extend(ox.Quad(*triple) for triple in new)
        complete |= new
        derived |= new
    return sorted(derived, key=str)


def _construct(store: ox.Store, rule: Path, text: str) -> Iterable[ox.Triple]:
    try:
        refuse_service(text)
        answer = store.query(text)
        if isinstance(answer, ox.QueryTriples):
            return list(answer)
    except SyntaxError as error:
        raise syntax_error(error, text).within(rule) from None
    except (QueryError, OSError, RuntimeError, ValueError) as error:
        raise ParseError(f"the rule failed: {error}.", rule, 1) from None
    raise ParseError("a rule is a CONSTRUCT query.", rule, 1)
