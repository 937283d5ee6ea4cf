"""A client of Wikidata's interfaces that follows Wikimedia's policy for robots, with a cache.

One request at a time; it waits as long as Retry-After demands, and at most 60 seconds for an answer, waiting included;
what is in the cache is revalidated by its ETag. A host that cannot be reached, or that refuses (HTTP 403, 429), is not
asked again; what is left to do goes on with the cache and the other hosts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlencode, urlsplit

from lalakg._errors import EndpointError
from lalakg._sparql.credentials import Credentials
from lalakg._sparql.engine import RemoteEngine
from lalakg._sparql.http import RefusedError, Session, TooSlowError, UnreachableError
from lalakg._sparql.results import Rows
from lalakg._wikidata.cache import Cache, Entry
from lalakg._wikidata.identifiers import PREFIXES
from lalakg._wikidata.item import Item
from lalakg._wikidata.service import Service

T = TypeVar("T")

SECONDS: Final = 60
_ANCHOR: Final = "Q5"  # human: an item that every Wikidata knows
# What parsing raises for an answer of another shape.
_PARSE_ERRORS: Final = (ValueError, KeyError, TypeError, AttributeError, SyntaxError)
_CACHED_HINT: Final = "what it answered before is still there with --offline"


class GoneError(EndpointError):
    """An item that Wikidata does not have: deleted, or never made."""


@dataclass(frozen=True)
class SelectAnswer:
    """The rows of a SELECT, and the day on which Wikidata gave them."""

    rows: list[dict[str, Any]]
    day: str


class Client:
    """The client of one service, for `seconds` an answer. With `offline` it reads the cache alone."""

    def __init__(self, service: Service, cache: Cache, *, offline: bool = False, seconds: int = SECONDS) -> None:
        self.service, self.cache, self.offline, self.seconds = service, cache, offline, seconds
        self.sessions: dict[str, Session] = {}
        self.refusals: dict[str, str] = {}  # why a host is asked no more

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        for session in self.sessions.values():
            session.close()

    # ── requests ──────────────────────────────────────────────────────────────────────────────────

    def item(self, name: str) -> Item:
        """An item by its id. Raises GoneError when it is not there, EndpointError when that is not to be learnt."""
        url = f"{self.service.entities}{name}.json"
        try:
            return self._fetch(url, lambda entry: Item.parse(entry.body, name, entry.day))
        except RefusedError as error:
            if error.status not in (404, 410):
                raise
            if name != _ANCHOR:
                self._demand_wikidata()
            raise GoneError(f"{name} is not there (HTTP {error.status}): deleted, or never made.", url) from None

    def _demand_wikidata(self) -> None:
        """Raise EndpointError unless the service knows what every Wikidata knows: a 404 from any other says nothing."""
        try:
            self.item(_ANCHOR)
        except GoneError as error:
            raise EndpointError(f"knows no {_ANCHOR} (human), so it is not Wikidata.", error.url) from None

    def search(self, text: str, language: str = "en") -> list[str]:
        """The ids of the items that Wikidata's own search finds for a name, best first."""
        parameters = {
            "action": "wbsearchentities",
            "search": text,
            "language": language,
            "type": "item",
            "format": "json",
        }
        url = f"{self.service.api}?{urlencode(parameters)}"
        return self._fetch(url, lambda entry: [str(hit["id"]) for hit in json.loads(entry.body)["search"]])

    def reconcile(self, queries: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
        """The ids of the candidates for each query, best first, by the Reconciliation API."""
        url = self.service.reconciliation
        form = urlencode({"queries": json.dumps(queries, sort_keys=True)})

        def read(entry: Entry) -> dict[str, list[str]]:
            answers = json.loads(entry.body)
            return {key: [str(hit["id"]) for hit in answers[key]["result"]] for key in queries}

        return self._answer(f"POST {url} {form}", url, lambda _: self._post(url, form.encode()), read)

    def select(self, text: str) -> SelectAnswer:
        """The answer to a SELECT; Wikidata's prefixes need not be declared."""
        url = self.service.sparql

        def read(entry: Entry) -> SelectAnswer:
            return SelectAnswer(Rows(entry.body.encode(), PREFIXES).rows, entry.day)

        return self._answer(f"SELECT {url} {text}", url, lambda _: Entry.new(self._select(text)), read)

    # ── caching and limits ────────────────────────────────────────────────────────────────────────

    def _answer(self, request: str, url: str, ask: Callable[[Entry | None], Entry], parse: Callable[[Entry], T]) -> T:
        """A parsed answer. `ask` is called with the cached entry, if any; what it gives is cached once it is parsed."""
        cached, parsed = self._cached(request, parse)
        if self.offline:
            if parsed is None:
                raise EndpointError("was not asked this before, and with --offline it is asked nothing.", url)
            return parsed
        entry = self._ask_host(url, lambda: ask(cached))
        try:
            answer = parse(entry)
        except _PARSE_ERRORS as error:
            what = "a web page" if entry.body.lstrip()[:1] == "<" else "something else"
            raise EndpointError(f"answered {what} instead of Wikidata's JSON: {error}.", url) from None
        self.cache.put(request, entry)
        return answer

    def _cached(self, request: str, parse: Callable[[Entry], T]) -> tuple[Entry | None, T | None]:
        """The cached answer, and that answer parsed; None for both where it cannot be."""
        entry = self.cache.get(request)
        try:
            return entry, parse(entry) if entry else None
        except _PARSE_ERRORS:
            return None, None

    def _fetch(self, url: str, parse: Callable[[Entry], T]) -> T:
        return self._answer(url, url, lambda cached: self._get(url, cached), parse)

    def _get(self, url: str, cached: Entry | None) -> Entry:
        tag = {"If-None-Match": cached.etag} if cached and cached.etag else {}
        response = self._session(url).send("GET", url, headers=tag)
        if cached and response.status_code == 304:
            return cached.confirmed()
        return Entry.new(response.text, response.headers.get("ETag", ""))

    def _post(self, url: str, form: bytes) -> Entry:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return Entry.new(self._session(url).send("POST", url, lambda: form, headers).text)

    def _select(self, text: str) -> str:
        service = self.service
        engine = RemoteEngine(service.sparql, PREFIXES, {}, timeout=self.seconds, agent=service.agent)
        return engine.query(text).to_json()

    def _session(self, url: str) -> Session:
        """The session with a host: the same connections, and a new time limit."""
        host = urlsplit(url).netloc
        if host not in self.sessions:
            self.sessions[host] = Session(Credentials(), self.seconds, self.service.agent)
        return self.sessions[host].renewed()

    def _ask_host(self, url: str, ask: Callable[[], T]) -> T:
        """Call `ask`, unless the host was unreachable or refused before. Raises EndpointError."""
        host = urlsplit(url).netloc
        if host not in self.refusals and (reason := self._retry_later(host)):
            self.refusals[host] = reason
        if host in self.refusals:
            raise EndpointError(self.refusals[host], url)
        try:
            return ask()
        except TooSlowError:
            raise EndpointError(f"gave no answer within {self.seconds} s; {_CACHED_HINT}.", url) from None
        except UnreachableError as error:
            reason = error.message.partition(". ")[0].rstrip(".")
            self.refusals[host] = f"{reason}; is there a network? {_CACHED_HINT.capitalize()}."
        except RefusedError as error:
            if error.status not in (403, 429):
                raise
            self.refusals[host] = _refusal(error)
            if error.retry_after:
                self.cache.put(_retry_key(host), Entry.new(str(time.time() + error.retry_after)))
        raise EndpointError(self.refusals[host], url)

    def _retry_later(self, host: str) -> str:
        """Why a host is not to be asked yet, if the Retry-After of an earlier run has not passed; else nothing."""
        entry = self.cache.get(_retry_key(host))
        left = float(entry.body) - time.time() if entry else 0
        return (
            f"asked to be left alone for another {left:.0f} s (HTTP 429), so it is asked nothing." if left > 0 else ""
        )


def _retry_key(host: str) -> str:
    return f"WAIT {host}"


def _refusal(error: RefusedError) -> str:
    if error.status == 403:
        return f"refuses us (HTTP 403), which may be a ban; nothing more is asked of it. {_CACHED_HINT.capitalize()}."
    wait = f", and not before {error.retry_after:.0f} s have passed" if error.retry_after else ""
    return f"has been asked too much (HTTP 429). Nothing more is asked of it in this run; try later{wait}."
