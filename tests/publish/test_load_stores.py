"""Loading into real stores: the same in each, whatever is killed, and in little memory."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

import lalakg
from conftest import LALAKG, ROOT, missing
from lalakg._errors import OutputError
from lalakg._publish.load import load_into
from lalakg._sparql.credentials import Credentials
from support import stores

pytestmark = pytest.mark.slow

GRAPH = "urn:x:film"
XSD = "http://www.w3.org/2001/XMLSchema#"


class OxigraphOnDisk(stores.Oxigraph):
    def command(self, folder: Path, port: int) -> list[str | Path]:
        return [*super().command(folder, port), "--location", folder / "data"]


class FusekiOnDisk(stores.Fuseki):
    def command(self, folder: Path, port: int) -> list[str | Path]:
        (folder / "data").mkdir(exist_ok=True)
        words = super().command(folder, port)
        at = words.index("--mem")
        return [*words[:at], "--tdb2", f"--loc={folder / 'data'}", *words[at + 1 :]]


class FusekiWithOneWay(stores.Fuseki):
    """It takes either updates or the Graph Store Protocol."""

    def __init__(self, operation: str, name: str) -> None:
        self.operation, self.name_of_it = operation, name

    def command(self, folder: Path, port: int) -> list[str | Path]:
        words = super().command(folder, port)
        config = folder / "config.ttl"
        config.write_text(
            f"""@prefix fuseki: <http://jena.apache.org/fuseki#> .
            @prefix ja: <http://jena.hpl.hp.com/2005/11/Assembler#> .
            [] a fuseki:Service ; fuseki:name "ds" ; fuseki:dataset [ a ja:MemoryDataset ] ;
              fuseki:endpoint [ fuseki:operation fuseki:query ; fuseki:name "query" ] ,
                              [ fuseki:operation fuseki:{self.operation} ; fuseki:name "{self.name_of_it}" ] .""",
            encoding="utf-8",
        )
        return [*words[: words.index("--mem")], f"--config={config}"]


KINDS = {kind.name: kind for kind in stores.STORES}
ON_DISK = {"oxigraph": OxigraphOnDisk(), "fuseki": FusekiOnDisk(), "virtuoso": KINDS["virtuoso"]}


def login(server: stores.Server) -> Credentials:
    return Credentials(*server.login) if server.login else Credentials()


def select(server: stores.Server, query: str) -> list[dict[str, Any]]:
    form = urlencode({"query": query}).encode()
    request = Request(server.query_url, form, {"Accept": "application/sparql-results+json"})
    with urlopen(request, timeout=60) as answer:
        return list(json.load(answer)["results"]["bindings"])


def count(server: stores.Server, graph: str | None = GRAPH) -> int:
    inside = f"GRAPH <{graph}> {{ ?s ?p ?o }}" if graph else "?s ?p ?o"
    return int(select(server, f"SELECT (COUNT(*) AS ?n) {{ {inside} }}")[0]["n"]["value"])


def graphs(server: stores.Server) -> set[str]:
    rows = select(
        server, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    )  # DISTINCT: minutes in Virtuoso
    return {row["g"]["value"] for row in rows if "g" in row}


@contextmanager
def started(kind: stores.Store, folder: Path) -> Iterator[stores.Server]:
    folder.mkdir(exist_ok=True)
    try:
        with kind.running(folder) as server:
            yield server
    except stores.Unavailable as reason:
        missing(str(reason))


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[stores.Server]:
    with started(KINDS[request.param], tmp_path_factory.mktemp(request.param)) as running:
        yield running


def numbered(path: Path, name: str, size: int) -> Path:
    """A file of so many triples that all bear one name."""
    with path.open("w", encoding="utf-8") as out:
        out.writelines(f'<urn:x:{name}{n}> <urn:x:p{n % 9}> "{name} number {n}" .\n' for n in range(size))
    return path


def test_the_film_arrives_where_queries_without_graph_find_it(server: stores.Server) -> None:
    kg = lalakg.load(ROOT)
    before = graphs(server)
    for _ in range(2):
        done = load_into(kg, server.query_url, credentials=login(server))
        assert done.altered == ()
        assert (done.graph is None) != server.union
        assert count(server, done.graph) == len(kg.triples)
    assert graphs(server) - before == ({str(done.graph)} if server.union else set())
    remote = lalakg.load(ROOT, endpoint=server.query_url)
    assert remote.query("what-differs").render("csv") == kg.query("what-differs").render("csv")


def test_graphs_by_name(server: stores.Server) -> None:
    kg = lalakg.load(ROOT)
    load_into(kg, server.query_url, graph=GRAPH, named_graphs=True, credentials=login(server))
    assert count(server) == len(kg.triples)
    assert count(server, kg.folder.dataset.graphs + "world-story") > 300
    assert not [name for name in graphs(server) if "x-lalakg" in name]


def test_the_default_graph_when_it_is_wished(server: stores.Server) -> None:
    kg = lalakg.load(ROOT)
    if server.name == "virtuoso":
        with pytest.raises(OutputError, match="has no default graph that can be written; name one with --graph"):
            load_into(kg, server.query_url, default=True, credentials=login(server))
    else:
        for _ in range(2):
            assert load_into(kg, server.query_url, default=True, credentials=login(server)).graph is None


def test_other_data_stays_unless_it_may_go(server: stores.Server, tmp_path: Path) -> None:
    graph = "urn:x:other"
    load_into([numbered(tmp_path / "a.nt", "a", 50)], server.query_url, graph=graph, credentials=login(server))
    with pytest.raises(OutputError, match="--replace"):
        load_into(lalakg.load(ROOT), server.query_url, graph=graph, credentials=login(server))
    assert count(server, graph) == 50
    numbered(tmp_path / "b.nt", "b", 70)
    load_into([tmp_path / "b.nt"], server.query_url, graph=graph, replace=True, credentials=login(server))
    assert count(server, graph) == 70


def test_what_each_store_alters_is_named(server: stores.Server, tmp_path: Path) -> None:
    (tmp_path / "x.ttl").write_text(
        f"""<urn:s> <urn:a> "01"^^<{XSD}integer> , "päläin ☃ 𝄞" , "Grüße"@de-AT ; <urn:b> "P1Y2M"^^<{XSD}duration> ;
            <urn:c> "7.0"^^<{XSD}decimal> ; <urn:d> <http://example.org/é> , [] .""",
        encoding="utf-8",
    )
    done = load_into(
        [tmp_path / "x.ttl"], server.query_url, graph="urn:x:terms", replace=True, credentials=login(server)
    )
    altered = {words.split()[1] for words in done.altered}
    assert (
        altered
        == {
            "oxigraph": {"<urn:a>", "<urn:c>"},
            "fuseki": set(),
            "rdf4j": set(),
            "virtuoso": {"<urn:a>", "<urn:b>", "<urn:c>"},
        }[server.name]
    )
    assert all(" became " in words for words in done.altered)
    assert len(done.altered) == len(altered)


