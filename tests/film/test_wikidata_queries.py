"""The queries across to Wikidata: their form, and their answers in two steps and by a store that federates.

Wikidata is the slice that was made for tests. With a contact in LALAKG_TEST_LIVE one test asks the true one, of which
it knows only that it can answer; nobody has run that yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pyoxigraph as ox
import pytest
import yaml

import lalakg
from conftest import LIVE, ROOT, Command
from film.test_queries import each
from lalakg._check.expected_answers import Expectation
from lalakg._errors import EndpointError
from lalakg._folder.catalogue import Query
from lalakg._sparql.engine import LocalEngine, RemoteEngine
from lalakg._sparql.federation import in_two_steps
from lalakg._sparql.results import Result, Rows
from lalakg._sparql.service import service_clauses
from stores.test_stores import fill, started
from support.stores import STORES, Server, Store
from support.wikidata import faults
from support.wikidata.service import Wikidata, serving

KG = lalakg.load(ROOT)
QUERIES = [query for query in KG.catalogue.group("wikidata") if "SERVICE" in query.text]  # the other has its own test
ADDRESS = "https://query.wikidata.org/sparql"
FILM = "wd:Q20856802"
CAST = "cast-side-by-side"


@pytest.fixture
def wikidata() -> Iterator[Wikidata]:
    with serving() as server:
        yield server


@cache
def expected() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "tests/support/wikidata/answers.yaml").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def differences(query: Query, answer: Result) -> list[str]:
    wanted = expected()[query.name]
    rows = tuple(tuple(None if cell is None else str(cell) for cell in row) for row in wanted["rows"])
    return Expectation(tuple(wanted["columns"]), rows, "list").differences(answer)


def linked(*classes: str) -> set[str]:
    """The items of Wikidata that things of these classes are linked to."""
    kinds = " ".join(classes)
    query = f"SELECT DISTINCT ?item {{ ?thing a ?class ; schema:sameAs ?item VALUES ?class {{ {kinds} }} }}"
    answer = KG.sparql(query)
    assert isinstance(answer, Rows)
    return {cell for (cell,) in answer.cells() if cell and cell.startswith("wd:")}


# ── form ──────────────────────────────────────────────────────────────────────────────────────────


def test_every_query_has_an_expected_answer() -> None:
    assert sorted(expected()) == [query.name for query in QUERIES]


@each(QUERIES)
def test_wikidata_is_asked_once_for_a_bounded_answer(query: Query) -> None:
    """The clause is a sub-select over given items: a store that sends it as it stands asks no more. The items are in
    braces of their own, since RDF4J writes a lone value into the text around them."""
    (clause,) = service_clauses(query.text)
    assert clause.address == ADDRESS
    assert not clause.silent
    assert re.match(r"\s*SELECT (?!\*)", clause.pattern)
    assert "      { VALUES ?item { wd:Q" in clause.pattern
    assert query.parameters[0].name == "item"


@each(QUERIES)
def test_plain_sparql(query: Query) -> None:
    (clause,) = service_clauses(query.text)
    ours = re.sub(r"^#.*$|<[^>]*>", "", query.text[: clause.start] + query.text[clause.end :], flags=re.MULTILINE)
    assert not re.search(r"\b(GRAPH|SERVICE|MINUS|FROM|DESCRIBE)\b|\*\s*WHERE|\bLANG\([^()]*\) *=", ours)
    assert not re.search(r"wikibase:label|bd:|hint:|\bWITH\b|AUTO_LANGUAGE|\b(GRAPH|SERVICE|FROM)\b", clause.pattern)
    assert re.search(r"\nORDER BY .*\n$", query.text)


@each(QUERIES)
def test_wikidata_has_another_schema_org(query: Query) -> None:
    """Its terms begin with http, ours with https; a label of one language is meant exactly, so en-GB is no second."""
    (clause,) = service_clauses(query.text)
    assert "schema:" not in clause.pattern
    assert "sdo:" not in query.text.replace(clause.pattern, "").replace("PREFIX sdo:", "")
    for prefix, namespace in re.findall(r"PREFIX (schema|sdo): <(.*)>", query.text):
        assert namespace == {"schema": "https://schema.org/", "sdo": "http://schema.org/"}[prefix]
    assert "LANGMATCHES" not in clause.pattern


@each(QUERIES)
def test_names_fall_back(query: Query) -> None:
    """Whoever asks for an English label asks for the one of all languages, too."""
    names = re.findall(r"FILTER \(LANG\(\?(\w+)En\) = \"en\"\)", query.text)
    for name in names:
        assert f'FILTER (LANG(?{name}Mul) = "mul")' in query.text
        assert f"COALESCE(?{name}En, ?{name}Mul" in query.text


def test_the_items_asked_for_are_those_linked() -> None:
    items = {query.name: set(re.findall(r"VALUES \?item \{ (.*?) \}", query.text)[0].split()) for query in QUERIES}
    people, films, places = linked("lala:RealPerson"), linked("lala:Film"), linked("lala:RealPlace")
    everything = linked("lala:RealPerson", "lala:Film", "lala:RealPlace", "lala:Organization")
    assert items == {
        **{query.name: {FILM} for query in QUERIES},
        "articles-in-wikipedia": everything,
        "awards-of-the-people": people,
        "dates-at-wikidata": people | films,
        "films-of-the-director": {"wd:Q18350026"},
        "names-side-by-side": everything,
        "places-at-wikidata": places,
    }


# ── answers ───────────────────────────────────────────────────────────────────────────────────────


@each(QUERIES)
def test_in_two_steps(query: Query, wikidata: Wikidata) -> None:
    kg = lalakg.load(ROOT, service=wikidata.sparql)
    assert not differences(query, kg.query(query.name))
    assert len(wikidata.asked) == 1
    assert wikidata.asked[0].form["query"].startswith("PREFIX")
    assert "lala" not in wikidata.asked[0].form["query"].partition("SELECT")[2]


@each(QUERIES)
def test_it_is_answered(query: Query, wikidata: Wikidata, monkeypatch: pytest.MonkeyPatch) -> None:
    """By whoever is Wikidata here: what it says cannot be known, but that all of us are known there, it can."""
    monkeypatch.setenv("LALAKG_CONTACT", LIVE)
    kg = lalakg.load(ROOT, service=ADDRESS if LIVE else wikidata.sparql)
    answer = kg.query(query.name)
    assert isinstance(answer, Rows)
    assert set(expected()[query.name]["columns"]) <= set(answer.variables)
    assert answer.rows


@each(QUERIES)
def test_by_an_engine_that_federates(query: Query, wikidata: Wikidata) -> None:
    engine = KG.engine
    assert isinstance(engine, LocalEngine)
    solutions = engine.store.query(query.text.replace(ADDRESS, wikidata.sparql))
    data = solutions.serialize(format=ox.QueryResultsFormat.JSON)
    assert data is not None
    assert not differences(query, Rows(data, KG.prefixes))


@pytest.fixture(scope="module", params=STORES, ids=lambda store: store.name)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store: Store = request.param
    for running in started(store, tmp_path_factory.mktemp(store.name)):
        fill(running, KG.triples)
        yield running


@pytest.mark.slow
@each(QUERIES)
def test_by_a_store_that_federates(query: Query, server: Server, wikidata: Wikidata) -> None:
    """The store asks by itself: once, and not once for each of its rows. Virtuoso 7 refuses, without more rights."""
    remote, text = RemoteEngine(server.query_url, KG.prefixes, {}), query.text.replace(ADDRESS, wikidata.sparql)
    if server.name == "virtuoso":
        with pytest.raises(EndpointError):
            remote.query(text)
        assert not wikidata.asked
        return
    assert not differences(query, remote.query(text))
    assert len(wikidata.asked) == 1


@pytest.mark.slow
@each(QUERIES)
def test_in_two_steps_around_a_store(query: Query, server: Server, wikidata: Wikidata) -> None:
    """We ask Wikidata, and then the store: it need not federate, nor reach the network."""
    kg = lalakg.load(ROOT, endpoint=server.query_url, service=wikidata.sparql)
    assert not differences(query, kg.query(query.name))
    (asked,) = wikidata.asked
    assert asked.headers["user-agent"].startswith("lalakg/")


def test_another_item(wikidata: Wikidata) -> None:
    kg = lalakg.load(ROOT, service=wikidata.sparql)
    places = kg.query("films-set-in-the-same-places", item="wd:Q132689")
    assert isinstance(places, Rows)
    assert places.cells(["here", "film"]) == [["Paris", "wd:Q9000000123"]]
    article = kg.query("articles-in-wikipedia", language="de")
    assert isinstance(article, Rows)
    assert article.cells(["article"]) == [["<https://de.wikipedia.org/wiki/La_La_Land>"]]


def test_what_has_changed_at_wikidata_shows(wikidata: Wikidata) -> None:
    content = wikidata.content
    content.change("Q907311", labels={"en": "Flix"})
    content.entities.pop("Q515869")
    content.redirects["Q48340"] = "Q9000000905"
    content.entities.pop("Q48340")
    wikidata.reload()
    answer = lalakg.load(ROOT, service=wikidata.sparql).query("names-side-by-side")
    assert isinstance(answer, Rows)
    assert answer.cells(["thing", "itemName", "merged", "same"])[:3] == [
        ["lkg:cnn", None, "wd:Q9000000905", "no"],
        ["lkg:lionsgate", None, None, "no"],
        ["lkg:netflix", "Flix", None, "no"],
    ]


def test_a_role_without_an_item_does_not_match_every_label(wikidata: Wikidata) -> None:
    """John Legend's role is a name: an OPTIONAL with nothing bound would join it with all that has a label."""
    kg = lalakg.load(ROOT, service=wikidata.sparql)
    for name in (CAST, "characters-at-wikidata"):
        assert len([row for row in kg.query(name).rows if str(row["roleName"].value) == "Keith"]) == 1


