"""Progress: how somebody who waits is told what is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[str], None]
"""Told in words."""
Counting: TypeAlias = Callable[[int, int], None]
"""Told how many of how many."""
