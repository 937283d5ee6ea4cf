"""Asking a store: the graph is found where a load puts it, and what goes wrong is one clear message."""

import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

import lalakg
from conftest import Command, Outcome, missing
from lalakg._errors import EndpointError, InvalidValue
from lalakg._publish.load import load_into
from lalakg._sparql.credentials import Credentials
from lalakg._sparql.engine import RemoteEngine
from publish.test_load import guarding
from support.fakestore import WHOLE, FakeStore, Fault, Request, running

SECRET = "s3cret-w0rd"
OTHER = "urn:other"
FOREIGN = "INSERT DATA { GRAPH <urn:theirs> { <urn:a> <urn:b> <urn:c> } }"
ASKING = [
    ["query", "cast", "--endpoint"],
    ["query", "-e", "CONSTRUCT WHERE { ?s a ?o }", "--endpoint"],
    ["describe", "ev-leave", "--endpoint"],
    ["check", "-q", "--endpoint"],
    ["diff"],
]
each_command = pytest.mark.parametrize(
    "words",
    [pytest.param(words, marks=pytest.mark.slow if words[0] == "check" else ()) for words in ASKING],
    ids=lambda words: words[0],
)


@pytest.fixture
def fake() -> Iterator[FakeStore]:
    with running() as store:
        yield store


def graph_at(url: str, small: Path, **there: object) -> str | None:
    engine = lalakg.load(small, endpoint=url, **there).engine  # type: ignore[arg-type]  # what a test gives is right
    assert isinstance(engine, RemoteEngine)
    return engine.graph


# Where the graph is


@pytest.mark.slow
@pytest.mark.parametrize(
    ("server", "union", "end"),
    [
        ("Oxigraph/0", False, ""),
        ("Oxigraph/0", True, "/query"),
        ("Nobody's/1", False, "/update"),
        ("Nobody's/1", True, "/"),
    ],
)
def test_the_address_that_was_loaded_can_be_asked(
    small: Path, run: Command, server: str, union: bool, end: str
) -> None:
    with running(server) as fake:
        fake.union = union
        fake.data.update(FOREIGN)
        assert run("-C", small, "load", fake.url + end).status == 0
        for words in ASKING:
            done = run("-C", small, *words, fake.url + end)
            assert done.status == 0, done
            assert done.out


def test_a_name_is_looked_for_there_and_nothing_is_fetched(fake: FakeStore, small: Path) -> None:
    base = lalakg.load(small).base
    load_into(lalakg.load(small), fake.url)
    fake.data.update(f"INSERT DATA {{ <{base}sequel> <urn:of> <{base}film> }}")
    kg = lalakg.load(small, endpoint=fake.url)
    assert kg.resolve("sequel").value == f"{base}sequel"
    before = len(fake.asked)
    assert len(kg.query("who-claims", about="sequel")) == 0
    assert len(fake.asked) == before + 2, "whether it is there, and the query"
    with pytest.raises(InvalidValue, match=r"nothing at http://\S+ is called seqel"):
        kg.query("who-claims", about="seqel")


COMPLETE = "{graphs}complete"
LAYOUTS = {
    "nothing": ([], False, None),
    "the default graph": ([None], False, None),
    "the complete graph": ([COMPLETE], False, COMPLETE),
    "the complete graph, shown": ([COMPLETE], True, COMPLETE),
    "the complete graph, and another": ([COMPLETE, OTHER], True, COMPLETE),
    "another": ([OTHER], False, OTHER),
    "another, beside the default graph": ([None, OTHER], False, None),
    "the packaging, beside the default graph": ([None, "{graphs}dataset"], False, None),
    "a load under way": (["urn:x-lalakg:load:9:m:1:a:0"], False, None),
}


@pytest.mark.parametrize(("graphs", "union", "expected"), LAYOUTS.values(), ids=LAYOUTS)
def test_the_graph_is_found(
    fake: FakeStore, small: Path, graphs: list[str | None], union: bool, expected: str | None
) -> None:
    dataset = lalakg.load(small).folder.dataset
    fake.union = union
    for name in graphs:
        place = ox.NamedNode(name.format(graphs=dataset.graphs)) if name else ox.DefaultGraph()
        for kind in ("Dataset", "Thing"):
            subject, predicate = (
                ox.NamedNode(dataset.iri),
                ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
            )
            fake.data.add(ox.Quad(subject, predicate, ox.NamedNode(f"urn:x:{kind}"), place))
    assert graph_at(fake.url, small) == (expected.format(graphs=dataset.graphs) if expected else None)


