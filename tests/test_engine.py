"""Engines: a store in this process and an endpoint elsewhere give the same answers and the same kind of errors."""

import contextlib
import http.server
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

import lalakg
from conftest import ROOT
from lalakg._engine import Engine, LocalEngine, RemoteEngine
from lalakg._errors import EndpointError, LalakgError, QueryError, QuerySyntaxError
from lalakg._result import Boolean, Graph, Rows

PREFIXES = {"ex": "http://example.org/"}
TURTLE = "@prefix ex: <http://example.org/> . ex:a ex:b 1 , 2 ; ex:c ex:d ."
EMPTY_ROWS = b'{"head":{"vars":["x"]},"results":{"bindings":[]}}'


@pytest.fixture
def local(tmp_path: Path) -> LocalEngine:
    (tmp_path / "x.ttl").write_text(TURTLE, encoding="utf-8")
    return LocalEngine(tmp_path / "x.ttl", PREFIXES, {})


# A store in this process


def test_each_form_of_query_has_its_kind_of_answer(local: Engine) -> None:
    rows = local.query("SELECT ?o { ex:a ex:b ?o } ORDER BY ?o")
    assert isinstance(rows, Rows)
    assert rows.cells() == [["1"], ["2"]]
    yes = local.query("ASK { ex:a ex:c ex:d }")
    assert isinstance(yes, Boolean)
    assert yes
    for text in ("CONSTRUCT { ?o ex:e ?s } WHERE { ?s ex:c ?o }", "DESCRIBE ex:a"):
        graph = local.query(text)
        assert isinstance(graph, Graph)
        assert len(graph) in (1, 3)


def test_triples_and_a_file_give_the_same_answers(local: LocalEngine) -> None:
    triples = [q.triple for q in ox.parse(TURTLE, format=ox.RdfFormat.TURTLE)]
    other = LocalEngine(triples, PREFIXES, {})
    text = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"
    assert other.query(text).render("json") == local.query(text).render("json")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("SELECT ?x\nWHERE { ?x }\n", 2, "this is not valid SPARQL"),
        ("SELECT ?x\nWHERE {\n  ?x nope:y ?z }\n", 3, "Prefix not found"),
        ("SELECT ?x (COUNT(?y) AS ?n)\nWHERE { ?x ?p ?y }", 2, "a variable that is unbound"),
        ("", 1, "this is not valid SPARQL"),
        ("SELECT ?x {\n", 1, "this is not valid SPARQL"),
        ("DELETE WHERE { ?s ?p ?o }", 1, "this is not valid SPARQL"),
    ],
)
def test_a_syntax_error_names_line_and_column(local: Engine, text: str, line: int, words: str) -> None:
    with pytest.raises(QuerySyntaxError, match=words) as raised:
        local.query(text)
    error = raised.value
    assert error.line == line
    assert 1 <= error.column <= len(text.split("\n")[line - 1]) + 1
    assert str(error).startswith(f"query, line {line}, column {error.column}: ")
    assert "\n  " in str(error) or not text
    assert len(str(error)) < 300, "not the whole list of what could have stood there"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("SELECT (<http://example.org/f>(1) AS ?x) {}", "custom function"),
        ("CONSTRUCT { ?x ?y ?z } WHERE { ?x ?y ?z FILTER (<http://example.org/f>(1)) }", "the query failed"),
        ("ASK { FILTER (<http://example.org/f>(1)) }", "the query failed"),
    ],
)
def test_a_query_that_fails_while_it_runs_is_an_error_of_ours(local: Engine, text: str, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        local.query(text)


# An endpoint elsewhere


class Page(http.server.BaseHTTPRequestHandler):
    """Answers every request with what the server was given, and remembers what it was asked."""

    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        server.asked.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(server.status)
        if server.media_type:
            self.send_header("Content-Type", server.media_type)
        self.end_headers()
        self.wfile.write(server.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(http.server.HTTPServer):
    status, media_type, body = 200, "text/html", b"<h1>Welcome</h1>"

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), Page)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/sparql"


