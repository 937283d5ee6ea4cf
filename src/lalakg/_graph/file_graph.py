"""`FileGraph`: the graph of one RDF file, without a folder around it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

from lalakg._folder.catalogue import Catalogue
from lalakg._folder.profile import PLAIN, Profile
from lalakg._graph.graph import KnowledgeGraph
from lalakg._rdf import parser


class FileGraph(KnowledgeGraph):
    """The graph of one RDF file: its statements as they stand, those of named graphs merged, and none derived.

    It has no ready-made queries, and nothing of the film. What needs a folder raises FolderError. The base, against
    which short names and the file's relative IRIs are resolved, is the empty prefix where the file declares it for
    names, and file:///NAME for relative IRIs and otherwise: no path of the machine.
    """

    def __init__(self, path: Path, *, service: str | None = None) -> None:
        super().__init__(None, service=service, use_published=False)
        self.path = path

    @property
    def name(self) -> str:
        """The file's path, as it was given."""
        return str(self.path)

    @property
    def _file_iri(self) -> str:
        return f"file:///{quote(self.path.name)}"

    @property
    def base(self) -> str:
        """The base of short names."""
        return self.prefixes.get("", self._file_iri)

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
    def documents(self) -> list[parser.Document]:
        """The file, parsed, its blank nodes kept. Raises FolderError and ParseError."""
        return [parser.read(self.path, keep_blank_nodes=True, base=self._file_iri)]

    @property
    def derived(self) -> list[ox.Triple]:
        """What follows by rules: nothing, since a file has none."""
        return []

    @cached_property
    def triples(self) -> list[ox.Triple]:
        """The file's statements, each once, in a stable order."""
        return sorted({t for document in self.documents for t in document.triples}, key=str)

    @property
    def quads(self) -> list[ox.Quad]:
        """The file's statements in the named graphs in which they stand."""
        _ = self.documents  # which raises what is wrong with the file
        return list(ox.parse(path=self.path, format=parser.format_of(self.path), base_iri=self._file_iri))
