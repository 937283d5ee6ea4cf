"""Checking: shapes on any data; for a folder hygiene and expected answers, too; with a copy of the source, hashes and
copying as well."""

from __future__ import annotations

from lalakg._check.check import check
from lalakg._check.progress import Progress

__all__ = ["Progress", "check"]
