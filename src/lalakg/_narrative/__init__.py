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
        "Presentation": "lalakg._narrative.pages.presentation:NarrativePresentation",
        "ProfileChecks": "lalakg._narrative.source_checks:SourceChecks",
        "Views": "lalakg._narrative.pages.views:NarrativeViews",
    },
    prefixes=PREFIXES,
    closed_namespaces=VOCABULARIES,
)

__all__ = ["PROFILE"]
