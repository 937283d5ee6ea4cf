"""The server under load, when its data changes or its end comes: nothing is dropped, nothing mixed, nothing left."""

import hashlib
import http.client
import re
import signal
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest

import lalakg
from support.serving import serving

pytestmark = pytest.mark.slow

LABELS = "SELECT ?l { <https://example.org/film/id/film> <http://www.w3.org/2000/01/rdf-schema#label> ?l }"
PATHS = [
    "/",
    "/id/film.html",
    "/id/film.rdf",
    "/data/film.nt",
    "/query/what-happens.html",
    "/query/what-happens.rq",
    "/api/",
    f"/sparql?query={quote(LABELS)}",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "film"
    lalakg.init(folder)
    write(folder, 0)
    return folder


def write(folder: Path, number: int) -> None:
    """Make an edition that says its number in its data and in its query, thus in everything that is made of them."""
    film, query = folder / "data/film.ttl", folder / "queries/questions/what-happens.rq"
    film.write_text(re.sub(r'"(My film|edition \d+ )"', f'"edition {number} "', film.read_text()))
    query.write_text(re.sub(r"^#\+ summary: .*", f"#+ summary: Is it edition {number} ?", query.read_text()))


def editions(text: str) -> set[int]:
    return {int(number) for number in re.findall(r"edition (\d+) ", text)}


def wait_for(edition: int, address: str) -> None:
    """Until every process serves it: each connection is one process's."""
    deadline, in_a_row = time.monotonic() + 30, 0
    while in_a_row < 20:
        assert time.monotonic() < deadline
        in_a_row = in_a_row + 1 if editions(httpx.get(f"{address}/id/film.ttl").text) == {edition} else 0


@dataclass
class Load:
    """Clients that keep their connections and ask one thing after another, until they are told to stop."""

    address: str
    statuses: Counter[int] = field(default_factory=Counter)
    mixed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    refused: int = 0
    bodies: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.threads = [threading.Thread(target=self.run, args=(start,)) for start in range(4)]
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def run(self, turn: int) -> None:
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=30)
        while not self.over.is_set():
            try:
                if connection.sock is None:
                    connection.connect()
            except ConnectionError:
                self.refused += 1
                return
            turn += 1
            self.ask(connection, PATHS[turn % len(PATHS)])
        connection.close()

    def ask(self, connection: http.client.HTTPConnection, path: str) -> None:
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read().decode()
        except (ConnectionError, http.client.HTTPException) as error:
            self.lost.append(f"{path}: {error!r}")
            connection.close()
            return
        self.statuses[response.status] += 1
        if len(editions(body)) != 1:
            self.mixed.append(f"{path}: {sorted(editions(body))}")
        known = self.bodies.setdefault((path, response.headers["ETag"] or ""), set())
        known.add(hashlib.sha256(body.encode()).hexdigest())


def test_what_is_read_late_is_of_the_edition_that_is_served(folder: Path) -> None:
    with serving("-C", str(folder), "serve", "-q") as (address, _):
        write(folder, 1)
        (folder / "queries/questions/new.rq").write_text("#+ summary: What else?\nASK {}", encoding="utf-8")
        for path in PATHS:
            assert editions(httpx.get(address + path).text) == {0}, path
        assert httpx.get(f"{address}/query/new.rq").status_code == 404


def test_a_query_that_changes_alone_is_a_new_edition(folder: Path) -> None:
    with serving("-C", str(folder), "serve", "-q", "--processes", "1") as (address, process):
        before = httpx.get(f"{address}/api/").headers["ETag"]
        query = folder / "queries/questions/what-happens.rq"
        query.write_text(query.read_text().replace("edition 0 ", "edition 7 "), encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 20
        while (now := httpx.get(f"{address}/api/", headers={"If-None-Match": before})).status_code == 304:
            assert time.monotonic() < deadline, "the new edition has the same ETag"
            time.sleep(0.05)
        assert editions(now.text) == {7}


def test_data_that_cannot_be_read_is_named_and_the_old_stays(folder: Path) -> None:
    film = folder / "data/film.ttl"
    with serving("-C", str(folder), "serve", "-q", "--processes", "1") as (address, process):
        film.write_text("this is no Turtle", encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        time.sleep(1)
        assert editions(httpx.get(f"{address}/id/film.ttl").text) == {0}
        process.terminate()
        process.wait(20)


def test_new_editions_under_load(folder: Path, tmp_path: Path) -> None:
    below = tmp_path / "below"
    below.mkdir()
    with serving("-C", str(folder), "serve", "-q", "--budget", "100000", TMPDIR=str(below)) as (address, process):
        (top,) = below.iterdir()
        load = Load(address)
        for number in range(1, 4):
            write(folder, number)
            process.send_signal(signal.SIGHUP)
            wait_for(number, address)
        load.end()
        assert (load.lost, load.mixed, load.refused) == ([], [], 0)
        assert set(load.statuses) == {200}
        assert load.statuses[200] > 20
        assert {key: bodies for key, bodies in load.bodies.items() if len(bodies) > 1} == {}
        deadline = time.monotonic() + 20
        while len(left := [path for path in top.iterdir() if path.is_dir()]) > 1:
            assert time.monotonic() < deadline, f"former editions stay: {left}"
            time.sleep(0.2)
        assert editions(httpx.get(f"{address}/data/film.nt").text) == {3}


def test_the_end_under_load(folder: Path) -> None:
    with serving("-C", str(folder), "serve", "-q", "--budget", "100000") as (address, process):
        load = Load(address)
        time.sleep(2)
        process.terminate()
        assert process.wait(20) == 0
        load.end()
    assert load.lost == []
    assert set(load.statuses) == {200}
    assert load.refused == len(load.threads)
