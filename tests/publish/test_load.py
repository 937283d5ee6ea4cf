"""Loading into a triple store: all or nothing, verified, and one clear message for each thing that goes wrong."""

import email.utils
import itertools
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

import lalakg
import lalakg._stores.detect as probing
import lalakg._stores.rdf_input as sources
from conftest import LALAKG, Command, missing
from lalakg._errors import EndpointError, InvalidValue, LalakgError, ParseError
from lalakg._publish.load import load_into
from lalakg._sparql.credentials import Credentials
from lalakg._sparql.http import Session
from lalakg._stores.store import OXIGRAPH
from support.fakestore import FakeStore, Fault, Request, running

SECRET = "s3cret-w0rd"
OLD = "<urn:old> <urn:is> <urn:here>"
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.fixture
def fake() -> Iterator[FakeStore]:
    with running() as store:
        yield store


def holds_old(fake: FakeStore, kg: lalakg.KnowledgeGraph) -> set[str]:
    """Put older data of ours into the store's default graph."""
    subject = ox.NamedNode(kg.folder.dataset.iri)
    fake.data.add(ox.Quad(subject, ox.NamedNode("urn:is"), ox.Literal("old")))
    return fake.graph()


def lines(kg: lalakg.KnowledgeGraph) -> set[str]:
    return {str(triple) for triple in kg.triples}


def file(folder: Path, *statements: str) -> Path:
    path = folder / "data.nt"
    path.write_text("".join(f"{statement} .\n" for statement in statements), encoding="utf-8")
    return path


# What arrives, and where


def test_it_arrives_whole_and_nothing_is_left_beside(fake: FakeStore, small: Path) -> None:
    kg = lalakg.load(small)
    for _ in range(2):
        done = load_into(kg, fake.url)
        assert (done.store, done.graph, done.triples, done.altered) == ("Oxigraph", None, len(kg.triples), ())
        assert fake.graph() == lines(kg)
        assert fake.graphs() == set()


def test_it_goes_where_it_is_told(fake: FakeStore, small: Path) -> None:
    kg = lalakg.load(small)
    done = load_into(kg, fake.url, graph="urn:g", named_graphs=True)
    assert done.graph == "urn:g"
    assert fake.graph() == set()
    assert fake.graph("urn:g") == lines(kg)
    assert {kg.folder.dataset.graphs + name for name in ("derived", "world-a", "story")} & fake.graphs()
    assert not any("x-lalakg" in name for name in fake.graphs())


@pytest.mark.parametrize("end", ["", "/", "/query", "/update", "/store"])
def test_any_address_of_a_store_will_do(fake: FakeStore, tmp_path: Path, end: str) -> None:
    load_into([file(tmp_path, OLD)], fake.url + end)
    assert fake.graph() == {OLD}


def test_a_store_with_updates_only_gets_them(small: Path) -> None:
    with running("Nobody's/1", {"query": "/query", "update": "/update"}) as fake:
        kg = lalakg.load(small)
        assert load_into(kg, fake.url).store == "SPARQL store"
        assert fake.graph() == lines(kg)
        assert fake.graphs() == set()
        assert not [path for _, path, _ in fake.asked if path.startswith("/store")]


@pytest.mark.parametrize("server", ["Oxigraph/0", "Apache Jena Fuseki (5)", "Nobody's/1"])
@pytest.mark.parametrize("path", ["/update", "/data"])
def test_one_way_to_write_is_enough(small: Path, server: str, path: str) -> None:
    """A store may have updates and no Graph Store Protocol, or that and no updates."""
    services = {"query": "/query", "update" if path == "/update" else "graphs": path}
    if path == "/data" and "Oxigraph" in server:
        services["graphs"] = "/store"
    kg = lalakg.load(small)
    with running(server, services) as fake:
        holds_old(fake, kg)
        for _ in range(2):
            load_into(kg, fake.url, named_graphs=True)
            assert fake.graph() == lines(kg)
            assert {kg.folder.dataset.graphs + "derived"} < fake.graphs()
            assert not any("x-lalakg" in name for name in fake.graphs())
        fake.faults.append(lambda r: r.is_write and r.answer(507))
        with pytest.raises(EndpointError, match="has no room left"):
            load_into(kg, fake.url)
        assert fake.graph() == lines(kg)