@pytest.mark.parametrize(("operation", "path"), [("update", "update"), ("gsp-rw", "data")])
def test_one_way_to_write_is_enough(tmp_path: Path, operation: str, path: str) -> None:
    kg = lalakg.load(ROOT)
    with started(FusekiWithOneWay(operation, path), tmp_path / "store") as server:
        for _ in range(2):
            done = load_into(kg, server.query_url, named_graphs=True)
            assert (done.store, done.graph, done.altered) == ("Fuseki", None, ())
            assert count(server, None) == len(kg.triples)
            assert not [name for name in graphs(server) if "x-lalakg" in name]


@pytest.mark.parametrize("name", ON_DISK)
def test_on_disk_a_graph_takes_the_place_of_another_whole(tmp_path: Path, name: str) -> None:
    """Where Jena's MOVE, in TDB2, lost 83 triples of these."""
    with started(ON_DISK[name], tmp_path / "store") as server:
        for letter, size in (("a", 3_000), ("b", 40_000), ("b", 40_000)):
            path = numbered(tmp_path / "x.nt", letter, size)
            load_into([path], server.query_url, graph=GRAPH, replace=True, credentials=login(server))
            assert count(server) == size


def start(server: stores.Server, path: Path) -> subprocess.Popen[bytes]:
    user, password = server.login or ("", "")
    words = [LALAKG, "load", server.query_url, path, "--graph", GRAPH, "--replace", *(["--user", user] if user else [])]
    environment = {**os.environ, "LALAKG_PASSWORD": password}
    return subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_client_leaves_old_or_new(server: stores.Server, tmp_path: Path, seed: int) -> None:
    old, new = numbered(tmp_path / "a.nt", "a", 3_000), numbered(tmp_path / "b.nt", "b", 40_000)
    load_into([old], server.query_url, graph=GRAPH, replace=True, credentials=login(server))
    process = start(server, new)
    time.sleep(random.Random(seed).uniform(0.6, 4))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert count(server) in (3_000, 40_000)
    load_into([new], server.query_url, graph=GRAPH, replace=True, credentials=login(server))
    assert count(server) == 40_000
    assert not [name for name in graphs(server) if "x-lalakg" in name]


