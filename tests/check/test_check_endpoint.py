"""Checking where the data lies: the same report from a real server, and no verdict when an endpoint fails."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

import lalakg
from conftest import Command
from lalakg._errors import EndpointError
from lalakg._rdf import parser
from lalakg._shacl import Data, RemoteSource, Shapes, validate, validate_remotely
from lalakg._sparql.engine import RemoteEngine
from shacl import test_agreement

JSON = "application/sparql-results+json"
HEAD = "@prefix ex: <http://example.org/> .\n@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
SHAPES = f"""{HEAD}
ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property ex:S-p .
ex:S-p sh:path ex:p ; sh:maxInclusive 5 ; sh:maxCount 1 .
"""
NUMBER = 35
DATA = HEAD + "".join(f'ex:a{n} a ex:C ; ex:p {n} ; <https://schema.org/name> "No. {n}" .\n' for n in range(NUMBER))
WRONG = NUMBER - 6

Answer = Callable[[str, Callable[[str], bytes]], bytes | None]


def evaluated(store: ox.Store, query: str) -> bytes:
    answer = store.query(query)
    assert isinstance(answer, ox.QuerySolutions | ox.QueryBoolean)
    data = answer.serialize(format=ox.QueryResultsFormat.JSON)
    assert data is not None
    return data


class Server(ThreadingHTTPServer):
    """One whose threads end with it, and that says nothing when a client does not wait for its answer."""

    daemon_threads = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """See BaseServer."""


@contextmanager
def serving(answer: Answer, ask: Callable[[str], bytes], media_type: str = JSON) -> Iterator[str]:
    """An endpoint on a free loopback port that passes queries to `answer`; None hangs up."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            data = answer(form["query"][0], ask)
            if data is None:
                self.connection.close()
                return
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: Any, **kwargs: Any) -> None:
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/query"
        server.shutdown()


def faithful(query: str, ask: Callable[[str], bytes]) -> bytes:
    return ask(query)


def cut(rows: int) -> Answer:
    """As endpoints do that have a limit: fewer rows, and not a word about it."""

    def answer(query: str, ask: Callable[[str], bytes]) -> bytes:
        told = json.loads(ask(query))
        if "results" in told:
            told["results"]["bindings"] = told["results"]["bindings"][:rows]
        return json.dumps(told).encode()

    return answer


def stubborn(query: str, ask: Callable[[str], bytes]) -> bytes:
    """Cuts to ten rows, and gives nothing beyond them in pages either."""
    told = json.loads(cut(10)(query, ask) or b"")
    if "OFFSET" in query and "OFFSET 0" not in query:
        told["results"]["bindings"] = []
    return json.dumps(told).encode()


@pytest.fixture(scope="module")
def ask() -> Callable[[str], bytes]:
    """A small store with faults in it."""
    store = ox.Store()
    store.load(DATA.encode(), format=ox.RdfFormat.TURTLE)
    return lambda query: evaluated(store, query)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    return tmp_path


def checked(url: str, place: Path) -> lalakg.Report:
    return lalakg.check(lalakg.load(endpoint=url), shapes=place / "shapes.ttl")


def test_what_an_endpoint_holds_is_checked_against_anybodys_shapes(
    ask: Callable[[str], bytes], place: Path, run: Command
) -> None:
    with serving(faithful, ask) as url:
        done = run("check", "--endpoint", url, "--shapes", "shapes.ttl", "-q", cwd=place)
    assert done.status == 1
    assert "violation: ex:a10 “No. 10”: ex:p: 10 is above 5 [ex:S-p]\n" in done.out
    assert done.out.endswith(
        f"Note: literals were judged as the store keeps them, at {url}.\nChecked 1 shape: {WRONG} violations.\n"
    )


def test_an_endpoint_without_anything_to_check_is_a_note(place: Path) -> None:
    with serving(faithful, lambda query: evaluated(ox.Store(), query)) as url:
        report = checked(url, place)
    assert report.conforms
    assert report.notes[1].startswith("no shape has anything in this data to check")


