"""How Wikidata is asked: politely, with a memory, and with a clear word for everything that can go wrong."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from conftest import Command
from lalakg._errors import EndpointError, LalakgError
from lalakg._wikidata.cache import Cache, Entry
from lalakg._wikidata.client import Client, GoneError
from lalakg._wikidata.item import Item
from lalakg._wikidata.service import Service
from support.linking import LINKS, verdicts
from support.wikidata.faults import (
    Fault,
    RateLimit,
    at,
    banned,
    cut,
    failing,
    first,
    html,
    query_timeout,
    slow,
    too_many,
    truncated,
)
from support.wikidata.service import Wikidata

ENTITIES, SPARQL = "/wiki/Special:EntityData/", "/sparql"
QUERY = "SELECT ?film WHERE { ?film wdt:P57 wd:Q18350026 } ORDER BY ?film"


@pytest.fixture
def client(wikidata: Wikidata, tmp_path: Path) -> Iterator[Client]:
    with Client(Service.of(wikidata.url, "you@example.org"), Cache(tmp_path / "kept")) as client:
        yield client


def again(client: Client, name: str) -> Item:
    """An item, asked for by another client with the same memory."""
    with Client(client.service, client.cache) as other:
        return other.item(name)


# Whom, and as whom


def test_wikidata_itself_wants_a_contact(run: Command, folder: Path) -> None:
    for words in (["check"], ["suggest"], ["enrich"], ["propose"]):
        done = run("-C", folder, "link", *words)
        assert done.status == 2
        assert done.out == ""
        assert "--contact, or in LALAKG_CONTACT" in done.err


@pytest.mark.parametrize("contact", ["me", "me@home", "me (at) example.org", "https://", "a@b.c) evil/1.0 ("])
def test_a_contact_is_an_address(contact: str) -> None:
    with pytest.raises(LalakgError, match="neither an e-mail address nor a web page"):
        Service.of(None, contact)


def test_wikidata_is_four_interfaces_of_three_hosts() -> None:
    service = Service.of(None, "https://example.org/me")
    assert service.is_live
    assert (service.sparql, service.entities, service.api, service.reconciliation) == (
        "https://query.wikidata.org/sparql",
        "https://www.wikidata.org/wiki/Special:EntityData/",
        "https://www.wikidata.org/w/api.php",
        "https://wikidata.reconci.link/en/api",
    )


@pytest.mark.parametrize("contact", ["jürgen@example.org", "you@exämple.org", "https://exämple.org/"])
@pytest.mark.parametrize("name", ["check", "suggest", "enrich", "propose"])
def test_a_contact_can_be_sent(run: Command, folder: Path, wikidata: Wikidata, name: str, contact: str) -> None:
    done = run("-C", folder, "link", name, "-q", "--wikidata", wikidata.url, "--contact", contact)
    assert (done.status, done.out, wikidata.asked) == (2, "", [])
    assert done.err.startswith(f"lalakg: the contact '{contact}' cannot be sent: write it in ASCII")


@pytest.mark.parametrize(
    "base",
    [
        *("wikidata.org", "ftp://example.org", "file:///etc", "http://", "http://[::1", "http://h:x"),
        *("http://h?x=1", "http://h#x", "http://a b", "http://h/a b"),
    ],
)
def test_a_stand_in_has_a_web_address(base: str, run: Command, folder: Path) -> None:
    done = run("-C", folder, "link", "check", "--wikidata", base)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"lalakg: {base.rstrip('/')} is no web address for --wikidata")


@pytest.mark.parametrize("host", ["example.org", "[::1"])
def test_a_stand_in_takes_no_login(host: str, run: Command, folder: Path) -> None:
    before = (folder / LINKS).read_bytes()
    done = run("-C", folder, "link", "check", "--write", "--wikidata", f"http://user:secret@{host}/")
    assert (done.status, done.out, "secret" in done.err) == (2, "", False)
    assert f"http://{host} is no web address for --wikidata: " in done.err
    assert "no login" in done.err
    assert (folder / LINKS).read_bytes() == before


def test_every_request_says_who_asks(client: Client, wikidata: Wikidata) -> None:
    client.item("Q65")
    client.select(QUERY)
    client.search("Paris")
    client.reconcile({"q0": {"query": "Paris"}})
    for asked in wikidata.asked:
        assert re.fullmatch(
            r"lalakg/\S+ \(https://w3id\.org/lalakg/; you@example\.org\) httpx/\S+ SPARQLWrapper/\S+",
            asked.headers["user-agent"],
        )
    assert {asked.path for asked in wikidata.asked} == {f"{ENTITIES}Q65.json", SPARQL, "/w/api.php", "/en/api"}


def test_one_request_at_a_time(run: Command, folder: Path, wikidata: Wikidata) -> None:
    wikidata.faults.append(slow(0.01))
    verdicts(run, folder, "--wikidata", wikidata.url)
    assert len(wikidata.asked) == 13
    assert wikidata.most_at_once == 1


# Waiting, as it is asked to


@pytest.mark.parametrize("path", [ENTITIES, SPARQL])
def test_a_pause_that_is_asked_for_is_made(client: Client, wikidata: Wikidata, naps: list[float], path: str) -> None:
    wikidata.faults.append(first(2, at(path, too_many(retry_after=7))))
    assert client.select(QUERY).rows if path == SPARQL else client.item("Q65")
    assert naps == [7, 7]


@pytest.mark.slow
def test_a_rate_limit_is_kept_to(run: Command, folder: Path, wikidata: Wikidata) -> None:
    limit = RateLimit(5, 1)
    wikidata.faults.append(limit)
    began = time.monotonic()
    assert {verdict for verdict, _ in verdicts(run, folder, "--wikidata", wikidata.url).values()} == {"holds"}
    assert not limit.is_banned
    assert [asked.status for asked in wikidata.asked].count(429) == 2
    assert time.monotonic() - began >= 2


@pytest.mark.parametrize("path", [ENTITIES, SPARQL])
@pytest.mark.parametrize("status", [429, 503])
def test_who_stays_busy_is_asked_five_times(
    client: Client, wikidata: Wikidata, naps: list[float], status: int, path: str
) -> None:
    wikidata.faults.append(at(path, failing(status)))
    with pytest.raises(EndpointError, match=f"HTTP {status}"):
        client.select(QUERY) if path == SPARQL else client.item("Q65")
    assert len(wikidata.asked) == 5
    assert len(naps) == 4


@pytest.mark.parametrize("path", [ENTITIES, SPARQL])
def test_who_is_to_wait_too_long_asks_no_more(client: Client, wikidata: Wikidata, naps: list[float], path: str) -> None:
    wikidata.faults.append(at(path, too_many(retry_after=3600)))
    for _ in range(3):
        with pytest.raises(EndpointError, match=r"HTTP 429.*not before 3600 s have passed"):
            client.select(QUERY) if path == SPARQL else client.item("Q65")
    assert len(wikidata.asked) == 1
    assert naps == []


def test_a_pause_that_is_asked_for_outlasts_the_run(client: Client, wikidata: Wikidata, naps: list[float]) -> None:
    wikidata.faults.append(first(1, too_many(retry_after=3600)))
    with pytest.raises(EndpointError):
        client.item("Q65")
    with pytest.raises(EndpointError, match=r"asked to be left alone for another 3\d\d\d s"):
        again(client, "Q65")
    assert len(wikidata.asked) == 1
    client.cache.put(f"WAIT 127.0.0.1:{wikidata.server_port}", Entry.new(str(time.time() - 1)))
    assert again(client, "Q65").id == "Q65"


def test_a_ban_is_the_end_of_asking_and_nothing_is_lost(run: Command, folder: Path, wikidata: Wikidata) -> None:
    wikidata.faults.append(lambda request: len(wikidata.asked) > 4 and banned(request))
    done = run("-C", folder, "link", "check", "--wikidata", wikidata.url)
    assert done.status == 1
    assert [line.split()[0] for line in done.out.splitlines()[2:]].count(
        "holds"
    ) == 3  # and the class of the fourth is not to be had
    assert "refuses us (HTTP 403), which may be a ban; nothing more is asked of it" in done.err
    assert len(wikidata.asked) == 5


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (banned, "refuses us (HTTP 403), which may be a ban"),
        (too_many(retry_after=3600), "has been asked too much (HTTP 429)"),
        (failing(500), "failed; its log may say why (HTTP 500)"),
    ],
)
@pytest.mark.parametrize("name", ["suggest", "enrich", "propose"])
def test_why_it_failed_is_told_once_however_quiet(
    run: Command, folder: Path, wikidata: Wikidata, name: str, fault: Fault, reason: str
) -> None:
    wikidata.faults.append(fault)
    done = run("-C", folder, "link", name, "-q", "--wikidata", wikidata.url, "-o", folder / "out")
    assert done.status in (1, 2)
    assert done.err.count(reason) == 1
    assert f"{wikidata.url}/" in done.err
    assert len(done.err.splitlines()) <= 4


# Remembering


def test_what_has_not_changed_is_not_sent_again(client: Client, wikidata: Wikidata) -> None:
    once, twice = client.item("Q65"), again(client, "Q65")
    assert [asked.status for asked in wikidata.asked] == [200, 304]
    assert once == twice
    wikidata.content.change("Q65", labels={"en": "L.A."})
    assert again(client, "Q65").label() == ("L.A.", "en")


def test_offline_asks_nobody(run: Command, folder: Path, wikidata: Wikidata) -> None:
    words = ("--wikidata", wikidata.url, "--offline")
    nothing = run("-C", folder, "link", "check", *words)
    assert nothing.status == 2
    assert "was not asked this before, and with --offline it is asked nothing" in nothing.err
    online = verdicts(run, folder, "--wikidata", wikidata.url)
    wikidata.asked.clear()
    assert verdicts(run, folder, *words) == online
    assert wikidata.asked == []


def test_a_broken_memory_is_none(client: Client, wikidata: Wikidata) -> None:
    client.item("Q65")
    (path,) = client.cache.folder.iterdir()
    for broken in ("", "[]", '{"answer": {}}', path.read_text(encoding="utf-8")[:100]):
        path.write_text(broken, encoding="utf-8")
        assert again(client, "Q65").id == "Q65"
    assert [asked.status for asked in wikidata.asked] == [200] * 5


def saying(text: str) -> Fault:
    """What is JSON, with status 200, but no answer: MediaWiki tells its errors so."""
    return lambda request: request.answer(200, text, "application/json")


@pytest.mark.parametrize("text", ['{"error": {"code": "readonly", "info": "for maintenance"}}', "{}", "[]", "null"])
def test_what_is_no_answer_is_not_remembered(client: Client, wikidata: Wikidata, text: str) -> None:
    def asked(client: Client) -> list[object]:
        return [client.item("Q65"), client.search("Paris"), client.reconcile({"q0": {"query": "Paris"}})]

    good = asked(client)
    wikidata.content.change("Q65", labels={"en": "L.A."})  # else it would say 304
    wikidata.faults.append(saying(text))
    for ask in (
        lambda: client.item("Q65"),
        lambda: client.search("Paris"),
        lambda: client.reconcile({"q0": {"query": "Paris"}}),
    ):
        with pytest.raises(EndpointError, match="answered something else instead of Wikidata's JSON"):
            ask()
    with Client(client.service, client.cache, offline=True) as offline:
        assert asked(offline) == good


def test_what_cannot_be_understood_is_asked_again(client: Client, wikidata: Wikidata) -> None:
    client.item("Q65")
    (path,) = client.cache.folder.iterdir()
    kept = json.loads(path.read_text(encoding="utf-8"))
    kept["answer"]["body"] = '{"error": {}}'
    path.write_text(json.dumps(kept), encoding="utf-8")
    assert again(client, "Q65").id == "Q65"
    assert [asked.status for asked in wikidata.asked] == [200, 200]


def test_a_memory_that_cannot_be_written_is_no_fault(wikidata: Wikidata, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Client(Service.of(wikidata.url), Cache(tmp_path / "file" / "kept")) as client:
        assert client.item("Q65").id == "Q65"


# What goes wrong


def test_no_network(run: Command, folder: Path, wikidata: Wikidata) -> None:
    wikidata.server_close()
    done = run("-C", folder, "link", "check", "--wikidata", "http://127.0.0.1:9")
    assert done.status == 2
    assert "cannot be reached" in done.err
    assert "is there a network? What it answered before is still there with --offline." in done.err
    assert done.out.count("unchecked") == 12


def test_no_such_host(tmp_path: Path) -> None:
    with Client(Service.of("http://wikidata.invalid"), Cache(tmp_path)) as client:
        with pytest.raises(EndpointError, match="is there a network"):
            client.item("Q65")
        with pytest.raises(EndpointError, match="is there a network"):
            client.select(QUERY)


@contextmanager
def elsewhere(status: int, body: bytes, media_type: str) -> Iterator[str]:
    """A server that says the same to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - http.server's own names

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "body", "media_type", "words"),
    [
        (200, b"<!DOCTYPE html><title>Welcome</title>", "text/html", "answered a web page instead of Wikidata's JSON"),
        (404, b"nothing here", "text/plain", "knows no Q5 (human), so it is not Wikidata"),
        (200, b'{"hello": "world"}', "application/json", "no item in the shape that Wikidata gives it"),
        (200, b"[]", "application/json", "no item in the shape that Wikidata gives it"),
        (200, b'{"entities": {"Q65": {"id"', "application/json", "answered something else instead of Wikidata's JSON"),
    ],
)
def test_what_is_not_wikidata(
    run: Command, folder: Path, status: int, body: bytes, media_type: str, words: str
) -> None:
    with elsewhere(status, body, media_type) as url:
        done = run("-C", folder, "link", "check", "--wikidata", url)
    assert done.status == 2
    assert done.out.count("unchecked") == 12
    assert words in done.err


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (html, "text/html; is it a SPARQL endpoint?"),
        (truncated, "cannot be read"),
        (query_timeout, "failed; its log may say why (HTTP 500)"),
    ],
)
def test_a_query_that_fails(client: Client, wikidata: Wikidata, fault: object, words: str) -> None:
    wikidata.faults.append(first(1, at(SPARQL, fault)))  # type: ignore[arg-type]
    with pytest.raises(EndpointError, match=re.escape(words)):
        client.select(QUERY)
    assert len(client.select(QUERY).rows) == 5


