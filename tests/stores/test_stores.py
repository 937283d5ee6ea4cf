"""Four real triple stores: each holds the graph, and gives the same answers and reports as the one in this process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest

import lalakg
from conftest import ROOT, missing
from film import test_queries, test_shapes
from lalakg._check.expected_answers import Expectation
from lalakg._errors import ShapesError
from lalakg._folder.catalogue import Query
from lalakg._folder.derivation import derive
from lalakg._rdf.terms import XSD
from lalakg._shacl import Data, RemoteSource, Shapes, validate, validate_remotely
from lalakg._sparql.engine import LocalEngine, RemoteEngine
from lalakg._sparql.results import Boolean, Graph, Result, Rows
from shacl import test_agreement, test_shacl
from support.stores import STORES, Server, Store, Unavailable, Virtuoso

pytestmark = pytest.mark.slow

KG = lalakg.load(ROOT)
QUERIES = test_queries.LOCAL
TARGET = "https://w3id.org/lalakg/graph/complete"  # where a store shows named graphs in its default graph
UNHYGIENIC = ["too much", "too little"]
BATCHES = [f"batch {number}" for number in range(test_agreement.BATCHES)]
FEW = 25
held: dict[str, str] = {}  # which graph each server holds


def started(store: Store, folder: Path) -> Iterator[Server]:
    """A running store; a skip where it cannot be had, save in continuous integration, which has them all."""
    try:
        with store.running(folder) as server:
            yield server
    except Unavailable as error:
        missing(f"{store.name}: {error}")


@pytest.fixture(scope="session", params=STORES, ids=lambda store: store.name)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from started(request.param, tmp_path_factory.mktemp(request.param.name))


@pytest.fixture(scope="module")
def stingy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A store that gives no more than a few rows at once."""
    yield from started(Virtuoso(rows=FEW), tmp_path_factory.mktemp("stingy"))


def fill(server: Server, triples: Iterable[ox.Triple]) -> None:
    """Put a graph into a store, in the place of its last; plainly, since a stingy store is slow to verify."""
    key = "graph-uri" if server.name == "virtuoso" else "graph"
    url = f"{server.gsp_url}?{f'{key}={TARGET}' if server.union else 'default'}"
    lines = sorted(f"{triple} .\n" for triple in triples)
    with httpx.Client(auth=httpx.DigestAuth(*server.login) if server.login else None, timeout=60) as client:
        client.get(server.gsp_url)  # so that no triples are on their way when Virtuoso asks who we are
        for start in range(0, len(lines), 5000):
            body, method = "".join(lines[start : start + 5000]), "POST" if start else "PUT"
            headers = {"Content-Type": "application/n-triples"}
            client.request(method, url, content=body.encode(), headers=headers).raise_for_status()


def hold(server: Server, name: str) -> RemoteEngine:
    """What asks a store, once it holds the graph of that name."""
    if held.get(server.gsp_url) != name:
        fill(server, graph(name))
        held[server.gsp_url] = name
    return RemoteEngine(server.query_url, KG.prefixes, {}, graph=TARGET if server.union else None)


@cache
def graph(name: str) -> tuple[ox.Triple, ...]:
    """The published graph, or a worse one."""
    if name.startswith("batch"):
        return tuple(triple for triple in test_agreement.faulty(int(name[-1])) if not is_nameless(triple))
    if name == "second source":
        engine = LocalEngine((t for d in KG.documents for t in d.triples), KG.prefixes, {})
        engine.store.update(test_queries.SECOND_SOURCE, prefixes=KG.prefixes)
        triples = [quad.triple for quad in engine.store]
        return tuple({*triples, *derive(triples, KG.folder.rules)})
    if name in UNHYGIENIC:
        engine = LocalEngine(KG.triples, KG.prefixes, {})
        updates = [fault[0] for fault in test_queries.FAULTS.values()] + [
            fault[1] for fault in test_queries.MORE_FAULTS
        ]
        for update in updates:
            if update.startswith("DELETE") == (name == "too little"):
                engine.store.update(update, prefixes=KG.prefixes)
        return tuple(quad.triple for quad in engine.store)
    return tuple(KG.triples)


def is_nameless(triple: ox.Triple) -> bool:
    """Whether a planted fault is about a blank node, which no endpoint names twice in the same way."""
    return isinstance(triple.subject, ox.BlankNode)


@cache
def here(name: str) -> LocalEngine:
    """The same graph in this process."""
    return LocalEngine(graph(name), KG.prefixes, {})


def content(result: Result) -> Any:
    """An answer in a form that two engines share: blank nodes have no names, triples no order."""
    if isinstance(result, Boolean):
        return bool(result)
    if isinstance(result, Graph):
        return sorted(map(str, result.triples))
    return [tuple((k, "_" if isinstance(v, ox.BlankNode) else str(v)) for k, v in row.items()) for row in result.rows]


def unordered(result: Result) -> Any:
    """The same without the order of rows, which the labels that a fault doubles leave open."""
    return Counter(content(result)) if isinstance(result, Rows) else content(result)