@pytest.mark.parametrize("change", ["INSERT DATA", "DELETE DATA"])
def test_a_default_graph_of_its_own_is_preferred(fake: FakeStore, small: Path, change: str) -> None:
    """A load puts a graph there, and leaves another version alone that somebody has put beside."""
    kg = lalakg.load(small)
    load_into(kg, fake.url)
    load_into(kg, fake.url, graph=kg.folder.dataset.graphs + "complete")
    fake.data.update(f"{change} {{ <{kg.folder.dataset.iri}> a <http://www.w3.org/ns/dcat#Dataset> , <urn:x:New> }}")
    assert graph_at(fake.url, small) is None


def test_several_are_named(fake: FakeStore, small: Path, run: Command) -> None:
    for name in ("urn:b", "urn:a"):
        load_into(lalakg.load(small), fake.url, graph=name)
    for words in ASKING:
        done = run("-C", small, *words, fake.url)
        assert (done.status, done.out) == (2, "")
        assert done.err.endswith("more than once; choose with --graph urn:a or urn:b.\n")
    assert run("-C", small, "diff", fake.url, "--graph", "urn:a").status == 0


def test_a_graph_is_what_one_asks_for(fake: FakeStore, small: Path, run: Command) -> None:
    kg = lalakg.load(small)
    fake.data.update("INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:b> 1 } <urn:a> <urn:b> 2 }")
    load_into(kg, fake.url, graph=kg.folder.dataset.graphs + "complete")
    words = ["-C", small, "query", "-e", "SELECT ?o { <urn:a> <urn:b> ?o }", "--format", "csv", "--endpoint", fake.url]
    assert run(*words).out == "o\n"
    assert run(*words, "--graph", "urn:g").out == "o\n1\n"
    assert run(*words, "--default").out == "o\n2\n"
    assert graph_at(fake.url, small, graph="urn:g") == "urn:g"
    assert graph_at(fake.url, small, default=True) is None
    with pytest.raises(InvalidValue, match="no iri is no IRI of a graph"):
        graph_at(fake.url, small, graph="no iri")


def test_a_store_without_named_graphs_is_asked_all_the_same(fake: FakeStore, small: Path) -> None:
    load_into(lalakg.load(small), fake.url)
    fake.faults.append(lambda r: "GRAPH" in r.form.get("query", [""])[0] and r.answer(400, b"no quads here"))
    assert graph_at(fake.url, small) is None


def test_shapes_of_ones_own_are_for_all_that_is_there(fake: FakeStore, small: Path, run: Command) -> None:
    load_into(lalakg.load(small), fake.url, graph=lalakg.load(small).folder.dataset.graphs + "complete")
    fake.data.update("INSERT DATA { <urn:a> a <urn:C> }")
    shapes = small / "own.ttl"
    shapes.write_text("@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:S> sh:targetClass <urn:C> ; sh:in () .")
    done = run("-C", small, "check", "--endpoint", fake.url, "--shapes", shapes)
    assert done.status == 1, done
    assert "<urn:a>" in done.out


def test_a_default_graph_that_shows_all_is_a_note(fake: FakeStore, small: Path, run: Command) -> None:
    fake.name, fake.union, fake.services = "Virtuoso/0", True, {**WHOLE, "query": "/sparql"}
    fake.data.update(FOREIGN)
    done = run("-C", small, "diff", fake.url)
    assert done.status == 1
    assert f"Note: the default graph of {fake.url} shows all its graphs at once; --graph names one.\n" in done.out


def test_an_address_may_end_in_a_slash_and_mean_it(fake: FakeStore, small: Path) -> None:
    fake.name = "Nobody's/1"

    def moved(request: Request) -> bool:
        inside = request.path.startswith("/own/")
        request.path = request.path.replace("/own/", "/query")
        return not inside and request.answer(404)

    fake.faults.append(moved)
    kg = lalakg.load(small, endpoint=f"{fake.url}/own/")
    assert not kg.sparql("ASK { ?s ?p ?o }")


# Faults


def refusing(status: int, body: bytes = b"", **headers: str) -> Fault:
    return lambda request: request.answer(status, body, **headers)


def cutting(request: Request) -> bool:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    request.close_connection = True
    return True