@pytest.mark.parametrize("fault", [cut, failing(502)])
def test_what_may_pass_is_asked_again(client: Client, wikidata: Wikidata, pauses: list[float], fault: object) -> None:
    wikidata.faults.append(first(1, at(SPARQL, fault)))  # type: ignore[arg-type]
    assert len(client.select(QUERY).rows) == 5
    assert len(pauses) == 1


def test_a_query_that_failed_is_not_remembered(client: Client, wikidata: Wikidata) -> None:
    wikidata.faults.append(at(SPARQL, html))
    with pytest.raises(EndpointError):
        client.select(QUERY)
    with pytest.raises(EndpointError, match="not asked this before"):
        Client(client.service, client.cache, offline=True).select(QUERY)


@pytest.mark.parametrize("fault", [html, cut, failing(500), failing(502)])
def test_one_item_that_fails_is_one_item(
    run: Command, folder: Path, wikidata: Wikidata, naps: list[float], fault: object
) -> None:
    wikidata.faults.append(at(f"{ENTITIES}Q20856802", fault))  # type: ignore[arg-type]
    done = run("-C", folder, "link", "check", "-q", "--format", "json", "--wikidata", wikidata.url)
    found = {one["item"]: one["verdict"] for one in json.loads(done.out)["links"]}
    assert done.status == 1
    assert found.pop("Q20856802") == "unchecked"
    assert set(found.values()) == {"holds"}


