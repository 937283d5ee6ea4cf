"""Source locations: the file and line of a statement. Files are read only when something is at fault, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from lalakg._rdf.source_locations.files import BLOCK, TRIPLE, JsonLd, NTriples, RdfXml, SourceFile, Statements
from lalakg._rdf.source_locations.turtle import Turtle


@dataclass(frozen=True)
class SourceLocation:
    """A line of a file; `line` counts from 1."""

    path: Path
    line: int


@dataclass
class SourceLocations:
    """The locations of the statements of some files."""

    files: Iterable[Path]
    wanted: set[str] = field(default_factory=set)  # the IRIs that will be asked for, where they are known
    _files: dict[Path, SourceFile] = field(default_factory=dict)
    _cache: dict[Any, SourceLocation | None] = field(default_factory=dict)

    def find(
        self, subject: Any, predicate: Any = None, value: Any = None, statements: Statements = ()
    ) -> SourceLocation | None:
        """Where a triple stands; without one, where the subject's block begins; None when no file has it.

        A blank node as `value` is recognised by its `statements`, predicates and objects.
        """
        key = (subject, predicate, value)
        if key not in self._cache:
            self._cache[key] = self._search(subject, predicate, value, tuple(statements))
        return self._cache[key]

    def _search(self, subject: Any, predicate: Any, value: Any, statements: Statements) -> SourceLocation | None:
        if not isinstance(subject, ox.NamedNode):
            return None
        best, location = 0, None
        files = [self._file(path) for path in self.files]
        likely = [file for file in files if file.may_name(subject.value)]
        for file in (*likely, *(file for file in files if file not in likely)):
            if location and file not in likely:
                break
            for exactness, line in file.lines(subject, predicate, value, statements):
                if exactness > best:
                    best, location = exactness, SourceLocation(file.path, line)
                if exactness == TRIPLE or (predicate is None and exactness == BLOCK):
                    return location
        return location

    def _file(self, path: Path) -> SourceFile:
        if path not in self._files:
            kind = _KINDS.get(ox.RdfFormat.from_extension(path.suffix.lstrip(".")), Turtle)
            if kind is NTriples:
                self._files[path] = NTriples(path, "", wanted=self.wanted)
            else:
                self._files[path] = kind(path, path.read_text(encoding="utf-8-sig", errors="replace"))
        return self._files[path]


_KINDS: Final[Mapping[Any, Callable[[Path, str], SourceFile]]] = {
    ox.RdfFormat.N_TRIPLES: NTriples,
    ox.RdfFormat.N_QUADS: NTriples,
    ox.RdfFormat.JSON_LD: JsonLd,
    ox.RdfFormat.RDF_XML: RdfXml,
}
