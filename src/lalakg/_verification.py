"""Proving that a graph of a store holds what was sent, by counts of hashes that the store computes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation
from hashlib import md5 as _md5
from itertools import islice
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from lalakg._errors import EndpointError
from lalakg._stores import Store
from lalakg._terms import XSD

Statement: TypeAlias = ox.Triple | ox.Quad
Statements: TypeAlias = Callable[[], Iterator[Statement]]

_DIGITS: Final = 4  # hexadecimal digits of a triple's hash by which it is counted: 65,536 buckets
_BATCH: Final = 200  # statements a query, of those that must be looked at one by one
_FEW_ROWS: Final = 1_000  # that any store gives in one answer
_MOST: Final = 100_000  # statements that a store may alter
_SUBJECT, _OBJECT = (f'IF(isBlank(?{v}), "_", STR(?{v}))' for v in "so")
_TAIL = 'IF(isLiteral(?o), IF(LANG(?o) = "", STR(DATATYPE(?o)), LCASE(LANG(?o))), "")'
_HASH = f'SUBSTR(LCASE(MD5(CONCAT({_SUBJECT}, " ", STR(?p), " ", {_OBJECT}, " ", {_TAIL}))), 1, {_DIGITS})'


def encoded(triple: Statement) -> tuple[str, str]:
    """A statement as N-Triples writes it, and what of it is hashed, by the store as here."""
    subject: Any = triple.subject
    term: Any = triple.object
    one, between, other = subject.value, triple.predicate.value, term.value
    tail = ""
    if isinstance(term, ox.Literal):
        tail = (term.language or "").lower() or term.datatype.value
        written = str(term)
    elif isinstance(term, ox.NamedNode):
        written = f"<{other}>"
    else:
        written, other = str(term), "_"
    if isinstance(subject, ox.NamedNode):
        return f"<{one}> <{between}> {written} .\n", f"{one} {between} {other} {tail}"
    return f"{subject} <{between}> {written} .\n", f"_ {between} {other} {tail}"


class Fingerprint:
    """How many triples there are of each hash, as they were sent."""

    def __init__(self, *, twice: bool) -> None:
        self.twice = twice
        self.counts: Counter[str] = Counter()

    def bucket(self, triple: Statement) -> str:
        """The first digits of a triple's hash, as the store computes it."""
        return self._bucket(encoded(triple)[1])

    def _bucket(self, key: str) -> str:
        data = key.encode()
        if self.twice and not key.isascii():
            data = data.decode("latin-1").encode()
        return _md5(data, usedforsecurity=False).hexdigest()[:_DIGITS]

    def counting(self, triples: Iterable[Statement]) -> Iterator[bytes]:
        """The triples as lines of N-Triples, each counted as it goes by."""
        counts, bucket = self.counts, self._bucket
        for triple in triples:
            line, key = encoded(triple)
            counts[bucket(key)] += 1
            yield line.encode()


def held(store: Store, graph: str | None, expected: Counter[str] | None = None) -> Counter[str]:
    """How many triples a graph of the store holds of each hash."""
    found = _counted_by_hash(store, graph, "")
    if len(found) < _FEW_ROWS or found == expected:
        return found
    (row,) = store.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ {store.pattern(graph, '?s ?p ?o')} }}")
    if found.total() == int(row["n"]["value"]):
        return found
    parts = (_counted_by_hash(store, graph, f'FILTER (STRSTARTS(?h, "{digit}"))') for digit in "0123456789abcdef")
    return sum(parts, Counter())  # the store gives no more than so many rows at once


def _counted_by_hash(store: Store, graph: str | None, condition: str) -> Counter[str]:
    inner = f"SELECT ({_HASH} AS ?h) WHERE {{ {store.pattern(graph, '?s ?p ?o')} }}"
    rows = store.select(f"SELECT ?h (COUNT(*) AS ?n) WHERE {{ {{ {inner} }} {condition} }} GROUP BY ?h")
    return Counter({row["h"]["value"]: int(row["n"]["value"]) for row in rows if "h" in row})


def verify(store: Store, graph: str | None, sent: Fingerprint, triples: Statements) -> tuple[list[str], Counter[str]]:
    """Prove that a graph of the store holds just these triples; what it keeps in another form is named in the
    answer, which also counts what it holds.

    Raises EndpointError when something is missing, or there is more.
    """
    found = held(store, graph, sent.counts)
    if found == sent.counts:
        return [], found
    differing = {h for h in {*sent.counts, *found} if sent.counts[h] != found[h]}
    suspects = (triple for triple in triples() if sent.bucket(triple) in differing)
    lacking: dict[Statement, set[str]] = {}
    while batch := list(islice(suspects, _BATCH)):
        lacking.update(_lacking(store, graph, batch))
        if len(lacking) > _MOST:
            raise EndpointError(f"lacks or alters more than {_MOST:,} of the triples sent.", store.base)
    words, missing = _told(store, graph, lacking, triples)
    missing += _blank_missing(found, sent, (t for t in triples() if _is_blank(t) and sent.bucket(t) in differing))
    if missing:
        raise EndpointError(f"lacks {len(missing):,} of the triples sent, such as {missing[0]}", store.base)
    if found.total() > sent.counts.total():
        more = found.total() - sent.counts.total()
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


def _blank_missing(found: Counter[str], sent: Fingerprint, suspects: Iterator[Statement]) -> list[str]:
    """Triples with blank nodes, which no query can name, of whose hash the store holds too few."""
    by_bucket: dict[str, set[str]] = defaultdict(set)
    for triple in suspects:
        by_bucket[sent.bucket(triple)].add(f"{triple.subject} {triple.predicate} {triple.object} .")
    return [sorted(words)[0] for bucket, words in by_bucket.items() if found[bucket] < len(words)]


def _told(
    store: Store, graph: str | None, lacking: dict[Statement, set[str]], triples: Statements
) -> tuple[list[str], list[str]]:
    """In words: what became of the triples that the store altered, and those that are missing."""
    sent: dict[tuple[Any, Any], set[str]] = {(t.subject, t.predicate): set() for t in lacking}
    for triple in triples() if lacking else ():
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
