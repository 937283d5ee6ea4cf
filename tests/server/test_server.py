"""The server by a table of requests and the answers that the protocols demand; it is real, and so are its clients."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lalakg
from conftest import ROOT
from lalakg._server.negotiation import best
from lalakg._sparql.service import service_addresses
from support.serving import serving

FILM = "SELECT ?film WHERE { ?film a <https://w3id.org/lalakg/ontology#Film> } ORDER BY ?film"
ALL = "CONSTRUCT { ?s a ?o } WHERE { ?s a ?o }"
RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
JSON, XML, CSV, TSV = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv; charset=utf-8",
    "text/tab-separated-values; charset=utf-8",
)
QUERY, FORM = {"Content-Type": "application/sparql-query"}, {"Content-Type": "application/x-www-form-urlencoded"}
MONTAGE = "https://w3id.org/lalakg/graph/world-fantasy"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Its time limit is so long that no answer depends on how busy the machine is."""
    words = ("--timeout", "120", "--rows", "20000", "--budget", "100000", "--behind-proxy")
    with serving("serve", "-q", *words) as (address, _):
        yield address


@pytest.fixture(scope="module")
def client(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server, timeout=150) as client:
        yield client


@pytest.fixture(scope="module")
def impatient() -> Iterator[str]:
    """A server whose time limit is soon reached by what never ends."""
    with serving("serve", "-q", "--timeout", "5", "--budget", "100000", "--processes", "1") as (address, _):
        yield address


def ask(client: httpx.Client, query: str, accept: str = "*/*", **more: str) -> httpx.Response:
    return client.get("/sparql", params={"query": query, **more}, headers={"Accept": accept})


@pytest.mark.parametrize(
    ("query", "accept", "media_type"),
    [
        (FILM, "*/*", JSON),
        (FILM, "application/sparql-results+json", JSON),
        (FILM, "application/json", "application/json"),
        (FILM, "application/sparql-results+xml", XML),
        (FILM, "text/csv", CSV),
        (FILM, "text/tab-separated-values", TSV),
        (FILM, "text/csv;q=0.5, text/tab-separated-values;q=0.6", TSV),
        (FILM, "text/*;q=0.1, application/sparql-results+xml;q=0.2", XML),
        (FILM, "text/turtle, application/sparql-results+json;q=0.1", JSON),
        ("ASK {}", "*/*", JSON),
        ("ASK {}", "application/sparql-results+xml", XML),
        ("ASK {}", "text/csv", CSV),
        (ALL, "*/*", "text/turtle; charset=utf-8"),
        (ALL, "application/rdf+xml", "application/rdf+xml"),
        (ALL, "application/n-triples", "application/n-triples"),
        (ALL, "application/ld+json", "application/ld+json"),
        (ALL, "application/trig", "application/trig"),
        ("DESCRIBE <https://w3id.org/lalakg/id/mia>", "text/turtle", "text/turtle; charset=utf-8"),
        ("DESCRIBE?f WHERE { ?f a ?c }", "application/n-triples", "application/n-triples"),
        ("SELECT (GROUP_CONCAT(STR(?o)) AS ?long) WHERE { ?s ?p ?o }", "text/csv", CSV),
    ],
)
def test_formats_are_negotiated(client: httpx.Client, query: str, accept: str, media_type: str) -> None:
    response = ask(client, query, accept)
    assert (response.status_code, response.headers["Content-Type"]) == (200, media_type)
    assert {"Accept", "Accept-Encoding"} <= {word.strip() for word in response.headers["Vary"].split(",")}


