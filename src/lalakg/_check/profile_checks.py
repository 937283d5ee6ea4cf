"""The checks of a profile: what data of one kind are checked for beyond shapes, hygiene and expected answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar, TypeAlias

from lalakg._check.findings import StepResult
from lalakg._graph.graph import KnowledgeGraph

Step: TypeAlias = Callable[[], StepResult]
"""One step of a check, by whose name the report counts what it has looked at."""


class ProfileChecks:
    """The steps that a profile adds to the check of a folder's graph: none for RDF of any kind. Profiles extend it."""

    reads_source: ClassVar[bool] = False  # whether a copy of the text that the data rest on is compared with them

    def steps(self, kg: KnowledgeGraph, source: Path | None) -> Mapping[str, Step]:
        """The steps by their names, which are plural nouns. `source` is given only where it is read.

        Raises FolderError when the source cannot be read.
        """
        return {}
