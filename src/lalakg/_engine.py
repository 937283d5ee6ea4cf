"""Engines that answer SPARQL: a store in this process, or an endpoint somewhere else. One protocol for both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import pyoxigraph as ox

from lalakg._errors import EndpointError, QuerySyntaxError
from lalakg._result import Boolean, Graph, Result, Rows
from lalakg._terms import Prefixes

_POSITION = re.compile(r"error at (\d+):(\d+): ")
_HINTS = ("The SELECT contains a variable that is unbound", "Prefix not found")


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
        """See `Engine`. Text may use the graph's prefixes without declaring them."""
        try:
            answer = self.store.query(text, prefixes=dict(self.prefixes))
        except SyntaxError as error:
            raise _syntax_error(str(error), text) from None
        if isinstance(answer, ox.QueryTriples):
            return Graph(list(answer), self.prefixes, self.context)
        data = answer.serialize(format=ox.QueryResultsFormat.JSON)
        assert data is not None
        return (Rows if isinstance(answer, ox.QuerySolutions) else Boolean)(data, self.prefixes)


def _syntax_error(message: str, text: str) -> QuerySyntaxError:
    """Oxigraph lists every token that could have stood there; say the one thing that helps, and show the line."""
    match = _POSITION.match(message)
    line, column = (int(match[1]), int(match[2])) if match else (1, 1)
    hint = next((hint for hint in _HINTS if hint in message), "this is not valid SPARQL")
    if not match:
        hint = message
    lines = text.splitlines() or [""]
    line = min(line, len(lines))
    return QuerySyntaxError(hint + ".", line, column, lines[line - 1])


class RemoteEngine:
    """A SPARQL 1.1 endpoint, asked through SPARQLWrapper: by POST, form-encoded, one answer at a time."""

    def __init__(self, url: str, prefixes: Prefixes, context: Mapping[str, Any], timeout: int = 60) -> None:
        self.url, self.prefixes, self.context, self.timeout = url, prefixes, context, timeout

    def query(self, text: str) -> Result:
        """See `Engine`."""
        data, media_type = self._ask(text)
        if "sparql-results+json" in media_type:
            return (Boolean if b'"boolean"' in data and b'"results"' not in data else Rows)(data, self.prefixes)
        form = ox.RdfFormat.from_media_type(media_type)
        if form is None:
            raise EndpointError(f"answered {media_type or 'without a media type'}; is it a SPARQL endpoint?", self.url)
        return Graph([q.triple for q in ox.parse(data, format=form)], self.prefixes, self.context)

    def _ask(self, text: str) -> tuple[bytes, str]:
        import SPARQLWrapper as Sparql
        from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

        wrapper = Sparql.SPARQLWrapper(self.url, agent="lalakg")
        wrapper.setMethod(Sparql.POST)
        wrapper.setRequestMethod(Sparql.URLENCODED)
        wrapper.setTimeout(self.timeout)
        wrapper.setQuery(text)
        graph = wrapper.queryType in (Sparql.CONSTRUCT, Sparql.DESCRIBE)
        wrapper.setReturnFormat(Sparql.TURTLE if graph else Sparql.JSON)
        try:
            answer = wrapper.query()
            return answer.response.read(), answer.response.headers.get("Content-Type", "").partition(";")[0].strip()
        except SPARQLWrapperException as error:
            raise EndpointError(f"refused the query: {error.msg}.", self.url) from None
        except OSError as error:
            raise EndpointError(f"cannot be asked: {getattr(error, 'reason', error)}.", self.url) from None
