"""Parts: things without a life of their own, such as a passage, which the page of what they belong to shows whole."""

from __future__ import annotations

from lalakg._pages.index import TYPE, Index
from lalakg._rdf.terms import LALA, WELL_KNOWN, natural

_OA, _TIME = WELL_KNOWN["oa"], WELL_KNOWN["time"]
_KINDS = (
    *(LALA + name for name in ("Passage", "Position", "ClaimRelation")),
    *(_OA + name for name in ("SpecificResource", "TextPositionSelector")),
    *(_TIME + name for name in ("ProperInterval", "Interval", "Duration")),
)
_FROM_OWNER = (LALA + "evidence", _OA + "hasSelector", _TIME + "hasTime")
_TO_OWNER = (LALA + "positionOn", LALA + "relationSource")


def owners(index: Index, base: str) -> dict[str, str]:
    """What each part belongs to directly, by the part's IRI; both lie below `base`. What nothing owns is no part."""
    kinds = {thing for kind in _KINDS for thing in index.instances(kind) if thing.startswith(base)}
    found = {part: owner for part in sorted(kinds, key=natural) if (owner := _owner(index, part, kinds, base))}
    return {part: owner for part, owner in found.items() if _end(found, part)}


def _owner(index: Index, part: str, kinds: set[str], base: str) -> str:
    near = {*index.subjects(part, *_FROM_OWNER), *index.objects(part, *_TO_OWNER)} - {part}
    able = (thing for thing in near if thing.startswith(base) and any(index.statements(thing, TYPE)))
    return min(able, key=lambda thing: (thing in kinds, natural(thing)), default="")


def _end(owner: dict[str, str], part: str) -> str:
    """The thing with a page to which a part leads, from owner to owner; nothing where they go in a circle."""
    seen: set[str] = set()
    while part in owner:
        if part in seen:
            return ""
        seen.add(part)
        part = owner[part]
    return part
