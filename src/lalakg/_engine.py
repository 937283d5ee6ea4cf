"""Engines that answer SPARQL: a store in this process, or an endpoint somewhere else. One protocol for both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import pyoxigraph as ox

from lalakg._errors import EndpointError, QueryError, QuerySyntaxError
from lalakg._result import Boolean, Graph, Result, Rows
from lalakg._terms import Prefixes
from lalakg._tokens import query_form, tokens

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
        """See `Engine`. Text may use the graph's prefixes without declaring them."""
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
    """A SPARQL 1.1 endpoint, asked through SPARQLWrapper: by POST, form-encoded, one answer at a time."""

    def __init__(self, url: str, prefixes: Prefixes, context: Mapping[str, Any], timeout: int = 60) -> None:
        self.url, self.prefixes, self.context, self.timeout = url, prefixes, context, timeout

    def query(self, text: str) -> Result:
        """See `Engine`. Text may use the graph's prefixes without declaring them."""
        data, media_type = self._ask(_declaring(self.prefixes, text), query_form(text))
        try:
            return self._read(data, media_type)
        except (SyntaxError, ValueError) as error:
            reason = str(error)
        raise EndpointError(f"answered {media_type} that cannot be read: {reason}.", self.url)

    def _read(self, data: bytes, media_type: str) -> Result:
        if "sparql-results+json" in media_type:
            is_boolean = isinstance(ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON), ox.QueryBoolean)
            table = Boolean(data, self.prefixes) if is_boolean else Rows(data, self.prefixes)
            table.render("tsv")  # reads all of it, so that what is broken shows now
            return table
        form = ox.RdfFormat.from_media_type(media_type)
        if form is None:
            raise EndpointError(f"answered {media_type or 'without a media type'}; is it a SPARQL endpoint?", self.url)
        return Graph([q.triple for q in ox.parse(data, format=form)], self.prefixes, self.context)

    def _ask(self, text: str, form: str) -> tuple[bytes, str]:
        from http.client import HTTPException
        from urllib.error import HTTPError

        import SPARQLWrapper as Sparql
        from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

        if not self.url.startswith(("http://", "https://")):
            raise EndpointError("is no web address; an endpoint begins with http:// or https://.", self.url)
        wrapper = Sparql.SPARQLWrapper(self.url, agent="lalakg")
        wrapper.setMethod(Sparql.POST)
        wrapper.setRequestMethod(Sparql.URLENCODED)
        wrapper.setTimeout(self.timeout)
        wrapper.setQuery(text)
        wrapper.queryType = form  # SPARQLWrapper looks for it in comments, too, and takes an ADD there for an update
        wrapper.setReturnFormat(Sparql.TURTLE if form in ("CONSTRUCT", "DESCRIBE") else Sparql.JSON)
        try:
            with wrapper.query().response as response:
                return response.read(), response.headers.get("Content-Type", "").partition(";")[0].strip()
        except SPARQLWrapperException as error:
            raise EndpointError(f"refused the query: {error.msg}.", self.url) from None
        except (OSError, HTTPException, ValueError) as error:
            if isinstance(error, HTTPError):
                error.close()
            raise EndpointError(f"cannot be asked: {getattr(error, 'reason', error)}.", self.url) from None


def _declaring(prefixes: Prefixes, text: str) -> str:
    """The query with a declaration for each of `prefixes` that it uses and does not declare."""
    words = [token.text for token in tokens(text) if token.kind == "word"]
    own = {second.rstrip(":") for first, second in pairwise(words) if first.upper() == "PREFIX"}
    used = {name for word in words for name in _PREFIX.findall(word)} - own
    return "".join(f"PREFIX {name}: <{prefixes[name]}>\n" for name in sorted(used) if name in prefixes) + text
