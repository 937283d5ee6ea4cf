"""The slice has Wikidata's shape, and the server that stands in for Wikidata speaks its protocols."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator

import httpx
import pyoxigraph as ox
import pytest

from conftest import ROOT
from support.wikidata import faults
from support.wikidata.rdf import GENID, PREFIXES, document, n, precision
from support.wikidata.service import Wikidata, serving
from support.wikidata.slice import FILE, Slice

SLICE = Slice.read()
AGENT = {"User-Agent": "lalakg-tests/1 (https://example.org/; tests@example.org)"}


@pytest.fixture
def wikidata() -> Iterator[Wikidata]:
    with serving() as server:
        yield server


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(headers=AGENT, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def dump() -> ox.Store:
    """The documents of all entities and redirects."""
    store = ox.Store()
    for id_ in [*SLICE.entities, *SLICE.redirects]:
        store.extend(ox.Quad(*triple) for triple in document(SLICE, id_))
    return store


def rows(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    answer = store.query(query, prefixes=PREFIXES)
    assert isinstance(answer, ox.QuerySolutions)
    names = answer.variables
    return [tuple(row[name].value if row[name] else "" for name in names) for row in answer]  # type: ignore[union-attr]


# ── the slice ─────────────────────────────────────────────────────────────────────────────────────


def test_it_says_what_it_is() -> None:
    assert FILE.read_text(encoding="utf-8").startswith("# Made for tests, in Wikidata's shape; not Wikidata's data.\n")


def test_what_our_graph_links_to_is_there() -> None:
    links = set(re.findall(r"wd:(Q[0-9]+)", (ROOT / "data/links.ttl").read_text(encoding="utf-8")))
    assert links <= set(SLICE.entities)


def test_whatever_is_named_is_there() -> None:
    statements = [statement for entity in SLICE.entities.values() for statement in entity.statements]
    snaks = [snak for s in statements for snak in (s.snak, *s.qualifiers, *(x for r in s.references for x in r))]
    items = {snak.value for snak in snaks if snak.datatype == "wikibase-item" and snak.kind == "value"}
    assert items - set(SLICE.entities) == set()


def test_truthy_statements_are_those_of_the_best_rank(dump: ox.Store) -> None:
    truthy = rows(dump, "SELECT ?s ?p ?o { ?s ?d ?o . ?p wikibase:directClaim ?d }")
    best = rows(
        dump,
        """SELECT ?s ?p ?o { ?p wikibase:claim ?c ; wikibase:statementProperty ?v .
                            ?s ?c ?st . ?st a wikibase:BestRank ; ?v ?o }""",
    )
    known = [row for row in truthy if not re.fullmatch(r"[0-9a-f]{40}", row[2])]
    assert sorted(known) == sorted(row for row in best if not re.fullmatch(r"[0-9a-f]{40}", row[2]))
    assert len(truthy) == len(best)


def test_each_statement_belongs_to_one_entity_and_has_one_rank(dump: ox.Store) -> None:
    ranks = rows(
        dump, "SELECT ?s ?e ?r { ?e ?c ?s . ?p wikibase:claim ?c . ?s a wikibase:Statement ; wikibase:rank ?r }"
    )
    assert len(ranks) == len({row[0] for row in ranks}) == sum(len(e.statements) for e in SLICE.entities.values())
    assert {row[2].removeprefix(PREFIXES["wikibase"]) for row in ranks} == {
        "PreferredRank",
        "NormalRank",
        "DeprecatedRank",
    }
    for statement, entity, _ in ranks:
        assert statement.startswith(entity.replace("/entity/", "/entity/statement/") + "-")


def test_a_better_rank_hides_the_others_and_a_deprecated_one_is_never_best(dump: ox.Store) -> None:
    assert rows(dump, "SELECT ?d { wd:Q20856802 wdt:P577 ?d }") == [("2016-08-31T00:00:00Z",)]
    assert len(rows(dump, "SELECT ?d { wd:Q20856802 p:P577/ps:P577 ?d }")) == 2
    assert rows(dump, "SELECT ?id { wd:Q15648198 wdt:P345 ?id }") == [("tt2582802",)]
    assert rows(dump, "SELECT ?s { ?s wikibase:rank wikibase:DeprecatedRank ; a wikibase:BestRank }") == []


def test_every_property_that_is_used_is_declared(dump: ox.Store) -> None:
    declared = {row[0] for row in rows(dump, "SELECT ?u { ?p a wikibase:Property ; ?role ?u }")}
    used = {row[0] for row in rows(dump, "SELECT DISTINCT ?p { ?s ?p ?o }")}
    used |= {row[0] for row in rows(dump, "SELECT DISTINCT ?c { ?s a ?c }")}
    assert {u for u in used if u.startswith((PREFIXES["p"], PREFIXES["wdno"]))} <= declared


@pytest.mark.parametrize(
    ("kind", "value"),
    [("Time", "timePrecision"), ("GlobeCoordinate", "geoLatitude"), ("Quantity", "quantityUnit")],
)
def test_dates_places_and_amounts_have_a_node_with_all_of_their_value(dump: ox.Store, kind: str, value: str) -> None:
    typed = f"?p wikibase:propertyType wikibase:{kind}"
    said = f"SELECT ?s {{ {typed} ; wikibase:statementProperty ?u . ?s ?u ?o FILTER (!ISBLANK(?o)) }}"
    noded = f"SELECT ?s {{ {typed} ; wikibase:statementValue ?u . ?s ?u ?node . ?node wikibase:{value} ?x }}"
    assert rows(dump, said)
    assert sorted(rows(dump, said)) == sorted(rows(dump, noded))


def test_a_year_and_a_day_are_told_apart_by_their_precision(dump: ox.Store) -> None:
    precisions = rows(dump, "SELECT ?t ?x { ?n wikibase:timeValue ?t ; wikibase:timePrecision ?x }")
    assert ("2014-01-01T00:00:00Z", "9") in precisions
    assert ("2016-12-09T00:00:00Z", "11") in precisions
    assert [precision("2014"), precision("2016-12-09")] == [9, 11]


def test_references_and_qualifiers_stand_where_wikidata_has_them(dump: ox.Store) -> None:
    role = rows(dump, "SELECT ?a ?c { wd:Q20856802 p:P161 [ ps:P161 ?a ; pq:P453 ?c ] }")
    assert {tuple(iri.rpartition("/")[2] for iri in row) for row in role} == {
        ("Q147077", "Q9000000101"),
        ("Q193815", "Q9000000102"),
    }
    assert rows(dump, "SELECT ?n { wd:Q20856802 p:P161/pq:P4633 ?n }") == [("Keith",)]
    stated = rows(dump, "SELECT ?s ?d { wd:Q20856802 p:P57/prov:wasDerivedFrom [ pr:P248 ?s ; pr:P813 ?d ] }")
    assert stated == [(PREFIXES["wd"] + "Q9000000701", "2026-01-05T00:00:00Z")]


def test_unknown_and_no_value(dump: ox.Store) -> None:
    assert rows(dump, "SELECT ?f { ?f wdt:P57 ?x FILTER (ISBLANK(?x)) }") == [(PREFIXES["wd"] + "Q9000000121",)]
    assert rows(dump, "SELECT ?f { ?f a wdno:P57 . ?f p:P57 ?s . ?s a wdno:P57 }") == [
        (PREFIXES["wd"] + "Q9000000122",)
    ]


def test_labels_that_are_mul_only_or_missing(dump: ox.Store) -> None:
    labels = Counter(language for e in SLICE.entities.values() for language in e.labels)
    assert labels["mul"]
    assert rows(dump, "SELECT ?l { wd:Q20856802 rdfs:label ?l FILTER (LANG(?l) != 'mul') }") == []
    assert SLICE.entities["Q9000000122"].labels == {}
    nameless = rows(dump, "SELECT ?t { ?page schema:about wd:Q9000000122 ; schema:name ?t ; schema:inLanguage 'en' }")
    assert nameless == [("A Film without a Label",)]


def test_made_up_ids_lie_in_the_reserved_range_and_the_others_do_not() -> None:
    numbers = sorted(int(id_[1:]) for id_ in SLICE.entities if id_.startswith("Q"))
    assert all(number < 200_000_000 or 9_000_000_000 < number < 9_000_001_000 for number in numbers)


# ── the query service ─────────────────────────────────────────────────────────────────────────────

DIRECTED = "SELECT ?film { ?film wdt:P57 wd:Q18350026 ; wdt:P577 ?d } ORDER BY ?d"


@pytest.mark.parametrize(
    "media_type", ["application/sparql-results+json", "application/sparql-results+xml", "text/csv"]
)
@pytest.mark.parametrize("way", ["get", "form", "body"])
def test_sparql(wikidata: Wikidata, client: httpx.Client, media_type: str, way: str) -> None:
    accept = {"Accept": media_type}
    answer = {
        "get": lambda: client.get(wikidata.sparql, params={"query": DIRECTED}, headers=accept),
        "form": lambda: client.post(wikidata.sparql, data={"query": DIRECTED}, headers=accept),
        "body": lambda: client.post(
            wikidata.sparql, content=DIRECTED, headers={**accept, "Content-Type": "application/sparql-query"}
        ),
    }[way]()
    assert answer.headers["Content-Type"].partition(";")[0] == media_type
    assert re.findall(r"entity/(Q[0-9]+)", answer.text) == [
        "Q9000000114",
        "Q15648198",
        "Q20856802",
        "Q9000000111",
        "Q9000000112",
    ]


def test_sparql_prefers_what_the_client_prefers(wikidata: Wikidata, client: httpx.Client) -> None:
    accept = {"Accept": "text/csv;q=0.8, application/json;q=0.9, image/png, application/sparql-results+xml"}
    answer = client.get(wikidata.sparql, params={"query": DIRECTED}, headers=accept)
    assert answer.headers["Content-Type"].startswith("application/sparql-results+xml")


def test_sparql_construct(wikidata: Wikidata, client: httpx.Client) -> None:
    query = "CONSTRUCT { ?f wdt:P57 ?d } { ?f wdt:P57 ?d }"
    answer = client.get(wikidata.sparql, params={"query": query}, headers={"Accept": "text/turtle"})
    assert len(list(ox.parse(answer.content, format=ox.RdfFormat.TURTLE))) == 8


def test_sparql_sees_the_loaders_shape(wikidata: Wikidata, client: httpx.Client) -> None:
    """Revision and counts at the entity, one copy of a label, no blank nodes, redirects as owl:sameAs."""
    assert not [q for q in wikidata.store if isinstance(q.subject, ox.BlankNode) or isinstance(q.object, ox.BlankNode)]
    film, data = n("wd:Q20856802"), PREFIXES["data"]
    assert [q.object.value for q in wikidata.store.quads_for_pattern(film, n("wikibase:sitelinks"), None)] == ["2"]
    assert not list(wikidata.store.quads_for_pattern(film, n("skos:prefLabel"), None))
    assert not [q for q in wikidata.store if str(q.subject).startswith(f"<{data}")]
    unknown = [q.object.value for q in wikidata.store.quads_for_pattern(n("wd:Q9000000121"), n("wdt:P57"), None)]
    assert unknown[0].startswith(GENID)
    query = "ASK { wd:Q9000000901 owl:sameAs wd:Q9000000902 . wd:Q9000000902 owl:sameAs wd:Q15648198 }"
    assert client.get(wikidata.sparql, params={"query": query, "format": "json"}).json()["boolean"] is True


def test_sparql_refuses_what_is_blazegraphs_own(wikidata: Wikidata, client: httpx.Client) -> None:
    label = 'SELECT ?fLabel { ?f wdt:P57 ?d SERVICE wikibase:label { bd:serviceParam wikibase:language "en" } }'
    assert client.get(wikidata.sparql, params={"query": label}).status_code == 400
    wrong = client.get(wikidata.sparql, params={"query": "SELECT nothing"})
    assert wrong.status_code == 400
    assert "MalformedQueryException" in wrong.text


# ── Special:EntityData ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("form", "parse"),
    [("ttl", ox.RdfFormat.TURTLE), ("nt", ox.RdfFormat.N_TRIPLES), ("jsonld", ox.RdfFormat.JSON_LD)],
)
def test_documents_are_the_same_graph(wikidata: Wikidata, client: httpx.Client, form: str, parse: ox.RdfFormat) -> None:
    answer = client.get(f"{wikidata.entity_data}Q20856802.{form}", params={"flavor": "dump"})
    triples = {str(quad.triple) for quad in ox.parse(answer.content, format=parse)}
    assert triples == {str(triple) for triple in document(SLICE, "Q20856802", full=False)}


def test_json_tells_the_same(wikidata: Wikidata, client: httpx.Client) -> None:
    film = client.get(f"{wikidata.entity_data}Q20856802.json").json()["entities"]["Q20856802"]
    assert film["labels"] == {"mul": {"language": "mul", "value": "La La Land"}}
    assert film["sitelinks"]["enwiki"]["title"] == "La La Land"
    role = film["claims"]["P161"][0]
    assert role["mainsnak"]["datavalue"]["value"]["id"] == "Q147077"
    assert role["qualifiers"]["P453"][0]["datavalue"]["value"]["id"] == "Q9000000101"
    assert re.fullmatch(r"Q20856802\$[0-9a-f-]{36}", role["id"])
    dates = {s["mainsnak"]["datavalue"]["value"]["time"]: s["rank"] for s in film["claims"]["P577"]}
    assert dates == {"+2016-08-31T00:00:00Z": "preferred", "+2016-12-09T00:00:00Z": "normal"}


def test_an_entity_leads_to_its_document(wikidata: Wikidata, client: httpx.Client) -> None:
    answer = client.get(f"{wikidata.url}/entity/Q65", headers={"Accept": "text/turtle"}, follow_redirects=True)
    assert [step.status_code for step in answer.history] == [303, 303]
    assert answer.url.path.endswith("/Q65.ttl")
    lower = client.get(f"{wikidata.entity_data}q65.ttl")
    assert (lower.status_code, lower.headers["Location"].rpartition("/")[2]) == (301, "Q65.ttl")


def test_a_document_that_is_known_is_not_sent_again(wikidata: Wikidata, client: httpx.Client) -> None:
    url = f"{wikidata.entity_data}Q65.ttl"
    tag = client.get(url).headers["ETag"]
    same = client.get(url, headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    wikidata.content.change("Q65", labels={"en": "City of Angels"})
    assert "City of Angels" in client.get(url, headers={"If-None-Match": tag}).text


def test_a_merged_item_is_told_by_its_document(wikidata: Wikidata, client: httpx.Client) -> None:
    turtle = client.get(f"{wikidata.entity_data}Q9000000901.ttl")
    assert turtle.status_code == 200
    assert "wd:Q9000000901 owl:sameAs wd:Q9000000902 ." in turtle.text
    assert list(client.get(f"{wikidata.entity_data}Q9000000901.json").json()["entities"]) == ["Q15648198"]


@pytest.mark.parametrize(
    ("name", "status"),
    [("Q9000000903.ttl", 404), ("Q1.ttl", 404), ("P57.ttl", 200), ("L1.ttl", 404), ("Film.ttl", 400), ("Q65.doc", 415)],
)
def test_documents_that_are_not_there(wikidata: Wikidata, client: httpx.Client, name: str, status: int) -> None:
    assert client.get(wikidata.entity_data + name).status_code == status


# ── search and reconciliation ─────────────────────────────────────────────────────────────────────


def test_search(wikidata: Wikidata, client: httpx.Client) -> None:
    asked = {"action": "wbsearchentities", "search": "babylon", "language": "en", "type": "item", "format": "json"}
    found = client.get(wikidata.api, params=asked).json()
    assert [hit["id"] for hit in found["search"]] == ["Q9000000112", "Q9000000113"]
    assert found["search"][0]["match"] == {"type": "label", "language": "en", "text": "Babylon"}
    mul = client.get(wikidata.api, params={**asked, "search": "La La"}).json()["search"]
    assert [(hit["id"], hit["match"]["language"]) for hit in mul] == [("Q20856802", "mul")]
    error = client.get(wikidata.api, params={"action": "wbsearchentities", "language": "en"}).json()
    assert error["error"]["code"] == "missingparam"


def test_reconciliation(wikidata: Wikidata, client: httpx.Client) -> None:
    assert "0.2" in client.get(wikidata.reconciliation).json()["versions"]
    queries = {
        "plain": {"query": "Babylon", "type": "Q11424"},
        "proven": {"query": "Babylon", "type": "Q11424", "properties": [{"pid": "P345", "v": "tt10640346"}]},
        "related": {"query": "Babylon", "properties": [{"pid": "P57", "v": {"id": "Q18350026"}}]},
        "unknown": {"query": "Zzyzx"},
        "city": {"query": "Casablanca", "type": "Q515"},
    }
    answers = client.post(wikidata.reconciliation, data={"queries": json.dumps(queries)}).json()
    found = {key: [(r["id"], r["match"]) for r in answers[key]["result"][:1]] for key in queries}
    assert found == {
        "plain": [("Q9000000112", False)],
        "proven": [("Q9000000112", True)],
        "related": [("Q9000000112", True)],
        "unknown": [],
        "city": [("Q7903", True)],
    }
    assert answers["plain"]["result"][1]["score"] == 100
    bad = client.post(wikidata.reconciliation, data={"queries": "{"}).json()
    assert bad["status"] == "error"


# ── what goes wrong ───────────────────────────────────────────────────────────────────────────────


def ask(wikidata: Wikidata, client: httpx.Client) -> httpx.Response:
    return client.get(wikidata.sparql, params={"query": DIRECTED, "format": "json"})


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        (faults.too_many(7), 429, "Too Many Requests"),
        (faults.banned, 403, "banned"),
        (faults.failing(502), 502, "upstream"),
        (faults.query_timeout, 500, "java.util.concurrent.TimeoutException"),
        (faults.truncated, 200, "java.util.concurrent.TimeoutException"),
        (faults.html, 200, "<html>"),
    ],
)
def test_a_fault_once(wikidata: Wikidata, client: httpx.Client, fault: faults.Fault, status: int, text: str) -> None:
    wikidata.faults.append(faults.first(1, faults.at("/sparql", fault)))
    assert client.get(f"{wikidata.entity_data}Q65.ttl").status_code == 200
    answer = ask(wikidata, client)
    assert (answer.status_code, text in answer.text) == (status, True)
    assert answer.headers.get("Retry-After") == ("7" if status == 429 else None)
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert len(ask(wikidata, client).json()["results"]["bindings"]) == 5


def test_a_connection_is_cut(wikidata: Wikidata, client: httpx.Client) -> None:
    wikidata.faults.append(faults.cut)
    with pytest.raises(httpx.RemoteProtocolError):
        ask(wikidata, client)


@pytest.mark.slow
def test_whoever_ignores_retry_after_is_banned(wikidata: Wikidata, client: httpx.Client) -> None:
    wikidata.faults.append(faults.RateLimit(requests=2, seconds=1))
    assert [ask(wikidata, client).status_code for _ in range(3)] == [200, 200, 429]
    time.sleep(1.05)
    assert [ask(wikidata, client).status_code for _ in range(4)] == [200, 200, 429, 403]
    time.sleep(1.05)
    assert ask(wikidata, client).status_code == 403


def test_requests_are_remembered(wikidata: Wikidata, client: httpx.Client) -> None:
    wikidata.faults.append(faults.slow(0.3))
    threads = [threading.Thread(target=httpx.get, args=(wikidata.sparql,), kwargs={"headers": AGENT}) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wikidata.most_at_once == 2
    assert [(asked.method, asked.path, asked.status) for asked in wikidata.asked] == [("GET", "/sparql", 200)] * 2
    assert all(asked.ended - asked.began >= 0.3 for asked in wikidata.asked)
    assert wikidata.asked[0].headers["user-agent"] == AGENT["User-Agent"]


def test_whoever_does_not_say_who_it_is_is_turned_away(wikidata: Wikidata) -> None:
    assert httpx.get(wikidata.sparql, trust_env=False).status_code == 403


def test_what_has_changed_since(wikidata: Wikidata, client: httpx.Client) -> None:
    """A property under another id; the query service sees it when it has caught up."""
    wikidata.content.rename_property("P57", "P9057")
    assert len(ask(wikidata, client).json()["results"]["bindings"]) == 5
    wikidata.reload()
    assert ask(wikidata, client).json()["results"]["bindings"] == []
    assert "P9057" in client.get(f"{wikidata.entity_data}Q20856802.json").json()["entities"]["Q20856802"]["claims"]
