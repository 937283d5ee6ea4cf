"""The folder of a knowledge graph: the paths of its files, and its description.

A folder has `data/dataset.ttl`, which describes the graph and is its only configuration. What it lacks of ontology/
and queries/ comes from the folder that is shipped with the package, the film's.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from lalakg._errors import FolderError, ParseError
from lalakg._folder.catalogue import Catalogue
from lalakg._folder.discovery import Found, find
from lalakg._rdf import parser
from lalakg._rdf.input_formats import ending
from lalakg._rdf.parser import read_text
from lalakg._rdf.terms import WELL_KNOWN

if TYPE_CHECKING:
    from lalakg._folder.profile import Profile

_URI_SPACE = ox.NamedNode(WELL_KNOWN["void"] + "uriSpace")
_CONFORMS_TO = ox.NamedNode(WELL_KNOWN["dcterms"] + "conformsTo")
_IDENTIFIER = ox.NamedNode(WELL_KNOWN["dcterms"] + "identifier")
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_SHARED_GROUPS = ("explore", "wikidata", "hygiene")  # of queries, for any folder that has none of its own


@cache
def shipped_folder() -> Path:
    """The film's folder, with which the package is shipped: in the wheel, or the repository of an editable install."""
    package = Path(__file__).parents[1]
    return package / "film" if (package / "film").is_dir() else package.parents[1]


@dataclass(frozen=True)
class Dataset:
    """What `data/dataset.ttl` says: the graph's IRI, the base of its names, the stem of its files' names, and
    what it conforms to: profiles among others."""

    iri: str
    base: str
    name: str
    conforms_to: tuple[str, ...] = ()

    @property
    def graphs(self) -> str:
        """The base of the names of graphs: …/id/ gives …/graph/."""
        return self.base.removesuffix("id/") + "graph/"


