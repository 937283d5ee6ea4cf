"""The narrative profile: the only room that knows what a world, a claim and an ending are."""

from __future__ import annotations

from lalakg._folder.profile import NARRATIVE, Profile
from lalakg._narrative.terms import PREFIXES, VOCABULARIES

PROFILE = Profile(
    NARRATIVE,
    {
        "Describer": "lalakg._narrative.description:StoryDescriber",
        "LinkableKinds": "lalakg._narrative.wikidata:StoryKinds",
        "NamedGraphs": "lalakg._narrative.named_graphs:WorldGraphs",
        "ProfileChecks": "lalakg._narrative.source_checks:SourceChecks",
    },
    prefixes=PREFIXES,
    closed_namespaces=VOCABULARIES,
)

__all__ = ["PROFILE"]