@pytest.mark.parametrize("rows", [10, 7, 1])
def test_an_answer_that_is_cut_short_is_fetched_in_pages(rows: int, ask: Callable[[str], bytes], place: Path) -> None:
    with serving(cut(rows), ask) as url:
        report = checked(url, place)
    assert len({finding.thing for finding in report.results}) == len(report.results) == WRONG


@pytest.mark.parametrize("rows", [10, NUMBER])
def test_a_constraint_may_have_comments_and_prefixes_of_its_own(
    rows: int, ask: Callable[[str], bytes], place: Path
) -> None:
    query = "# to select\nPREFIX select: <http://example.org/>\nSELECT $this { $this select:p ?x FILTER(?x>5) } # all"
    constraint = f"[ sh:select {ox.Literal(query)} ]"
    (place / "shapes.ttl").write_text(f"{HEAD}ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:sparql {constraint} .")
    with serving(cut(rows), ask) as url:
        assert len(checked(url, place).results) == WRONG


def silent(query: str, ask: Callable[[str], bytes]) -> bytes:
    """Counts rightly, and gives no row."""
    return (
        ask(query)
        if "COUNT(*)" in query or "ASK" in query
        else json.dumps(json.loads(ask(query)) | {"results": {"bindings": []}}).encode()
    )


def test_an_endpoint_that_cuts_to_nothing_does_not_conform(
    ask: Callable[[str], bytes], place: Path, run: Command
) -> None:
    with serving(silent, ask) as url:
        done = run("check", "--endpoint", url, "--shapes", "shapes.ttl", cwd=place)
    assert (done.status, done.out) == (2, "")
    assert "gave none of" in done.err


def test_an_endpoint_that_keeps_rows_back_is_refused(ask: Callable[[str], bytes], place: Path, run: Command) -> None:
    with serving(stubborn, ask) as url:
        done = run("check", "--endpoint", url, "--shapes", "shapes.ttl", cwd=place)
    assert (done.status, done.out) == (2, "")
    assert done.err == f"lalakg: {url}: gave 10 of {WRONG} rows, even in pages; raise its limit.\n"


def dying(after: int) -> Answer:
    seen = [0]

    def answer(query: str, ask: Callable[[str], bytes]) -> bytes | None:
        seen[0] += 1
        return ask(query) if seen[0] <= after else None

    return answer


@pytest.mark.usefixtures("pauses")
@pytest.mark.parametrize("after", range(6))
def test_an_endpoint_that_dies_half_way_gives_no_verdict(
    after: int, ask: Callable[[str], bytes], place: Path, run: Command
) -> None:
    with serving(dying(after), ask) as url:
        done = run("check", "--endpoint", url, "--shapes", "shapes.ttl", cwd=place)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"lalakg: {url}: broke the connection: ")
    assert done.err.count("\n") == 1


def test_half_an_answer_gives_no_verdict(ask: Callable[[str], bytes], place: Path) -> None:
    with (
        serving(lambda query, real: real(query)[: None if "ASK" in query else -20], ask) as url,
        pytest.raises(EndpointError, match="cannot be read"),
    ):
        lalakg.check(lalakg.load(endpoint=url, default=True), shapes=place / "shapes.ttl")


STORE = "is it the address of a store?"


def test_html_gives_no_verdict(ask: Callable[[str], bytes], place: Path, run: Command) -> None:
    with serving(lambda _query, _ask: b"<html>Welcome</html>", ask, "text/html") as url:
        done = run("check", "--endpoint", url, "--shapes", "shapes.ttl", cwd=place)
    assert (done.status, done.out) == (2, "")
    assert done.err == f"lalakg: {url}: does not answer SPARQL, nor do /query and /sparql below it; {STORE}\n"