@dataclass(frozen=True)
class Folder:
    """A knowledge graph's files."""

    root: Path

    @classmethod
    def find(cls, path: Path | str | None = None) -> Folder:
        """The folder at `path`; without one, the nearest at or above the working directory, else the film's own.

        Raises FolderError when `path` is no such folder, and where RDF without a description lies in the working
        directory: that is meant then, and not the film.
        """
        if path is not None:
            root = Path(path)
            if not root.is_dir():
                raise FolderError(f"{root}: there is no such folder.")
            if not (root / "data/dataset.ttl").is_file():
                raise FolderError(f"{root} has no data/dataset.ttl; `lalakg init {root}` makes a folder to start from.")
            return cls(root)
        if (nearest := cls.nearest()) is not None:
            return nearest
        found = find(Path.cwd())
        if found.is_empty:
            return cls(shipped_folder())
        what = found.files[0].name if found.files else found.named[0]
        raise FolderError(
            f"here lies RDF ({what}), but no data/dataset.ttl, which this needs; -C names another folder."
        )

    @classmethod
    def meant(cls, path: Path | str | None) -> Folder | None:
        """The folder that is meant, with a path or without; None where RDF is that has no folder's description.

        Raises FolderError for a path at which there is nothing.
        """
        if path is None:
            nearest = cls.nearest()
            return nearest or (cls(shipped_folder()) if find(Path.cwd()).is_empty else None)
        if (Path(path) / "data/dataset.ttl").is_file() or not Path(path).exists():
            return cls.find(path)
        return None

    @classmethod
    def nearest(cls) -> Folder | None:
        """The nearest folder with a description at or above the working directory."""
        here = Path.cwd()
        roots = (root for root in (here, *here.parents) if (root / "data/dataset.ttl").is_file())
        return next(map(cls, roots), None)

    @classmethod
    def of_catalogue(cls, path: Path | None) -> Folder:
        """The folder whose queries and prefixes serve for a graph at an endpoint: the one meant, else the film's."""
        return cls.find(path) if path is not None else cls.nearest() or cls(shipped_folder())

    @property
    def is_shipped(self) -> bool:
        """Whether it is the film's folder, which answers where nothing else lies, and not that of the caller."""
        return self.root == shipped_folder() and not Path.cwd().is_relative_to(self.root)

    @property
    def data(self) -> list[Path]:
        """The authored files of data/ and its folders; what is generated in data/published/ is none of them."""
        return self.found.files

    @cached_property
    def found(self) -> Found:
        """The files of data/ with what was left out; what is generated in data/published/ is no part of it."""
        return find(self.root / "data", skipped=("published",))

    @property
    def ontology(self) -> Path:
        """The folder of the ontology."""
        return (self.root if self.owns_ontology else shipped_folder()) / "ontology"

    @property
    def owns_ontology(self) -> bool:
        """Whether the folder brings an ontology of its own."""
        return (self.root / "ontology").is_dir()

    @property
    def vocabularies(self) -> list[Path]:
        """The ontology and the concept schemes, which are part of the complete graph."""
        return [self._of_ontology("lala.ttl"), self._of_ontology("vocab.ttl")]

    @property
    def shapes(self) -> Path:
        """The SHACL shapes."""
        return self._of_ontology("shapes.ttl")

    @property
    def rules(self) -> list[Path]:
        """The derivation rules, SPARQL CONSTRUCT."""
        return sorted((self.ontology / "rules").glob("*.rq"))

    def _of_ontology(self, name: str) -> Path:
        if not (path := self.ontology / name).is_file():
            raise FolderError(f"{path} is missing; without a folder ontology/ the one that lalakg carries is used.")
        return path

    @cached_property
    def context(self) -> dict[str, Any]:
        """The JSON-LD context, with this graph's base."""
        path = self._of_ontology("context.jsonld")
        try:
            return {"@base": self.dataset.base, **json.loads(read_text(path))["@context"]}
        except json.JSONDecodeError as error:
            raise ParseError(f"not JSON: {error.msg}.", path, error.lineno, error.colno) from None
        except (KeyError, TypeError):
            raise ParseError("a context is an object with a key @context, itself an object.", path, 1) from None

    @cached_property
    def catalogue(self) -> Catalogue:
        """The ready-made queries: the folder's own, and the shared groups that it lacks."""
        own = {path.name: path for path in sorted((self.root / "queries").glob("*/"))}
        shared = {name: shipped_folder() / "queries" / name for name in _SHARED_GROUPS}
        folders = {**shared, **own}
        order = ("questions", "debate", "explore", "wikidata", "hygiene")
        names = sorted(folders, key=lambda name: (order.index(name) if name in order else 0, name))
        return Catalogue(tuple(folders[name] for name in names))

    @cached_property
    def dataset(self) -> Dataset:
        """The dataset's description. Raises FolderError when it does not name the base of the graph's IRIs."""
        path = self.root / "data/dataset.ttl"
        triples = parser.read(path).triples
        found = next((t for t in triples if t.predicate == _URI_SPACE and isinstance(t.object, ox.Literal)), None)
        if found is None or not isinstance(found.subject, ox.NamedNode) or not isinstance(found.object, ox.Literal):
            raise FolderError(
                f'{path} names no base for IRIs; add a line: void:uriSpace "https://example.org/my-film/id/" ;'
            )
        names = [t.object.value for t in triples if t.predicate == _IDENTIFIER and isinstance(t.object, ox.Literal)]
        if names and not _FILE_NAME.fullmatch(names[0]):
            raise FolderError(f"{path}: dcterms:identifier {names[0]!r} cannot name files; use letters, digits, - . _")
        conforms_to = [
            t.object.value for t in triples if t.predicate == _CONFORMS_TO and isinstance(t.object, ox.NamedNode)
        ]
        return Dataset(found.subject.value, found.object.value, names[0] if names else "graph", tuple(conforms_to))

    @cached_property
    def profile(self) -> Profile:
        """The first known profile that the dataset conforms to; where it names none, the narrative one."""
        from lalakg._folder.profile import NARRATIVE, PLAIN, profile_named

        names = self.dataset.conforms_to or (NARRATIVE,)
        return next((found for name in names if (found := profile_named(name)) is not PLAIN), PLAIN)

    def read(self) -> list[parser.Document]:
        """Every authored file of the complete graph, parsed: vocabularies without blank nodes first, then data.

        Raises ParseError for bad Turtle and for a subject in data/ that lies outside the dataset's base.
        """
        documents = [
            parser.read(path, label=f"d{number}", base=self._base_of(path)) for number, path in enumerate(self.data, 1)
        ]
        for document in documents:
            self._refuse_foreign_subjects(document)
        return [_ground(parser.read(path)) for path in self.vocabularies] + documents

    def _base_of(self, path: Path) -> str | None:
        """The data's own base, for formats in which a relative IRI without one would be dropped, and be no error."""
        return None if ending(path) in ("ttl", "nt", "nq", "trig", "n3") else self.dataset.base

    def _refuse_foreign_subjects(self, document: parser.Document) -> None:
        base, own = self.dataset.base, self.dataset.iri
        foreign = {
            t.subject.value
            for t in document.triples
            if isinstance(t.subject, ox.NamedNode) and not t.subject.value.startswith(base) and t.subject.value != own
        }
        if not foreign:
            return
        from lalakg._rdf.source_locations.locations import SourceLocations

        locations = SourceLocations([document.path])
        lines = {iri: place.line for iri in foreign if (place := locations.find(ox.NamedNode(iri)))}
        name = min(lines or foreign, key=lambda iri: (lines.get(iri, 1), iri))
        line = lines.get(name, 1)
        remedy = "mend the name, or void:uriSpace in dataset.ttl"
        message = f"<{name}> lies outside the graph's base <{base}>; {remedy}."
        raise ParseError(message, document.path, line, 1, parser.line_of(document.path, line))

    # ── the complete graph, kept ready ────────────────────────────────────────────────────────────

    @property
    def published(self) -> Path:
        """The complete graph as Turtle, generated; it may be missing or out of date."""
        return self.root / "data/published" / f"{self.dataset.name}.ttl"

    @property
    def checksums(self) -> Path:
        """The SHA-256 of every file that the published graph was made from, and of that graph."""
        return self.root / "data/published/SHA256SUMS"

    def inputs(self) -> dict[str, Path]:
        """The files from which the complete graph is made, by the name that the checksums give them."""
        paths = [*self.vocabularies, *self.rules, self._of_ontology("context.jsonld")]
        named = {f"ontology/{path.relative_to(self.ontology).as_posix()}": path for path in paths}
        return {**named, **{path.relative_to(self.root).as_posix(): path for path in self.data}}

    def is_fresh(self) -> bool:
        """Whether the published graph was made from just the files that are there now."""
        try:
            recorded = self.checksums.read_text(encoding="ascii", errors="replace")
            inputs, outputs = self.inputs(), {f"data/published/{self.published.name}": self.published}
            is_complete = recorded.count("  data/published/") + len(inputs) == recorded.count("\n")
            return is_complete and set(checksum_lines({**inputs, **outputs})) <= set(recorded.splitlines())
        except FileNotFoundError:
            return False


def _ground(document: parser.Document) -> parser.Document:
    """A vocabulary without blank nodes: the axioms of OWL that need them stay in its file, which a build copies."""
    quads = [quad for quad in document.quads if ox.BlankNode not in (type(quad.subject), type(quad.object))]
    return document._replace(quads=quads)


def checksum_lines(files: dict[str, Path]) -> list[str]:
    """Lines as `sha256sum` writes them, in the order of the names."""
    return [f"{hashlib.sha256(files[name].read_bytes()).hexdigest()}  {name}" for name in sorted(files)]
