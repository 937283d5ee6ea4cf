"""`DataGraph`: the graph of RDF files as they lie, without a folder's layout around them."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from lalakg._errors import FolderError
from lalakg._folder.catalogue import Catalogue
from lalakg._folder.discovery import find
from lalakg._folder.profile import PLAIN, Profile
from lalakg._graph.graph import KnowledgeGraph
from lalakg._rdf import parser
from lalakg._rdf.terms import WELL_KNOWN


class DataGraph(KnowledgeGraph):
    """The graph of RDF files: their statements as they stand, those of named graphs merged, and none derived.

    It has no ready-made queries, and nothing of the film. What needs a folder raises FolderError. Short names are
    resolved against the empty prefix where a file declares it, else against the base of the first file.
    `notes` say in words which files of a folder were not read, and why.
    """

    def __init__(
        self,
        files: tuple[Path, ...],
        name: str,
        *,
        notes: tuple[str, ...] = (),
        service: str | None = None,
    ) -> None:
        super().__init__(None, service=service, use_published=False)
        self.files, self._notes, self._name = files, notes, name

    @classmethod
    def of_folder(cls, folder: Path, *, service: str | None = None) -> DataGraph:
        """The graph of all RDF files of a folder. Raises FolderError when there are none."""
        found = find(folder)
        if not found.files:
            left_out = f" ({'; '.join(found.notes)})" if found.notes else ""
            raise FolderError(f"{folder} holds no RDF file{left_out}.")
        return cls(
            tuple(found.files),
            str(folder.absolute() if folder == Path() else folder),
            notes=tuple(found.notes),
            service=service,
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """In words, which files were not read, and why."""
        return self._notes

    @property
    def name(self) -> str:
        """The file's or the folder's path, as it was given."""
        return self._name

    @property
    def base(self) -> str:
        """The base of short names: the empty prefix, where a file declares it, else that of the first file."""
        declared = {p: ns for document in reversed(self.documents) for p, ns in document.prefixes.items()}
        return declared.get("") or parser.file_base(self.files[0])

    @property
    def profile(self) -> Profile:
        """The plain profile, which does what is right for any RDF."""
        return PLAIN

    @property
    def catalogue(self) -> Catalogue:
        """The ready-made queries: none."""
        return Catalogue(())

    @property
    def context(self) -> dict[str, object]:
        """The JSON-LD context: none but the prefixes."""
        return {}

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """The usual prefixes, and those that the files declare; the first file's, where two differ."""
        declared: dict[str, str] = {}
        for document in self.documents:
            declared = {**document.prefixes, **declared}
        return {**WELL_KNOWN, **declared}

    @cached_property
    def documents(self) -> list[parser.Document]:
        """The files, parsed; `_:b` in two files are two nodes. Raises FolderError and ParseError."""
        return [
            parser.read(path, label=f"d{number}", base=parser.file_base(path))
            for number, path in enumerate(self.files, 1)
        ]

    @property
    def derived(self) -> list[ox.Triple]:
        """What follows by rules: nothing, since there are none."""
        return []

    @cached_property
    def triples(self) -> list[ox.Triple]:
        """The statements of all files, each once, in a stable order."""
        return sorted({t for document in self.documents for t in document.triples}, key=str)

    @cached_property
    def quads(self) -> list[ox.Quad]:
        """The statements of all files in the named graphs in which they stand, each once."""
        return list(dict.fromkeys(quad for document in self.documents for quad in document.quads))


def data_graph(path: Path, *, service: str | None = None) -> DataGraph:
    """The graph of an RDF file, or of a folder's files. Raises FolderError for a folder without RDF."""
    if path.is_dir():
        return DataGraph.of_folder(path, service=service)
    return DataGraph((path,), str(path), service=service)
