"""Places in N-Triples and N-Quads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from lalakg._rdf.source_locations.file import BLOCK, PREDICATE, TRIPLE, File, Said


@dataclass(eq=False)
class NTriples(File):
    """N-Triples and N-Quads: a statement a line, so that a file of any size is read line by line and not held."""

    wanted: set[str] = field(default_factory=set)

    def may_name(self, iri: str) -> bool:
        """See File."""
        return True

    @cached_property
    def _statements(self) -> dict[str, list[tuple[int, str]]]:
        """The lines of the subjects that are wanted, with their numbers."""
        found: dict[str, list[tuple[int, str]]] = {iri: [] for iri in self.wanted}
        with self.path.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                subject = line[1 : line.find(">")]
                if subject in found or (not self.wanted and line.startswith("<")):
                    found.setdefault(subject, []).append((number, line))
        return found

    def lines(self, subject: ox.NamedNode, predicate: Any, value: Any, said: Said) -> Iterator[tuple[int, int]]:
        """See File."""
        triple = f"{subject} {predicate} {value}"
        for number, line in self._statements.get(subject.value, []):
            if value is not None and line.startswith((f"{triple} ", f"{triple}.")):
                yield TRIPLE, number
            elif predicate is not None and line.startswith(f"{subject} {predicate} "):
                yield PREDICATE, number
            else:
                yield BLOCK, number