@pytest.mark.parametrize("server", ["GraphDB/10.7 RDF4J/4.3", "Nobody's/1"])
def test_a_store_with_paths_as_rdf4j_has_them(small: Path, server: str) -> None:
    home = "/repositories/film"
    services = {"query": home, "update": f"{home}/statements", "graphs": f"{home}/rdf-graphs/service"}
    kg = lalakg.load(small)
    with running(server, services, union=True) as fake:
        for end in ("", "/statements", "/rdf-graphs/service"):
            done = load_into(kg, fake.url + home + end)
            assert done.store == ("GraphDB" if "GraphDB" in server else "RDF4J")
            assert done.graph == kg.folder.dataset.graphs + "complete"
            assert fake.graphs() == {done.graph}
            assert fake.graph(done.graph) == lines(kg)
        rows = b'{"results": {"bindings": [{"id": {"value": "film"}}]}}'
        fake.faults.append(lambda r: r.path == "/repositories" and r.answer(200, rows))
        with pytest.raises(EndpointError, match=f"give the address of a repository: {fake.url}{home}"):
            load_into(kg, fake.url)


def test_a_dry_run_writes_nothing(fake: FakeStore, small: Path, run: Command) -> None:
    outcome = run("-C", small, "load", fake.url, "--dry-run")
    assert outcome.status == 0, outcome.err
    assert re.search(r"would load [\d,]+ triples into the default graph", outcome.err)
    assert {path for _, path, _ in fake.asked} <= {"/", "/query", "/sparql"}
    assert len(fake.data) == 0


def test_other_data_is_refused_unless_it_may_be_replaced(fake: FakeStore, small: Path, run: Command) -> None:
    fake.data.update(f"INSERT DATA {{ {OLD} }}")
    for extra in ([], ["--dry-run"]):
        outcome = run("-C", small, "load", fake.url, *extra)
        assert outcome.status == 2
        assert "the default graph" in outcome.err
        assert "--replace" in outcome.err
        assert fake.graph() == {OLD}
        assert fake.graphs() == set()
    assert run("-C", small, "load", fake.url, "--replace").status == 0
    assert OLD not in fake.graph()


def test_our_own_data_is_replaced(fake: FakeStore, small: Path) -> None:
    kg = lalakg.load(small)
    old = holds_old(fake, kg)
    load_into(kg, fake.url)
    assert not old & fake.graph()


def test_files_instead_of_the_folder(fake: FakeStore, tmp_path: Path, run: Command) -> None:
    (tmp_path / "a.ttl").write_text("<urn:a> <urn:b> 1 , [] .", encoding="utf-8")
    outcome = run("load", fake.url, tmp_path / "a.ttl", file(tmp_path, OLD, OLD), "--graph", "urn:g")
    assert outcome.status == 0, outcome.err
    assert len(fake.graph("urn:g")) == 3


def test_a_graph_s_name_may_be_short(fake: FakeStore, small: Path, run: Command) -> None:
    names = ("draft", f"{lalakg.load(small).folder.dataset.graphs}draft", "<tag:draft>")
    for name, iri in zip(names, (names[1], names[1], "tag:draft"), strict=True):
        outcome = run("-C", small, "load", fake.url, "--graph", name)
        assert outcome.status == 0, outcome.err
        assert fake.graph(iri)
        fake.data.update("DROP ALL")


def test_an_empty_file_empties_a_graph(fake: FakeStore, tmp_path: Path) -> None:
    fake.data.update(f"INSERT DATA {{ {OLD} }}")
    load_into([file(tmp_path)], fake.url, replace=True)
    assert len(fake.data) == 0


def test_a_large_file_is_read_in_several_parts_and_a_fault_is_found_in_each(
    fake: FakeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "_DIVIDED", 100)
    monkeypatch.setattr(probing, "_KINDS", (replace(OXIGRAPH, moves=10),))
    monkeypatch.setattr(sources, "_BLOCK", 2_000)
    statements = [f'<urn:{n}> <urn:p> "{n} ä"' for n in range(500)]
    statements[::90] = [f'<urn:ä{n}>\t<urn:p> "\\u00e4"@en-GB' for n in range(6)]
    assert load_into([file(tmp_path, *statements)], fake.url, replace=True).triples == 500
    assert len(fake.graph()) == 500
    assert sum(url == "/store?default&no_transaction" for _, url, _ in fake.asked) == OXIGRAPH.streams
    fake.data.clear()
    for at in (20, 200, 480):
        wrong = [*statements[:at], "<urn:x> nonsense", *statements[at:]]
        with pytest.raises(ParseError, match=f"data.nt:{at + 1}:"):
            load_into([file(tmp_path, *wrong)], fake.url)
        assert len(fake.data) == 0
    fake.asked.clear()
    tied = load_into([file(tmp_path, *statements, "<urn:s> <urn:p> _:b")], fake.url)
    assert tied.triples == 501
    assert sum(url == "/store?default&no_transaction" for _, url, _ in fake.asked) == 1, "blank nodes tie it together"


