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
from conftest import ROOT, missing
from lalakg._errors import EndpointError, LalakgError, QueryError, QuerySyntaxError
from lalakg._sparql.engine import Engine, LocalEngine, RemoteEngine
from lalakg._sparql.results import Boolean, Graph, Rows

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
    ("text", "prefix", "place"),
    [
        ("SELECT ?x {?x a foo:Bar}", "foo:", (1, 17)),
        ("SELECT ?x {\n  foo:Bar a ?x . ?x a lala:Film }", "foo:", (2, 3)),
        ("SELECT ?x { ?x a|^bar:p :Bar }", "bar:", (1, 19)),
        ("SELECT ?x { ?x a :Bar }", ":", (1, 18)),
        ("PREFIX foo: <urn:foo> SELECT ?x { ?x foo:p 'bar:x' , <bar:x> ; baz:p 1 }", "baz:", (1, 64)),
    ],
)
def test_a_prefix_that_is_not_declared_is_named_where_it_stands(
    local: Engine, text: str, prefix: str, place: tuple[int, int]
) -> None:
    with pytest.raises(QuerySyntaxError, match=f"the prefix {prefix} is not declared; add PREFIX {prefix} <") as raised:
        local.query(text)
    assert (raised.value.line, raised.value.column) == place


@pytest.mark.parametrize("text", ["SELECT ?x { ?x a <http://a b> }", "SELECT ?x { ?x ?y } foo:bar", "ASK { ?a: ?b 1 }"])
def test_another_fault_is_not_put_down_to_a_prefix(local: Engine, text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="this is not valid SPARQL"):
        local.query(text)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("SELECT ?x\nWHERE { ?x }\n", 2, "this is not valid SPARQL"),
        ("SELECT ?x\nWHERE {\n  ?x nope:y ?z }\n", 3, "the prefix nope: is not declared"),
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
        server.types.append(self.headers["Content-Type"])
        self.send_response(server.status)
        for name, value in {
            **({"Content-Type": server.media_type} if server.media_type else {}),
            **server.headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(server.body or server.bodies.pop(0))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(http.server.HTTPServer):
    """Gives one body again and again, or, when that is empty, one of `bodies` after the other."""

    status, media_type, body = 200, "text/html", b"<h1>Welcome</h1>"

    def __init__(self, handler: type[Page] = Page) -> None:
        self.asked: list[str] = []
        self.types: list[str] = []
        self.headers: dict[str, str] = {}
        self.bodies: list[bytes] = []
        super().__init__(("127.0.0.1", 0), handler)

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
        (400, "text/plain", b"no", "did not understand the request (HTTP 400): no."),
        (401, "text/plain", b"no", "wants a login"),
        (404, "text/html", b"no", "has nothing at that address; is the path right? (HTTP 404)."),
        (405, "text/html", b"no", "does not take this kind of request at that address"),
        (500, "text/plain", b"no", "failed; its log may say why (HTTP 500): no."),
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
    with served(server), pytest.raises(EndpointError, match="is it a SPARQL store"):
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
        with pytest.raises(EndpointError, match="broke the connection"):
            RemoteEngine(f"http://127.0.0.1:{listener.getsockname()[1]}/", {}, {}, timeout=0.4).query("ASK {}")
        thread.join()


def test_an_endpoint_that_never_answers_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with pytest.raises(EndpointError, match="was not done within 1 s"):
            RemoteEngine(url, {}, {}, timeout=1).query("ASK {}")


# What some stores do in their own way


def rows(*values: str) -> bytes:
    bindings = [{"x": {"type": "literal", "value": value}} for value in values]
    return json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": bindings}}).encode()


@pytest.fixture
def virtuoso(server: Server) -> Server:
    server.media_type, server.body = "application/sparql-results+json", b""
    server.headers = {"Server": "Virtuoso/07.20.3229 (Linux)"}
    return server


@pytest.mark.parametrize(("count", "truth"), [(1, True), (0, False)])
def test_an_ask_that_is_answered_by_a_table(virtuoso: Server, count: int, truth: bool) -> None:
    binding = {
        "__ASK_RETVAL": {"type": "typed-literal", "value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#int"}
    }
    whole = {"head": {"link": [], "vars": ["__ASK_RETVAL"]}, "results": {"bindings": [binding] * count}}
    virtuoso.body = json.dumps(whole).encode()
    answer = RemoteEngine(virtuoso.url, {}, {}).query("ASK { ?s ?p ?o }")
    assert isinstance(answer, Boolean)
    assert bool(answer) is truth


def test_blank_nodes_with_names_that_no_label_may_have(virtuoso: Server) -> None:
    names = ["nodeID://b10", "nodeID://b11", "nodeID://b10"]
    bindings = [{"x": {"type": "bnode", "value": name}} for name in names]
    virtuoso.body = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": bindings}}).encode()
    answer = RemoteEngine(virtuoso.url, {}, {}).query("SELECT ?x { ?x ?y ?z }")
    assert isinstance(answer, Rows)
    first, second, third = (row["x"] for row in answer)
    assert isinstance(first, ox.BlankNode)
    assert first == third != second


def test_rows_that_were_cut_off_are_fetched_in_pages(virtuoso: Server) -> None:
    virtuoso.headers["X-SPARQL-MaxRows"] = "2"
    virtuoso.bodies = [rows("b", "a"), rows("a", "b"), rows("c", "d"), rows("e")]
    answer = RemoteEngine(virtuoso.url, {}, {}).query("SELECT ?x { ?y ?z ?x }")
    assert isinstance(answer, Rows)
    assert answer.cells() == [["a"], ["b"], ["c"], ["d"], ["e"]]
    pages = [urllib.parse.parse_qs(asked)["query"][0] for asked in virtuoso.asked[1:]]
    assert [page.rpartition("LIMIT ")[2] for page in pages] == ["2 OFFSET 0", "2 OFFSET 2", "2 OFFSET 4"]
    assert all("ORDER BY ?x" in page for page in pages)


def test_rows_below_the_limit_are_whole(virtuoso: Server) -> None:
    virtuoso.headers["X-SPARQL-MaxRows"] = "3"
    virtuoso.bodies = [rows("b", "a")]
    assert len(RemoteEngine(virtuoso.url, {}, {}).query("SELECT ?x { ?y ?z ?x }").cells()) == 2  # type: ignore[union-attr]


def test_a_part_of_an_answer_is_none(virtuoso: Server) -> None:
    virtuoso.headers |= {
        "X-SQL-State": "S1TAT",
        "X-SQL-Message": "RC...: Returning incomplete results.  Activity:  9 rnd",
    }
    virtuoso.body = rows("a")
    with pytest.raises(
        EndpointError, match=r"gave only a part of the answer: RC\.\.\.: Returning incomplete results\.$"
    ):
        RemoteEngine(virtuoso.url, {}, {}).query("SELECT ?x { ?y ?z ?x }")


class OfRows(Page):
    """Gives a graph to a CONSTRUCT, and as many rows as it may to anything else."""

    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        server.asked.append(
            urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())["query"][0]
        )
        is_graph = server.asked[-1].startswith(("CONSTRUCT", "DESCRIBE"))
        self.send_response(200)
        self.send_header("Content-Type", "text/turtle" if is_graph else "application/sparql-results+json")
        if not is_graph and "X-SPARQL-MaxRows" in server.headers:
            self.send_header("X-SPARQL-MaxRows", server.headers["X-SPARQL-MaxRows"])
        self.end_headers()
        self.wfile.write(TURTLE.encode() if is_graph else rows("1", "1"))

    def version_string(self) -> str:
        return "Virtuoso/07.20.3229 (Linux)"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (
            "CONSTRUCT { ?s a 1 } WHERE { ?s ?p ?o } LIMIT 9",
            "SELECT (1 AS ?row) WHERE { { SELECT * WHERE { ?s ?p ?o } LIMIT 9\n} }",
        ),
        ("CONSTRUCT WHERE { ?s ?p ?o }", "SELECT (1 AS ?row) WHERE { { SELECT * WHERE { ?s ?p ?o }\n} }"),
        (
            "CONSTRUCT { ?s a '}' } FROM <urn:g> { ?s ?p ?o }",
            "SELECT (1 AS ?row) FROM <urn:g> WHERE { { SELECT * { ?s ?p ?o }\n} }",
        ),
        ("DESCRIBE ?s WHERE { ?s ?p ?o }", "SELECT (1 AS ?row) WHERE { { SELECT * WHERE { ?s ?p ?o }\n} }"),
        ("DESCRIBE <urn:a>", None),
    ],
)
def test_a_graph_that_was_cut_off_is_refused(text: str, asked: str | None) -> None:
    """Virtuoso says so of rows only: hence as many are asked for as the graph is made of."""
    server = Server(OfRows)
    with served(server):
        engine = RemoteEngine(server.url, {}, {})
        assert isinstance(engine.query(text), Graph)
        assert server.asked == [text] + ([asked] if asked else [])
        server.headers["X-SPARQL-MaxRows"] = "2"
        if asked is None:
            assert isinstance(engine.query(text), Graph)
            return
        with pytest.raises(EndpointError, match="makes a graph of 2 rows at most, and this takes more"):
            engine.query(text)


def test_the_form_says_that_it_is_utf_8_and_which_graph_is_meant(server: Server) -> None:
    """RDF4J's usual server reads Latin-1 else."""
    server.media_type, server.body = "application/sparql-results+json", EMPTY_ROWS
    RemoteEngine(server.url, {}, {}, graph="urn:é").query("SELECT ?x { ?x ?y 'ы' }")
    assert server.types == ["application/x-www-form-urlencoded; charset=UTF-8"]
    form = urllib.parse.parse_qs(server.asked[0])
    assert (form["default-graph-uri"], form["query"]) == (["urn:é"], ["SELECT ?x { ?x ?y 'ы' }"])


def test_every_error_is_of_our_tree(server: Server) -> None:
    with pytest.raises(LalakgError):
        lalakg.load(ROOT, endpoint=server.url).query("who-plays-whom")


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Oxigraph server that holds the published graph: its query address."""
    binary = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
    if binary is None:
        missing("there is no Oxigraph server here: pip install oxigraph")
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