def report(engine: RemoteEngine) -> Counter[tuple[str, ...]]:
    results = validate_remotely(RemoteSource(engine), test_shapes.compiled()).results
    return Counter(result.identity for result in results)


@cache
def report_here(name: str) -> Counter[tuple[str, ...]]:
    return Counter(result.identity for result in validate(Data(graph(name)), test_shapes.compiled()).results)


# Answers


@test_queries.each(QUERIES)
def test_answer(query: Query, server: Server) -> None:
    answer = hold(server, "published").query(query.text)
    if query.expected_path.exists():
        assert Expectation.read(query.expected_path).differences(answer) == []
    if query.group == "hygiene":
        assert query.severity == "warning" or content(answer) == []
    assert content(answer) == content(here("published").query(query.text))


def test_whoever_does_not_name_the_graph_is_answered_too(server: Server) -> None:
    hold(server, "published")
    engine = RemoteEngine(server.query_url, KG.prefixes, {})
    for query in test_queries.QUESTIONS:
        assert Expectation.read(query.expected_path).differences(engine.query(query.text)) == [], query.name


@pytest.mark.parametrize("source", [None, "page"])
def test_answers_when_there_is_a_second_source(server: Server, source: str | None) -> None:
    engine = hold(server, "second source")
    for query in QUERIES:
        if source is None or "source" in {parameter.name for parameter in query.parameters}:
            text = query.bind({"source": source} if source else {}, KG.prefixes, KG.base)
            assert unordered(engine.query(text)) == unordered(here("second source").query(text)), query.name


def test_hygiene_finds_every_fault(server: Server) -> None:
    found = set()
    for name in UNHYGIENIC:
        engine = hold(server, name)
        for query in test_queries.HYGIENE:
            rows = unordered(engine.query(query.text))
            assert rows == unordered(here(name).query(query.text)), query.name
            found |= {query.name} if rows else set()
    assert found == {query.name for query in test_queries.HYGIENE}


def test_text_of_any_alphabet(server: Server) -> None:
    """A form-encoded request has to say that it is UTF-8."""
    rows = hold(server, "published").query('SELECT ?text ?length { BIND("“ы”é😀" AS ?text) }').rows
    assert [row["text"].value for row in rows] == ["“ы”é😀"]


# Checking


@pytest.mark.parametrize("name", ["published", "second source", *UNHYGIENIC, *BATCHES])
def test_report(server: Server, name: str) -> None:
    found = report(hold(server, name))
    assert found == report_here(name)
    assert (name == "published") == (not found)


def test_what_breaks_at_a_blank_node_is_refused(server: Server) -> None:
    held.pop(server.gsp_url, None)
    every = (triple for patch in test_shapes.PATCHES for triple in test_shapes.triples(patch.add))
    fill(server, [*graph("published"), *filter(is_nameless, every)])
    engine = RemoteEngine(server.query_url, KG.prefixes, {}, graph=TARGET if server.union else None)
    with pytest.raises(ShapesError, match="which an endpoint names anew in every answer"):
        report(engine)


TERMS = """
ex:a a ex:C ; ex:p ex:a , ex:b , "x" , "x"@en , 1 ; ex:q ex:b , "x"@en , "y" , 2 ; ex:up ex:b .
ex:a ex:n "one"@en , "two"@EN , "drei"@de , "one" .
ex:b a ex:C ; ex:p ex:b , "y"@en ; ex:q ex:b , "y"@en ; ex:n "one"@en , "uno"@es ; ex:up ex:c .
ex:c a ex:C ; ex:p "x" ; ex:q "x"@en ; ex:n "a"@de-AT , "b"@de-at .
ex:d a ex:C ; ex:p ex:a ; ex:q ex:d .
ex:e a ex:C .
"""
PATHS = ["ex:p", "[ sh:inversePath ex:p ]", "( ex:p ex:q )", "[ sh:alternativePath ( ex:p ex:q ) ]"]
UP = ["[ sh:zeroOrMorePath ex:up ]", "[ sh:oneOrMorePath ex:up ]", "[ sh:zeroOrOnePath ex:p ]"]
PAIRS = ["sh:equals ex:q", "sh:disjoint ex:q"]
VALUES = [f"sh:hasValue {value}" for value in ("ex:b", '"x"', '"x"@en', "1")]
LANGUAGES = ["ex:n", "( ex:p ex:n )", "[ sh:alternativePath ( ex:n ex:p ) ]", "( [ sh:zeroOrMorePath ex:up ] ex:n )"]
SAMENESS = [
    *PAIRS,
    *VALUES,
    *(f"sh:property [ sh:path {path} ; {test} ]" for path in (*PATHS, *UP) for test in (*PAIRS, *VALUES)),
    *(f"sh:property [ sh:path {path} ; sh:uniqueLang true ]" for path in LANGUAGES),
    *(f"sh:not [ sh:property [ sh:path ex:p ; {value} ] ]" for value in VALUES),
    *(f"sh:property [ sh:path ex:p ; sh:or ( [ {value} ] [ sh:nodeKind sh:IRI ] ) ]" for value in VALUES),
]


