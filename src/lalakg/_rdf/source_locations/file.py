"""A file in which things are looked for, whatever its serialisation: the lines that name a thing."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import pyoxigraph as ox

Said: TypeAlias = Iterable[tuple[Any, Any]]
MENTION, BLOCK, PREDICATE, TRIPLE = 1, 2, 3, 4  # what a place was found for; the higher, the more exact
_GLANCES = 20  # how many things are looked for in a text before a pass over it


@dataclass(eq=False)
class File:
    """A file's text; this much serves any serialisation: the line that names a thing."""

    path: Path
    text: str
    prefixes: dict[str, str] = field(default_factory=dict)
    glances: int = 0

    def __post_init__(self) -> None:
        self.base = self.path.absolute().as_uri()

    def may_name(self, iri: str) -> bool:
        """Whether the text may name a thing: a look at the end of its IRI, which is cheaper than a pass, but only for
        the first few things."""
        self.glances += 1
        return self.glances > _GLANCES or (re.findall(r"[^\W_]+", iri) or [""])[-1] in self.text

    def line(self, offset: int) -> int:
        """The line of a character."""
        return bisect_right(self._line_ends, offset - 1) + 1

    @cached_property
    def _line_ends(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self.text)]

    def lines(self, subject: ox.NamedNode, predicate: Any, value: Any, said: Said) -> Iterator[tuple[int, int]]:
        """Lines for a triple, each with how exact it is."""
        for weight, named in self.named:
            if subject.value in named:
                yield weight, self.line(named[subject.value])

    @cached_property
    def named(self) -> list[tuple[int, dict[str, int]]]:
        """Where things are named first, by their IRI: as what is described, and as what is referred to."""
        return []