def test_without_sparql_the_plain_classes_are_still_known(run: Command, folder: Path, wikidata: Wikidata) -> None:
    wikidata.faults.append(at(SPARQL, html))
    checks = verdicts(run, folder, "--wikidata", wikidata.url)
    assert "is it a SPARQL endpoint?" in checks["cnn"][1]
    found = {name: verdict for name, (verdict, _) in checks.items()}
    unknown = {name for name, verdict in found.items() if verdict == "unchecked"}
    assert unknown == {"cnn", "lionsgate", "netflix"}
    assert {verdict for name, verdict in found.items() if name not in unknown} == {"holds"}


@pytest.mark.slow
def test_an_answer_that_does_not_come_in_time(wikidata: Wikidata, tmp_path: Path) -> None:
    wikidata.faults.append(slow(3))
    with Client(Service.of(wikidata.url), Cache(tmp_path), seconds=1) as client:
        with pytest.raises(EndpointError, match="gave no answer within 1 s; what it answered before"):
            client.item("Q65")
        with pytest.raises(EndpointError, match="gave no answer within 1 s"):
            client.select(QUERY)


@pytest.mark.slow
def test_an_answer_that_trickles(tmp_path: Path) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.end_headers()
            try:
                for _ in range(100):
                    self.wfile.write(b" ")
                    time.sleep(0.1)
            except OSError:
                pass

        do_POST = do_GET  # noqa: N815 - http.server's own names

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        with Client(Service.of(url), Cache(tmp_path), seconds=1) as client:
            began = time.monotonic()
            with pytest.raises(EndpointError, match=r"within 1 s|to its end in time"):
                client.item("Q65")
            with pytest.raises(EndpointError, match=r"within 1 s|to its end in time"):
                client.select(QUERY)
            assert time.monotonic() - began < 30
        server.shutdown()