# ── the command ───────────────────────────────────────────────────────────────────────────────────


def test_nobody_is_asked_who_is_not_named(run: Command) -> None:
    outcome = run("query", CAST, cwd=ROOT)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err == (
        f"lalakg: the query asks {ADDRESS} by SERVICE, and no other host is asked unless you name it: "
        f"--service {ADDRESS}\n"
    )


def test_the_command_asks_whom_it_is_told_to(run: Command, wikidata: Wikidata) -> None:
    outcome = run("query", CAST, "--service", wikidata.sparql, "--item", FILM, "--format", "csv", cwd=ROOT)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.splitlines()[1].startswith("http://www.wikidata.org/entity/Q147077,Emma Stone,")
    assert len(wikidata.asked) == 1
    run("query", "what-differs", "--service", wikidata.sparql, cwd=ROOT)
    assert len(wikidata.asked) == 1, "a query without SERVICE asks nobody"


def test_a_contact_that_cannot_be_sent(run: Command, wikidata: Wikidata, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LALAKG_CONTACT", "jürgen@example.org")
    outcome = run("query", CAST, "--service", wikidata.sparql, cwd=ROOT)
    assert (outcome.status, outcome.out, wikidata.asked) == (2, "", [])
    assert outcome.err.startswith("lalakg: the contact 'jürgen@example.org' cannot be sent: ")


def test_the_catalogue_lists_them(run: Command) -> None:
    listed = run("query", cwd=ROOT).out
    assert re.search(
        r"\n\nwikidata\n  articles-in-wikipedia +Which of our things .*\? \(--item, --language\)\n", listed
    )


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.too_many(5), "is asked too often; try again later (HTTP 429): Too Many Requests."),
        (faults.banned, "does not allow this;"),
        (faults.query_timeout, "failed; its log may say why (HTTP 500)"),
        (faults.truncated, "that cannot be read"),
        (faults.html, "is it a SPARQL endpoint"),
        (faults.cut, "broke the connection"),
        (faults.failing(502), "failed (HTTP 502): upstream connect error."),
    ],
)
def test_a_fault_is_told_in_one_message(
    run: Command, wikidata: Wikidata, pauses: list[float], fault: faults.Fault, words: str
) -> None:
    wikidata.faults.append(fault)
    outcome = run("query", CAST, "--service", wikidata.sparql, cwd=ROOT)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith(f"lalakg: {wikidata.sparql}: ")
    assert words in outcome.err
    assert outcome.err.count("lalakg: ") == 1
    assert len(pauses) <= 8


def test_nobody_is_there(run: Command) -> None:
    outcome = run("query", CAST, "--service", "http://127.0.0.1:9/sparql", cwd=ROOT)
    assert (outcome.status, outcome.err) == (
        2,
        "lalakg: http://127.0.0.1:9/sparql: cannot be reached: Connection refused. "
        "Is the store running, and the address right?\n",
    )


def test_who_answers_late_is_not_waited_for(wikidata: Wikidata) -> None:
    wikidata.faults.append(faults.slow(3))
    other = RemoteEngine(wikidata.sparql, KG.prefixes, {}, timeout=1)
    with pytest.raises(EndpointError, match="within 1 s"):
        in_two_steps(KG.catalogue[CAST].text, other, wikidata.sparql)
