"""The site in a real browser, from a sub-path, under a strict policy: every kind of page, the engine in the page."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lalakg
from lalakg._errors import InvalidValue
from lalakg._folder.catalogue import Parameter, Query
from lalakg._sparql.service import service_addresses
from support.browsing import PATH, drive, need_a_browser, need_the_bundle, serving

pytestmark = pytest.mark.slow

NASTY = [
    "x> ?y . #",
    "<img src=x onerror=alert(1)>",
    "nope:x",
    "lkg:a}",
    '"',
    "}",
    "http://a b/",
    "\\u003e",
    "<>",
    "é",
    "",
]


@dataclass(frozen=True)
class Site:
    """A site as it is served: its folder, its address, and the browser that looks at it."""

    folder: Path
    base: str
    chromium: str

    def use(self, step: str, **job: Any) -> Any:
        """What a step of web/test/use.mjs finds; it must find no fault."""
        found = drive("use.mjs", step=step, chromium=self.chromium, base=self.base, folder=str(self.folder), **job)
        assert found.pop("faults") == []
        return found


@pytest.fixture(scope="module")
def site(kg: lalakg.KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    chromium = need_a_browser()
    top = tmp_path_factory.mktemp("site")
    with serving(top) as address:
        lalakg.build(kg, top / PATH, site=True, address=address + PATH)
        yield Site(top / PATH, address + PATH, chromium)


def test_every_ready_made_query_has_pyoxigraphs_answer_in_the_page(kg: lalakg.KnowledgeGraph, site: Site) -> None:
    answerable = {name: query for name, query in kg.catalogue.items() if not service_addresses(query.text)}
    cases = [
        {"name": name, "fields": [p.name for p in query.parameters if not p.values]}
        for name, query in answerable.items()
    ]
    found = drive("answers.mjs", chromium=site.chromium, base=site.base, cases=cases)
    assert found["faults"] == []
    assert {answer["name"] for answer in found["found"]} == set(answerable)
    assert len(found["found"]) == len(cases) + sum(bool(case["fields"]) for case in cases)
    for answer in found["found"]:
        expected = kg.query(answer["name"], **{name: value.split() for name, value in answer["values"].items()})
        if answer["isGraph"]:
            assert sorted(answer["file"].splitlines()) == sorted(expected.render("nt").splitlines()), answer["name"]
        else:
            assert json.loads(answer["file"]) == json.loads(expected.to_json()), answer["name"]
        assert answer["rows"] == (0 if expected.kind == "a yes or no" else min(200, len(expected))), answer["name"]


def test_what_is_saved_is_what_pyoxigraph_writes(kg: lalakg.KnowledgeGraph, site: Site) -> None:
    found = site.use("downloads")
    rows, graph = kg.query("who-plays-whom"), kg.query("world-as-graph")
    assert found["csv"].replace("\r\n", "\n") == rows.to_csv()
    assert found["tsv"] == rows.render("tsv")
    triples = {str(triple) for triple in graph}
    assert {str(quad.triple) for quad in ox.parse(found["turtle"], format=ox.RdfFormat.TURTLE)} == triples
    assert {str(quad.triple) for quad in ox.parse(found["xml"], format=ox.RdfFormat.RDF_XML)} == triples
    assert found["picture"] > 5
    assert {link.removeprefix(site.base) for link in found["links"]} >= {"id/mia.html", "id/emma-stone.html"}


def test_a_query_that_runs_away_can_be_stopped(kg: lalakg.KnowledgeGraph, site: Site) -> None:
    found = site.use("runaway")
    assert found["stopped"] == "The query was stopped."
    assert found["ticks"] > 10  # of 50: the page itself went on
    assert "answered in this page" in found["after"]
    assert found["rows"] == len(kg.sparql("SELECT ?world { ?world a lala:World }"))


def test_everything_can_be_done_by_keyboard(site: Site) -> None:
    found = site.use("keyboard")
    assert "answered in this page" in found["byForm"]
    assert found["verdict"] == "Yes."
    assert found["left"] is True


def test_a_value_cannot_change_what_is_asked(kg: lalakg.KnowledgeGraph, site: Site) -> None:
    found = site.use("hostile", values=NASTY[:5])
    assert all(said.startswith("This cannot be answered: about takes an IRI or a name.") for said in found["said"])
    assert found["injected"] == 0


def test_an_address_carries_the_values(site: Site) -> None:
    found = site.use("address")
    assert "answered in this page" in found["note"]
    assert found["field"] == "lkg:seb"
    assert found["address"].endswith("query/who-claims.html?about=lkg%3Aseb")


def test_the_editor_completes_the_sites_own_terms(site: Site) -> None:
    found = site.use("completion")
    assert any(hint.startswith("lala:inWorld ") for hint in found["hints"])
    assert "lala:inWorld" in found["text"]


def test_search_finds_things_and_leads_to_them(site: Site) -> None:
    found = site.use("search", typed="emma st")
    assert any("Emma Stone" in option for option in found["options"])
    assert found["closed"] == 0
    assert found["active"] == "search-0"
    assert "Emma Stone" in found["heading"]


EVERY_THING = "SELECT DISTINCT ?thing { ?thing ?p ?o FILTER STRSTARTS(STR(?thing), STR(lkg:)) }"


@pytest.mark.parametrize(
    ("path", "least"),
    [("query/where-is-the-evidence.html", 2), (f"query/new.html#{urlencode({'query': EVERY_THING})}", 1000)],
)
def test_the_links_of_an_answer_stay_within_the_site(site: Site, path: str, least: int) -> None:
    links = site.use("linked", path=path)["links"]
    assert len(links) >= least
    assert [link for link in links if link["rel"] or not link["href"].startswith(site.base)] == []
    missing = {link["href"] for link in links if not (site.folder / link["href"].removeprefix(site.base)).is_file()}
    assert missing == set()


def test_where_nothing_is_called_so_the_page_of_all_things_says_it(site: Site) -> None:
    found = site.use("unfound", typed="zzzz")
    assert found == {"headings": [], "jumps": [], "items": [], "said": ["Nothing is called “zzzz”."]}
    found = site.use("unfound", typed="emma st")
    assert (len(found["headings"]), found["said"]) == (len(found["jumps"]), [])
    assert "Emma Stone" in found["items"]


def test_a_query_may_leave_its_prefixes_undeclared_without_a_mark(kg: lalakg.KnowledgeGraph, site: Site) -> None:
    query = "SELECT ?world WHERE { ?world a lala:World ; rdfs:label ?label }"
    found = site.use("undeclared", query=query)
    assert "answered in this page" in found["note"]
    declared = "".join(f"PREFIX {prefix}: <{kg.prefixes[prefix]}>\n" for prefix in ("lala", "rdfs"))
    assert found["shown"] == found["asked"] == declared + query
    assert found["marks"] == 0


def test_a_long_word_makes_no_page_of_a_phone_wider(site: Site) -> None:
    pages = ["index.html", "things.html", "dataset.html", "id/mia.html", "id/claim-f63.html", "query/who-claims.html"]
    pages += ["query/index.html", "ontology/index.html", "shapes/index.html", "debate.html"]
    found = site.use("long", pages=[page for page in pages if (site.folder / page).is_file()])["found"]
    assert {page: width for page, width in found.items() if width > 0} == {}


def test_the_timelines_links_lead_to_its_events(kg: lalakg.KnowledgeGraph, site: Site) -> None:
    found = site.use("timeline")
    linked = {(site.folder / link).resolve() for link in found["links"]}
    assert [path for path in linked if not path.is_file()] == []
    events = {row["event"].value.rpartition("/")[2] for row in kg.query("timeline") if "event" in row}
    assert events <= {path.stem for path in linked}
    assert all(found["names"])
    assert found["heading"]


def test_the_place_of_a_part_leads_on_to_where_it_stands(site: Site) -> None:
    found = site.use("moved", part="id/sel-f63.html")
    assert found["address"] == f"{site.base}id/claim-f63.html#sel-f63"
    assert "characters 2255–2274" in found["target"]


def test_from_a_file_a_plain_sentence_says_what_the_browser_forbids(site: Site) -> None:
    found = site.use("file")
    assert "opened from a file" in found["said"]
    assert found["asks"] is False


def test_the_first_pages_are_light(site: Site) -> None:
    sizes = site.use("sizes", pages=["index.html", "query/who-claims.html", "id/mia.html"])["found"]
    print(sizes)
    assert max(sizes.values()) < 150_000


def kinds_of_page(folder: Path) -> list[str]:
    """Every page at the top and every folder's own, a page of each class of things, and of each form of query."""
    pages = [*folder.glob("*.html"), *folder.glob("*/index.html"), folder / "query/new.html"]
    names = [
        "mia",
        "ev-f-kiss",
        "claim-f63",
        "claim-v33-3",
        "d03",
        "article",
        "chazelle",
        "montage",
        "w-fantasy",
        "t-gap",
    ]
    pages += [folder / f"id/{name}.html" for name in names]
    pages += [folder / "ontology/inWorld.html", folder / "ontology/Event.html", next(folder.glob("vocab/*.html"))]
    pages += [folder / f"query/{name}.html" for name in ("who-claims", "world-as-graph", "cast")]
    return sorted({path.relative_to(folder).as_posix() for path in pages if path.exists()})