def films(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [row["film"]["value"].rpartition("/")[2] for row in response.json()["results"]["bindings"]]


THREE_WAYS: list[tuple[str, dict[str, Any]]] = [
    ("GET", {"params": {"query": FILM}}),
    ("POST", {"data": {"query": FILM}}),
    ("POST", {"content": FILM, "headers": QUERY}),
    ("POST", {"content": FILM, "headers": {"Content-Type": "application/sparql-query; charset=utf-8"}}),
]


@pytest.mark.parametrize("path", ["/sparql", "/query"])
@pytest.mark.parametrize(("method", "request_"), THREE_WAYS)
def test_three_ways_to_ask(client: httpx.Client, path: str, method: str, request_: dict[str, Any]) -> None:
    found = films(client.request(method, path, **request_))
    assert found == [row["film"].value.rpartition("/")[2] for row in lalakg.load().sparql(FILM).rows]


@pytest.mark.parametrize(
    ("status", "method", "path", "request_"),
    [
        (400, "GET", "/sparql?query=" + urlencode({"": "SELECT"})[1:], {}),
        (400, "GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", {}),
        (400, "GET", "/sparql?query=%FF", {}),
        (400, "POST", "/sparql", {"data": {"quary": FILM}}),
        (400, "POST", "/sparql?query=ASK%7B%7D", {"content": FILM, "headers": QUERY}),
        (400, "POST", "/sparql", {"content": b"\xff", "headers": QUERY}),
        (400, "GET", "/sparql?query=ASK%7B%7D&default-graph-uri=no%20iri", {}),
        (400, "POST", "/sparql", {"content": "", "headers": QUERY}),
        (400, "POST", "/sparql", {"content": "INSERT DATA { <urn:a> <urn:b> 1 }", "headers": QUERY}),
        (403, "POST", "/sparql", {"data": {"update": "CLEAR ALL"}}),
        (403, "POST", "/sparql", {"content": "CLEAR ALL", "headers": {"Content-Type": "application/sparql-update"}}),
        (403, "GET", "/sparql?update=CLEAR+ALL", {}),
        (405, "PUT", "/sparql", {"content": FILM}),
        (405, "DELETE", "/store?default", {}),
        (405, "PUT", "/store?default", {"content": ""}),
        (400, "POST", "/sparql", {"content": FILM, "headers": [*QUERY.items(), *FORM.items()]}),
        (406, "GET", "/sparql?query=ASK%7B%7D", {"headers": {"Accept": "image/png"}}),
        (406, "GET", "/sparql?query=ASK%7B%7D", {"headers": {"Accept": "*/*;q=0"}}),
        (404, "GET", "/store?graph=urn:none", {}),
        (400, "GET", "/store?graph=urn:none&default", {}),
        (404, "GET", "/nothing", {}),
        (404, "GET", "/api/what-difers", {}),
        (404, "GET", "/api/what-differs.ttl", {}),
        (400, "GET", "/api/who-claims?abut=x", {}),
        (400, "GET", "/api/who-claims?about=montge", {}),
        (400, "GET", "/api/what-differs?page=0", {}),
        (400, "GET", "/api/who-claims?about=%FF", {}),
        (400, "GET", "/store?graph=%FF", {}),
        (400, "GET", "/store?graph=no%20iri", {}),
        (404, "GET", "/api/what-differs?page=99", {}),
        (413, "POST", "/sparql", {"content": "#" * 2_000_000, "headers": QUERY}),
        (415, "POST", "/sparql", {"content": FILM, "headers": {"Content-Type": "text/plain"}}),
        (422, "GET", "/sparql?" + urlencode({"query": "SELECT * WHERE { VALUES ?n { 1 2 } ?a ?b ?c }"}), {}),
    ],
)
def test_refusals_have_one_shape(
    client: httpx.Client, status: int, method: str, path: str, request_: dict[str, Any]
) -> None:
    is_refusal(client.request(method, path, **request_), status)


def is_refusal(response: httpx.Response, status: int) -> None:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert problem["detail"].endswith((".", "?"))


def test_a_syntax_error_has_its_place(client: httpx.Client) -> None:
    problem = ask(client, "SELECT ?a WHERE {\n  ?a ?b ) }").json()
    assert problem["line"] == 2
    assert 1 < problem["column"] < 12


@pytest.mark.parametrize(
    ("dataset", "default", "named"),
    [
        ({}, True, True),
        ({"default-graph-uri": MONTAGE}, True, False),
        ({"named-graph-uri": MONTAGE}, False, True),
        ({"default-graph-uri": MONTAGE, "named-graph-uri": MONTAGE}, True, True),
        ({"default-graph-uri": "urn:none"}, False, False),
    ],
)
def test_the_request_may_choose_the_dataset(
    client: httpx.Client, dataset: dict[str, str], default: bool, named: bool
) -> None:
    asked = ("ASK { ?s ?p ?o }", "ASK { GRAPH ?g { ?s ?p ?o } }")
    assert [ask(client, query, **dataset).json()["boolean"] for query in asked] == [default, named]


def test_the_request_s_dataset_is_stronger_than_the_query_s(client: httpx.Client) -> None:
    query = "ASK FROM <urn:none> { ?s ?p ?o }"
    assert ask(client, query).json()["boolean"] is False
    assert ask(client, query, **{"default-graph-uri": MONTAGE}).json()["boolean"] is True


def test_reading_by_the_graph_store_protocol(client: httpx.Client) -> None:
    default = client.get("/store?default", headers={"Accept": "application/n-triples"})
    assert {q.triple for q in ox.parse(default.content, format=ox.RdfFormat.N_TRIPLES)} == set(lalakg.load().triples)
    montage = client.get("/store", params={"graph": MONTAGE}, headers={"Accept": "text/turtle"})
    assert 0 < len(list(ox.parse(montage.content, format=ox.RdfFormat.TURTLE))) < len(lalakg.load().triples)
    whole = client.get("/store", headers={"Accept": "application/n-quads"})
    assert MONTAGE in {
        q.graph_name.value
        for q in ox.parse(whole.content, format=ox.RdfFormat.N_QUADS)
        if q.graph_name != ox.DefaultGraph()
    }


@pytest.mark.parametrize("path", ["/sparql?" + urlencode({"query": FILM}), "/store?default", "/api/what-differs"])
def test_etags_and_head(client: httpx.Client, path: str) -> None:
    first = client.get(path)
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == first.headers["ETag"]
    assert head.headers["Content-Length"] == first.headers["Content-Length"]
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    several = [("If-None-Match", first.headers["ETag"]), ("If-None-Match", '"other"')]
    assert client.get(path, headers=several).status_code == 304


def test_who_posts_gets_an_answer_though_it_is_known(client: httpx.Client) -> None:
    first = client.post("/sparql", data={"query": FILM})
    again = client.post("/sparql", data={"query": FILM}, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (200, first.content)


def test_a_header_in_two_lines_is_kept_as_it_is_answered(client: httpx.Client) -> None:
    """Or else one client could choose the form in which others get an answer."""
    query = f"{FILM} # in two lines"
    lines = [("Accept", "text/csv;q=0.5"), ("Accept", "application/sparql-results+xml")]
    assert client.get("/sparql", params={"query": query}, headers=lines).headers["Content-Type"] == XML
    assert ask(client, query, lines[0][1]).headers["Content-Type"] == CSV
    assert ask(client, query, lines[1][1]).headers["Content-Type"] == XML


def test_two_hosts_are_refused(server: str) -> None:
    """Addresses in answers are made of it. httpx would not send two."""
    connection = http.client.HTTPConnection(server.removeprefix("http://"), timeout=30)
    connection.putrequest("GET", "/api/", skip_host=True)
    connection.putheader("Host", "one.example")
    connection.putheader("Host", "other.example")
    connection.endheaders()
    response = connection.getresponse()
    assert (response.status, json.load(response)["detail"]) == (400, "This is no HTTP request that can be read.")
    connection.close()


def test_the_scheme_that_a_proxy_tells_is_that_of_the_addresses(client: httpx.Client) -> None:
    """The fixture's server is behind a proxy: these requests."""
    for scheme in ("http", "https"):
        root = client.get("/api/", headers={"X-Forwarded-Proto": scheme}).json()["openapi"]
        assert root.startswith(f"{scheme}://")


def test_what_changes_by_itself_is_not_kept(client: httpx.Client) -> None:
    first, second = (ask(client, "SELECT (RAND() AS ?r) WHERE {}") for _ in "12")
    assert "ETag" not in first.headers
    assert first.text != second.text


def test_compression_is_offered_and_equal(client: httpx.Client) -> None:
    plain, packed = (client.get("/store?default", headers={"Accept-Encoding": e}) for e in ("identity", "gzip"))
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.content == packed.content
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 4


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("identity, gzip;q=0.5", False),
        ("br, GZIP;q=0.1", True),
        ("*", True),
        ("", False),
    ],
)
def test_compression_goes_by_quality_values(client: httpx.Client, accepted: str, packed: bool) -> None:
    response = client.get("/static/site.css", headers={"Accept-Encoding": accepted})
    assert ("Content-Encoding" in response.headers) is packed


