"""The claims that a thing rests on: what each says, in whose voice, how firmly, and where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from lalakg._narrative.terms import LALA
from lalakg._pages.index import SUBPROPERTY, Index
from lalakg._pages.site_context import SiteContext
from lalakg._rdf.terms import WELL_KNOWN, natural

_ABOUT = LALA + "about"
_OA = WELL_KNOWN["oa"]
NEVER = float("inf")
_ADDRESS = WELL_KNOWN["schema"] + "url"


@dataclass(frozen=True)
class Passage:
    """Where a claim stands in a source. `address` leads to the words themselves, where the source's is known."""

    iri: str
    source: str
    place: str
    address: str
    start: float


@dataclass(frozen=True)
class Claim:
    """One claim, with how it bears on the thing: asserts, denies, is about."""

    iri: str
    number: str
    text: str
    bearing: str
    voice: str
    words: tuple[str, ...]
    passages: tuple[Passage, ...]


def claims(index: Index, thing: str) -> list[Claim]:
    """The claims that speak of a thing, those that assert it first, each in the narrowest way that it does."""
    bearings: dict[str, set[str]] = {}
    for statement in index.pointing(thing):
        if speaks_of(index, statement.property):
            bearings.setdefault(statement.subject, set()).add(statement.property)
    found = [claim(index, iri, _narrowest(index, properties)) for iri, properties in bearings.items()]
    return sorted(found, key=lambda c: (c.bearing != LALA + "asserts", natural(c.number or "~"), c.iri))


def speaks_of(index: Index, property_: str) -> bool:
    """Whether a property leads from a claim to what it speaks of."""
    return property_ == _ABOUT or _ABOUT in index.above(property_, SUBPROPERTY)


def _narrowest(index: Index, properties: set[str]) -> str:
    return min(properties, key=lambda p: (-len(index.above(p, SUBPROPERTY)), p))


def claim(index: Index, iri: str, bearing: str = "") -> Claim:
    """One claim."""
    words = [index.object(iri, LALA + name) for name in ("basis", "certainty")]
    return Claim(
        iri=iri,
        number=index.text(iri, LALA + "factId"),
        text=index.text(iri, LALA + "claimText") or index.label(iri),
        bearing=bearing,
        voice=index.object(iri, LALA + "attributedTo"),
        words=tuple(index.label(word) for word in words if word),
        passages=tuple(passage(index, one) for one in index.objects(iri, LALA + "evidence")),
    )


def passage(index: Index, iri: str) -> Passage:
    """One passage."""
    source, start = index.object(iri, _OA + "hasSource"), _start(index, index.object(iri, _OA + "hasSelector"))
    address = index.object(source, _ADDRESS) or index.text(source, _ADDRESS)
    fragment = index.text(iri, LALA + "textFragment")
    return Passage(
        iri,
        source,
        place(index, iri),
        address + fragment if address.startswith(("https://", "http://")) else "",
        float(start) if start.isdigit() else NEVER,
    )


def place(index: Index, iri: str) -> str:
    """Where a passage stands, or what its selector says of that, in words."""
    paragraph = index.text(iri, LALA + "paragraph")
    selector = index.object(iri, _OA + "hasSelector") or iri
    start, end = _start(index, selector), index.text(selector, _OA + "end")
    parts = [f"paragraph {paragraph}" if paragraph else "", f"characters {start}–{end}" if start and end else ""]
    return ", ".join(part for part in parts if part)


def _start(index: Index, selector: str) -> str:
    return index.text(selector, _OA + "start")


def claim_content(site: SiteContext, one: Claim, here: str) -> dict[str, Any]:
    """A claim as templates want it."""
    index = site.index
    return {
        "value": site.thing(one.iri, here),
        "number": one.number,
        "text": one.text,
        "bearing": index.label(one.bearing) if one.bearing else "",
        "denies": one.bearing == LALA + "denies",
        "voice": site.thing(one.voice, here) if one.voice else None,
        "words": one.words,
        "passages": [
            {
                "value": site.thing(p.iri, here),
                "source": index.label(p.source),
                "place": p.place,
                "address": p.address,
            }
            for p in one.passages
        ],
    }


def telling(index: Index, events: Iterable[str]) -> dict[str, float]:
    """Where the source that tells most of some events first tells of each: the least character of the passages behind
    the claims that assert it. What that source does not tell comes at no place."""
    found = {
        event: [
            passage(index, one)
            for statement in index.pointing(event, LALA + "asserts")
            for one in index.objects(statement.subject, LALA + "evidence")
        ]
        for event in events
    }
    count = Counter(one.source for passages in found.values() for one in passages)
    main = min(count, key=lambda source: (-count[source], source), default="")
    return {
        event: min((one.start for one in passages if one.source == main), default=NEVER)
        for event, passages in found.items()
    }
