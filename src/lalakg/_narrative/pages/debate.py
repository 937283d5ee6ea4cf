"""The debate: each question with the positions that have been taken on it, and by whom. Only where a graph has any."""

from __future__ import annotations

from typing import Any

from lalakg._narrative.pages.claims import claim, claim_content
from lalakg._narrative.terms import LALA
from lalakg._pages.site_context import SiteContext
from lalakg._rdf.terms import WELL_KNOWN, natural

_KINDS = (("DebateQuestion", "Matters of meaning"), ("FactQuestion", "Matters of fact"))
_COMMENT = WELL_KNOWN["rdfs"] + "comment"


def exists(site: SiteContext) -> bool:
    """Whether anybody takes a position on anything."""
    return bool(site.index.instances(LALA + "Position"))


def content(site: SiteContext, here: str) -> dict[str, Any]:
    """What the page of the debate shows."""
    index = site.index
    parts, seen = [], set[str]()
    for kind, title in (*_KINDS, ("Question", "Other questions")):
        questions = [question for question in index.instances(LALA + kind) if question not in seen]
        seen.update(questions)
        if questions:
            parts.append((title, [_question(site, question, here) for question in questions]))
    return {"parts": parts}


def _question(site: SiteContext, question: str, here: str) -> dict[str, Any]:
    index = site.index
    positions = [_position(site, p, here) for p in index.subjects(question, LALA + "positionOn")]
    positions.sort(key=lambda position: (-position["voices"], natural(position["value"].name)))
    return {
        "value": site.thing(question, here),
        "anchor": index.name(question).rpartition(":")[2],
        "note": index.text(question, _COMMENT),
        "positions": positions,
        "most": max((position["voices"] for position in positions), default=0),
    }


def _position(site: SiteContext, position: str, here: str) -> dict[str, Any]:
    index = site.index
    taken = [claim(index, one) for one in index.subjects(position, LALA + "takesPosition")]
    return {
        "value": site.thing(position, here),
        "claims": [claim_content(site, one, here) for one in taken],
        "voices": len({one.voice for one in taken}),
    }