def test_headers_that_every_answer_bears(client: httpx.Client) -> None:
    for path in ("/sparql?query=ASK%7B%7D", "/nothing", "/healthz", "/api/what-differs"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/sparql", {"GET", "HEAD", "POST"}),
        ("/query", {"GET", "HEAD", "POST"}),
        ("/sparql/", {"GET", "HEAD", "POST"}),
        ("/store?default", {"GET", "HEAD"}),
        ("/api/what-differs", {"GET", "HEAD"}),
        ("/id/mia", {"GET", "HEAD"}),
        ("/query/new.html", {"GET", "HEAD"}),
        ("/", {"GET", "HEAD"}),
    ],
)
def test_what_is_allowed_can_be_asked_first(client: httpx.Client, path: str, methods: set[str]) -> None:
    before = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,authorization,x-other",
    }
    for headers in (before, {}):
        response = client.options(path, headers=headers)
        assert (response.status_code, response.content) == (204, b"")
        assert "Content-Length" not in response.headers, "a 204 has none"
        assert words(response.headers["Allow"]) == {*methods, "OPTIONS"}
        assert words(response.headers["Access-Control-Allow-Methods"]) == methods
        assert words(response.headers["Access-Control-Allow-Headers"]) == {"*", "Authorization"}
        assert int(response.headers["Access-Control-Max-Age"]) > 0
        assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert client.put(path).headers["Allow"], "what is refused says what is not"


