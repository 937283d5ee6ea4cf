"""The fingerprint of what is sent, taken as it goes by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import md5 as _md5
from typing import Final, TypeVar

from lalakg._errors import InvalidValue
from lalakg._rdf.terms import XSD
from lalakg._stores.ntriples_lines import PAIR, PLAIN_IRI, PLAIN_PAIR, unescaped
from lalakg._stores.tally import Tally, summed

_Value = TypeVar("_Value")

_CACHED: Final = 30_000  # terms
_UNSETTLED: Final = 8_000_000  # bytes
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
        return summed({bucket[:digits]: (number, self.sums[bucket])} for bucket, number in self.counts.items())

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
        match = (PAIR if self._is_parsed else PLAIN_PAIR).fullmatch(pair)
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
            rest = unescaped(text) + b" " + (language or datatype or _STRING)
        digits = self._hash(predicate + b" " + rest)
        return _Seen(predicate.decode(), digits[:3], _number(digits[3:12], 4))

    def _of_subject(self, subject: bytes) -> int:
        if not self._is_parsed and not PLAIN_IRI.fullmatch(subject):
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


def _number(digits: str, length: int) -> int:
    """A number of the first decimal digits among hexadecimal ones, behind a 1."""
    return int("1" + digits.translate(_LETTERS)[:length])
