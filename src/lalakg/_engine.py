"""Engines that answer SPARQL: a store in this process, or an endpoint somewhere else. One protocol for both."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pyoxigraph as ox

from lalakg._errors import EndpointError, QueryError, QuerySyntaxError, why
from lalakg._result import Boolean, Graph, Result, Rows
from lalakg._service import refuse
from lalakg._terms import Prefixes
from lalakg._tokens import Token, query_form, tokens

if TYPE_CHECKING:
    from http.client import HTTPResponse

_FORM = "application/x-www-form-urlencoded; charset=UTF-8"  # without the charset, RDF4J's usual server reads Latin-1
_LIMIT = "X-SPARQL-MaxRows"  # how Virtuoso says that it may have cut off an answer, and after how many rows
_VERDICT = "__ASK_RETVAL"  # Virtuoso answers ASK with a table: one row in this column for yes, none for no
_PREFIX = re.compile(r"(?<![\w.-])([A-Za-z][\w.-]*):")


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
        refuse(text)
        try:
            answer = self.store.query(text, prefixes=dict(self.prefixes))
            if isinstance(answer, ox.QueryTriples):
                return Graph(list(answer), self.prefixes, self.context)
            data = answer.serialize(format=ox.QueryResultsFormat.JSON)
        except SyntaxError as error:
            raise QuerySyntaxError.of(error, text) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryError(f"the query failed: {error}.") from None
        assert data is not None
        return (Rows if isinstance(answer, ox.QuerySolutions) else Boolean)(data, self.prefixes)


class RemoteEngine:
    """A SPARQL 1.1 endpoint, asked through SPARQLWrapper: by POST, form-encoded, one answer at a time.

    With `graph`, that named graph is all that a query sees; without, the endpoint's default graph, in which some stores
    show all named graphs at once, those of other people and the store's own among them. `agent` is how we call
    ourselves.
    """

    def __init__(
        self,
        url: str,
        prefixes: Prefixes,
        context: Mapping[str, Any],
        timeout: int = 60,
        graph: str | None = None,
        agent: str = "lalakg",
    ) -> None:
        self.url, self.prefixes, self.context, self.timeout, self.graph = url, prefixes, context, timeout, graph
        self.agent = agent

    def query(self, text: str) -> Result:
        """See `Engine`. Text may use the graph's prefixes without declaring them."""
        text = _declaring(self.prefixes, text)
        answer, headers = self._answer(text)
        limit = headers.get(_LIMIT) or ""
        if isinstance(answer, Rows) and limit.isdigit() and 0 < int(limit) <= len(answer):
            return self._in_pages(text, answer.variables, int(limit))
        return answer

    def _answer(self, text: str) -> tuple[Result, Any]:
        data, headers = self._ask(text, query_form(text))
        media_type = headers.get("Content-Type", "").partition(";")[0].strip()
        try:
            return self._read(data, media_type), headers
        except (SyntaxError, ValueError) as error:
            reason = str(error)
        raise EndpointError(f"answered {media_type} that cannot be read: {reason}.", self.url)

    def _read(self, data: bytes, media_type: str) -> Result:
        if "sparql-results+json" in media_type:
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
        ordered = _ordered(text, names)
        parts: list[Rows] = []
        while not parts or len(parts[-1]) >= size:
            page, _ = self._answer(f"{ordered} LIMIT {size} OFFSET {size * len(parts)}")
            assert isinstance(page, Rows)
            parts.append(page)
        bindings = [row for part in parts for row in json.loads(part.source)["results"]["bindings"]]
        whole = {"head": {"vars": names}, "results": {"bindings": bindings}}
        return Rows(json.dumps(whole).encode(), self.prefixes)

    def _ask(self, text: str, form: str) -> tuple[bytes, Any]:
        from http.client import HTTPException
        from socket import gaierror
        from urllib.error import HTTPError

        import SPARQLWrapper as Sparql
        from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

        from lalakg._http import RefusedError, UnreachableError, retry_after

        if not self.url.startswith(("http://", "https://")):
            raise EndpointError("is no web address; an endpoint begins with http:// or https://.", self.url)
        wrapper = Sparql.SPARQLWrapper(self.url, agent=self.agent)
        wrapper.setMethod(Sparql.POST)
        wrapper.setRequestMethod(Sparql.URLENCODED)
        wrapper.addCustomHttpHeader("Content-Type", _FORM)
        wrapper.setTimeout(self.timeout)
        if self.graph:
            wrapper.addDefaultGraph(self.graph)
        wrapper.setQuery(text)
        wrapper.queryType = form  # SPARQLWrapper looks for it in comments, too, and takes an ADD there for an update
        wrapper.setReturnFormat(Sparql.TURTLE if form in ("CONSTRUCT", "DESCRIBE") else Sparql.JSON)
        try:
            with wrapper.query().response as response:
                return _whole(response, time.monotonic() + self.timeout), response.headers
        except SPARQLWrapperException as error:
            raise EndpointError(f"refused the query: {error.msg}.", self.url) from None
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            said = why(reason) if isinstance(reason, Exception) else reason
            if isinstance(error, HTTPError):
                error.close()
                pause = retry_after(dict(error.headers))
                raise RefusedError(f"cannot be asked: {said}.", self.url, error.code, pause) from None
            kind = UnreachableError if isinstance(reason, gaierror | ConnectionRefusedError) else EndpointError
            raise kind(f"cannot be asked: {said}.", self.url) from None


def _whole(response: HTTPResponse, deadline: float) -> bytes:
    """All of an answer. The time-out of a socket does not stop one that trickles on, so the clock is looked at here."""
    from http.client import IncompleteRead

    data = bytearray()
    while piece := response.read1(1 << 16):
        data += piece
        if time.monotonic() > deadline:
            raise TimeoutError("the answer does not come to its end in time")
    if response.length:
        raise IncompleteRead(bytes(data), response.length)
    return bytes(data)


def _declaring(prefixes: Prefixes, text: str) -> str:
    """The query with a declaration for each of `prefixes` that it uses and does not declare."""
    words = [token.text for token in tokens(text) if token.kind == "word"]
    own = {second.rstrip(":") for first, second in pairwise(words) if first.upper() == "PREFIX"}
    used = {name for word in words for name in _PREFIX.findall(word)} - own
    return "".join(f"PREFIX {name}: <{prefixes[name]}>\n" for name in sorted(used) if name in prefixes) + text


def _ordered(text: str, names: list[str]) -> str:
    """The SELECT as the inner part of another, in its own order, or else in that of all its columns."""
    words = [token for token in tokens(text) if token.kind in ("word", "mark")]
    start = next(token.start for token in words if token.text.upper() == "SELECT")
    columns = " ".join(f"?{name}" for name in names)
    inner = text[start:]
    if not _has_order(words):
        inner = f"SELECT {columns} WHERE {{ {{ {inner}\n}} }} ORDER BY {columns}"
    return f"{text[:start]}SELECT {columns} WHERE {{ {{ {inner}\n}} }}"


def _has_order(words: list[Token]) -> bool:
    depth = 0
    for token in words:
        depth += {"{": 1, "}": -1}.get(token.text, 0)
        if depth == 0 and token.text.upper() == "ORDER":
            return True
    return False


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
