"""Engines that answer SPARQL: a store in this process, or an endpoint somewhere else. One protocol for both."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from weakref import finalize

import pyoxigraph as ox

from lalakg._errors import EndpointError, InvalidValue, QueryError
from lalakg._rdf.terms import Prefixes
from lalakg._sparql.results import Boolean, Graph, Result, Rows
from lalakg._sparql.service import mentions_service, refuse_service

if TYPE_CHECKING:
    from httpx import Response

    from lalakg._sparql.credentials import Credentials
    from lalakg._sparql.http import Session

_FORM = "application/x-www-form-urlencoded; charset=UTF-8"  # without the charset, RDF4J's usual server reads Latin-1
_TABLES = ("application/sparql-results+json", "application/json")
_LIMIT = "X-SPARQL-MaxRows"  # how Virtuoso says that it may have cut off an answer, and after how many rows
_PARTIAL = "X-SQL-State"  # Virtuoso's, with what it found until its time was over
_VERDICT = "__ASK_RETVAL"  # Virtuoso answers ASK with a table: one row in this column for yes, none for no


class Engine(Protocol):
    """Whatever answers a SPARQL query."""

    def query(self, text: str) -> Result:
        """The answer: Rows, Boolean or Graph. Raises QuerySyntaxError, or EndpointError from elsewhere."""


class LocalEngine:
    """Oxigraph in this process, in memory."""

    def __init__(self, source: Iterable[ox.Triple] | Path, prefixes: Prefixes, context: Mapping[str, Any]) -> None:
        self.store = ox.Store()
        if isinstance(source, Path):
            self.store.load(path=source, format=ox.RdfFormat.TURTLE)
        else:
            self.store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in source)
        self.prefixes, self.context = prefixes, context

    def query(self, text: str) -> Result:
        """See `Engine`. Text may use the graph's prefixes without declaring them. Raises QueryError for a SERVICE."""
        if not mentions_service(text):
            return self._answer(text)
        from lalakg._sparql.confinement import without_network

        refuse_service(text, self.prefixes)
        return without_network(lambda: self._answer(text))  # should the guard have a hole, there is nobody to reach

    def _answer(self, text: str) -> Result:
        try:
            answer = self.store.query(text, prefixes=dict(self.prefixes))
            if isinstance(answer, ox.QueryTriples):
                return Graph(list(answer), self.prefixes, self.context)
            data = answer.serialize(format=ox.QueryResultsFormat.JSON)
        except SyntaxError as error:
            from lalakg._sparql.text import syntax_error

            raise syntax_error(error, text, self.prefixes) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryError(f"the query failed: {error}.") from None
        assert data is not None
        return (Rows if isinstance(answer, ox.QuerySolutions) else Boolean)(data, self.prefixes)