def test_every_kind_of_page_is_accessible_and_quiet_on_every_device(site: Site) -> None:
    asked = ["query/who-claims.html", "query/world-as-graph.html", "query/new.html"]
    found = drive("pages.mjs", chromium=site.chromium, base=site.base, pages=kinds_of_page(site.folder), asked=asked)
    at_fault = [page for page in found if page["faults"] or page["violations"] or page["overflow"] > 0]
    assert not at_fault, json.dumps(at_fault, indent=1)


TEMPLATE = (
    "SELECT * WHERE {{ ?s ?p ?value . # VALUES ?value {{ 0 }}\n  VALUES ?value {{ {default} }} FILTER(?p != '}}') }}"
)
TYPES = ["iri", "string", "integer", "decimal", "date"]


def in_python(kg: lalakg.KnowledgeGraph, query: Query, value: str) -> str | None:
    try:
        return query.bind({"value": [value, value]}, kg.prefixes, kg.base)
    except InvalidValue:
        return None


@settings(max_examples=8)
@given(
    st.lists(
        st.text() | st.from_regex(r"[+-]?[0-9.]*|[0-9]{4}-[0-9]{2}-[0-9]{2}|(lkg|lala|urn):.*|https?://.*"),
        min_size=30,
        max_size=60,
    )
)
def test_the_page_binds_values_as_python_does(values: list[str]) -> None:
    need_the_bundle()
    kg = lalakg.load()
    text = TEMPLATE.format(default="lkg:mia")
    cases, expected = [], []
    for kind in TYPES:
        query = Query("q", "g", Path("q.rq"), text)
        query.__dict__["parameters"] = (Parameter("value", kind),)
        for value in [*NASTY, "\\u", "a\\u0041\n", "\ud800", "2016-12-09", "-1.5", "+7", *values]:
            cases.append(
                {"query": text, "parameters": [{"name": "value", "type": kind}], "values": {"value": [value, value]}}
            )
            expected.append(in_python(kg, query, value))
    found = drive("bind.mjs", prefixes=dict(kg.prefixes), base=kg.base, cases=cases)
    assert found == expected
