"""A query across two stores in two steps gives what an engine that federates by itself gives."""

import json
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from lalakg._errors import EndpointError, QueryError
from lalakg._rdf.terms import WELL_KNOWN
from lalakg._sparql.engine import LocalEngine, RemoteEngine
from lalakg._sparql.federation import in_two_steps
from support.fakestore import running
from support.wikidata.service import Wikidata, serving

HERE = """
PREFIX e: <http://e/>
INSERT DATA { e:mia e:is e:Q1 ; e:age 28 . e:seb e:is e:Q2 . e:rick e:is e:Q9 ; e:age 40 }
"""
THERE = r"""
PREFIX e: <http://e/>
INSERT DATA {
  e:Q1 e:name "Mia"@en , "Mia \"the\" \\actress\n}"@fr ; e:born "1988-11-06"^^<http://www.w3.org/2001/XMLSchema#date> .
  e:Q2 e:name "Sébastien 🎹"@fr ; e:plays _:piano ; e:age 28.50 .
  e:Q3 e:name "Keith" .
}
"""
QUERIES = [
    "SELECT * { ?who e:is ?item . SERVICE <U> { ?item e:name ?name } }",
    "SELECT * { SERVICE <U> { ?item e:name ?name . OPTIONAL { ?item e:born ?day } } ?who e:is ?item }",
    "SELECT * { ?who e:is ?item . OPTIONAL { SERVICE <U> { ?item e:name ?name } } }",
    "SELECT * { ?who e:is ?item . OPTIONAL { SERVICE <U> { ?item e:age ?older } ?who e:age ?age } }",
    "SELECT * { { SERVICE <U> { ?item e:born ?day } } UNION { ?who e:is ?item } }",
    "SELECT ?who (COUNT(?name) AS ?names) { ?who e:is ?item SERVICE <U> { ?item e:name ?name } } GROUP BY ?who",
    "SELECT * { ?who e:is ?item FILTER NOT EXISTS { SERVICE <U> { ?item e:name ?name } } }",
    "SELECT * { ?who e:is ?item . SERVICE <U> { SELECT ?item (COUNT(*) AS ?n) { ?item e:name ?x } GROUP BY ?item } }",
    "SELECT * { ?who e:is ?item . SERVICE <U> { e:Q3 e:name 'Keith' } }",
    "SELECT * { ?who e:is ?item . SERVICE <U> { e:Q3 e:name 'Nobody' } }",
    "SELECT * { ?who e:is ?item . SERVICE <U> { ?item e:none ?nothing } }",
    "SELECT * { ?who e:is ?item . SERVICE <U> {} }",
    "SELECT * { SERVICE <U> { ?item e:name ?name } SERVICE <U> { ?item e:born ?day } ?who e:is ?item }",
    "SELECT * { ?who e:is ?item . { SERVICE <U> { ?item e:name ?name FILTER (LANG(?name) = 'fr') } } }",
    "SELECT * { ?who e:is ?item . SERVICE <U> { VALUES (?item ?x) { (e:Q1 UNDEF) (e:Q2 5) } ?item e:name ?name } }",
    "ASK { ?who e:is ?item . SERVICE <U> { ?item e:born ?day } }",
    "CONSTRUCT { ?who e:called ?name } { ?who e:is ?item . SERVICE <U> { ?item e:name ?name } }",
    "SELECT * { ?who e:is ?item . SERVICE SILENT <U> { ?item e:name ?name } }",
]
PROLOGUE = "# PREFIX x: SELECT\nPREFIX e: <http://e/>\n"


@pytest.fixture
def there() -> Iterator[Wikidata]:
    """A server that speaks SPARQL; what it knows is ours here."""
    with serving() as server:
        server.store = ox.Store()
        server.store.update(THERE)
        yield server


@pytest.fixture
def here() -> LocalEngine:
    engine = LocalEngine([], WELL_KNOWN, {})
    engine.store.update(HERE)
    return engine


def plain(answer: ox.QueryBoolean | ox.QuerySolutions | ox.QueryTriples) -> object:
    if isinstance(answer, ox.QueryBoolean):
        return bool(answer)
    if isinstance(answer, ox.QueryTriples):
        return {str(triple) for triple in answer}
    names = sorted(answer.variables, key=str)
    return sorted([str(row[name]) for name in names] for row in answer)


@pytest.mark.parametrize("query", QUERIES)
def test_two_steps_give_what_federation_gives(query: str, here: LocalEngine, there: Wikidata) -> None:
    whole = PROLOGUE + query.replace("<U>", f"<{there.sparql}>")
    by_itself = plain(here.store.query(whole))
    stepped = in_two_steps(whole, RemoteEngine(there.sparql, {}, {}), there.sparql)
    assert plain(here.store.query(stepped)) == by_itself
    here.query(stepped)  # it has no SERVICE any more


def test_a_mirror_is_asked_in_the_place_of_the_address(here: LocalEngine, there: Wikidata) -> None:
    query = f"{PROLOGUE}SELECT ?name {{ SERVICE <http://nowhere.example/sparql> {{ e:Q3 e:name ?name }} }}"
    url = there.sparql
    assert [str(row["name"]) for row in here.query(in_two_steps(query, RemoteEngine(url, {}, {}), url))] == ['"Keith"']