def words(header: str) -> set[str]:
    return {word.strip() for word in header.split(",")}


def test_the_service_describes_itself(client: httpx.Client) -> None:
    response = client.get("/sparql", headers={"Accept": "text/turtle"})
    assert response.headers["Content-Type"] == "text/turtle; charset=utf-8"
    assert "sd:Service" in response.text or "sparql-service-description#Service" in response.text
    formats = {"TriG", "N-Quads", "Turtle"}
    assert formats <= set(re.findall(r"(?:formats/|formats:)([\w-]+)", response.text))
    assert client.head("/sparql", headers={"Accept": "text/turtle"}).headers["ETag"] == response.headers["ETag"]


def with_context(client: httpx.Client, document: httpx.Response) -> str:
    """JSON-LD with its context in the place of the context's address."""
    read = document.json()
    address, base = read["@context"]
    read["@context"] = [client.get(document.url.join(address)).json()["@context"], base]
    return json.dumps(read)


@pytest.mark.parametrize(
    ("path", "accept", "target"),
    [
        ("/id/psg-f63", "text/html", "claim-f63.html#psg-f63"),
        ("/id/psg-f63", "text/turtle", "claim-f63.ttl"),
        ("/id/sel-f63", "application/ld+json", "claim-f63.jsonld"),
        ("/id/psg-f63", "application/n-triples", "claim-f63.nt"),
    ],
)
def test_a_part_leads_to_the_document_of_what_it_belongs_to(
    client: httpx.Client, path: str, accept: str, target: str
) -> None:
    response = client.get(path, headers={"Accept": accept})
    assert (response.status_code, response.headers["Location"]) == (303, target)
    document = client.get(f"/id/{target}")
    assert document.status_code == 200
    assert path.rpartition("/")[2] in document.text


@pytest.mark.parametrize("form", ["html", "ttl", "jsonld", "nt"])
def test_a_document_of_a_part_has_moved(client: httpx.Client, form: str) -> None:
    response = client.get(f"/id/psg-f63.{form}")
    assert (response.status_code, response.headers["Location"].partition("#")[0]) == (301, f"claim-f63.{form}")
    assert client.get("/id/psg-f63.csv").status_code == 404