@pytest.mark.slow
def test_an_endpoint_that_takes_too_long_gives_no_verdict(ask: Callable[[str], bytes]) -> None:
    released = threading.Event()

    def slow(query: str, real: Callable[[str], bytes]) -> bytes:
        released.wait(5)
        return real(query)

    with serving(slow, ask) as url:
        source = RemoteSource(RemoteEngine(url, {}, {}, timeout=1))
        with pytest.raises(EndpointError, match=r"was not done within 1 s; give it longer with --timeout"):
            validate_remotely(source, Shapes(parser.parse(SHAPES.encode(), Path("shapes.ttl")).triples))
        released.set()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("localhost:7878/query", "is no web address"),
        ("file:///etc/hosts", "is no web address"),
        ("http://", "is no web address"),
        ("http://127.0.0.1:{port}/query", "cannot be reached: Connection refused"),
        ("http://no.such.host.invalid/query", "cannot be reached"),
    ],
)
def test_a_wrong_url_is_one_clear_message(url: str, reason: str, place: Path, run: Command) -> None:
    done = run("check", "--endpoint", url.format(port=free_port()), "--shapes", "shapes.ttl", cwd=place)
    assert (done.status, done.out) == (2, "")
    assert reason in done.err
    assert (done.err.startswith("lalakg: "), done.err.count("\n")) == (True, 1)


def test_pyshacl_is_not_sent_elsewhere(place: Path, run: Command) -> None:
    words = ["--endpoint", "http://127.0.0.1:9/query", "--shapes", "shapes.ttl", "--engine", "pyshacl"]
    done = run("check", *words, cwd=place)
    assert (done.status, done.out) == (2, "")
    assert "pyshacl cannot check what lies elsewhere" in done.err


# ── a real server ────────────────────────────────────────────────────────────────────────────────

OXIGRAPH = Path(sys.executable).with_name("oxigraph")


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Oxigraph's server, in a process of its own, on a free loopback port."""
    port, location = free_port(), tmp_path_factory.mktemp("oxigraph")
    words = [OXIGRAPH, "serve", "--location", location, "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        url = f"http://127.0.0.1:{port}"
        for _ in range(200):
            try:
                urllib.request.urlopen(url, timeout=5).close()
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)
        yield url
        server.terminate()


def load(url: str, triples: set[ox.Triple]) -> None:
    data = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES)
    headers = {"Content-Type": "application/n-triples"}
    request = urllib.request.Request(f"{url}/store?default", data=data, headers=headers, method="PUT")
    urllib.request.urlopen(request, timeout=60).close()


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(test_agreement.BATCHES))
def test_planted_faults_give_the_same_report_through_an_endpoint(batch: int, oxigraph: str) -> None:
    """All but the one blank node, which an endpoint names anew in every answer."""
    graph = {t for t in test_agreement.faulty(batch) if not isinstance(t.subject, ox.BlankNode)}
    load(oxigraph, graph)
    shapes = Shapes(test_agreement.SHAPES.triples)
    here = validate(Data(graph), shapes).results
    there = validate_remotely(RemoteSource(RemoteEngine(f"{oxigraph}/query", {}, {})), shapes).results
    assert Counter(r.identity for r in there) == Counter(r.identity for r in here)
    assert Counter(r.message for r in there) == Counter(r.message for r in here)
    assert here


@pytest.mark.slow
def test_a_server_that_keeps_back_rows_gives_the_same_report(oxigraph: str) -> None:
    graph = {t for t in test_agreement.faulty(0) if not isinstance(t.subject, ox.BlankNode)}
    load(oxigraph, graph)
    shapes = Shapes(test_agreement.SHAPES.triples)

    def ask(query: str) -> bytes:
        headers = {"Content-Type": "application/sparql-query", "Accept": JSON}
        request = urllib.request.Request(f"{oxigraph}/query", data=query.encode(), headers=headers)
        with urllib.request.urlopen(request, timeout=60) as response:
            return bytes(response.read())

    with serving(cut(10), ask) as url:
        there = validate_remotely(RemoteSource(RemoteEngine(url, {}, {})), shapes).results
    assert Counter(r.identity for r in there) == Counter(r.identity for r in validate(Data(graph), shapes).results)


@pytest.mark.slow
def test_the_film_conforms_at_an_endpoint_as_a_whole(oxigraph: str, run: Command) -> None:
    load(oxigraph, set(test_agreement.test_shapes.published()))
    done = run("check", "--endpoint", f"{oxigraph}/query", "-q", cwd=test_agreement.test_shapes.ROOT)
    note = f"Note: literals were judged as the store keeps them, at {oxigraph}/query.\n"
    assert done.out.startswith(note)
    assert done.status == 0, done.out
    assert re.search(r"no faults\.\n$", done.out)
