"""Proving that a graph of a store holds what was sent, and naming what it altered or lacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from hashlib import md5
from itertools import islice
from typing import Any, Final

import pyoxigraph as ox

from lalakg._errors import EndpointError
from lalakg._rdf.terms import XSD
from lalakg._stores.fingerprint import Fingerprint
from lalakg._stores.rdf_input import Source, Statement
from lalakg._stores.store import Store
from lalakg._stores.store_fingerprint import held
from lalakg._stores.tally import Tally

_BATCH: Final = 200  # statements a query, of those that must be looked at one by one
_MOST: Final = 100_000  # statements that a store may alter


def line(triple: Statement) -> str:
    """A statement as N-Triples writes it."""
    return f"{triple.subject} {triple.predicate} {triple.object} ."


def verify(store: Store, graph: str | None, sent: Fingerprint, source: Source) -> tuple[list[str], Tally]:
    """Prove that a graph of the store holds just the triples of the source, which were sent; what it keeps in another
    form is named in the answer, which also tells what it holds.

    Raises EndpointError when something is missing, or there is more.
    """
    found, expected = held(store, graph, sent), sent.tally()
    if found == expected:
        return [], found
    differing = {bucket for bucket in {*expected, *found} if expected.get(bucket) != found.get(bucket)}
    suspects = (triple for triple in source if sent.bucket(line(triple)) in differing)
    lacking: dict[Statement, set[str]] = {}
    while batch := list(islice(suspects, _BATCH)):
        lacking.update(_lacking(store, graph, batch))
        if len(lacking) > _MOST:
            raise EndpointError(f"lacks or alters more than {_MOST:,} of the triples sent.", store.base)
    words, missing = _told(store, graph, lacking, source)
    if sent.has_blanks:
        rest = (triple for triple in source if triple not in lacking)
        by_bucket = ((sent.bucket(line(triple)), triple) for triple in rest)
        missing += _blank_missing(found, (pair for pair in by_bucket if pair[0] in differing))
    if missing:
        raise EndpointError(f"lacks {len(missing):,} of the triples sent, such as {missing[0]}", store.base)
    there = sum(number for number, _ in found.values())
    if there > sent.total():
        more = there - sent.total()
        raise EndpointError(f"holds {more:,} triples more than were sent; does something else write there?", store.base)
    return words, found


def _lacking(store: Store, graph: str | None, batch: list[Statement]) -> Iterator[tuple[Statement, set[str]]]:
    """Those of a batch that the store does not hold as they are, with the values that it holds in their place."""
    named = [triple for triple in batch if not _is_blank(triple)]
    kept: dict[tuple[str, str], set[str]] = defaultdict(set)
    pairs = dict.fromkeys(f"({t.subject} {t.predicate})" for t in named)
    if pairs:
        pattern = store.pattern(graph, "?s ?p ?o")
        for row in store.select(f"SELECT ?s ?p ?o WHERE {{ {pattern} VALUES (?s ?p) {{ {' '.join(pairs)} }} }}"):
            kept[row["s"]["value"], row["p"]["value"]].add(_written(row["o"]))
    for triple in named:
        assert isinstance(triple.subject, ox.NamedNode)
        values = kept[triple.subject.value, triple.predicate.value]
        if str(triple.object) not in values:
            yield triple, values


def _is_blank(triple: Statement) -> bool:
    return isinstance(triple.subject, ox.BlankNode) or isinstance(triple.object, ox.BlankNode)


def _blank_missing(found: Tally, suspects: Iterable[tuple[str, Statement]]) -> list[str]:
    """Of triples with blank nodes, which no query can name: one for each bucket of which the store holds too few."""
    sent: dict[str, set[bytes]] = defaultdict(set)
    example: dict[str, str] = {}
    for bucket, triple in suspects:
        words = line(triple)
        sent[bucket].add(md5(words.encode(), usedforsecurity=False).digest()[:8])
        if _is_blank(triple):
            example[bucket] = min(words, example.get(bucket, words))
    return [words for bucket, words in example.items() if found.get(bucket, (0, 0))[0] < len(sent[bucket])]


def _told(
    store: Store, graph: str | None, lacking: dict[Statement, set[str]], source: Source
) -> tuple[list[str], list[str]]:
    """In words: what became of the triples that the store altered, and those that are missing."""
    sent: dict[tuple[Any, Any], set[str]] = {(t.subject, t.predicate): set() for t in lacking}
    for triple in source if lacking else ():
        if (pair := (triple.subject, triple.predicate)) in sent:
            sent[pair].add(str(triple.object))
    altered, missing = [], []
    for triple, kept in lacking.items():
        form = _form(triple, kept, sent[triple.subject, triple.predicate])
        words = f"{triple.subject} {triple.predicate} {triple.object}"
        if form:
            altered.append(f"{words} became {form}")
        elif not store.ask(f"ASK {{ {store.pattern(graph, words)} }}"):  # it may have given no more than so many rows
            missing.append(f"{words} .")
    return sorted(altered), sorted(missing)


def _form(triple: Statement, kept: set[str], sent: set[str]) -> str:
    """In which form a store most likely keeps a literal: the nearest of its values there, or nothing."""
    if not isinstance(triple.object, ox.Literal):
        return ""
    literals = sorted(value for value in kept if value.startswith('"'))
    tail = _tail(str(triple.object))
    number = _number(str(triple.object))
    same = [value for value in literals if number is not None and _number(value) == number]
    fresh = [value for value in literals if value not in sent]
    near = [[value for value in values if _tail(value) == tail] for values in (same, fresh)]
    return next((values[0] for values in (*near, same, fresh) if values), "")


def _tail(literal: str) -> str:
    return literal.rpartition('"')[2]


def _number(literal: str) -> Decimal | None:
    """What a number or a truth value amounts to."""
    value, quote, kind = literal.removeprefix('"').rpartition('"')
    if not quote or not kind.startswith(f"^^<{XSD}"):
        return None
    try:
        return Decimal({"true": "1", "false": "0"}.get(value, value))
    except InvalidOperation:
        return None


def _written(term: dict[str, str]) -> str:
    if term["type"] == "uri":
        return f"<{term['value']}>"
    if term["type"] == "bnode":
        return f"_:{term['value']}"
    if "xml:lang" in term:
        return str(ox.Literal(term["value"], language=term["xml:lang"]))
    return str(ox.Literal(term["value"], datatype=ox.NamedNode(term.get("datatype", XSD + "string"))))
