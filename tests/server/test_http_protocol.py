"""Clients that misbehave: too slow to ask, too slow to read, too large, gone too early. Nobody else notices."""

import contextlib
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from support.serving import serving

pytestmark = pytest.mark.slow

QUERY = {"Content-Type": "application/sparql-query"}
WHOLE = "/store"
SLOW = 1.0  # the patience of the server that is tested


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    words = ("--patience", str(SLOW), "--timeout", "3", "--budget", "100000", "--processes", "1")
    with serving("serve", "-q", *words) as found:
        yield found


@pytest.fixture
def server(running: tuple[str, "subprocess.Popen[str]"]) -> Iterator[str]:
    """A server that must still answer after each test."""
    address, _ = running
    yield address
    assert httpx.post(f"{address}/sparql", content="ASK {}", headers=QUERY, timeout=10).json()["boolean"] is True


def connect(address: str, receive: int = 0) -> socket.socket:
    parts = urlsplit(address)
    assert parts.hostname
    found = socket.socket()
    if receive:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    found.settimeout(10)
    found.connect((parts.hostname, parts.port))
    return found


def rest(connection: socket.socket) -> bytes:
    """All that still comes, until the server has hung up."""
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def drip(connection: socket.socket, data: bytes) -> None:
    """Send a byte at a time, as long as somebody takes it."""
    with contextlib.suppress(ConnectionError):
        for byte in data:
            connection.send(bytes([byte]))
            time.sleep(SLOW / 10)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", b""),
        (b"GET / HT", b""),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b""),
        (b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nAS", b"HTTP/1.1 408 "),
        (b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nAS\r\n", b"HTTP/1.1 408 "),
    ],
    ids=["nothing", "half a line", "half a head", "half a body", "half the chunks"],
)
def test_a_request_that_does_not_arrive_is_not_waited_for(server: str, sent: bytes, status: bytes) -> None:
    with connect(server) as connection:
        connection.sendall(sent)
        start = time.monotonic()
        found = rest(connection)
        assert time.monotonic() - start > SLOW / 2
        assert found.startswith(status)
        assert found or not status


@pytest.mark.parametrize(
    "head", [b"GET /" + b"x" * 50, b"POST /sparql HTTP/1.1\r\nContent-Length: 50\r\n\r\n"], ids=["head", "body"]
)
def test_nor_is_one_that_comes_byte_by_byte(server: str, head: bytes) -> None:
    with connect(server) as connection:
        start = time.monotonic()
        if head.endswith(b"\n"):
            connection.sendall(head)
        drip(connection, b"x" * 50 if head.endswith(b"\n") else head)
        rest(connection)
        assert time.monotonic() - start < 50 * SLOW / 10


def test_a_connection_may_be_used_again_after_a_pause_that_is_no_request(server: str) -> None:
    with httpx.Client(base_url=server) as client:
        for _ in range(2):
            assert client.get("/healthz").status_code == 200
            time.sleep(SLOW * 1.5)


@pytest.mark.parametrize(
    "line", [b"GET /%s HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nX: %s\r\n\r\n"], ids=["address", "header"]
)
def test_a_head_that_is_too_large_is_refused(server: str, line: bytes) -> None:
    with connect(server) as connection:
        with contextlib.suppress(ConnectionError):
            for start in range(0, 2**18, 2**14):  # in pieces, so that the server sees it grow
                connection.sendall((line % (b"x" * 2**18))[start : start + 2**14])
                time.sleep(0.01)
        found = rest(connection)
        assert found.startswith(b"HTTP/1.1 431 ") or not found, "what was refused may be lost with the connection"
    assert httpx.get(f"{server}/sparql", params={"query": "ASK {}" + " " * 40_000}).status_code == 200


def test_who_takes_nothing_off_is_let_go_and_who_is_slow_is_served(server: str) -> None:
    asked = f"GET {WHOLE} HTTP/1.1\r\nHost: x\r\nAccept: application/n-quads\r\nConnection: close\r\n\r\n".encode()
    size = int(
        httpx.head(server + WHOLE, headers={"Accept": "application/n-quads", "Accept-Encoding": "identity"}).headers[
            "Content-Length"
        ]
    )
    with connect(server, 4096) as idle, connect(server, 65536) as slow:
        idle.sendall(asked)
        slow.sendall(asked)
        found = b""
        until = time.monotonic() + 3.5 * SLOW
        while time.monotonic() < until:
            time.sleep(SLOW / 10)
            found += slow.recv(65536)
        assert len(found) < size / 2, "it was slow"
        found += rest(slow)
        assert len(found.partition(b"\r\n\r\n")[2]) == size
        assert len(rest(idle)) < size