def test_what_is_the_same_term_is_so_in_every_store(server: Server) -> None:
    """What sh:equals, sh:disjoint, sh:hasValue and sh:uniqueLang find is what pySHACL finds."""
    held.pop(server.gsp_url, None)
    fill(server, test_shacl.triples(TERMS))
    engine = RemoteEngine(server.query_url, {}, {}, graph=TARGET if server.union else None)
    for number, test in enumerate(SAMENESS):
        shapes = f"ex:S{number} a sh:NodeShape ; sh:targetClass ex:C ; {test} ."
        results = validate_remotely(RemoteSource(engine), Shapes(test_shacl.triples(shapes))).results
        assert test_shacl.identity(results) == test_shacl.theirs(TERMS, shapes), test


# Answers that are cut off


def test_rows_that_are_cut_off_are_fetched_in_pages(stingy: Server) -> None:
    engine = hold(stingy, "published")
    answers = {query: here("published").query(query.text) for query in QUERIES if query.form == "SELECT"}
    long = {query: answer for query, answer in answers.items() if len(answer.rows) > FEW}
    assert len(long) > 2
    for query, answer in long.items():
        assert content(engine.query(query.text)) == content(answer), query.name


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?thing ?world { ?thing lala:inWorld ?world } # the worlds",
        "SELECT DISTINCT ?type { ?thing a ?type } ORDER BY ?type LIMIT 25",
        "SELECT ?type (COUNT(*) AS ?things) { ?thing a ?type } GROUP BY ?type HAVING (COUNT(*) > 1)",
        "SELECT ?thing { ?thing a lala:Claim } ORDER BY ?thing LIMIT 70 OFFSET 20",
    ],
)
def test_pages_are_the_whole_answer(stingy: Server, text: str) -> None:
    answer = hold(stingy, "published").query(text)
    assert unordered(answer) == unordered(here("published").query(text))


def test_a_report_from_answers_that_are_cut_off(stingy: Server) -> None:
    assert report(hold(stingy, BATCHES[-1])) == report_here(BATCHES[-1])


# Literals

WRITTEN = ["7 integer", "007 integer", "7.0 decimal", "7e0 double", "x integer", "7 nonNegativeInteger", "5.00 decimal"]
WRITTEN += ["true boolean", "1 boolean", "2016-12-09 date", "-0044-03-15 date", "2016 gYear", "P5Y duration"]
WRITTEN += ["2016-12-09T20:00:00.000+02:00 dateTime", "x string", "urn:x anyURI"]
ALTERED = {
    "oxigraph": {
        "007 integer": "7 integer",
        "7.0 decimal": "7 decimal",
        "7e0 double": "7 double",
        "5.00 decimal": "5 decimal",
        "7 nonNegativeInteger": "7 integer",
        "1 boolean": "true boolean",
        "2016-12-09T20:00:00.000+02:00 dateTime": "2016-12-09T20:00:00+02:00 dateTime",
    },
    "fuseki": {},
    "rdf4j": {},
    "virtuoso": {
        "007 integer": "7 integer",
        "7.0 decimal": "7 decimal",
        "7e0 double": "7.0 double",
        "x integer": "0 integer",
        "5.00 decimal": "5 decimal",
        "true boolean": "1 boolean",
        "-0044-03-15 date": "-044-03-15 date",
        "P5Y duration": "60 duration",
        "2016-12-09T20:00:00.000+02:00 dateTime": "2016-12-09T20:00:00+02:00 dateTime",
    },
}
SEVENS = {"oxigraph": 3, "fuseki": 4, "rdf4j": 4, "virtuoso": 1}


def test_what_the_store_makes_of_literals(server: Server) -> None:
    """Where a report from this store may differ, since it judges literals as they are kept there."""
    literals = [ox.Literal(text, datatype=ox.NamedNode(XSD + name)) for text, _, name in map(split, WRITTEN)]
    each = [ox.Triple(ox.NamedNode(f"urn:x:{number}"), RELATED, literal) for number, literal in enumerate(literals)]
    held.pop(server.gsp_url, None)
    fill(server, [*each, *(ox.Triple(ox.NamedNode("urn:x:seven"), RELATED, literal) for literal in literals[:4])])
    engine = RemoteEngine(server.query_url, {}, {}, graph=TARGET if server.union else None)
    rows = engine.query(f"SELECT ?thing ?value {{ ?thing {RELATED} ?value }}").rows
    kept = {int(row["thing"].value[6:]): row["value"] for row in rows if row["thing"].value != "urn:x:seven"}
    names = {WRITTEN[n]: f"{value.value} {value.datatype.value.removeprefix(XSD)}" for n, value in kept.items()}  # type: ignore[union-attr]  # all are literals
    assert {written: name for written, name in names.items() if written != name} == ALTERED[server.name]
    assert len(rows) - len(kept) == SEVENS[server.name]


RELATED = ox.NamedNode("urn:x:related")


def split(written: str) -> tuple[str, str, str]:
    return written.rpartition(" ")
