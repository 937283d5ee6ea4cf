"""What a story has on its pages: drawings of its worlds, the claims behind a thing, the debate."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from lalakg._narrative.pages import debate, timeline
from lalakg._narrative.pages.claims import claim, claim_content, claims
from lalakg._narrative.pages.worlds import is_world, pairs, plan
from lalakg._narrative.terms import LALA
from lalakg._pages import ExtraPage, SiteContext, Views

_MOST_CLAIMS = 100


class NarrativeViews(Views):
    """The views of a graph with worlds and claims."""

    templates = Path(__file__).parent / "templates"

    def pages(self, site: SiteContext) -> Sequence[ExtraPage]:
        """The debate, where anybody takes a position."""
        if not debate.exists(site):
            return ()
        return (ExtraPage("debate.html", "Debate", "The debate", "debate.html", partial(debate.content, site)),)

    def thing(self, site: SiteContext, thing: str, here: str) -> dict[str, Any]:
        """In which world a thing is, and on whose word; of a world, its drawing."""
        index = site.index
        world = index.object(thing, LALA + "inWorld")
        found = claims(index, thing)
        own = claim(index, thing) if index.is_a(thing, LALA + "Claim") else None
        return {
            "world": site.thing(world, here) if world else None,
            "inside": bool(index.object(world or thing, LALA + "embeddedIn")),
            "claims": [claim_content(site, one, here) for one in found[:_MOST_CLAIMS]],
            "more_claims": max(0, len(found) - _MOST_CLAIMS),
            "own": claim_content(site, own, here) if own else {"number": "", "passages": []},
            "timelines": _timelines(site, thing, here) if is_world(index, thing) else [],
        }

    def front(self, site: SiteContext, here: str) -> dict[str, Any]:
        """The drawing of the worlds that have most in them."""
        return {"timelines": _timelines(site, "", here)}

    def starts(self, site: SiteContext) -> list[str]:
        """Some of the cast and of the worlds."""
        index = site.index
        cast = [thing for thing in index.instances(LALA + "Character") if index.object(thing, LALA + "portrayedBy")]
        return [*cast[:3], *index.instances(LALA + "World")[:3]]

    def counts(self, site: SiteContext) -> list[tuple[int, str]]:
        """Events, divergences, claims, passages, voices."""
        index = site.index
        voices = {index.object(c, LALA + "attributedTo") for c in index.instances(LALA + "Claim")} - {""}
        kinds = ("Event", "Divergence", "Claim", "Passage")
        return [*((len(index.instances(LALA + kind)), kind.lower()) for kind in kinds), (len(voices), "voice")]

    def schema_org(self, site: SiteContext, thing: str) -> dict[str, Any]:
        """A claim is one for schema.org, too."""
        index = site.index
        if not index.is_a(thing, LALA + "Claim"):
            return {}
        voice, source = index.object(thing, LALA + "attributedTo"), index.object(thing, LALA + "reportedIn")
        return {
            "@type": "Claim",
            "author": {"@id": voice} if voice else None,
            "appearance": {"@id": source} if source else None,
        }


def _timelines(site: SiteContext, world: str, here: str) -> list[str]:
    """The drawings of a world beside the one that it belongs with; of the graph's first pair when `world` is empty."""
    for pair in pairs(site.index, world):
        made = plan(site.index, *pair)
        if made:
            return timeline.draw(made, site.index, lambda iri: site.href(iri, here))
    return []