def test_a_deleted_item_is_gone_and_a_merged_one_has_another_id(client: Client) -> None:
    with pytest.raises(GoneError, match="Q9000000903 is not there"):
        client.item("Q9000000903")
    item = client.item("Q9000000901")
    assert (item.requested_id, item.id) == ("Q9000000901", "Q15648198")


def test_a_label_may_be_mul_or_only_a_title(client: Client) -> None:
    assert client.item("Q20856802").label() == ("La La Land", "mul")
    assert client.item("Q9000000122").label() == ("A Film without a Label", "title in enwiki")
    assert client.item("Q9000000123").label() == ("", "title in enwiki")
    assert client.item("Q9000000122").label("en-GB") == ("A Film without a Label", "title in enwiki")
    assert client.item("Q65").label("de") == ("Los Angeles", "en")


def test_deprecated_and_unknown_values_are_no_values(client: Client) -> None:
    assert client.item("Q15648198").values("P345") == ["tt2582802"]
    assert client.item("Q9000000121").values("P57") == []
    assert client.item("Q9000000122").values("P57") == []


def test_a_property_that_was_renamed_is_no_match(run: Command, folder: Path, wikidata: Wikidata) -> None:
    wikidata.content.rename_property("P345", "P9000000345")
    wikidata.reload()
    verdict, evidence = verdicts(run, folder, "--wikidata", wikidata.url)["casablanca"]
    assert verdict == "doubtful"
    assert "tt0034583" not in evidence