@pytest.mark.parametrize(
    ("accept", "target"),
    [
        ("", "mia.html"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "mia.html"),
        ("text/turtle", "mia.ttl"),
        ("application/ld+json;q=0.9, text/turtle;q=0.8", "mia.jsonld"),
        ("application/n-triples", "mia.nt"),
        ("application/rdf+xml", "mia.rdf"),
    ],
)
def test_a_thing_leads_to_the_document_that_fits(client: httpx.Client, accept: str, target: str) -> None:
    response = client.get("/id/mia", headers={"Accept": accept})
    assert (response.status_code, response.headers["Location"]) == (303, target)
    assert "Accept" in response.headers["Vary"]
    document = client.get(f"/id/{target}")
    assert document.status_code == 200
    assert document.headers["ETag"]
    form = ox.RdfFormat.from_extension(target.rpartition(".")[2])
    if form:
        text = with_context(client, document) if target.endswith(".jsonld") else document.text
        subjects = {quad.subject for quad in ox.parse(text, format=form)}
        assert ox.NamedNode("https://w3id.org/lalakg/id/mia") in subjects


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/id/mia.html", "text/html; charset=utf-8"),
        ("/query/", "text/html; charset=utf-8"),
        ("/query/new.html", "text/html; charset=utf-8"),
        ("/query/who-claims.rq", "application/sparql-query"),
        ("/ontology/Claim.ttl", "text/turtle; charset=utf-8"),
        ("/ontology/context.jsonld", "application/ld+json"),
        ("/static/site.css", "text/css; charset=utf-8"),
        ("/data/lalakg.ttl", "text/turtle; charset=utf-8"),
        ("/data/search.json", "application/json"),
        ("/.well-known/void", "text/turtle; charset=utf-8"),
        ("/.well-known/sparql-examples", "text/turtle; charset=utf-8"),
    ],
)
def test_the_pages_are_those_of_the_site(client: httpx.Client, path: str, media_type: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.headers["Content-Type"]) == (200, media_type)
    again = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_nothing_is_told_in_the_form_that_is_read(client: httpx.Client) -> None:
    page = client.get("/id/nobody", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert '<base href="/">' in page.text
    assert client.get("/id/mia", headers={"Accept": "image/png"}).status_code == 406
    for path in (
        "/404.html",
        "/static/../pyproject.toml",
        "/static/%2e%2e/svg.py",
        "/ontology/..%2f..%2fpyproject.toml",
        "//etc/passwd",
    ):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/sparql", "/sparql/", "/query"])
def test_without_a_query_a_browser_is_led_to_the_page_that_asks(client: httpx.Client, method: str, path: str) -> None:
    response = client.request(method, path, headers={"Accept": "text/html"})
    assert response.status_code == 303
    assert client.get(response.url.join(response.headers["Location"])).status_code == 200


def test_the_list_of_operations_needs_no_slash(client: httpx.Client) -> None:
    assert client.get("/api").json() == client.get("/api/").json()


QUERIES = sorted(name for name, query in lalakg.load().catalogue.items() if not service_addresses(query.text))


@pytest.mark.parametrize("name", QUERIES)
def test_each_ready_made_query_is_an_operation(client: httpx.Client, name: str) -> None:
    expected = lalakg.load().query(name)
    if isinstance(expected, lalakg.Result) and "csv" in expected.formats:
        response = client.get(f"/api/{name}.csv")
        assert response.text.replace("\r\n", "\n").rstrip("\n") == expected.to_csv().rstrip("\n")
    else:
        response = client.get(f"/api/{name}.nt")
        assert {q.triple for q in ox.parse(response.content, format=ox.RdfFormat.N_TRIPLES)} == set(expected)


def test_a_query_that_asks_another_host_is_an_operation_that_is_refused(client: httpx.Client) -> None:
    response = client.get("/api/cast-side-by-side")
    assert response.status_code == 403
    assert "https://query.wikidata.org/sparql" in response.json()["detail"]


def test_pages_link_to_one_another_and_together_are_the_answer(client: httpx.Client) -> None:
    whole = client.get("/api/timeline").json()["results"]["bindings"]
    rows, response = [], client.get("/api/timeline", params={"size": 7, "page": 1})
    assert 'rel="prev"' not in response.headers["Link"]
    while True:
        rows += response.json()["results"]["bindings"]
        if "next" not in response.links:
            break
        response = client.get(response.links["next"]["url"])
    assert rows == whole
    assert "last" in response.links


def test_a_parameter_may_have_several_values(client: httpx.Client) -> None:
    one, other = (
        client.get("/api/who-claims.csv", params={"about": a}).text.splitlines()
        for a in ("lkg:montage", "lkg:div-kiss")
    )
    both = client.get("/api/who-claims.csv", params={"about": ["lkg:montage", "lkg:div-kiss"]}).text.splitlines()
    assert set(both) == set(one) | set(other)


@given(value=st.text(max_size=80))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_value_reaches_the_query_as_syntax(client: httpx.Client, value: str) -> None:
    response = client.get("/api/describe-a-thing", params={"thing": value})
    assert response.status_code in (200, 400), response.text
    if response.status_code == 400:
        assert "line" not in response.json(), "what was refused was a value, not a query"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <http://127.0.0.1:{port}/> { ?s ?p ?o } }",
        "SELECT * { VALUES ?e { <http://127.0.0.1:{port}/> } SERVICE ?e { ?s ?p ?o } }",
        "PREFIX s: <http://127.0.0.1:{port}/> SELECT * { ?a ?b 1SERVICE s: { ?s ?p ?o } }",
        "PREFIX a·: <http://127.0.0.1:{port}/> SELECT * { SERVICE a·:x { ?s ?p ?o } }",
        "SELECT * { SERVICE <http://169.254.169.254/latest> { ?s ?p ?o } }",
    ],
)
def test_no_query_reaches_another_host(client: httpx.Client, query: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.1)
        response = ask(client, query.replace("{port}", str(trap.getsockname()[1])))
        assert response.status_code == 403
        with pytest.raises(TimeoutError):
            trap.accept()


