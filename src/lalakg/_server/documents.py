"""Documents of the server: pages, dumps and files, each at the path at which the built site has it."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph as ox

from lalakg._graph.graph import KnowledgeGraph
from lalakg._pages import TYPES, Pages, SiteContext, documents, link, scripts, static
from lalakg._rdf.formats import MEDIA_TYPES, write_graph

SUFFIXES = ("html", "ttl", "jsonld", "nt", "rdf")
"""The suffixes of the documents about a thing, best first."""

_THINGS = "id/"
_REWRITTEN = ("nt", "rdf")  # which a site does not have; made from the Turtle
_WELL_KNOWN = {".well-known/void": "data/void.ttl", ".well-known/sparql-examples": "data/queries.ttl"}


class SiteDocuments:
    """What is answered at a path, other than by a query."""

    def __init__(self, kg: KnowledgeGraph, dumps: Path, *, remote: bool = False) -> None:
        self.kg, self.dumps, self.remote = kg, dumps, remote

    @cached_property
    def pages(self) -> Pages:
        """What makes the pages."""
        kg = self.kg
        edition = SiteContext(kg.triples, kg.folder, kg.prefixes, scripts=scripts(), endpoint="sparql")
        return Pages(edition, kg.engine)

    @cached_property
    def documents(self) -> Mapping[str, Callable[[], str]]:
        """Every page, made when it is asked for; but for the one that a site has where there is none."""
        files = sorted(self.dumps.glob(f"{self.kg.folder.dataset.name}.*"))
        downloads = [(f"data/{f.name}", MEDIA_TYPES[f.suffix[1:]], f.stat().st_size) for f in files]
        return {path: make for path, make in documents(self.pages, downloads).items() if path != "404.html"}

    @cached_property
    def files(self) -> Mapping[str, Path]:
        """Every file that is given as it is."""
        ontology = sorted(path for path in self.kg.folder.ontology.rglob("*") if path.is_file())
        return {
            **{f"static/{name}": path for name, path in static().items()},
            **{f"data/{path.name}": path for path in self.dumps.glob("*") if path.is_file()},
            **{f"ontology/{p.relative_to(self.kg.folder.ontology).as_posix()}": p for p in ontology},
        }

    def get(self, path: str) -> tuple[bytes, str] | None:
        """What stands at a path, and its media type; None when nothing does."""
        path = _WELL_KNOWN.get(path, path)
        if path == "" or path.endswith("/"):
            path += "index.html"
        ending = path.rpartition(".")[2]
        if path in self.files:
            return self.files[path].read_bytes(), TYPES.get(ending, "application/octet-stream")
        return self._made(path, self.documents)

    def _made(self, path: str, among: Mapping[str, Callable[[], str]]) -> tuple[bytes, str] | None:
        stem, _, ending = path.rpartition(".")
        if path in among:
            return among[path]().encode(), TYPES[ending]
        if ending in _REWRITTEN and (make := among.get(f"{stem}.ttl")):
            triples = [quad.triple for quad in ox.parse(make().encode(), format=ox.RdfFormat.TURTLE)]
            return write_graph(triples, ending, self.kg.prefixes, {}).encode(), MEDIA_TYPES[ending]
        return None

    def remote_thing(self, path: str) -> str | None:
        """The IRI of the thing that a path is about, where things are not the folder's but a store's; else None."""
        stem, dot, ending = path.rpartition(".")
        local = (stem if dot and ending in SUFFIXES else path).removeprefix(_THINGS)
        if not (self.remote and path.startswith(_THINGS) and local):
            return None
        with contextlib.suppress(ValueError):
            return ox.NamedNode(self.kg.base + unquote(local)).value
        return None

    def about(self, iri: str, path: str, triples: Iterable[ox.Triple]) -> tuple[bytes, str] | None:
        """What stands at a path about one thing, by what a store says of it, and the folder of terms."""
        known = [t for t in self.kg.triples if not str(t.subject).startswith(f"<{self.kg.base}")]
        edition = SiteContext(
            [*known, *triples],
            self.kg.folder,
            self.kg.prefixes,
            scripts=scripts(),
            endpoint=self.pages.site.endpoint,
            whole=False,
        )
        return self._made(path, documents(Pages(edition, self.kg.engine))) if edition.path(iri) else None

    @cached_property
    def _parts(self) -> Mapping[str, str]:
        """By the paths that their IRIs have, the parts of things, which have no documents of their own."""
        return {str(self.pages.site.paths.path(part)): part for part in self.pages.site.owners}

    def representations(self, path: str) -> dict[str, str]:
        """The documents about a thing whose IRI has this path: by media type, a link to each from that path."""
        if part := self._parts.get(path):
            edition = self.pages.site
            home = edition.path(part)
            found = {TYPES[suffix]: link(f"{home}.{suffix}", path) for suffix in SUFFIXES}
            return {**found, TYPES["html"]: edition.href(part, path)}
        if f"{path}.html" not in self.documents:
            return {}
        offered = SUFFIXES if f"{path}.ttl" in self.documents else SUFFIXES[:1]
        return {TYPES[suffix]: link(f"{path}.{suffix}", path) for suffix in offered}

    def moved(self, path: str) -> str | None:
        """A link to what stands in the place of a document that a part of a thing would have."""
        stem, _, ending = path.rpartition(".")
        return self.representations(stem).get(TYPES.get(ending, "")) if stem in self._parts else None

    def identity(self, path: str, version: str) -> str:
        """What a path's answer depends on, for an ETag."""
        file = self.files.get(path)
        own = hashlib.sha256(file.read_bytes()).hexdigest() if file and path.startswith("static/") else version
        return f"{path} {own}"
