"""`KnowledgeGraph`: a folder's graph, complete with what follows from it, and what one can ask of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from lalakg._errors import (
    PATH,
    FolderError,
    InvalidValue,
    QueryError,
    QuerySyntaxError,
    ResourceNotFound,
    nearest,
    require_type,
)
from lalakg._folder.catalogue import Catalogue, Parameter, Query, Value, Values, read_query
from lalakg._folder.folder import Folder
from lalakg._rdf import parser
from lalakg._rdf.terms import RDFS_LABEL, WELL_KNOWN, Node, compact, expand, to_rdflib
from lalakg._sparql.engine import Engine, LocalEngine, RemoteEngine
from lalakg._sparql.results import Result

if TYPE_CHECKING:
    import rdflib

    from lalakg._folder.profile import Profile
    from lalakg._graph.description import Description
    from lalakg._sparql.credentials import Credentials


class KnowledgeGraph:
    """A folder's complete graph: what its authors wrote and what the rules derive from it.

    Nothing is read before it is needed. Where `data/published/` is up to date, it is what is read.
    """

    def __init__(
        self,
        folder: Folder | None,
        endpoint: str | None = None,
        *,
        graph: str | None = None,
        default: bool = False,
        credentials: Credentials | None = None,
        timeout: float = 60,
        service: str | None = None,
        use_published: bool = True,
    ) -> None:
        self._use_published = use_published
        self._folder, self.endpoint, self.service = folder, endpoint, service
        self._engine: Engine | None = None
        self.graph, self.default, self.credentials, self.timeout = graph, default, credentials, timeout

    def __repr__(self) -> str:
        about = f"{self._folder.dataset.iri} in " if self._folder else ""
        return f"<KnowledgeGraph {about}{self.name}>"

    @property
    def folder(self) -> Folder:
        """The folder whose graph it is. Raises FolderError where there is none."""
        if self._folder is None:
            raise FolderError(
                f"{self.name} has no data/dataset.ttl, which this needs; `lalakg init` makes a folder to start from."
            )
        return self._folder

    @property
    def notes(self) -> tuple[str, ...]:
        """In words, which files were not read, and why."""
        return tuple(self.folder.found.notes)

    @property
    def has_folder(self) -> bool:
        """Whether it is the graph of a folder with a description."""
        return self._folder is not None

    @property
    def name(self) -> str:
        """Where the graph is kept, for messages: the folder's path."""
        return str(self.folder.root)

    @property
    def base(self) -> str:
        """The base of the graph's own IRIs."""
        return self.folder.dataset.base

    @property
    def profile(self) -> Profile:
        """What code and names of its own the graph brings to describing, checking, publishing and linking it."""
        return self.folder.profile

    @property
    def catalogue(self) -> Catalogue:
        """The ready-made queries, by name."""
        return self.folder.catalogue

    @property
    def context(self) -> dict[str, Any]:
        """The JSON-LD context."""
        return self.folder.context

    @cached_property
    def documents(self) -> list[parser.Document]:
        """The authored files, parsed. Raises ParseError for the first that is not valid."""
        return self.folder.read()

    @cached_property
    def derived(self) -> list[ox.Triple]:
        """What follows from the authored files by the rules."""
        from lalakg._folder.derivation import derive

        return derive((t for document in self.documents for t in document.triples), self.folder.rules)

    @property
    def kept(self) -> Path | None:
        """Where the complete graph is kept ready as Turtle, if it is and is up to date."""
        return self.folder.published if self._published else None

    @cached_property
    def _published(self) -> bool:
        return self._use_published and self.folder.is_fresh()

    @cached_property
    def triples(self) -> list[ox.Triple]:
        """The complete graph, literals as they were written, in a stable order."""
        if self._published:
            return parser.read(self.folder.published, label="p").triples
        authored = {t for document in self.documents for t in document.triples}
        return sorted({*authored, *self.derived}, key=str)

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """Prefixes for reading and writing: the usual ones, the profile's, and those that the files declare."""
        usual = {**WELL_KNOWN, **self.profile.prefixes}
        if self._published:
            return {**usual, **parser.header(self.folder.published)}
        return {**usual, **{p: ns for document in self.documents for p, ns in document.prefixes.items()}}

    @property
    def engine(self) -> Engine:
        """What answers SPARQL: Oxigraph in memory, or the endpoint."""
        # No cached_property: up to Python 3.11, one lock for all graphs would be held while a store is asked.
        if self._engine is None:
            self._engine = self._engine_at(self.endpoint) if self.endpoint else self._engine_here()
        return self._engine

    def _engine_here(self) -> LocalEngine:
        source: Iterable[ox.Triple] | Path = self.folder.published if self._published else self.triples
        return LocalEngine(source, self.prefixes, self.context)

    def add(self, path: Path | str) -> None:
        """Ask an RDF file along with the graph from now on, its named graphs merged. The folder stays as it is.

        Raises FolderError and ParseError for the file, and QueryError where the graph is at an endpoint.
        """
        require_type("path", path, PATH, "a path")
        engine = None if self.endpoint else self.engine
        if not isinstance(engine, LocalEngine):
            raise QueryError(f"{path} can be asked along with a graph that is here, not with one at an endpoint.")
        engine.store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in parser.stream(Path(path)))

    def _engine_at(self, url: str) -> RemoteEngine:
        from lalakg._graph.endpoint import locate

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
        require_type("text", text, str, "the text of a query")
        if self.service:
            from lalakg._sparql.federation import in_two_steps
            from lalakg._sparql.http import user_agent

            agent = user_agent(os.environ.get("LALAKG_CONTACT"))
            other = RemoteEngine(self.service, self.prefixes, self.context, agent=agent)
            text = in_two_steps(text, other, self.service)
        return self.engine.query(text)

    def query(self, name: str | Path, /, **values: Values) -> Result:
        """The answer to a ready-made query, or to the one in a file, with `values` for its parameters.

        A `name` of no ready-made query is that of a file where it ends in .rq, or where there is one. The values are
        names, labels, IRIs, numbers, or lists of them. Raises UnknownQuery, UnknownParameter, InvalidValue, QueryError
        where the file cannot be read, and ParseError where it is not SPARQL.
        """
        require_type("name", name, PATH, "the name of a query, or the path of its file")
        query = read_query(Path(name), "") if self._is_file(name) else self.catalogue[str(name)]
        try:
            return self.sparql(self.bound(query, values))
        except QuerySyntaxError as error:
            raise error.within(query.path) from None

    def _is_file(self, name: str | Path) -> bool:
        if not isinstance(name, str) or name in self.catalogue:
            return not isinstance(name, str)
        with contextlib.suppress(OSError):  # of a name that no file can have
            return name.endswith(".rq") or Path(name).is_file()
        return False

    def bound(self, query: Query, values: Mapping[str, Values]) -> str:
        """The text of a query with `values` in it. Raises UnknownParameter, and InvalidValue also for a name of ours
        that names nothing, rather than to answer that there is nothing about it."""
        meant: dict[str, Values] = dict(values)
        for parameter in query.parameters if values else ():
            given = meant.get(parameter.name)
            if given is not None and parameter.type == "iri" and not parameter.values:
                many: Sequence[Any] = given if isinstance(given, list | tuple) else [given]
                meant[parameter.name] = [self._thing(parameter, value) for value in many]
        return query.bind(meant, self.prefixes, self.base)

    def _thing(self, parameter: Parameter, value: Value) -> Node:
        """What a value for a parameter names. Other people's names are taken as they are, and ours have to be known."""
        try:
            term = parameter.term(value, self.prefixes, self.base)
            known = f"{{ {term} ?p ?o }} UNION {{ ?s ?p {term} }} UNION {{ ?s {term} ?o }}"
            closed = (self.base, *self.profile.closed_namespaces)
            ours = isinstance(term, ox.NamedNode) and term.value.startswith(closed)
            if not ours or self._has(known):
                return term
        except InvalidValue:
            if not isinstance(value, str):
                raise
        try:
            return self.resolve(str(getattr(value, "value", value)))
        except ResourceNotFound as error:
            raise InvalidValue(f"{parameter.name} takes an IRI or a name, and {error}") from None

    def _has(self, pattern: str) -> bool:
        return bool(self.engine.query(f"ASK {{ {pattern} }}"))

    @cached_property
    def _labels(self) -> dict[str, tuple[str, ox.NamedNode]]:
        """The things of the folder's graph by their labels, which are given in small letters and as they are."""
        labelled = (t for t in self.triples if t.predicate == RDFS_LABEL)
        return {
            t.object.value.casefold(): (t.object.value, t.subject)
            for t in labelled
            if isinstance(t.object, ox.Literal) and isinstance(t.subject, ox.NamedNode)
        }

    def _names(self) -> Iterator[str]:
        """What to call the things of the folder's graph: by short names, prefixed names and labels."""
        closed = self.profile.closed_namespaces
        subjects = {t.subject.value for t in self.triples if isinstance(t.subject, ox.NamedNode)}
        yield from (iri.removeprefix(self.base) for iri in subjects if iri.startswith(self.base))
        yield from (compact(iri, self.prefixes) for iri in subjects if iri.startswith(closed))
        yield from (label for label, _ in self._labels.values())

    def resolve(self, name: str) -> ox.NamedNode:
        """The IRI of a thing in the graph, from its IRI, its prefixed or short name, or its label.

        Raises ResourceNotFound with the nearest names.
        """
        require_type("name", name, str, "a name, an IRI or a label")
        iri = wrong = None
        try:
            iri = expand(name, self.prefixes, self.base)
            if self._has(f"{iri} ?p ?o"):
                return iri
        except ResourceNotFound as error:
            wrong = error
        if labelled := self._labelled(name):
            return labelled
        if wrong and (":" in name or name.startswith("<")):
            raise wrong
        if self.endpoint:
            raise ResourceNotFound(f"nothing at {self.endpoint} is called {name or repr(name)}.")
        local = iri.value.removeprefix(self.base) if iri and iri.value.startswith(self.base) else name
        close = nearest(local, (other for other in self._names() if other != local))
        raise ResourceNotFound(f"nothing is called {name or repr(name)}.{close}")

    def _labelled(self, name: str) -> ox.NamedNode | None:
        """The thing with that label, in any case, here or at the endpoint. Raises ResourceNotFound for several."""
        if not self.endpoint:
            return self._labels[name.casefold()][1] if name.casefold() in self._labels else None
        from lalakg._rdf.labels import LABEL_PROPERTIES

        properties = " ".join(f"<{iri}>" for iri in LABEL_PROPERTIES)
        answer = self.engine.query(
            f"SELECT DISTINCT ?thing WHERE {{ VALUES ?property {{ {properties} }} ?thing ?property ?label . "
            f"FILTER(LCASE(STR(?label)) = {ox.Literal(name.lower())} && ISIRI(?thing)) }} ORDER BY ?thing LIMIT 4"
        )
        things = [thing for row in answer.rows if isinstance(thing := row["thing"], ox.NamedNode)]
        if len(things) > 1:
            raise ResourceNotFound(f"several things are called {name}, such as {' and '.join(map(str, things))}.")
        return things[0] if things else None

    def describe(self, name: str) -> Description:
        """One thing: its types, its statements in both directions, and what the graph's profile adds to them.

        Raises ResourceNotFound.
        """
        from lalakg._graph.description import Describer

        describer = self.profile.extension(Describer)
        return describer.describe(self.engine, self.resolve(name), self.prefixes)

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
    """The graph of the folder at `path`, or of the RDF file there.

    Without a `path`, that of the nearest folder with a data/dataset.ttl at or above the working directory; else of the
    RDF that lies in the working directory; else the film's.

    With `endpoint`, the address of a store or of its SPARQL endpoint, queries go there, and the folder gives the
    catalogue. They see the named graph `graph`, the default graph with `default`, and else the one into which
    `load_into` puts the folder's graph there. `timeout` is for each answer, in seconds. With `service`, that endpoint
    is asked for what stands in a query's SERVICE; without, nobody is. RDF without a data/dataset.ttl has neither
    catalogue nor rules: see `DataGraph`. Raises FolderError when there is no such folder or file, InvalidValue for an
    endpoint beside RDF without a folder.
    """
    if path is not None:
        require_type("path", path, PATH, "the path of a folder or of an RDF file")
    folder = Folder.meant(path)
    if folder is None:
        from lalakg._graph.data_graph import data_graph

        found = data_graph(Path(path or "."), service=service)
        if endpoint is not None:
            raise InvalidValue(f"endpoint goes with a folder, which has the queries; {found.name} has none.")
        return found
    return KnowledgeGraph(
        folder,
        endpoint,
        graph=graph,
        default=default,
        credentials=credentials,
        timeout=timeout,
        service=service,
    )
