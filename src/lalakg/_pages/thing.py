"""The page of a thing: what it is and where, what is said of it and on whose word, and what points to it."""

from __future__ import annotations

from typing import Any

from lalakg._pages import timeline
from lalakg._pages.evidence import Claim, claim, claims
from lalakg._pages.neighbourhood import neighbourhood
from lalakg._pages.rows import LEAD, Rows
from lalakg._pages.site_context import Edition
from lalakg._pages.worlds import is_world, pairs, plan
from lalakg._rdf.terms import LALA, WELL_KNOWN

_SCHEMA = WELL_KNOWN["schema"]
_MOST_CLAIMS = 100


def content(edition: Edition, thing: str, here: str) -> dict[str, Any]:
    """All that the template of a thing's page shows."""
    index = edition.index
    world = index.object(thing, LALA + "inWorld")
    found = claims(index, thing)
    own = claim(index, thing) if index.is_a(thing, LALA + "Claim") else None
    rows = Rows(edition, here)
    lead = index.text(thing, *LEAD)
    return {
        "label": index.label(thing),
        "name": index.name(thing),
        "types": [edition.kind(kind, here) for kind in index.types(thing)],
        "world": edition.thing(world, here) if world else None,
        "inside": bool(index.object(world or thing, LALA + "embeddedIn")),
        "lead": "" if lead == index.label(thing) else lead,
        "groups": rows.of(thing),
        "claims": [shown(edition, one, here) for one in found[:_MOST_CLAIMS]],
        "more_claims": max(0, len(found) - _MOST_CLAIMS),
        "own": shown(edition, own, here) if own else {"number": "", "passages": []},
        "incoming": rows.incoming(thing, {one.iri for one in found}),
        "elsewhere": [edition.thing(iri, here) for iri in index.objects(thing, _SCHEMA + "sameAs")],
        "near": neighbourhood(edition, thing, here),
        "timelines": timelines(edition, thing, here) if is_world(index, thing) else [],
    }


def shown(edition: Edition, one: Claim, here: str) -> dict[str, Any]:
    """A claim as templates want it."""
    index = edition.index
    return {
        "value": edition.thing(one.iri, here),
        "number": one.number,
        "text": one.text,
        "bearing": index.label(one.bearing) if one.bearing else "",
        "denies": one.bearing == LALA + "denies",
        "voice": edition.thing(one.voice, here) if one.voice else None,
        "words": one.words,
        "passages": [
            {
                "value": edition.thing(p.iri, here),
                "source": index.label(p.source),
                "place": p.place,
                "address": p.address,
            }
            for p in one.passages
        ],
    }


def timelines(edition: Edition, world: str, here: str) -> list[str]:
    """The drawings of a world beside the one that it belongs with; of the graph's first pair when `world` is empty."""
    for pair in pairs(edition.index, world):
        made = plan(edition.index, *pair)
        if made:
            return timeline.draw(made, edition.index, lambda iri: edition.href(iri, here))
    return []