@contextlib.contextmanager
def served(server: http.server.HTTPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    with served(server):
        yield server


def test_a_remote_answer_is_like_a_local_one(server: Server) -> None:
    engine = RemoteEngine(server.url, PREFIXES, {})
    server.media_type, server.body = "application/sparql-results+json;charset=utf-8", EMPTY_ROWS
    assert isinstance(engine.query("SELECT ?x { ?x ?y ?z }"), Rows)
    server.body = b'{"head":{},"boolean":true}'
    assert engine.query("ASK {}")
    server.media_type, server.body = "text/turtle", TURTLE.encode()
    graph = engine.query("CONSTRUCT WHERE { ?s ?p ?o }")
    assert isinstance(graph, Graph)
    assert len(graph) == 3


def test_prefixes_need_not_be_declared_elsewhere_either(server: Server) -> None:
    server.media_type, server.body = "application/sparql-results+json", EMPTY_ROWS
    text = "PREFIX foaf: <http://mine.example/>\nSELECT ?x { ?x ex:b foaf:c ; foaf:d 'lala:e' }"
    prefixes = {**PREFIXES, "foaf": "http://xmlns.com/foaf/0.1/", "lala": "http://lala.example/"}
    RemoteEngine(server.url, prefixes, {}).query(text)
    (sent,) = urllib.parse.parse_qs(server.asked[0])["query"]
    assert sent == f"PREFIX ex: <http://example.org/>\n{text}"


@pytest.mark.parametrize(
    ("status", "media_type", "body", "words"),
    [
        (200, "text/html", b"<h1>Welcome</h1>", "answered text/html; is it a SPARQL endpoint?"),
        (200, "", b"hello", "answered without a media type; is it a SPARQL endpoint?"),
        (200, "application/sparql-results+json", b"<h1>Oops</h1>", "cannot be read"),
        (
            200,
            "application/sparql-results+json",
            b'{"head":{"vars":["x"]},"results":{"bindings":[{"x',
            "cannot be read",
        ),
        (200, "text/turtle", b"<http://e/a> oops", "cannot be read"),
        (400, "text/plain", b"no", "refused the query"),
        (401, "text/plain", b"no", "refused the query"),
        (404, "text/html", b"no", "refused the query"),
        (405, "text/html", b"no", "cannot be asked: Method Not Allowed"),
        (500, "text/plain", b"no", "refused the query"),
    ],
)
def test_what_is_no_answer_is_an_error_with_the_address(
    server: Server, status: int, media_type: str, body: bytes, words: str
) -> None:
    server.status, server.media_type, server.body = status, media_type, body
    with pytest.raises(EndpointError) as raised:
        RemoteEngine(server.url, PREFIXES, {}).query("SELECT ?x { ?x ?y ?z }")
    assert raised.value.url == server.url
    assert str(raised.value).startswith(f"{server.url}: ")
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_plain_web_server_is_no_endpoint(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<h1>Welcome</h1>", encoding="utf-8")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Quiet)
    with served(server), pytest.raises(EndpointError, match="Unsupported method"):
        RemoteEngine(f"http://127.0.0.1:{server.server_port}/", {}, {}).query("ASK {}")


@pytest.mark.parametrize(
    "url", ["nonsense", "ftp://127.0.0.1:9/x", "http://", "http://127.0.0.1:9/", "http://[", "file:///x"]
)
def test_an_address_where_nobody_answers_is_an_error(url: str) -> None:
    with pytest.raises(EndpointError) as raised:
        RemoteEngine(url, {}, {}, timeout=5).query("ASK {}")
    assert raised.value.url == url


def test_something_that_does_not_speak_http_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            connection.recv(4096)
            connection.sendall(b"220 mail.example ESMTP\r\n")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(EndpointError, match="cannot be asked"):
            RemoteEngine(f"http://127.0.0.1:{listener.getsockname()[1]}/", {}, {}).query("ASK {}")
        thread.join()


def test_an_endpoint_that_never_answers_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(EndpointError, match="timed out"):
            RemoteEngine(url, {}, {}, timeout=1).query("ASK {}")


def test_every_error_is_of_our_tree(server: Server) -> None:
    with pytest.raises(LalakgError):
        lalakg.load(ROOT, endpoint=server.url).query("who-plays-whom")


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Oxigraph server that holds the published graph: its query address."""
    binary = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    if binary is None:
        pytest.skip("there is no Oxigraph server here: pip install oxigraph")
    place = tmp_path_factory.mktemp("oxigraph")
    data = ROOT / "data/published/lalakg.ttl"
    subprocess.run([binary, "load", "-l", place, "-f", data], check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    running = subprocess.Popen(
        [binary, "serve-read-only", "-l", place, "-b", f"127.0.0.1:{port}"], stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/query"
    finally:
        running.terminate()
        running.wait()


@pytest.mark.slow
def test_every_ready_made_query_gives_the_same_answer_at_an_endpoint(oxigraph: str, kg: lalakg.KnowledgeGraph) -> None:
    remote = lalakg.load(ROOT, endpoint=oxigraph)
    for name in (name for name in kg.catalogue if kg.catalogue[name].group != "wikidata"):
        here, there = kg.query(name), remote.query(name)
        assert type(here) is type(there)
        if isinstance(here, Graph) and isinstance(there, Graph):
            assert set(here) == set(there), name
        else:
            assert json.loads(here.render("json")) == json.loads(there.render("json")), name


@pytest.mark.slow
def test_describing_works_at_an_endpoint(oxigraph: str, kg: lalakg.KnowledgeGraph) -> None:
    assert str(lalakg.load(ROOT, endpoint=oxigraph).describe("ev-f-kiss")) == str(kg.describe("ev-f-kiss"))
