"""The client: asks Wikidata politely, and remembers what it said.

One request at a time; pauses as long as it is asked to; 60 seconds for an answer, waiting included; what was answered
before is asked for by its ETag. A host that cannot be reached, or that sends us away, is not asked again: what is left
to do goes on with the cache and the other hosts.
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
_MISREAD: Final = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    SyntaxError,
)  # what an answer of another shape gives
_KEPT: Final = "what it answered before is still there with --offline"


class GoneError(EndpointError):
    """An item that is not there: deleted, or never made."""


@dataclass(frozen=True)
class Answer:
    """The rows of a SELECT, and the day on which they were given."""

    rows: list[dict[str, Any]]
    day: str


class Client:
    """Asks one service. With `offline` it asks the cache alone."""

    def __init__(self, service: Service, cache: Cache, *, offline: bool = False, seconds: int = SECONDS) -> None:
        self.service, self.cache, self.offline, self.seconds = service, cache, offline, seconds
        self.sessions: dict[str, Session] = {}
        self.closed: dict[str, str] = {}

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        for session in self.sessions.values():
            session.close()

    # ── what can be asked ─────────────────────────────────────────────────────────────────────────

    def item(self, name: str) -> Item:
        """An item by its id. Raises GoneError when it is not there, EndpointError when that is not to be learnt."""
        url = f"{self.service.entities}{name}.json"
        try:
            return self._got(url, lambda entry: Item.parse(entry.body, name, entry.day))
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
        asked = {"action": "wbsearchentities", "search": text, "language": language, "type": "item", "format": "json"}
        url = f"{self.service.api}?{urlencode(asked)}"
        return self._got(url, lambda entry: [str(hit["id"]) for hit in json.loads(entry.body)["search"]])

    def reconcile(self, queries: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
        """The ids of the candidates for each query, best first, by the Reconciliation API."""
        url = self.service.reconciliation
        form = urlencode({"queries": json.dumps(queries, sort_keys=True)})

        def read(entry: Entry) -> dict[str, list[str]]:
            answers = json.loads(entry.body)
            return {key: [str(hit["id"]) for hit in answers[key]["result"]] for key in queries}

        return self._answer(f"POST {url} {form}", url, lambda _: self._post(url, form.encode()), read)

    def select(self, text: str) -> Answer:
        """The answer to a SELECT; Wikidata's prefixes need not be declared."""
        url = self.service.sparql

        def read(entry: Entry) -> Answer:
            return Answer(Rows(entry.body.encode(), PREFIXES).rows, entry.day)

        return self._answer(f"SELECT {url} {text}", url, lambda _: Entry.new(self._select(text)), read)

    # ── how it is asked ───────────────────────────────────────────────────────────────────────────

    def _answer(self, request: str, url: str, ask: Callable[[Entry | None], Entry], parse: Callable[[Entry], T]) -> T:
        """What an answer says, which is kept once it is understood; `ask` is given the one that was kept before."""
        kept, known = self._kept(request, parse)
        if self.offline:
            if known is None:
                raise EndpointError("was not asked this before, and with --offline it is asked nothing.", url)
            return known
        entry = self._open(url, lambda: ask(kept))
        try:
            answer = parse(entry)
        except _MISREAD as error:
            what = "a web page" if entry.body.lstrip()[:1] == "<" else "something else"
            raise EndpointError(f"answered {what} instead of Wikidata's JSON: {error}.", url) from None
        self.cache.put(request, entry)
        return answer

    def _kept(self, request: str, parse: Callable[[Entry], T]) -> tuple[Entry | None, T | None]:
        """The answer that was kept, and what it says; nothing where it cannot be understood."""
        entry = self.cache.get(request)
        try:
            return entry, parse(entry) if entry else None
        except _MISREAD:
            return None, None

    def _got(self, url: str, parse: Callable[[Entry], T]) -> T:
        return self._answer(url, url, lambda kept: self._get(url, kept), parse)

    def _get(self, url: str, kept: Entry | None) -> Entry:
        tag = {"If-None-Match": kept.etag} if kept and kept.etag else {}
        response = self._session(url).send("GET", url, headers=tag)
        if kept and response.status_code == 304:
            return kept.confirmed()
        return Entry.new(response.text, response.headers.get("ETag", ""))

    def _post(self, url: str, form: bytes) -> Entry:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return Entry.new(self._session(url).send("POST", url, lambda: form, headers).text)

    def _select(self, text: str) -> str:
        service = self.service
        engine = RemoteEngine(service.sparql, PREFIXES, {}, timeout=self.seconds, agent=service.agent)
        return engine.query(text).to_json()

    def _session(self, url: str) -> Session:
        """The session with a host, its clock started anew, on the same connections."""
        host = urlsplit(url).netloc
        if host not in self.sessions:
            self.sessions[host] = Session(Credentials(), self.seconds, self.service.agent)
        return self.sessions[host].renewed()

    def _open(self, url: str, ask: Callable[[], T]) -> T:
        """What `ask` gives, unless the host has shown before that it is of no use to ask it."""
        host = urlsplit(url).netloc
        if host not in self.closed and (words := self._still_waiting(host)):
            self.closed[host] = words
        if host in self.closed:
            raise EndpointError(self.closed[host], url)
        try:
            return ask()
        except TooSlowError:
            raise EndpointError(f"gave no answer within {self.seconds} s; {_KEPT}.", url) from None
        except UnreachableError as error:
            reason = error.message.partition(". ")[0].rstrip(".")
            self.closed[host] = f"{reason}; is there a network? {_KEPT.capitalize()}."
        except RefusedError as error:
            if error.status not in (403, 429):
                raise
            self.closed[host] = _sent_away(error)
            if error.retry_after:
                self.cache.put(_waiting(host), Entry.new(str(time.time() + error.retry_after)))
        raise EndpointError(self.closed[host], url)

    def _still_waiting(self, host: str) -> str:
        """What to say when a host asked us, in an earlier run, for more patience than has passed; else nothing."""
        kept = self.cache.get(_waiting(host))
        left = float(kept.body) - time.time() if kept else 0
        return (
            f"asked to be left alone for another {left:.0f} s (HTTP 429), so it is asked nothing." if left > 0 else ""
        )


def _waiting(host: str) -> str:
    return f"WAIT {host}"


def _sent_away(error: RefusedError) -> str:
    if error.status == 403:
        return f"refuses us (HTTP 403), which may be a ban; nothing more is asked of it. {_KEPT.capitalize()}."
    wait = f", and not before {error.retry_after:.0f} s have passed" if error.retry_after else ""
    return f"has been asked too much (HTTP 429). Nothing more is asked of it in this run; try later{wait}."
