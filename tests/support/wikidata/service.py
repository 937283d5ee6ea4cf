"""Wikidata's interfaces on a free port of this machine: SPARQL, Special:EntityData, search and reconciliation.

    with serving() as wikidata:
        wikidata.sparql, wikidata.entity_data, wikidata.api, wikidata.reconciliation   # addresses
        wikidata.faults.append(first(2, at("/sparql", too_many(retry_after=1))))       # what goes wrong
        wikidata.content.change("Q907311", labels={"en": "Flix"}); wikidata.reload()   # what has changed since
        wikidata.asked, wikidata.most_at_once                                          # how politely it was asked

The true addresses are paths of three hosts; here they are paths of one.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox

from support.wikidata import documents, finding, querying
from support.wikidata.faults import Fault
from support.wikidata.rdf import served
from support.wikidata.slice import Slice


@dataclass
class Asked:
    """A request: what was asked, how, from when until its answer was ready (seconds), and the status; 0 is none."""

    method: str
    path: str
    headers: dict[str, str]
    form: dict[str, str]
    began: float
    ended: float = 0
    status: int = 0


class Wikidata(ThreadingHTTPServer):
    """The server; `content` is what it knows, `store` the same for SPARQL."""

    daemon_threads = True

    def __init__(self, content: Slice) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.content = content
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.lock, self.at_once, self.most_at_once = threading.Lock(), 0, 0
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.sparql, self.api = f"{self.url}/sparql", f"{self.url}/w/api.php"
        self.entity_data, self.reconciliation = f"{self.url}/wiki/Special:EntityData/", f"{self.url}/en/api"
        self.reload()

    def reload(self) -> None:
        """Let SPARQL see what has changed in `content`; until then it lags behind, as the true one may."""
        store = ox.Store()
        store.extend(served(self.content))
        self.store = store

    def handle_error(self, *_: object) -> None:
        """What a client does to its connection is no news."""


class Request(BaseHTTPRequestHandler):
    """One request: `path` without the query, `form` with what the query and the body's form say, `body`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a kept connection waits 40 ms for each answer
    server: Wikidata

    def version_string(self) -> str:
        return "a server for tests"

    def log_message(self, *_: object, **__: object) -> None:
        pass

    def do_GET(self) -> None:
        with suppress(ConnectionError, TimeoutError):
            self._read()
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.asked = Asked(self.command, self.path, headers, self.form, time.monotonic())
            self._begin()
            try:
                if not any(fault(self) for fault in list(self.server.faults)):
                    self._serve()
            finally:
                self._end(0)

    do_POST = do_HEAD = do_GET  # noqa: N815 - http.server's own names

    def _begin(self) -> None:
        with self.server.lock:
            self.server.asked.append(self.asked)
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)

    def _end(self, status: int) -> None:
        """Before the answer is sent: who has it may ask the next thing, and that is one at a time."""
        with self.server.lock:
            if not self.asked.ended:
                self.asked.ended, self.asked.status = time.monotonic(), status
                self.server.at_once -= 1

    def _read(self) -> None:
        url = urlsplit(self.path)
        self.path, self.form = url.path, {}
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        is_form = "urlencoded" in self.headers.get("Content-Type", "")
        for part in (url.query, self.body if is_form else ""):
            self.form |= {name: values[-1] for name, values in parse_qs(part, keep_blank_values=True).items()}

    def answer(self, status: int, body: bytes | str = b"", media_type: str = "text/plain", **headers: str) -> bool:
        data = body.encode() if isinstance(body, str) else body
        self._end(status)
        self.send_response(status)
        self.send_header("Content-Type", f"{media_type};charset=utf-8")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
        return True

    def answer_json(self, found: Any) -> bool:
        return self.answer(200, json.dumps(found, ensure_ascii=False), "application/json")

    def _serve(self) -> None:
        """Every interface turns away whoever does not say who it is."""
        agent = self.headers.get("User-Agent", "")
        if not agent or agent.lower().startswith(("python", "curl", "java", "mozilla")):
            self.answer(403, "Please set a user-agent and respect our robot policy.\n")
        elif self.path == "/sparql":
            querying.answer(self)
        elif self.path == "/w/api.php":
            self.answer_json(finding.searched(self.server.content, self.form))
        elif self.path == "/en/api":
            self.answer_json(finding.reconciled(self.server.content, self.form, self.server.url))
        elif self.path.startswith(("/wiki/Special:EntityData/", "/entity/")):
            documents.answer(self)
        else:
            self.answer(404, "<html><title>Not found</title></html>", "text/html")


@contextmanager
def serving(content: Slice | None = None) -> Iterator[Wikidata]:
    """A server that answers until the end."""
    with Wikidata(content or Slice.read()) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()
