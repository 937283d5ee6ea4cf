"""The narrative profile: the only room that knows what a world, a claim and an ending are."""

from __future__ import annotations

from lalakg._folder.profile import NARRATIVE, Profile

PROFILE = Profile(
    NARRATIVE,
    {
        "Presentation": "lalakg._narrative.pages.presentation:NarrativePresentation",
        "Views": "lalakg._narrative.pages.views:NarrativeViews",
    },
)

__all__ = ["PROFILE"]