def test_a_blank_node_becomes_an_iri_of_that_store(here: LocalEngine, there: Wikidata) -> None:
    url = there.sparql
    query = f"{PROLOGUE}SELECT ?what {{ SERVICE <{url}> {{ e:Q2 e:plays ?what }} }}"
    (row,) = here.query(in_two_steps(query, RemoteEngine(url, {}, {}), url)).rows
    assert isinstance(row["what"], ox.NamedNode)
    assert row["what"].value.startswith(f"{there.url}/.well-known/genid/")


def test_prefixes_go_along_and_nothing_else_does(there: Wikidata) -> None:
    query = "#+ summary: Who?\nBASE <http://b/>\nPREFIX e: <http://e/>\nSELECT * { SERVICE <a:a> { ?x e:is <y> } }"
    asked: list[str] = []

    class Listening(RemoteEngine):
        def query(self, text: str):  # type: ignore[no-untyped-def]
            asked.append(text)
            return super().query(text)

    url = there.sparql
    in_two_steps(query, Listening(url, {}, {}), url)
    assert asked == ["BASE <http://b/>\nPREFIX e: <http://e/>\nSELECT * WHERE { ?x e:is <y> }"]


def test_two_addresses_are_one_too_many(there: Wikidata) -> None:
    query = "SELECT * { SERVICE <http://a/> {} SERVICE <http://b/> {} }"
    with pytest.raises(QueryError, match="asks http://a/ and http://b/; --service answers for one"):
        in_two_steps(query, RemoteEngine(there.url, {}, {}), there.url)
    assert there.asked == []


def test_too_many_rows_do_not_go_into_a_query(there: Wikidata) -> None:
    there.store.bulk_extend(
        ox.Quad(ox.NamedNode(f"http://e/{n}"), ox.NamedNode("http://e/many"), ox.Literal("x")) for n in range(10_001)
    )
    url = there.sparql
    with pytest.raises(QueryError, match="answers 10001 rows, and no more than 10000 go into a query"):
        in_two_steps("SELECT * { SERVICE <a:a> { ?s <http://e/many> ?o } }", RemoteEngine(url, {}, {}), url)


def test_silence(here: LocalEngine) -> None:
    """Of a store that does not answer, a SILENT clause says nothing, and the rest goes on."""
    url = "http://127.0.0.1:9/query"
    loud = f"{PROLOGUE}SELECT ?who {{ ?who e:age 28 . SERVICE <{url}> {{ ?x ?y ?z }} }}"
    with pytest.raises(EndpointError, match="cannot be reached: Connection refused"):
        in_two_steps(loud, RemoteEngine(url, {}, {}), url)
    silent = loud.replace("SERVICE", "SERVICE SILENT")
    stepped = in_two_steps(silent, RemoteEngine(url, {}, {}), url)
    assert here.query(stepped).rows == [{"who": ox.NamedNode("http://e/mia")}]


def test_what_is_no_answer() -> None:
    query = "SELECT * { SERVICE <a:a> {} }"
    with running() as page:
        page.faults.append(lambda request: request.answer(200, b"{}", Content_Type="application/ld+xml"))
        with pytest.raises(EndpointError, match="is it a SPARQL endpoint"):
            in_two_steps(query, RemoteEngine(f"{page.url}/query", {}, {}), page.url)


@pytest.mark.parametrize(
    "term",
    [
        {"type": "uri", "value": "http://e/> } } SERVICE <http://evil/> { ?a ?b ?c"},
        {"type": "literal", "value": "x", "xml:lang": "en } SERVICE <http://evil/> { ?a ?b ?c"},
        {"type": "literal", "value": "x", "datatype": "http://e/> } SERVICE <http://evil/> { ?a ?b ?c"},
    ],
)
def test_an_answer_cannot_change_what_is_asked(term: dict[str, str], there: Wikidata) -> None:
    found = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [{"x": term}]}})
    there.faults.append(lambda request: request.answer(200, found, "application/sparql-results+json"))
    with pytest.raises(EndpointError, match="that cannot be read"):
        in_two_steps("SELECT * { SERVICE <a:a> { ?x ?y ?z } }", RemoteEngine(there.sparql, {}, {}), there.sparql)


@pytest.mark.parametrize("text", ['" } SERVICE <http://e/> { }', "\\u0022 '''\n\\\" \r\t", "ends with \\"])
def test_text_stays_text(text: str, here: LocalEngine, there: Wikidata) -> None:
    bindings = [{"x": {"type": "literal", "value": text}}]
    found = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": bindings}})
    there.faults.append(lambda request: request.answer(200, found, "application/sparql-results+json"))
    query = "SELECT * { SERVICE <a:a> { ?x ?y ?z } }"
    stepped = in_two_steps(query, RemoteEngine(there.sparql, {}, {}), there.sparql)
    answer = here.store.query(stepped)
    assert isinstance(answer, ox.QuerySolutions)
    assert [row["x"] for row in answer] == [ox.Literal(text)]