@pytest.mark.slow
def test_an_allowed_service_may_be_asked(server: str) -> None:
    there = f"SELECT * {{ SERVICE <{server}/sparql> {{ {FILM} }} }} ORDER BY ?film"
    with (
        serving("serve", "-q", "--processes", "1", "--allow-service", f"{server}/sparql") as (address, _),
        httpx.Client(base_url=address, timeout=30) as client,
    ):
        answer = ask(client, there)
        assert films(answer) == films(ask(client, FILM))
        assert "ETag" not in answer.headers, "nobody says when the other host's data changes"
        other = ask(client, there.replace("/sparql", "/query"))
        assert other.status_code == 403
        assert f"it may ask {server}/sparql" in other.json()["detail"]
        assert ask(client, 'SELECT ?service { ?service <urn:service> "SERVICE" } # SERVICE <x>').status_code == 200


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "text/turtle"),
        ("*/*", "text/turtle"),
        ("text/html", "text/html"),
        ("text/html;q=0.2, text/*;q=0.5", "text/turtle"),
        ("text/turtle;q=0, */*;q=0.1", "text/html"),
        ("TEXT/HTML", "text/html"),
        ("application/ld+json", None),
        ("text/html;q=x", None),
        (",,", "text/turtle"),
    ],
)
def test_quality_values(accept: str, expected: str | None) -> None:
    assert best(accept, ["text/turtle", "text/html"]) == expected


def test_a_runaway_is_stopped_while_others_go_on(impatient: str) -> None:
    def run() -> None:
        stopped.append(httpx.get(f"{impatient}/sparql", params={"query": RUNAWAY}, timeout=30))

    stopped: list[httpx.Response] = []
    client = httpx.Client(base_url=impatient, timeout=30)
    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in [threading.Thread(target=ask, args=(client, f"{FILM} # {n}")) for n in range(8)]:
        thread.start()  # so that there are workers already, which take a while to start on a busy machine
        thread.join(0.01)
    for thread in threads:
        thread.start()
    others = 0
    while any(thread.is_alive() for thread in threads):
        assert films(ask(client, f"{FILM}\n# {others}"))
        others += 1
    client.close()
    assert others > 2
    assert len(stopped) == 3
    for response in stopped:
        is_refusal(response, 504)


@pytest.mark.slow
def test_a_client_has_its_share_of_query_time_and_others_have_theirs() -> None:
    words = ("--processes", "1", "--timeout", "1", "--budget", "2", "--behind-proxy")
    with serving("serve", "-q", *words) as (address, _), httpx.Client(base_url=address, timeout=30) as client:

        def status(query: str, who: str) -> httpx.Response:
            return client.get("/sparql", params={"query": query}, headers={"X-Forwarded-For": who})

        assert [status(RUNAWAY, "10.0.0.1").status_code for _ in "123"] == [504, 504, 504]
        refused = status(f"{FILM} # 1", "10.0.0.1")
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert status(f"{FILM} # 2", "10.0.0.2").status_code == 200
        assert client.get("/readyz", headers={"X-Forwarded-For": "10.0.0.1"}).status_code == 200


@pytest.mark.slow
def test_names_that_name_nothing_are_counted_too() -> None:
    with serving("serve", "-q", "--processes", "1", "--budget", "0.05") as (address, _):
        statuses = [httpx.get(f"{address}/api/who-claims?about=no-such-{n}").status_code for n in range(20)]
    assert set(statuses) == {400, 429}
    assert statuses[0] == 400


@pytest.mark.slow
def test_only_the_proxy_is_believed() -> None:
    told = {"X-Forwarded-Proto": "https"}
    for allowed, scheme in (("10.0.0.5", "http"), ("10.0.0.5,127.0.0.0/8", "https")):
        with serving("serve", "-q", "--processes", "1", "--behind-proxy", FORWARDED_ALLOW_IPS=allowed) as (address, _):
            assert httpx.get(f"{address}/api", headers=told).json()["openapi"].startswith(f"{scheme}://")


FEW_WORKERS = ("serve", "-q", "--processes", "1", "--workers", "2", "--budget", "1000")


@pytest.mark.slow
def test_a_client_that_hangs_up_frees_its_worker() -> None:
    with serving(*FEW_WORKERS, "--timeout", "60") as (address, _):
        for _ in range(3):  # more than there are workers
            with pytest.raises(httpx.ReadTimeout):
                httpx.get(f"{address}/sparql", params={"query": RUNAWAY}, timeout=1)
        assert httpx.get(f"{address}/sparql", params={"query": FILM}, timeout=20).status_code == 200