@pytest.mark.parametrize("name", ON_DISK)
def test_a_killed_server_keeps_old_or_new(tmp_path: Path, name: str) -> None:
    old, new = numbered(tmp_path / "a.nt", "a", 3_000), numbered(tmp_path / "b.nt", "b", 40_000)
    kind, folder = ON_DISK[name], tmp_path / "store"
    with started(kind, folder) as server:
        load_into([old], server.query_url, graph=GRAPH, credentials=login(server))
        process = start(server, new)
        time.sleep(random.Random(name).uniform(0.6, 3))
    assert process.wait(60) in (0, 2)
    with started(kind, folder) as server:
        assert count(server) in (3_000, 40_000)
        load_into([new], server.query_url, graph=GRAPH, replace=True, credentials=login(server))
        assert count(server) == 40_000
        assert not [graph for graph in graphs(server) if "x-lalakg" in graph]


def test_a_killed_server_keeps_no_half_of_a_bulk_load(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.nt", "a", 150_000)
    with started(OxigraphOnDisk(), tmp_path / "store") as server:
        process = start(server, path)
        time.sleep(3)
    process.wait(60)
    with started(OxigraphOnDisk(), tmp_path / "store") as server:
        load_into([path], server.query_url, graph=GRAPH, replace=True)
        assert count(server) == 150_000
        assert graphs(server) == {GRAPH}


def test_two_at_once_each_win_whole(server: stores.Server, tmp_path: Path) -> None:
    first, second = numbered(tmp_path / "a.nt", "a", 4_000), numbered(tmp_path / "b.nt", "b", 5_000)
    load_into([first], server.query_url, graph=GRAPH, replace=True, credentials=login(server))
    loads = [start(server, path) for path in (first, second)]
    assert [load.wait(120) for load in loads] == [0, 0]
    assert count(server) in (4_000, 5_000)
    assert not [name for name in graphs(server) if "x-lalakg" in name]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = numbered(tmp_path / "a.nt", "a", 200_000)
    # Not getrusage: across fork and exec its peak still counts the pages of the test process that started this one.
    code = "from lalakg._cli import main\ntry: main()\nfinally: print(open('/proc/self/status').read().strip())"
    with started(stores.Oxigraph(), tmp_path / "store") as server:
        words = [sys.executable, "-c", code, "load", server.query_url, path]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
    status = dict(line.split(":", 1) for line in done.stdout.splitlines())
    assert int(status["VmHWM"].split()[0]) < 150 * 1024
