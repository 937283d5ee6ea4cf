"""The fingerprint of triples, taken here from what is sent, and by SPARQL from what a graph of a store holds.

The hash of a triple's predicate and object says in which of up to 4,096 buckets it is counted, and gives a number;
so does the hash of its subject. Of each bucket one knows how many triples are in it, and the sum of the products of
these numbers. So the store hashes a predicate and object only once, for all subjects that share them.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import md5 as _md5
from typing import Final, TypeAlias, TypeVar

from lalakg._errors import InvalidValue
from lalakg._stores import Store
from lalakg._terms import XSD

_Value = TypeVar("_Value")
Tally: TypeAlias = dict[str, tuple[int, int]]
"""The number of triples in each bucket, and their sum."""

REST: Final = ""  # the bucket of what has a predicate that was not sent
_CACHED: Final = 30_000  # terms
_UNSETTLED: Final = 8_000_000  # bytes
_BUNDLE: Final = 250_000  # triples that a query takes in, so that those that run at once end at the same time
_GROUPED: Final = 500_000  # triples, and so groups, that a store need hold in memory for one query
_NAMED: Final = 300  # predicates in one query
_ESCAPE: Final = re.compile(rb"\\(?:u([0-9A-F]{4})|U([0-9A-F]{8})|(.))")


def _pair(iri: str, text: str, language: str, blank: str = "") -> re.Pattern[bytes]:
    """A predicate and an object as a line of N-Triples ends with them."""
    literal = rf'"({text})"(?:@({language})|\^\^<({iri})>)?'
    return re.compile(rf"<({iri})> (?:<({iri})>|{literal}{blank}) \.".encode())


# As a serialiser writes them, and as most programs do: what is plain is valid, and means what it says, unparsed.
_PAIR: Final = _pair("[^>]*", r'[^"\\]*(?:\\.[^"\\]*)*', "(?:-?[a-z0-9]+)+", r"|_:\S+")
_PATH, _REST = (f"[{c}]*(?:%[0-9A-Fa-f]{{2}}[{c}]*)*" for c in ("!$&-;=@-Z_a-z~", "!$&-;=?@-Z_a-z~"))
_HOST: Final = r"//[A-Za-z0-9._~-]*(?::[0-9]{1,4})?(?=[/?#>])"
_IRI: Final = rf"[A-Za-z][A-Za-z0-9+.-]*:(?:{_HOST}|(?!//)){_PATH}(?:\?{_REST})?(?:\#{_REST})?"
_PLAIN_IRI: Final = re.compile(f"<{_IRI}>".encode())
_PLAIN_PAIR: Final = _pair(_IRI, r'[^"\\\n\r]*(?:\\[tbnrf"\'\\][^"\\\n\r]*)*', "[a-z]{2,3}(?:-[a-z]{2})?")
_SHORT: Final = {b"t": b"\t", b"n": b"\n", b"r": b"\r", b"b": b"\b", b"f": b"\f"}
_LETTERS: Final = {ord(letter): None for letter in "abcdef"}
_STRING: Final = (XSD + "string").encode()


@dataclass(slots=True)
class _Seen:
    """How often a predicate and an object were seen, and the sum of the numbers of their subjects."""

    predicate: str
    bucket: str
    factor: int
    number: int = 0
    sum: int = 0


class Fingerprint:
    """Of triples that go by as lines of N-Triples. `twice`: as by a store whose MD5 encodes text two times."""

    def __init__(self, *, twice: bool) -> None:
        self.twice = twice
        self.clear()

    def clear(self) -> None:
        """Forget what has gone by."""
        self.has_blanks = False
        self.predicates: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.sums: Counter[str] = Counter()
        self._subjects = _Cache(self._of_subject)
        self._pairs = _Cache(self._of_pair)
        self._is_parsed = True
        self._unsettled = self._total = 0

    def add(self, lines: bytes) -> None:
        """Count lines of N-Triples, in the form that `str` gives them."""
        pairs, subjects = self._pairs, self._subjects
        for line in lines.split(b"\n"):
            if line:
                subject, pair = line.split(b" ", 1)
                seen = pairs[pair]
                seen.number += 1
                seen.sum += subjects[subject]
        self._settle_at_times(lines)

    def add_plain(self, lines: bytes) -> bool:
        """Count lines that nobody has parsed; False, without having counted any, when that must be done first."""
        pairs, subjects = self._pairs, self._subjects
        split = [line.split(b" ", 1) for line in lines.split(b"\n")]
        if split.pop() != [b""]:
            return False
        self._is_parsed = False
        try:
            found = [(pairs[pair], subjects[subject]) for subject, pair in split]
        except ValueError:
            return False
        finally:
            self._is_parsed = True
        for seen, number in found:
            seen.number += 1
            seen.sum += number
        self._settle_at_times(lines)
        return True

    def _settle_at_times(self, lines: bytes) -> None:
        self._unsettled += len(lines)
        if self._unsettled > _UNSETTLED or len(self._pairs) > _CACHED or len(self._subjects) > _CACHED:
            self._settle()

    def merge(self, other: Fingerprint) -> None:
        """Count what another one has counted."""
        other._settle()
        self.has_blanks |= other.has_blanks
        self.predicates += other.predicates
        self.counts += other.counts
        self._total += other._total
        self.sums += other.sums

    def total(self) -> int:
        """The number of triples."""
        self._settle()
        return self._total

    @property
    def digits(self) -> int:
        """How many digits of a hash name a bucket: few for few triples, since some stores give few rows."""
        total = self.total()
        return 1 if total <= 10_000 else 2 if total <= 100_000 else 3

    def tally(self) -> Tally:
        """What `held` gives of a graph with these triples."""
        digits = self.digits
        return _summed({bucket[:digits]: (number, self.sums[bucket])} for bucket, number in self.counts.items())

    def bucket(self, line: str) -> str:
        """The bucket of a triple."""
        return self._of_pair(line.encode().split(b" ", 1)[1]).bucket[: self.digits]

    def _settle(self) -> None:
        for seen in self._pairs.values():
            self.predicates[seen.predicate] += seen.number
            self.counts[seen.bucket] += seen.number
            self.sums[seen.bucket] += seen.sum * seen.factor
            self._total += seen.number
        self._pairs.clear()
        self._subjects.clear()
        self._unsettled = 0

    def _of_pair(self, pair: bytes) -> _Seen:
        match = (_PAIR if self._is_parsed else _PLAIN_PAIR).fullmatch(pair)
        if not match and self._is_parsed:
            shown = pair.decode().removesuffix(" .")
            raise InvalidValue(f"{shown}: triple terms and text directions are RDF 1.2; write RDF 1.1.")
        if not match:
            raise ValueError(pair)
        predicate, iri, text, language, datatype = match.groups()
        if text and not (self._is_parsed or text.isascii()):
            text.decode()  # or it is no UTF-8: a ValueError, too
        if text is None:
            self.has_blanks |= iri is None
            rest = (iri or b"_") + b" "
        else:
            rest = (_ESCAPE.sub(_meant, text) if b"\\" in text else text) + b" " + (language or datatype or _STRING)
        digits = self._hash(predicate + b" " + rest)
        return _Seen(predicate.decode(), digits[:3], _number(digits[3:12], 4))

    def _of_subject(self, subject: bytes) -> int:
        if not self._is_parsed and not _PLAIN_IRI.fullmatch(subject):
            raise ValueError(subject)
        is_blank = subject.startswith(b"_")
        self.has_blanks |= is_blank
        return _number(self._hash(b"_" if is_blank else subject[1:-1])[:14], 6)

    def _hash(self, key: bytes) -> str:
        data = key.decode("latin-1").encode() if self.twice and not key.isascii() else key
        return _md5(data, usedforsecurity=False).hexdigest()


class _Cache(dict[bytes, _Value]):
    """What a function gives for each key, asked once."""

    def __init__(self, function: Callable[[bytes], _Value]) -> None:
        self.function = function

    def __missing__(self, key: bytes) -> _Value:
        value = self[key] = self.function(key)
        return value


def _summed(tallies: Iterable[Tally]) -> Tally:
    found: Tally = {}
    for tally in tallies:
        for bucket, (number, sum_) in tally.items():
            before = found.get(bucket, (0, 0))
            found[bucket] = before[0] + number, before[1] + sum_
    return found


def _number(digits: str, length: int) -> int:
    """A number of the first decimal digits among hexadecimal ones, behind a 1."""
    return int("1" + digits.translate(_LETTERS)[:length])


def _meant(escape: re.Match[bytes]) -> bytes:
    four, eight, letter = escape.groups()
    return _SHORT.get(letter, letter) if letter else chr(int(four or eight, 16)).encode()


# ── by SPARQL ────────────────────────────────────────────────────────────────────────────────────

_TAIL = 'IF(isLiteral(?o), IF(LANG(?o) = "", STR(DATATYPE(?o)), LCASE(LANG(?o))), "")'


def held(store: Store, graph: str | None, sent: Fingerprint) -> Tally:
    """The tally of a graph in the store, where the predicates are those that were sent."""
    bundles = _bundles(sent, store.kind.streams)
    ask = partial(_tally, store, graph, has_blanks=sent.has_blanks, digits=sent.digits)
    with ThreadPoolExecutor(store.kind.streams) as pool:
        total = pool.submit(store.count, graph)
        found = _summed(pool.map(ask, bundles))
    rest = total.result() - sum(number for number, _ in found.values())
    return {**found, REST: (rest, 0)} if rest else found


def _bundles(sent: Fingerprint, streams: int) -> list[dict[str, int]]:
    """The predicates, each with its triples, in bundles of about equal size for one query each."""
    total = sent.total()
    number = max(streams * -(-total // (streams * _BUNDLE)), -(-len(sent.predicates) // _NAMED))
    bundles: list[dict[str, int]] = [{} for _ in range(number if total > _BUNDLE else max(1, number - streams + 1))]
    sizes = [(0, at) for at in range(len(bundles))]
    for predicate, triples in sent.predicates.most_common():
        size, at = sizes[0]
        bundles[at][predicate] = triples
        heapq.heapreplace(sizes, (size + triples, at))
    return [bundle for bundle in bundles if bundle]


def _tally(store: Store, graph: str | None, bundle: dict[str, int], *, has_blanks: bool, digits: int) -> Tally:
    subject, object_ = (f'IF(isBlank(?{v}), "_", STR(?{v}))' if has_blanks else f"STR(?{v})" for v in "so")
    x = _as_number(f"SUBSTR(MD5({subject}), 1, 14)", 6)
    predicates = " ".join(f"<{predicate}>" for predicate in bundle)
    where = f"{{ {store.pattern(graph, '?s ?p ?o')} VALUES ?p {{ {predicates} }} }}"
    if sum(bundle.values()) <= _GROUPED:
        inner = f"SELECT ?p ?o (COUNT(*) AS ?n) (SUM({x}) AS ?x) WHERE {where} GROUP BY ?p ?o"
    else:
        inner = f"SELECT ?p ?o (1 AS ?n) ({x} AS ?x) WHERE {where}"
    hashed = f'SUBSTR(MD5(CONCAT(STR(?p), " ", {object_}, " ", {_TAIL})), 1, 12)'
    middle = f"SELECT ?n ?x ({hashed} AS ?h) WHERE {{ {{ {inner} }} }}"
    bucket, y = f"SUBSTR(?h, 1, {digits})", _as_number("SUBSTR(?h, 4)", 4)
    outer = f"SELECT ?n ?x ({bucket} AS ?k) ({y} AS ?y) WHERE {{ {{ {middle} }} }}"
    rows = store.select(f"SELECT ?k (SUM(?n) AS ?c) (SUM(?x * ?y) AS ?z) WHERE {{ {{ {outer} }} }} GROUP BY ?k")
    return {row["k"]["value"]: (int(row["c"]["value"]), _sum(row)) for row in rows if "k" in row}


def _as_number(digits: str, length: int) -> str:
    return f'<{XSD}integer>(CONCAT("1", SUBSTR(REPLACE({digits}, "[a-f]", ""), 1, {length})))'


def _sum(row: dict[str, dict[str, str]]) -> int:
    """The sum of a bucket; none where something has no hash, as a blank node that was not sent."""
    return int(row["z"]["value"]) if "z" in row else -1
