"""A small SPARQL store in a thread, on a free port of this machine, that fails when and as a test wants it to."""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox

Fault = Callable[["Request"], bool]
"""Answers a request in its own way and gives True, or leaves it alone and gives False."""


WHOLE = {"query": "/query", "update": "/update", "graphs": "/store"}
"""Where Oxigraph offers its services."""


class FakeStore(ThreadingHTTPServer):
    """Speaks SPARQL 1.1 as `server` (Oxigraph by default) does; remembers the requests; `faults` come first.

    `services` tells the paths of those that it has. Its default graph is one of its own; with `union`, it shows all
    that lies in named ones.
    """

    daemon_threads = True

    def __init__(
        self,
        server: str = "Oxigraph/0",
        services: Mapping[str, str] = WHOLE,
        *,
        union: bool = False,
        certificate: Path | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.name, self.data, self.lock = server, ox.Store(), threading.Lock()
        self.services, self.union = services, union
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.faults: list[Fault] = []
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self.server_port}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, *_: object) -> None:
        """What a client does to its connection is no news."""

    def graph(self, name: str | None = None) -> set[str]:
        """What a graph holds, as lines."""
        graph = ox.NamedNode(name) if name else ox.DefaultGraph()
        return {str(quad.triple) for quad in self.data.quads_for_pattern(None, None, None, graph)}

    def graphs(self) -> set[str]:
        """The names of the named graphs."""
        return {str(graph.value) for graph in self.data.named_graphs()}


class Request(BaseHTTPRequestHandler):
    """One request: `method`, `path`, `body`, `form`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else a kept connection waits 40 ms for each answer
    server: FakeStore
    body: bytes
    form: dict[str, list[str]]

    def version_string(self) -> str:
        return self.server.name

    def log_message(self, *_: object, **__: object) -> None:
        pass

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        self.server.asked.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
        self.body = self._read()
        is_form = "urlencoded" in self.headers.get("Content-Type", "")
        self.form = parse_qs(url.query, keep_blank_values=True) | (parse_qs(self.body.decode()) if is_form else {})
        with suppress(ConnectionError, TimeoutError):
            if not any(fault(self) for fault in self.server.faults):
                with self.server.lock:
                    self._serve()

    do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 - http.server's own names

    @property
    def is_write(self) -> bool:
        """Whether it sends data: not a question, and no mark or move."""
        is_mark = re.search(rb"x-lalakg(%3A|:)(into|fills)", self.body)
        is_sent = self.command in ("POST", "PUT") and self._service == "graphs"
        return not is_mark and (is_sent or b"INSERT" in self.body)

    @property
    def _service(self) -> str:
        path = urlsplit(self.path).path
        return next((name for name, at in self.server.services.items() if at == path), "")

    @property
    def is_move(self) -> bool:
        return any("MOVE" in text for text in self.form.get("update", []))

    def _read(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> bool:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return True

    def _serve(self) -> None:
        data, service = self.server.data, self._service
        if service == "query" and "query" in self.form:
            graphs = [ox.NamedNode(name) for name in self.form.get("default-graph-uri", [])]
            union = self.server.union and not graphs
            answer: Any = data.query(
                self.form["query"][0], default_graph=graphs or None, use_default_graph_as_union=union
            )
            form: Any = ox.RdfFormat.TURTLE if isinstance(answer, ox.QueryTriples) else ox.QueryResultsFormat.JSON
            self.answer(200, answer.serialize(format=form), Content_Type=form.media_type)
        elif service == "update" and "update" in self.form:
            data.update(self.form["update"][0])
            self.answer(204)
        elif service == "graphs":
            self._graph(ox.NamedNode(self.form["graph"][0]) if "graph" in self.form else ox.DefaultGraph())
        else:
            self.answer(404, b"nothing here")

    def _graph(self, graph: ox.NamedNode | ox.DefaultGraph) -> None:
        data, name = self.server.data, graph.value if isinstance(graph, ox.NamedNode) else None
        if self.command == "GET":
            self.answer(200, "".join(f"{line} .\n" for line in self.server.graph(name)).encode())
        elif self.command in ("POST", "PUT") and "n-triples" not in self.headers.get("Content-Type", ""):
            self.answer(415)
        else:
            if self.command != "POST":
                data.remove_graph(graph)
            data.load(self.body, format=ox.RdfFormat.N_TRIPLES, to_graph=graph)
            self.answer(204)


@contextmanager
def running(
    server: str = "Oxigraph/0",
    services: Mapping[str, str] = WHOLE,
    *,
    union: bool = False,
    certificate: Path | None = None,
) -> Iterator[FakeStore]:
    """A store that answers until the end."""
    with FakeStore(server, services, union=union, certificate=certificate) as store:
        threading.Thread(target=store.serve_forever, args=(0.02,), daemon=True).start()
        yield store
        store.shutdown()
