"""Diff: which statements two graphs do not share, wherever the two are kept."""

from __future__ import annotations

from lalakg._diff.compare import diff
from lalakg._diff.difference import FORMATS, Change, Diff
from lalakg._diff.inputs import Comparable, is_address

__all__ = ["FORMATS", "Change", "Comparable", "Diff", "diff", "is_address"]