@pytest.mark.slow
def test_a_worker_that_is_ended_makes_room_at_once() -> None:
    """Who waits need not wait for the other runaway, too."""
    with serving(*FEW_WORKERS, "--timeout", "6") as (address, _):
        statuses: list[int] = []

        def run() -> None:
            statuses.append(httpx.get(f"{address}/sparql", params={"query": RUNAWAY}, timeout=30).status_code)

        first, second = threading.Thread(target=run), threading.Thread(target=run)
        first.start()
        time.sleep(4)
        second.start()
        time.sleep(0.5)
        assert httpx.get(f"{address}/sparql", params={"query": FILM}, timeout=20).status_code == 200
        assert statuses == [504], "the second runaway is still at work"
        first.join()
        second.join()


def test_metrics_count(client: httpx.Client) -> None:
    def count() -> float:
        text = client.get("/metrics").text
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith("lalakg_requests_total"))

    before = count()
    client.get("/healthz")
    assert count() >= before + 1


@pytest.mark.slow
def test_schemathesis_finds_nothing(server: str) -> None:
    words = ["run", f"{server}/openapi.json", "--max-examples", "10", "--phases", "examples,coverage,fuzzing"]
    # A name may be any text, which no schema can tell from one that is none; one value is a list of one.
    words += ["--exclude-checks", "positive_data_acceptance,negative_data_rejection", "--generation-deterministic"]
    program = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run([program, *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "Tested: " in done.stdout


def test_a_kept_answer_is_not_given_to_another_method(client: httpx.Client) -> None:
    assert client.get("/api/cast").status_code == 200
    assert client.post("/api/cast").status_code == 405


def workers_of(pid: int) -> list[int]:
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(word) for word in children.split()]


@pytest.mark.slow
def test_killed_workers_and_processes_are_replaced() -> None:
    with serving("serve", "-q", "--processes", "1") as (address, process):
        (front,) = (pid for pid in workers_of(process.pid) if workers_of(pid))
        for worker in workers_of(front):
            os.kill(worker, signal.SIGKILL)
        assert httpx.get(f"{address}/sparql", params={"query": FILM}).status_code == 200
        os.kill(front, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):
                assert httpx.get(f"{address}/sparql", params={"query": FILM}, timeout=5).status_code == 200
                break
        else:
            pytest.fail("no process took the place of the one that was killed")


@pytest.mark.slow
def test_a_worker_that_is_killed_over_a_query_is_replaced() -> None:
    with serving("serve", "-q", "--processes", "1", "--timeout", "60") as (address, process):
        (front,) = (pid for pid in workers_of(process.pid) if workers_of(pid))
        found: list[httpx.Response] = []
        asking = threading.Thread(
            target=lambda: found.append(httpx.get(f"{address}/sparql", params={"query": RUNAWAY}, timeout=60))
        )
        asking.start()
        time.sleep(1)
        for worker in workers_of(front):
            os.kill(worker, signal.SIGKILL)
        asking.join(20)
        assert (found[0].status_code, found[0].json()["title"]) == (503, "Service Unavailable")
        assert httpx.get(f"{address}/sparql", params={"query": FILM}).status_code == 200
        assert "lalakg_queries_stopped_total 0.0" in httpx.get(f"{address}/metrics").text, "it was not late"


@pytest.mark.slow
def test_a_query_that_takes_too_much_memory_is_refused() -> None:
    hungry = "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?c), STR(?f))) AS ?all) WHERE { ?a ?b ?c . ?d ?e ?f }"
    with serving("serve", "-q", "--processes", "1", "--timeout", "60", "--memory", "256") as (address, _):
        response = httpx.get(f"{address}/sparql", params={"query": hungry}, timeout=60)
        assert response.status_code == 503, response.text
        assert "more memory" in response.json()["detail"]
        assert httpx.get(f"{address}/sparql", params={"query": FILM}).status_code == 200


@pytest.mark.slow
def test_new_data_is_taken_without_dropping_a_request(tmp_path: Path) -> None:
    folder = tmp_path / "film"
    lalakg.init(folder)
    ask_label = 'ASK { ?s <http://www.w3.org/2000/01/rdf-schema#label> "A new name"@en }'
    with serving("-C", str(folder), "serve", "-q") as (address, process):
        statuses: list[int] = []
        stop = threading.Event()

        def load() -> None:
            with httpx.Client(base_url=address, timeout=30) as client:
                while not stop.is_set():
                    statuses.append(ask(client, FILM + f" # {len(statuses)}").status_code)

        threads = [threading.Thread(target=load) for _ in range(2)]
        for thread in threads:
            thread.start()
        dataset = folder / "data" / "dataset.ttl"
        people = next(
            path
            for path in sorted((folder / "data").glob("*.ttl"))
            if path != dataset and "rdfs:label" in path.read_text()
        )
        people.write_text(re.sub(r'rdfs:label "[^"]*"@en', 'rdfs:label "A new name"@en', people.read_text(), count=1))
        process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 30
        while not httpx.get(f"{address}/sparql", params={"query": ask_label}).json()["boolean"]:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        stop.set()
        for thread in threads:
            thread.join()
    assert set(statuses) == {200}


@pytest.mark.slow
def test_the_end_waits_for_running_requests() -> None:
    passages = "?d a <https://w3id.org/lalakg/ontology#Passage>"
    slow = f"SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . {passages} . FILTER(STRLEN(STR(?c)) > STRLEN(STR(?d))) }}"
    with serving("serve", "-q", "--timeout", "30") as (address, process):
        found: list[int] = []
        thread = threading.Thread(
            target=lambda: found.append(httpx.get(f"{address}/sparql", params={"query": slow}, timeout=60).status_code)
        )
        thread.start()
        time.sleep(0.4)
        process.terminate()
        thread.join()
        assert found == [200]
        assert process.wait(20) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["serve", "--port", "1"], "127.0.0.1:1 cannot be listened to"),
        (["serve", "--host", "no.such.host.invalid"], "choose another with --host"),
        (["serve", "--store", "nowhere"], "nowhere is no Oxigraph database"),
        (["-C", "nowhere", "serve"], "nowhere"),
    ],
)
def test_what_cannot_be_served_is_said_once(words: list[str], said: str) -> None:
    if words[-1] == "1" and os.geteuid() == 0:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            words, port = [*words[:-1], str(taken.getsockname()[1])], taken.getsockname()[1]
            said = f"127.0.0.1:{port} cannot be listened to"
            done = subprocess.run([sys.executable, "-m", "lalakg", *words], capture_output=True, text=True)
    else:
        done = subprocess.run([sys.executable, "-m", "lalakg", *words], capture_output=True, text=True)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_database_on_disk(tmp_path: Path) -> None:
    store = ox.Store(str(tmp_path / "db"))
    mia, other = ox.NamedNode("https://w3id.org/lalakg/id/mia"), ox.NamedNode("https://w3id.org/lalakg/id/someone-else")
    label = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    store.bulk_load(path=ROOT / "data" / "published" / "lalakg.ttl", format=ox.RdfFormat.TURTLE)
    store.add(ox.Quad(other, label, ox.Literal("Someone <b>else</b>", language="en")))
    store.add(ox.Quad(other, ox.NamedNode("http://xmlns.com/foaf/0.1/knows"), mia))
    store.flush()
    del store
    with serving("serve", "-q", "--store", str(tmp_path / "db")) as (address, _):
        client = httpx.Client(base_url=address, timeout=30)
        assert len(films(ask(client, FILM))) == len(lalakg.load().sparql(FILM).rows)
        page = client.get("/id/someone-else.html")
        assert "Someone &lt;b&gt;else&lt;/b&gt;" in page.text
        assert 'href="mia.html"' in page.text
        assert page.headers["ETag"]
        turtle = client.get("/id/someone-else", headers={"Accept": "text/turtle"}, follow_redirects=True)
        assert ox.Quad(other, ox.NamedNode("http://xmlns.com/foaf/0.1/knows"), mia) in set(
            ox.parse(turtle.content, format=ox.RdfFormat.TURTLE)
        )
        assert client.get("/id/nobody.html").status_code == 404
        client.close()


@pytest.mark.slow
def test_somebody_else_s_store(server: str) -> None:
    with serving("serve", "-q", "--endpoint", f"{server}/sparql") as (address, _):
        client = httpx.Client(base_url=address, timeout=30)
        response = ask(client, FILM)
        assert len(films(response)) == len(lalakg.load().sparql(FILM).rows)
        assert "ETag" not in response.headers
        assert "lkg:div-kiss" in client.get("/id/div-kiss.html").text
        assert client.get("/store", params={"graph": MONTAGE}).status_code == 200
        assert client.get("/store?default").status_code == 400
        assert ask(client, FILM, **{"default-graph-uri": MONTAGE}).status_code == 400
        assert ask(client, "SELECT").status_code == 400
        client.close()