def files_of(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files as Linux lists them")
def test_clients_that_hang_up_leave_nothing_behind(running: tuple[str, "subprocess.Popen[str]"], server: str) -> None:
    _, process = running
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process.pid)], capture_output=True, text=True).stdout
    front = max(map(int, children.split()), key=files_of)
    httpx.get(server + WHOLE)
    before = files_of(front)
    for turn in range(60):
        with connect(server, 4096) as connection:
            connection.sendall(f"GET {WHOLE}?n={turn} HTTP/1.1\r\nHost: x\r\n\r\n".encode()[: 20 + turn])
            if turn % 2:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset, no goodbye
    deadline = time.monotonic() + 10
    while files_of(front) > before:
        assert time.monotonic() < deadline
        time.sleep(0.1)


HUGE = {
    "nested groups": "SELECT * " + "{" * 200_000 + "}" * 200_000,
    "nested brackets": "ASK { FILTER(" + "(" * 200_000 + "1" + ")" * 200_000 + ") }",
    "nested lists": "ASK { ?s ?p " + "(" * 200_000 + ")" * 200_000 + " }",
    "many unions": "SELECT * { {}" + " UNION {}" * 90_000 + " }",
    "many values": "SELECT (COUNT(*) AS ?n) { VALUES ?x { " + "1 " * 400_000 + "} }",
    "many triples": "ASK { " + "?s ?p ?o . " * 80_000 + "}",
    "many variables": "SELECT * { " + " ".join(f"?s{n} ?p{n} ?o{n} ." for n in range(30_000)) + " }",
    "many services": "ASK { " + "SERVICE <urn:x> {} " * 50_000 + "}",
    "a name without end": "SERVICE" * 140_000,
    "comments": "#\n" * 500_000 + "ASK {}",
    "one long word": "x" * 1_000_000,
    "quotes": "ASK { ?s ?p " + "'''a" * 200_000,
    "a long path": "ASK { ?s " + "^" * 300_000 + "a ?o }",
}


@pytest.mark.parametrize("name", sorted(HUGE))
def test_a_huge_query_is_answered_or_refused_while_others_go_on(server: str, name: str) -> None:
    found: list[httpx.Response] = []
    asking = threading.Thread(
        target=lambda: found.append(httpx.post(f"{server}/sparql", content=HUGE[name], headers=QUERY, timeout=60))
    )
    asking.start()
    with httpx.Client(base_url=server, timeout=10) as client:  # which it says when somebody else has to wait
        while asking.is_alive():
            assert client.get("/healthz").status_code == 200
    (response,) = found
    assert response.status_code in (200, 400, 403, 422, 503, 504), response.text
    if response.status_code >= 400:
        problem = response.json()
        assert re.search(r"[.?]$", problem["detail"])
        assert len(response.content) < 2_000, "the query is not said back"


# Requests that are taken for others

UPGRADE = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
SPARQL = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"


@pytest.mark.parametrize("pause", [0.0, 0.3])
def test_an_upgrade_that_is_not_made_changes_nothing(server: str, pause: float) -> None:
    """The body is a body, and no second request (uvicorn#2722)."""
    inner = b"GET /healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n"
    with connect(server) as connection:
        connection.sendall(SPARQL + UPGRADE + b"Content-Length: %d\r\n\r\n" % len(inner))
        time.sleep(pause)
        connection.sendall(inner)
        answers = re.findall(rb"HTTP/1\.1 (\d+)", rest_of_one(connection))
    assert answers == [b"400"], "it is no SPARQL"


def test_a_client_that_would_rather_speak_http_2_is_answered(server: str) -> None:
    """As Java's does with each request at first, so that all its POSTs were refused."""
    with connect(server) as connection:
        connection.sendall(SPARQL + UPGRADE + b"Content-Length: 6\r\n\r\nASK {}")
        assert rest_of_one(connection).startswith(b"HTTP/1.1 200 ")


def rest_of_one(connection: socket.socket) -> bytes:
    """What comes until nothing has come for a while."""
    connection.settimeout(3 * SLOW)
    found = b""
    with contextlib.suppress(TimeoutError, ConnectionError):
        while part := connection.recv(65536):
            found += part
    return found


@pytest.mark.parametrize(
    ("head", "block"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-A: b\r\n" * 8_000),
        (SPARQL + b"Transfer-Encoding: chunked\r\n\r\n6\r\nASK {}\r\n0\r\nX-A: ", b"a" * 65_536),
        (SPARQL + b"Transfer-Encoding: chunked\r\n\r\n6;", b"a" * 65_536),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999999\r\n\r\n", b"a" * 65_536),
    ],
    ids=["trailers", "a trailer", "an extension of a chunk", "a body of a GET"],
)
def test_nobody_sends_without_end(server: str, head: bytes, block: bytes) -> None:
    """The server hangs up long before 256 MB."""
    sent = 0
    with connect(server) as connection, contextlib.suppress(ConnectionError, TimeoutError):
        connection.settimeout(20 * SLOW)
        connection.sendall(head)
        while sent < 2**28:
            connection.sendall(block)
            sent += len(block)
    assert sent < 2**28


def test_what_is_no_http_is_told_in_the_shape_of_all_errors(server: str) -> None:
    with connect(server) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n")
        answer = rest(connection)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\n")