NONE_THERE = "does not answer SPARQL, nor do /query and /sparql below it; is it the address of a store?\n"
REFUSALS = {
    "401": (
        refusing(401, WWW_Authenticate="Basic"),
        "wants a login: --user NAME, with the password in LALAKG_PASSWORD",
    ),
    "403": (
        refusing(403),
        "does not allow this; is it for another user to do, or can nobody do it there? (HTTP 403).\n",
    ),
    "404": (refusing(404), NONE_THERE),
    "405": (refusing(405), NONE_THERE),
    "429": (refusing(429), "is asked too often; try again later (HTTP 429).\n"),
    "429, long": (refusing(429, Retry_After="600"), "asks to wait 600 s, which is past the deadline; see --timeout.\n"),
    "500": (refusing(500, b"out of memory"), "failed; its log may say why (HTTP 500): out of memory.\n"),
    "503": (refusing(503), "is busy or starting; try again later (HTTP 503).\n"),
    "page": (refusing(200, b"<h1>Hello</h1>", Content_Type="text/html"), NONE_THERE),
    "cut": (cutting, "broke the connection: "),
    "away": (
        refusing(307, Location="http://localhost:9/query"),
        "redirects to another host, http://localhost:9/query;",
    ),
    "circle": (refusing(307, Location="/query"), "redirects in a circle; is it the address of a store?\n"),
}


def is_one_message(done: Outcome) -> bool:
    return (done.status, done.out, done.err.count("\n"), done.err[:8]) == (2, "", 1, "lalakg: ")


