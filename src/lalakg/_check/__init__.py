"""Checks of a graph: SHACL shapes; for a folder also hygiene queries and expected answers; with a copy of the source,
hashes and copying as well."""

from __future__ import annotations

from lalakg._check.check import check
from lalakg._check.report import Progress

__all__ = ["Progress", "check"]
