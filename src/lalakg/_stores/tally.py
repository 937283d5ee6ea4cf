"""The tally of triples: of each bucket how many are in it, and their sum."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

Tally: TypeAlias = dict[str, tuple[int, int]]
"""The number of triples in each bucket, and their sum."""

REST: Final = ""  # the bucket of what has a predicate that was not sent


def summed(tallies: Iterable[Tally]) -> Tally:
    """Several tallies as one."""
    found: Tally = {}
    for tally in tallies:
        for bucket, (number, sum_) in tally.items():
            before = found.get(bucket, (0, 0))
            found[bucket] = before[0] + number, before[1] + sum_
    return found