@pytest.mark.usefixtures("pauses")
@each_command
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(("fault", "message"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_one_message(
    fake: FakeStore, small: Path, run: Command, words: list[str], late: bool, fault: Fault, message: str
) -> None:
    """At once, or only when the address has answered and the question proper comes."""
    if late:
        load_into(lalakg.load(small), fake.url)
        answers = {NONE_THERE: "HTTP 40"}
        fake.faults.append(lambda r: not is_preliminary(r) and fault(r))
        message = (
            "text/html; is it a SPARQL endpoint?" if fault is REFUSALS["page"][0] else answers.get(message, message)
        )
    else:
        fake.faults.append(fault)
    done = run("-C", small, *words, fake.url)
    assert is_one_message(done), done
    assert message in done.err


def is_preliminary(request: Request) -> bool:
    query = request.form.get("query", [""])[0]
    return "?g" in query or query in ("ASK {}", "ASK { ?s ?p ?o }")


def test_a_busy_store_is_asked_again(fake: FakeStore, small: Path, run: Command, pauses: list[float]) -> None:
    load_into(lalakg.load(small), fake.url)
    left = [429, 503, 502]
    fake.faults.append(lambda r: bool(left) and r.answer(left.pop(0), Retry_After="7"))
    assert run("-C", small, "query", "cast", "--endpoint", fake.url).status == 0
    assert pauses == [7.0, 7.0, 7.0]


@pytest.mark.slow
@each_command
def test_a_slow_store_ends_at_the_deadline(fake: FakeStore, small: Path, run: Command, words: list[str]) -> None:
    stop = threading.Event()

    def trickle(request: Request) -> bool:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not stop.wait(0.05):
            request.wfile.write(b"x")
        return True

    fake.faults.append(trickle)
    start = time.monotonic()
    done = run("-C", small, *words, fake.url, "--timeout", 1)
    stop.set()
    assert time.monotonic() - start < 30
    assert is_one_message(done)
    assert "was not done within 1 s; give it longer with --timeout" in done.err


@pytest.mark.slow
def test_each_answer_has_the_whole_time(fake: FakeStore, small: Path) -> None:
    load_into(lalakg.load(small), fake.url)
    fake.faults.append(lambda _: bool(time.sleep(0.2)))
    kg = lalakg.load(small, endpoint=fake.url, timeout=1.5)
    assert all(kg.sparql("ASK { ?s ?p ?o }") for _ in range(8))


def test_a_certificate_of_nobody_is_not_trusted_unless_it_is_named(
    tmp_path: Path, small: Path, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not shutil.which("openssl"):
        missing("there is no openssl here to make a certificate")
    key, own = tmp_path / "key.pem", tmp_path / "own.pem"
    request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", own]
    subprocess.run(["openssl", *request, *names], check=True, capture_output=True)
    key.write_text(key.read_text() + own.read_text())
    with running(certificate=key) as fake:
        done = run("-C", small, "query", "cast", "--endpoint", fake.url)
        assert is_one_message(done)
        assert "cannot be trusted" in done.err
        assert fake.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(own))
        monkeypatch.setattr("lalakg._sparql.http._certificates", ssl.create_default_context)  # read once
        assert run("-C", small, "query", "cast", "--endpoint", fake.url).status == 0


# Logging in


@each_command
@pytest.mark.parametrize("scheme", ["Basic", "Digest", "Bearer"])
@pytest.mark.parametrize("word", [None, "wrong-word", SECRET])
def test_logging_in(
    fake: FakeStore,
    small: Path,
    run: Command,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    scheme: str,
    word: str | None,
) -> None:
    load_into(lalakg.load(small), fake.url)
    fake.faults.append(guarding(scheme))
    user = ["--user", "mia"] if word and scheme != "Bearer" else []
    if word:
        monkeypatch.setenv("LALAKG_TOKEN" if scheme == "Bearer" else "LALAKG_PASSWORD", word)
    done = run("-C", small, *words, fake.url, *user)
    assert not word or word not in done.err + done.out
    if word == SECRET:
        assert (done.status, done.err) == (0, "")
        return
    assert is_one_message(done)
    kind = "token" if scheme == "Bearer" else "login"
    assert (f"does not accept this {kind}" if word else "wants a login: --user NAME") in done.err


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("login", [{"user": "mia", "password": SECRET}, {"token": SECRET}])
def test_credentials_never_go_to_another_host(fake: FakeStore, small: Path, login: dict[str, str], late: bool) -> None:
    load_into(lalakg.load(small), fake.url)
    with running() as other:

        def away(request: Request) -> bool:
            known = "authorization" in fake.asked[-1][2]
            return known and not (late and is_preliminary(request)) and request.answer(308, Location=other.url)

        fake.faults.append(away)
        fake.faults.append(lambda r: "Authorization" not in r.headers and r.answer(401, WWW_Authenticate="Basic"))
        kg = lalakg.load(small, endpoint=fake.url, credentials=Credentials(**login))
        with pytest.raises(EndpointError, match="redirects to another host"):
            kg.query("cast")
        assert other.asked == []


def test_the_password_is_asked_for(fake: FakeStore, small: Path, monkeypatch: pytest.MonkeyPatch, run: Command) -> None:
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: SECRET)
    load_into(lalakg.load(small), fake.url)
    fake.faults.append(guarding("Basic"))
    done = run("-C", small, "query", "cast", "--endpoint", fake.url, "--user", "mia")
    assert done.status == 0
    assert SECRET not in done.out + done.err


def test_a_token_is_one_word(run: Command, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LALAKG_TOKEN", f"{SECRET}\r")
    for words in ASKING:
        done = run("-C", small, *words, "http://127.0.0.1:9/")
        assert is_one_message(done)
        assert done.err == "lalakg: the token holds a blank, or another character that no token has.\n"


@pytest.mark.parametrize("command", ["query", "describe", "check", "diff"])
def test_a_secret_cannot_be_an_argument(run: Command, command: str) -> None:
    done = run(command, "--help")
    assert "--user" in done.out
    assert "--password" not in done.out
    assert "--token" not in done.out


@each_command
@pytest.mark.parametrize("option", [["--graph", "complete"], ["--user", "mia"]])
def test_what_is_for_a_store_needs_one(run: Command, small: Path, words: list[str], option: list[str]) -> None:
    rest = ["data"] if words == ["diff"] else []
    done = run("-C", small, *[word for word in words if word != "--endpoint"], *rest, *option)
    assert (done.status, done.out) == (2, "")
    assert "give its address, too" in done.err


def test_no_login_in_the_address(run: Command, small: Path) -> None:
    for words in ASKING:
        done = run("-C", small, *words, f"http://mia:{SECRET}@127.0.0.1:9/")
        assert is_one_message(done)
        assert "put no login into the address" in done.err
        assert SECRET not in done.err


# Labels that only the store knows


def test_a_label_is_looked_for_in_the_store(fake: FakeStore, small: Path, run: Command) -> None:
    fake.data.update(
        """PREFIX skos: <http://www.w3.org/2004/02/skos/core#> INSERT DATA {
        <urn:v> skos:prefLabel "Zebra Lens"@en . <urn:a> skos:prefLabel "Twin" . <urn:b> skos:prefLabel "twin"@de }"""
    )
    there = ("--endpoint", fake.url, "--default")
    done = run("-C", small, "describe", "zebra lens", *there)
    assert (done.status, done.out.splitlines()[0]) == (0, "Zebra Lens (<urn:v>)")
    assert "such as <urn:a> and <urn:b>." in run("-C", small, "describe", "Twin", *there).err
    assert (
        run("-C", small, "describe", "the hero", *there).err == f"lalakg: nothing at {fake.url} is called the hero.\n"
    )
