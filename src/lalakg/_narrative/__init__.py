"""The narrative profile: the only room that knows what a world, a claim and an ending are."""

from __future__ import annotations

from lalakg._folder.profile import NARRATIVE, Profile

PROFILE = Profile(NARRATIVE, {})

__all__ = ["PROFILE"]
