"""Literals that a store keeps in another writing: 01 as 1, 7.50 as 7.5, a date-time in another zone's notation."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, TypeAlias

import pyoxigraph as ox

from lalakg._rdf.terms import XSD

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_SIGNED = ("nonPositiveInteger", "negativeInteger", "long", "int", "short", "byte")
_UNSIGNED = ("nonNegativeInteger", "positiveInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte")
_NUMERIC = frozenset(XSD + name for name in ("integer", "decimal", "double", "float", *_SIGNED, *_UNSIGNED))
_SHOWN = 3

Triples: TypeAlias = set[ox.Triple]
_Values: TypeAlias = dict[tuple[Any, ...], ox.Literal]


def without_rewritten(
    removed: Triples, added: Triples, before: Triples, after: Triples, *, store_first: bool
) -> tuple[Triples, Triples, tuple[str, ...]]:
    """The differences without those that are only another writing of the same value, and a note on these."""
    lost, won = _literal(removed), _literal(added)
    there, here = _values(after, lost), _values(before, won)
    same_lost = {t: there[key] for t in lost if (key := _key(t)) in there}
    same_won = {t: here[key] for t in won if (key := _key(t)) in here}
    if not same_lost and not same_won:
        return removed, added, ()
    altered = same_won if store_first else same_lost
    return removed - same_lost.keys(), added - same_won.keys(), (_note(altered or same_lost or same_won),)


def _literal(triples: Triples) -> list[ox.Triple]:
    return [t for t in triples if isinstance(t.object, ox.Literal)]


def _values(triples: Triples, wanted: Iterable[ox.Triple]) -> _Values:
    """What the triples say where `wanted` say something, by subject, predicate and value."""
    places = {(t.subject, t.predicate) for t in wanted}
    return {
        _key(t): t.object for t in triples if (t.subject, t.predicate) in places and isinstance(t.object, ox.Literal)
    }


def _key(triple: ox.Triple) -> tuple[Any, ...]:
    assert isinstance(triple.object, ox.Literal)
    return triple.subject, triple.predicate, value(triple.object)


def value(literal: ox.Literal) -> tuple[str, Any]:
    """What a literal means, the same for every writing of it."""
    datatype = literal.datatype.value
    if datatype in _NUMERIC and _NUMBER.fullmatch(literal.value):
        return "number", Decimal(literal.value)
    if literal.language or datatype == XSD + "string":
        return "text", literal
    store = ox.Store()
    store.add(ox.Quad(literal.datatype, literal.datatype, literal))
    return "other", next(iter(store)).object


def _note(altered: dict[ox.Triple, ox.Literal]) -> str:
    pairs: dict[str, str] = defaultdict(str)
    for triple, kept in sorted(altered.items(), key=lambda item: str(item[0])):
        assert isinstance(triple.object, ox.Literal)
        pairs[triple.object.value] = kept.value
    shown = ", ".join(f"{written} became {kept}" for written, kept in list(pairs.items())[:_SHOWN])
    more = ", …" if len(pairs) > _SHOWN else ""
    count = f"{len(altered)} literal{'s' if len(altered) != 1 else ''}"
    return f"the store altered {count} ({shown}{more}), which is no difference"