def test_files_have_no_named_graphs(fake: FakeStore, tmp_path: Path, run: Command) -> None:
    done = run("load", fake.url, file(tmp_path, OLD), "--named-graphs")
    assert (done.status, "--named-graphs is for the folder's graph; FILES have none" in done.err) == (2, True)
    assert len(fake.data) == 0


def test_a_bad_file_is_named_and_nothing_is_written(fake: FakeStore, tmp_path: Path, run: Command) -> None:
    path = file(tmp_path, OLD, "<urn:x> nonsense")
    outcome = run("load", fake.url, path)
    assert outcome.status == 2
    assert f"{path}:2:" in outcome.err
    assert len(fake.data) == 0
    assert run("load", fake.url, tmp_path / "none.nt").status == 2


@pytest.mark.parametrize("wish", [{"graph": "no iri"}, {"graph": ""}, {"graph": "urn:g", "default": True}])
def test_nonsense_is_refused_before_anything_is_asked(fake: FakeStore, small: Path, wish: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        load_into(lalakg.load(small), fake.url, **wish)  # type: ignore[arg-type]
    assert fake.asked == []


# Verification


def test_what_the_store_alters_is_named(fake: FakeStore, tmp_path: Path, run: Command) -> None:
    path = file(tmp_path, f'<urn:s> <urn:p> "01"^^<{XSD}integer>', '<urn:s> <urn:p> "a"@en-GB', "<urn:s> <urn:p> _:b")

    def canonical(request: Request) -> bool:
        request.body = request.body.replace(b'"01"', b'"1"')
        return False

    fake.faults.append(canonical)
    outcome = run("load", fake.url, path)
    assert outcome.status == 0, outcome.err
    assert f'the store altered: <urn:s> <urn:p> "01"^^<{XSD}integer> became "1"^^<{XSD}integer>\n' in outcome.err
    assert outcome.err.count("altered") == 1


@pytest.mark.parametrize(
    "lost", ["<urn:s> <urn:p> <urn:o>", '<urn:s> <urn:p> "a"', "<urn:s> <urn:p> _:b", '<urn:s> <urn:q> "ä"@en']
)
def test_what_is_missing_fails_before_anything_is_replaced(fake: FakeStore, tmp_path: Path, lost: str) -> None:
    path = file(tmp_path, lost, '<urn:s> <urn:p> "b"', "<urn:t> <urn:p> _:c", "<urn:s> <urn:p> <urn:x>")
    fake.data.update(f"INSERT DATA {{ {OLD} }}")

    def lose(request: Request) -> bool:
        if request.path.startswith("/store"):
            start = re.sub(r"_:.*", "_:", lost).encode()
            request.body = b"".join(line for line in request.body.splitlines(True) if not line.startswith(start))
        return False

    fake.faults.append(lose)
    with pytest.raises(EndpointError, match=r"lacks 1 of the triples sent, such as <urn:s>"):
        load_into([path], fake.url, replace=True)
    assert fake.graph() == {OLD}
    assert fake.graphs() == set()


def test_what_is_too_much_fails(fake: FakeStore, tmp_path: Path) -> None:
    def more(request: Request) -> bool:
        if request.path.startswith("/store"):
            request.body += b"<urn:x> <urn:y> <urn:z> .\n"
        return False

    fake.faults.append(more)
    with pytest.raises(EndpointError, match="holds 1 triples more than were sent"):
        load_into([file(tmp_path, OLD)], fake.url)
    assert len(fake.data) == 0


# Faults


def refusing(status: int, body: bytes = b"", *, times: int = 99, **headers: str) -> Fault:
    """Refuse what writes data, so many times."""
    left = itertools.repeat(None, times)

    def fault(request: Request) -> bool:
        return request.is_write and next(left, 0) is None and request.answer(status, body, **headers)

    return fault


def cutting(times: int = 99) -> Fault:
    left = itertools.repeat(None, times)

    def fault(request: Request) -> bool:
        if not request.is_write or next(left, 0) is not None:
            return False
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        request.close_connection = True
        return True

    return fault


REFUSALS = {
    "401": (refusing(401, WWW_Authenticate="Basic"), "wants a login: --user NAME"),
    "403": (refusing(403), "does not allow this"),
    "404": (refusing(404), "has nothing at that address; is the path right"),
    "413": (refusing(413), "takes no request of this size"),
    "429": (refusing(429), "asked too often; try again later"),
    "500": (refusing(500, b"disk full at 0x1"), "failed; its log may say why (HTTP 500): disk full at 0x1."),
    "502": (refusing(502), "failed (HTTP 502)"),
    "503": (refusing(503), "busy or starting; try again later"),
    "507": (refusing(507, b"no space"), "has no room left; free some"),
    "page": (refusing(405, b"<html>x</html>", Content_Type="text/html"), "is it a SPARQL store? (HTTP 405)."),
    "cut": (cutting(), "broke the connection"),
    "long": (refusing(429, Retry_After="99999"), "asks to wait 99999 s, which is past the deadline; see --timeout"),
    "away": (refusing(307, Location="http://localhost:9/store"), "redirects to another host, http://localhost:9/store"),
    "circle": (refusing(307, Location="/store"), "redirects in a circle"),
}


@pytest.mark.usefixtures("pauses")
@pytest.mark.parametrize(("fault", "words"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_one_message_and_the_old_data_stay(
    fake: FakeStore, small: Path, run: Command, fault: Fault, words: str
) -> None:
    old = holds_old(fake, lalakg.load(small))
    fake.faults.append(fault)
    outcome = run("-C", small, "load", fake.url)
    assert outcome.status == 2
    assert outcome.err.startswith("lalakg: http://127.0.0.1:")
    assert words in outcome.err
    assert outcome.err.count("\n") == 1
    assert fake.graph() == old
    assert fake.graphs() == set()


def test_a_failed_move_leaves_the_old_data(fake: FakeStore, small: Path) -> None:
    kg = lalakg.load(small)
    old = holds_old(fake, kg)
    fake.faults.append(lambda request: request.is_move and request.answer(500))
    with pytest.raises(EndpointError, match="HTTP 500"):
        load_into(kg, fake.url)
    assert fake.graph() == old
    assert fake.graphs() == set()


def test_a_move_that_loses_triples_is_told(fake: FakeStore, small: Path) -> None:
    def lossy(request: Request) -> bool:
        if request.is_move:
            update = request.form["update"][0]
            quad = next(q for q in fake.data if str(q.graph_name.value or "").endswith(":0"))
            fake.data.remove(quad)
            fake.data.update(update)
            return request.answer(204)
        return False

    fake.faults.append(lossy)
    with pytest.raises(EndpointError, match=r"kept [\d,]+ of the [\d,]+ triples that it moved into its place"):
        load_into(lalakg.load(small), fake.url)


def test_a_move_whose_answer_is_lost_is_looked_after(fake: FakeStore, small: Path) -> None:
    kg = lalakg.load(small)

    def lost(request: Request) -> bool:
        if request.is_move:
            fake.data.update(request.form["update"][0])
            request.close_connection = True
        return request.is_move

    fake.faults.append(lost)
    load_into(kg, fake.url)
    assert fake.graph() == lines(kg)
    assert sum(method == "POST" and "/update" in path for method, path, _ in fake.asked) < 9, "it is not sent again"


WAITS = {
    "seconds": ({"Retry_After": "7"}, lambda p: p == [7.0, 7.0]),
    "date": (
        {"Retry_After": email.utils.formatdate(time.time() + 3000, usegmt=True)},
        lambda p: all(2000 < x <= 3000 for x in p),
    ),
    "nonsense": ({"Retry_After": "soon"}, lambda p: p == [0.5, 1.0]),
    "nothing": ({}, lambda p: p == [0.5, 1.0]),
}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("name", WAITS)
def test_a_busy_store_is_asked_again(fake: FakeStore, small: Path, pauses: list[float], status: int, name: str) -> None:
    headers, fits = WAITS[name]
    fake.faults.append(refusing(status, times=2, **headers))
    kg = lalakg.load(small)
    load_into(kg, fake.url, timeout=9000)
    assert fits(pauses), pauses
    assert fake.graph() == lines(kg)


@pytest.mark.parametrize("server", ["Oxigraph/0", "Nobody's/1"])
def test_a_store_that_takes_small_requests_gets_them(small: Path, server: str) -> None:
    kg = lalakg.load(small)
    with running(server) as fake:
        fake.faults.append(lambda r: r.is_write and len(r.body) > 60_000 and r.answer(413))
        load_into(kg, fake.url)
        assert fake.graph() == lines(kg)


def test_blank_nodes_are_not_torn_apart(fake: FakeStore, tmp_path: Path) -> None:
    path = file(tmp_path, *(f"<urn:{n}> <urn:p> _:b" for n in range(500)))
    fake.faults.append(lambda r: r.is_write and len(r.body) > 5_000 and r.answer(413))
    with pytest.raises(EndpointError, match="would tear blank nodes apart"):
        load_into([path], fake.url)
    assert len(fake.data) == 0


def test_a_redirect_within_the_host_is_followed(fake: FakeStore, small: Path) -> None:
    def moved(request: Request) -> bool:
        if request.path.startswith("/old"):
            return request.answer(307, Location=request.path.removeprefix("/old") or "/")
        return False

    fake.faults.append(moved)
    load_into(lalakg.load(small), fake.url + "/old", replace=True)
    assert fake.graph() == lines(lalakg.load(small))


@pytest.mark.parametrize("login", [{"user": "mia", "password": SECRET}, {"token": SECRET}])
def test_credentials_never_go_to_another_host(fake: FakeStore, small: Path, login: dict[str, str]) -> None:
    with running() as other:
        fake.faults.append(lambda r: "authorization" in fake.asked[-1][2] and r.answer(308, Location=other.url))
        fake.faults.append(lambda r: "user" in login and r.answer(401, WWW_Authenticate="Basic"))
        with pytest.raises(EndpointError, match="redirects to another host"):
            load_into(lalakg.load(small), fake.url, credentials=Credentials(**login))
        assert other.asked == []


def test_a_slow_store_ends_at_the_deadline(fake: FakeStore, small: Path, run: Command) -> None:
    stop = threading.Event()

    def trickle(request: Request) -> bool:
        if request.is_write:
            request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not stop.wait(0.05):
                request.wfile.write(b"x")
        return request.is_write

    fake.faults.append(trickle)
    start = time.monotonic()
    outcome = run("-C", small, "load", fake.url, "--timeout", 1)
    stop.set()
    assert time.monotonic() - start < 30
    assert outcome.status == 2
    assert "was not done within 1 s; give it longer with --timeout" in outcome.err


def test_what_a_load_left_that_ran_out_of_time_is_swept_later(fake: FakeStore, small: Path) -> None:
    kg = lalakg.load(small)
    fake.faults.append(lambda r: r.is_move and bool(time.sleep(1.2)))
    with pytest.raises(EndpointError, match="not done within"):
        load_into(kg, fake.url, timeout=1)
    fake.faults.clear()
    time.sleep(0.5)
    dead = "urn:x-lalakg:load:1:elsewhere:1:abc"
    fake.data.update(
        f"INSERT DATA {{ GRAPH <{dead}> {{ <{dead}> <urn:x-lalakg:fills> <{dead}:0> , <urn:theirs> }} "
        f"GRAPH <{dead}:0> {{ {OLD} }} GRAPH <urn:theirs> {{ {OLD} }} }}"
    )
    load_into(kg, fake.url)
    assert fake.graph() == lines(kg)
    assert f"{dead}:0" not in fake.graphs()
    assert fake.graph("urn:theirs") == {OLD}, "a graph that this load was not told to write"


def test_what_a_dead_load_s_last_request_leaves_is_swept_too(fake: FakeStore, small: Path) -> None:
    dead = "urn:x-lalakg:load:1:elsewhere:1:abc"
    late = f"INSERT DATA {{ GRAPH <{dead}:0> {{ {OLD} }} }}"
    fake.data.update(f"INSERT DATA {{ GRAPH <{dead}> {{ <{dead}> <urn:x-lalakg:fills> <{dead}:0> }} }}")

    def arrive(request: Request) -> bool:
        if request.is_move:
            fake.data.update(late)
        return False

    fake.faults.append(arrive)
    load_into(lalakg.load(small), fake.url)
    assert fake.graphs() == set()


def test_a_graph_that_a_dead_load_filled_is_emptied_once(fake: FakeStore, small: Path) -> None:
    dead, fills = "urn:x-lalakg:load:1:elsewhere:1:abc", "<urn:x-lalakg:fills>"
    fake.data.update(
        f"INSERT DATA {{ GRAPH <{dead}> {{ <{dead}> {fills} <urn:x-lalakg:default> , <urn:theirs> }} {OLD} }}"
    )
    load_into(lalakg.load(small), fake.url)
    assert fake.graph() == lines(lalakg.load(small))
    marks = {str(quad.object.value) for quad in fake.data if quad.predicate.value == fills[1:-1]}
    assert marks == {"urn:theirs"}, "what the next load must know, and no more"


def test_a_load_under_way_is_not_swept(fake: FakeStore, small: Path) -> None:
    alive = f"urn:x-lalakg:load:{int(time.time()) + 99}:elsewhere:1:abc"
    fake.data.update(f"INSERT DATA {{ GRAPH <{alive}> {{ <{alive}> <urn:x-lalakg:fills> <{alive}:0> }} }}")
    load_into(lalakg.load(small), fake.url)
    assert fake.graphs() == {alive}
    fake.data.update(f"INSERT DATA {{ GRAPH <{alive}> {{ <{alive}> <urn:x-lalakg:fills> <urn:g> }} }}")
    with pytest.raises(EndpointError, match="takes another load into <urn:g> just now"):
        load_into(lalakg.load(small), fake.url, graph="urn:g")
    load_into(lalakg.load(small), fake.url)


# Nothing there, or nothing that is a store


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:{port}", "cannot be reached: .* Is the store running, and the address right"),
        ("http://store.invalid/ds", "cannot be reached: .* Is the store running, and the address right"),
        ("ftp://127.0.0.1/ds", "is no web address"),
        ("localhost:3030/ds", "is no web address"),
        ("http://", "is no web address"),
        ("http://mia:" + SECRET + "@127.0.0.1:{port}/", "put no login into the address"),
    ],
)
def test_an_address_that_leads_nowhere(small: Path, run: Command, url: str, words: str) -> None:
    outcome = run("-C", small, "load", url.format(port=closed_port()))
    assert outcome.status == 2
    assert re.search(words, outcome.err)
    assert outcome.err.count("\n") == 1
    assert SECRET not in outcome.err


@pytest.mark.parametrize(
    "fault",
    [
        lambda r: r.answer(200, b"<html>Hello</html>", Content_Type="text/html"),
        lambda r: r.answer(200, b'{"message": "hello"}'),
        lambda r: r.answer(404, b"<html>Hello</html>", Content_Type="text/html"),
        lambda r: r.answer(501),
        lambda r: r.answer(405),
    ],
)
def test_a_web_page_is_no_store(fake: FakeStore, small: Path, run: Command, fault: Fault) -> None:
    fake.faults.append(fault)
    outcome = run("-C", small, "load", fake.url + "/blog")
    assert outcome.status == 2
    assert "does not answer SPARQL" in outcome.err
    assert "is it the address of a store?" in outcome.err
    assert outcome.err.count("\n") == 1


NUMBERS = [
    b"[1, 2]",
    b'[{"n": 1}]',
    b'[{"n": {"type": "literal", "value": 1}}]',
    b'[{"n": {"type": "literal", "value": "many"}}]',
    b"[]",
]


@pytest.mark.parametrize("bindings", NUMBERS)
@pytest.mark.parametrize("command", [["load"], ["diff"], ["check", "--endpoint"]])
def test_what_counts_wrongly_is_no_store(
    fake: FakeStore, small: Path, run: Command, command: list[str], bindings: bytes
) -> None:
    body = b'{"head": {"vars": ["n"]}, "results": {"bindings": %s}}' % bindings
    media_type = "application/sparql-results+json"
    fake.faults.append(lambda r: "COUNT" in str(r.form) and r.answer(200, body, Content_Type=media_type))
    outcome = run("-C", small, *command, fake.url)
    assert (outcome.status, outcome.out) == (2, "")
    assert re.search(r"endpoint\?|cannot be read", outcome.err.splitlines()[-1])


def test_what_begins_no_transaction_is_no_repository(small: Path, run: Command) -> None:
    with running("Nobody's/1", {"query": "/repositories/x"}) as fake:
        fake.faults.append(lambda r: r.path.endswith("/transactions") and r.answer(200))
        outcome = run("-C", small, "load", f"{fake.url}/repositories/x")
    assert outcome.status == 2
    assert "began no transaction; is it a repository of RDF4J's?" in outcome.err


def test_a_store_that_cannot_be_written(small: Path, run: Command) -> None:
    with running("Nobody's/1", {"query": "/query"}) as fake:
        outcome = run("-C", small, "load", fake.url)
    assert outcome.status == 2
    assert "takes updates nowhere that was tried" in outcome.err


def test_a_certificate_of_nobody_is_not_trusted_unless_it_is_named(
    tmp_path: Path, small: Path, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not shutil.which("openssl"):
        missing("there is no openssl here to make a certificate")
    pem = tmp_path / "own.pem"
    request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", pem, "-out", tmp_path / "certificate.pem"]
    subprocess.run(["openssl", *request, *names], check=True, capture_output=True)
    pem.write_text(pem.read_text() + (tmp_path / "certificate.pem").read_text())
    with running(certificate=pem) as fake:
        outcome = run("-C", small, "load", fake.url)
        assert outcome.status == 2
        assert "cannot be trusted" in outcome.err
        assert "SSL_CERT_FILE" in outcome.err
        assert fake.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        monkeypatch.setattr("lalakg._sparql.http._certificates", ssl.create_default_context)  # read once
        assert run("-C", small, "load", fake.url).status == 0


# Logging in


def guarding(scheme: str, *, right: str = SECRET) -> Fault:
    """Let only those in who know the word."""
    import base64
    import hashlib

    def fault(request: Request) -> bool:
        given = request.headers.get("Authorization", "")
        if scheme == "Bearer":
            good = given == f"Bearer {right}"
        elif scheme == "Basic":
            good = given == "Basic " + base64.b64encode(f"mia:{right}".encode()).decode()
        else:
            parts = dict(re.findall(r'(\w+)="?([^",]*)', given))
            one = hashlib.md5(f"mia:r:{right}".encode()).hexdigest()
            two = hashlib.md5(f"{request.command}:{request.path}".encode()).hexdigest()
            middle = ":".join(parts.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
            good = parts.get("response") == hashlib.md5(f"{one}:{middle}:{two}".encode()).hexdigest()
        extra = ' realm="r", nonce="n1", qop="auth", algorithm=MD5' if scheme == "Digest" else ' realm="r"'
        return not good and request.answer(401, f"who knows {given[7:]}".encode(), WWW_Authenticate=scheme + extra)

    return fault


@pytest.mark.parametrize("scheme", ["Basic", "Digest", "Bearer"])
@pytest.mark.parametrize("word", [None, "wrong-word", SECRET])
def test_logging_in(
    fake: FakeStore, small: Path, run: Command, monkeypatch: pytest.MonkeyPatch, scheme: str, word: str | None
) -> None:
    fake.faults.append(guarding(scheme))
    user = ["--user", "mia"] if word and scheme != "Bearer" else []
    if word:
        monkeypatch.setenv("LALAKG_TOKEN" if scheme == "Bearer" else "LALAKG_PASSWORD", word)
    outcome = run("-C", small, "load", fake.url, *user)
    assert not word or word not in outcome.err + outcome.out
    if word == SECRET:
        assert outcome.status == 0, outcome.err
        assert fake.graph() == lines(lalakg.load(small))
        return
    assert outcome.status == 2
    assert outcome.err.count("\n") == 1
    kind = "token" if scheme == "Bearer" else "login"
    assert (f"does not accept this {kind}" if word else "wants a login: --user NAME") in outcome.err
    assert len(fake.data) == 0


def test_secrets_are_never_shown(fake: FakeStore, small: Path) -> None:
    login = Credentials("mia", SECRET, SECRET)
    assert SECRET not in repr(login) + str(login)
    with Session(login) as session:
        assert SECRET not in repr(session)
    fake.faults.append(lambda r: r.answer(500, f"no {SECRET} here".encode()))
    with pytest.raises(LalakgError) as raised:
        load_into(lalakg.load(small), fake.url, credentials=login)
    assert SECRET not in str(raised.value) + repr(raised.value)


def test_a_secret_cannot_be_an_argument(run: Command) -> None:
    outcome = run("load", "--help")
    assert "--password" not in outcome.out
    assert "--token" not in outcome.out


# Killed, and two at once


def start(*words: object, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [LALAKG, *map(str, words)], env={**os.environ, **(env or {})}, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("at", ["is_write", "is_move"])
def test_a_killed_client_leaves_the_old_data_and_the_next_one_clears_up(fake: FakeStore, small: Path, at: str) -> None:
    kg = lalakg.load(small)
    old = holds_old(fake, kg)
    reached = threading.Event()

    def hold(request: Request) -> bool:
        if getattr(request, at) and not reached.is_set():
            if at == "is_write":
                beside = ox.NamedNode(request.form["graph"][0])
                fake.data.load(request.body, format=ox.RdfFormat.N_TRIPLES, to_graph=beside)
            reached.set()  # and no answer
            return True
        return False

    fake.faults.append(hold)
    process = start("-C", small, "load", fake.url)
    assert reached.wait(60)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert fake.graph() == old
    assert any("x-lalakg" in name for name in fake.graphs())
    load_into(kg, fake.url)
    assert fake.graph() == lines(kg)
    assert fake.graphs() == set()


def test_two_at_once_each_win_whole(fake: FakeStore, tmp_path: Path) -> None:
    paths = []
    for name in "ab":
        (tmp_path / name).mkdir()
        paths.append(file(tmp_path / name, *(f"<urn:{name}{n}> <urn:p> <urn:o>" for n in range(2000))))
    failures: list[BaseException] = []

    def load(path: Path) -> None:
        try:
            for _ in range(5):
                load_into([path], fake.url, replace=True)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=load, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        with fake.lock:
            seen = fake.graph()
        assert len(seen) in (0, 2000)
        assert len({line[:6] for line in seen}) <= 1
    assert failures == []
    assert fake.graphs() == set()


# Large


def test_a_large_load_into_an_empty_graph_goes_in_bulk_and_the_next_in_one_transaction(
    fake: FakeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "_KINDS", (replace(OXIGRAPH, moves=10),))
    path = file(tmp_path, *(f"<urn:{n}> <urn:p> <urn:o>" for n in range(20)))
    for _ in range(2):
        load_into([path], fake.url, replace=True)
        assert len(fake.graph()) == 20
    writes = [(method, url) for method, url, _ in fake.asked if url.startswith("/store?default")]
    assert writes == [("POST", "/store?default&no_transaction"), ("PUT", "/store?default")]
    fake.data.clear()

    def half(request: Request) -> bool:
        if request.is_write:
            fake.data.load(request.body.splitlines(keepends=True)[0], format=ox.RdfFormat.N_TRIPLES)
            request.close_connection = True
        return request.is_write

    fake.faults.append(half)
    with pytest.raises(EndpointError, match="broke the connection"):
        load_into([path], fake.url)
    assert len(fake.data) == 0


@pytest.mark.parametrize("is_full", [False, True])
def test_large_graphs_go_together_or_not_at_all(
    fake: FakeStore, small: Path, monkeypatch: pytest.MonkeyPatch, is_full: bool
) -> None:
    monkeypatch.setattr(probing, "_KINDS", (replace(OXIGRAPH, moves=10),))
    kg = lalakg.load(small)
    if is_full:
        load_into(kg, fake.url, named_graphs=True)
    before = fake.graph(), fake.graphs()
    left = itertools.repeat(None, 2)
    fake.faults.append(lambda r: r.is_write and next(left, 0) == 0 and r.answer(500))
    with pytest.raises(EndpointError, match="HTTP 500"):
        load_into(kg, fake.url, named_graphs=True)
    assert (fake.graph(), fake.graphs()) == before
    fake.faults.clear()
    fake.asked.clear()
    load_into(kg, fake.url, named_graphs=True)
    assert fake.graph() == lines(kg)
    assert not any("x-lalakg" in name for name in fake.graphs())


def test_a_triple_that_is_there_twice_is_counted_once(fake: FakeStore, tmp_path: Path, run: Command) -> None:
    path = file(tmp_path, "<urn:a> <urn:p> <urn:b>")
    assert load_into([path, path], fake.url).triples == 1
    assert "loaded 1 triple into the default graph" in run("load", fake.url, path, path, "--replace").err
