"""`KnowledgeGraph`: a folder's graph, complete with what follows from it, and what one can ask of it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from lalakg import _turtle
from lalakg._catalogue import Catalogue, Values
from lalakg._credentials import Credentials
from lalakg._derivation import derive, named
from lalakg._engine import Engine, LocalEngine, RemoteEngine
from lalakg._errors import QueryError, ResourceNotFound, nearest
from lalakg._federation import in_two_steps
from lalakg._folder import Folder
from lalakg._result import Result
from lalakg._terms import RDFS_LABEL, WELL_KNOWN, expand, to_rdflib

if TYPE_CHECKING:
    import rdflib

    from lalakg._description import Description


class KnowledgeGraph:
    """A folder's complete graph: what its authors wrote and what the rules derive from it.

    Nothing is read before it is needed. Where `data/published/` is up to date, it is what is read.
    """

    def __init__(
        self,
        folder: Folder,
        endpoint: str | None = None,
        *,
        graph: str | None = None,
        default: bool = False,
        credentials: Credentials | None = None,
        timeout: float = 60,
        service: str | None = None,
    ) -> None:
        self.folder, self.endpoint, self.service = folder, endpoint, service
        self._engine: Engine | None = None
        self.graph, self.default, self.credentials, self.timeout = graph, default, credentials, timeout

    def __repr__(self) -> str:
        return f"<KnowledgeGraph {self.folder.dataset.iri} in {self.folder.root}>"

    @property
    def base(self) -> str:
        """The base of the graph's own IRIs."""
        return self.folder.dataset.base

    @property
    def catalogue(self) -> Catalogue:
        """The ready-made queries, by name."""
        return self.folder.catalogue

    @cached_property
    def documents(self) -> list[_turtle.Document]:
        """The authored files, parsed. Raises ParseError for the first that is not valid."""
        return self.folder.read()

    @cached_property
    def derived(self) -> list[ox.Triple]:
        """What follows from the authored files by the rules."""
        return derive(named(self.documents), self.folder.rules)

    @property
    def kept(self) -> Path | None:
        """Where the complete graph is kept ready as Turtle, if it is and is up to date."""
        return self.folder.published if self._published else None

    @cached_property
    def _published(self) -> bool:
        return self.folder.is_fresh()

    @cached_property
    def triples(self) -> list[ox.Triple]:
        """The complete graph, literals as they were written, in a stable order."""
        if self._published:
            return _turtle.read(self.folder.published).triples
        return sorted({*named(self.documents), *self.derived}, key=str)

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """Prefixes for reading and writing: the usual ones and those that the folder's files declare."""
        if self._published:
            return {**WELL_KNOWN, **_turtle.header(self.folder.published)}
        return {**WELL_KNOWN, **{p: ns for document in self.documents for p, ns in document.prefixes.items()}}

    @property
    def engine(self) -> Engine:
        """What answers SPARQL: Oxigraph in memory, or the endpoint."""
        # No cached_property: up to Python 3.11, one lock for all graphs would be held while a store is asked.
        if self._engine is None:
            self._engine = self._engine_at(self.endpoint) if self.endpoint else self._engine_here()
        return self._engine

    def _engine_here(self) -> LocalEngine:
        source: Iterable[ox.Triple] | Path = self.folder.published if self._published else self.triples
        return LocalEngine(source, self.prefixes, self.folder.context)

    def add(self, path: Path) -> None:
        """Ask an RDF file along with the graph from now on, its named graphs merged. The folder stays as it is.

        Raises FolderError and ParseError for the file, and QueryError where the graph is at an endpoint.
        """
        engine = None if self.endpoint else self.engine
        if not isinstance(engine, LocalEngine):
            raise QueryError(f"{path} can be asked along with a graph that is here, not with one at an endpoint.")
        engine.store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in _turtle.stream(path))

    def _engine_at(self, url: str) -> RemoteEngine:
        from lalakg._endpoint import locate

        engine = RemoteEngine(
            url, self.prefixes, self.folder.context, self.timeout, graph=self.graph, credentials=self.credentials
        )
        locate(engine, None if self.default else self.folder.dataset)
        return engine

    def sparql(self, text: str) -> Result:
        """The answer to a SPARQL query; the graph's prefixes need not be declared. Raises QuerySyntaxError.

        What stands in a SERVICE is asked of the graph's `service`. Without one, a local graph raises QueryError, and
        an endpoint is left to ask by itself. That service is told the contact in LALAKG_CONTACT, as Wikimedia wants.
        """
        if self.service:
            from lalakg._http import user_agent

            agent = user_agent(os.environ.get("LALAKG_CONTACT"))
            other = RemoteEngine(self.service, self.prefixes, self.folder.context, agent=agent)
            text = in_two_steps(text, other, self.service)
        return self.engine.query(text)

    def query(self, name: str, /, **values: Values) -> Result:
        """The answer to a ready-made query, with `values` for its parameters: names, IRIs, numbers, or lists of them.

        Raises UnknownQuery, UnknownParameter and InvalidValue.
        """
        return self.sparql(self.catalogue[name].bind(values, self.prefixes, self.base))

    def resolve(self, name: str) -> ox.NamedNode:
        """The IRI of a thing in the graph, from its IRI, its prefixed or short name, or its label.

        Raises ResourceNotFound with the nearest names.
        """
        labels = {
            t.object.value: t.subject
            for t in self.triples
            if t.predicate == RDFS_LABEL and isinstance(t.object, ox.Literal)
        }
        by_label = {label.casefold(): subject for label, subject in labels.items()}
        labelled = by_label.get(name.casefold())
        if " " in name and isinstance(labelled, ox.NamedNode):
            return labelled
        iri = expand(name, self.prefixes, self.base)
        subjects = {t.subject.value for t in self.triples if isinstance(t.subject, ox.NamedNode)}
        if iri.value in subjects:
            return iri
        if isinstance(labelled, ox.NamedNode):
            return labelled
        short = [s.removeprefix(self.base) for s in subjects if s.startswith(self.base)]
        close = nearest(name.rpartition(":")[2], [*short, *labels])
        raise ResourceNotFound(f"nothing is called {name or repr(name)}.{close}")

    def describe(self, name: str) -> Description:
        """One thing: what it is, in which world, what is said of it, and who claims it. Raises ResourceNotFound."""
        from lalakg._description import describe

        return describe(self.engine, self.resolve(name), self.prefixes)

    def to_rdflib(self) -> rdflib.Graph:
        """The complete graph for rdflib, pySHACL and their plug-ins."""
        return to_rdflib(self.triples, self.prefixes)


def load(
    path: Path | str | None = None,
    *,
    endpoint: str | None = None,
    graph: str | None = None,
    default: bool = False,
    credentials: Credentials | None = None,
    timeout: float = 60,
    service: str | None = None,
) -> KnowledgeGraph:
    """The graph of the folder at `path`; without one, of the nearest folder, else the film's own.

    With `endpoint`, the address of a store or of its SPARQL endpoint, queries go there, and the folder gives the
    catalogue. They see the named graph `graph`, the default graph with `default`, and else the one into which
    `load_into` puts the folder's graph there. `timeout` is for each answer, in seconds. With `service`, that endpoint
    is asked for what stands in a query's SERVICE; without, nobody is. Raises FolderError when there is no such folder.
    """
    folder = Folder.find(path)
    return KnowledgeGraph(
        folder,
        endpoint,
        graph=graph,
        default=default,
        credentials=credentials,
        timeout=timeout,
        service=service,
    )