class RemoteEngine:
    """A SPARQL 1.1 endpoint, asked by POST, form-encoded, one answer at a time.

    With `graph`, that named graph is all that a query sees; without, the endpoint's default graph, in which some stores
    show all named graphs at once, those of other people and the store's own among them. An answer that the store says
    to have cut off is fetched in pages, or is an EndpointError. `timeout` is for each answer, in seconds; `agent` is
    how we call ourselves.
    """

    def __init__(
        self,
        url: str,
        prefixes: Prefixes,
        context: Mapping[str, Any],
        timeout: float = 60,
        graph: str | None = None,
        credentials: Credentials | None = None,
        agent: str = "lalakg",
    ) -> None:
        self.url, self.prefixes, self.context, self.graph = url, prefixes, context, _iri(graph)
        self.sees_all = False  # whether a query sees all named graphs at once
        self._login = credentials, timeout, agent

    @cached_property
    def session(self) -> Session:
        """What sends the requests."""
        from lalakg._sparql.credentials import Credentials
        from lalakg._sparql.http import Session

        credentials, timeout, agent = self._login
        session = Session(credentials or Credentials(), timeout, agent)
        finalize(self, session.close)
        return session

    def query(self, text: str) -> Result:
        """See `Engine`. Text may use the graph's prefixes without declaring them."""
        from lalakg._sparql.text import declare_prefixes

        text = declare_prefixes(self.prefixes, text)
        answer, headers = self._answer(text)
        if isinstance(answer, Rows) and (limit := _limit(answer, headers)):
            return self._in_pages(text, answer.variables, limit)
        if isinstance(answer, Graph) and "virtuoso" in headers.get("Server", "").lower():
            self._refuse_part(text)
        return answer

    def count(self, text: str) -> int:
        """The number that a query counts as ?n. Raises EndpointError when it is answered with anything else."""
        answer = self.query(text)
        try:
            return int(str(answer.rows[0]["n"].value))
        except (AttributeError, LookupError, ValueError):
            raise EndpointError("did not count its statements; is it a SPARQL 1.1 endpoint?", self.url) from None

    def _refuse_part(self, text: str) -> None:
        """Raise EndpointError where Virtuoso has cut off a graph, which it says of rows only."""
        from lalakg._sparql.rewriting import one_row_a_solution

        if (rows := one_row_a_solution(text)) is None:
            return
        answer, headers = self._answer(rows)
        if isinstance(answer, Rows) and (limit := _limit(answer, headers)):
            reason = f"makes a graph of {limit:,} rows at most, and this takes more"
            raise EndpointError(f"{reason}; ask with LIMIT and OFFSET, or raise its ResultSetMaxRows.", self.url)

    def _answer(self, text: str) -> tuple[Result, Mapping[str, str]]:
        from lalakg._sparql.text import query_form

        response = self._ask(text, query_form(text))
        if _PARTIAL in response.headers:
            reason = " ".join(response.headers.get("X-SQL-Message", "").split("Activity:")[0].split())
            raise EndpointError(f"gave only a part of the answer: {reason or response.headers[_PARTIAL]}", self.url)
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
        try:
            return self._read(response.content, media_type), response.headers
        except (SyntaxError, ValueError) as error:
            reason = str(error)
        raise EndpointError(f"answered {media_type} that cannot be read: {reason}.", self.url)

    def _read(self, data: bytes, media_type: str) -> Result:
        if media_type in _TABLES:
            data = _with_valid_labels(data)
            is_boolean = isinstance(ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON), ox.QueryBoolean)
            table = Boolean(data, self.prefixes) if is_boolean else Rows(data, self.prefixes)
            table.render("tsv")  # reads all of it, so that what is broken shows now
            if isinstance(table, Rows) and table.variables == [_VERDICT]:
                return Boolean(json.dumps({"head": {}, "boolean": bool(table.rows)}).encode(), self.prefixes)
            return table
        form = ox.RdfFormat.from_media_type(media_type)
        if form is None:
            raise EndpointError(f"answered {media_type or 'without a media type'}; is it a SPARQL endpoint?", self.url)
        return Graph([q.triple for q in ox.parse(data, format=form)], self.prefixes, self.context)

    def _in_pages(self, text: str, names: list[str], size: int) -> Rows:
        """All rows of an answer that the store cuts off after `size`."""
        from lalakg._sparql.rewriting import in_total_order

        whole = in_total_order(text, names)
        parts: list[Rows] = []
        while not parts or len(parts[-1]) >= size:
            page, _ = self._answer(f"{whole} LIMIT {size} OFFSET {size * len(parts)}")
            assert isinstance(page, Rows)
            parts.append(page)
        bindings = [row for part in parts for row in json.loads(part.source)["results"]["bindings"]]
        return Rows(json.dumps({"head": {"vars": names}, "results": {"bindings": bindings}}).encode(), self.prefixes)

    def _ask(self, text: str, form: str) -> Response:
        """SPARQLWrapper puts the question. Our session sends it: SPARQLWrapper itself would log in at whatever host a
        redirect leads to, try once, and wait for as long as bytes keep trickling."""
        import SPARQLWrapper as Sparql

        from lalakg._sparql.http import checked

        wrapper = Sparql.SPARQLWrapper(checked(self.url), agent=self._login[2])
        wrapper.setMethod(Sparql.POST)
        wrapper.setRequestMethod(Sparql.URLENCODED)
        wrapper.addCustomHttpHeader("Content-Type", _FORM)
        if self.url.startswith("http:"):  # a kept connection may wait 40 ms for each answer, a new one less
            wrapper.addCustomHttpHeader("Connection", "close")
        if self.graph:
            wrapper.addDefaultGraph(self.graph)
        wrapper.setQuery(text)
        wrapper.queryType = form  # SPARQLWrapper looks for it in comments, too, and takes an ADD there for an update
        wrapper.setReturnFormat(Sparql.TURTLE if form in ("CONSTRUCT", "DESCRIBE") else Sparql.JSON)
        request = wrapper._createRequest()
        body: Any = request.data
        return self.session.renewed().send("POST", self.url, lambda: body, request.headers)


def _iri(graph: str | None) -> str | None:
    try:
        return None if graph is None else ox.NamedNode(graph).value
    except ValueError as error:
        raise InvalidValue(f"{graph} is no IRI of a graph: {error}.") from None


def _limit(answer: Rows, headers: Mapping[str, str]) -> int:
    """After how many rows the store has cut off an answer; 0 if it has not."""
    limit = headers.get(_LIMIT) or ""
    return int(limit) if limit.isdigit() and 0 < int(limit) <= len(answer) else 0


def _with_valid_labels(data: bytes) -> bytes:
    """SPARQL's JSON with blank nodes labelled anew: Virtuoso gives them names that no label may have."""
    if b'"bnode"' not in data:
        return data
    whole = json.loads(data)
    labels: dict[str, str] = {}
    for row in whole.get("results", {}).get("bindings", []):
        for term in row.values():
            if term["type"] == "bnode":
                term["value"] = labels.setdefault(term["value"], f"b{len(labels)}")
    return json.dumps(whole).encode()
