"""Where the statements of some files stand: only when something is at fault are files looked into, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from lalakg._rdf.source_locations.file import BLOCK, TRIPLE, File, Said
from lalakg._rdf.source_locations.jsonld import JsonLd
from lalakg._rdf.source_locations.ntriples import NTriples
from lalakg._rdf.source_locations.rdfxml import RdfXml
from lalakg._rdf.source_locations.turtle import Turtle


@dataclass(frozen=True)
class Position:
    """A place in a file; `line` counts from 1."""

    path: Path
    line: int


@dataclass
class Positions:
    """Where the statements of some files stand."""

    files: Iterable[Path]
    wanted: set[str] = field(default_factory=set)  # the IRIs that will be asked for, where they are known
    _files: dict[Path, File] = field(default_factory=dict)
    _found: dict[Any, Position | None] = field(default_factory=dict)

    def find(self, subject: Any, predicate: Any = None, value: Any = None, said: Said = ()) -> Position | None:
        """Where a triple stands; without one, where the subject's block begins; None when no file has it.

        A blank node as `value` is known by what is `said` of it, predicates and objects.
        """
        key = (subject, predicate, value)
        if key not in self._found:
            self._found[key] = self._search(subject, predicate, value, tuple(said))
        return self._found[key]

    def _search(self, subject: Any, predicate: Any, value: Any, said: Said) -> Position | None:
        if not isinstance(subject, ox.NamedNode):
            return None
        best, place = 0, None
        files = [self._file(path) for path in self.files]
        likely = [file for file in files if file.may_name(subject.value)]
        for file in (*likely, *(file for file in files if file not in likely)):
            if place and file not in likely:
                break
            for weight, line in file.lines(subject, predicate, value, said):
                if weight > best:
                    best, place = weight, Position(file.path, line)
                if weight == TRIPLE or (predicate is None and weight == BLOCK):
                    return place
        return place

    def _file(self, path: Path) -> File:
        if path not in self._files:
            kind = _KINDS.get(ox.RdfFormat.from_extension(path.suffix.lstrip(".")), Turtle)
            if kind is NTriples:
                self._files[path] = NTriples(path, "", wanted=self.wanted)
            else:
                self._files[path] = kind(path, path.read_text(encoding="utf-8-sig", errors="replace"))
        return self._files[path]


_KINDS: Final[Mapping[Any, Callable[[Path, str], File]]] = {
    ox.RdfFormat.N_TRIPLES: NTriples,
    ox.RdfFormat.N_QUADS: NTriples,
    ox.RdfFormat.JSON_LD: JsonLd,
    ox.RdfFormat.RDF_XML: RdfXml,
}
