"""The pages of the server in a real browser, under its own policy: what they ask, what they break, who can use them."""

from collections.abc import Iterator
from typing import Any

import pytest

import lalakg
from support.browsing import drive, need_a_browser
from support.serving import serving

pytestmark = pytest.mark.slow

FILM = "SELECT ?film WHERE { ?film a <https://w3id.org/lalakg/ontology#Film> } ORDER BY ?film"
PAGES = {  # the path that is asked for, and the one that it leads to
    "": "",
    "id/mia": "id/mia.html",
    "ontology/": "ontology/",
    "query/world-as-graph.html": "query/world-as-graph.html",
    "query/new.html": "query/new.html",
    "sparql": "query/new.html",
}
NOWHERE = "id/no/such/thing"


@pytest.fixture(scope="module")
def found() -> Iterator[dict[str, Any]]:
    chromium = need_a_browser()
    with serving("serve", "-q") as (address, _):
        base = f"{address}/"
        seen = drive("live.mjs", chromium=chromium, base=base, paths=[*PAGES, NOWHERE], query=FILM)
        for page in seen["pages"]:
            page["address"] = page["address"].removeprefix(base)
        yield seen


def test_every_kind_of_page_is_quiet_and_accessible(found: dict[str, Any]) -> None:
    pages = {page["path"]: page for page in found["pages"]}
    assert {path: pages[path]["address"] for path in PAGES} == PAGES
    assert {pages[path]["status"] for path in PAGES} == {200}
    assert pages["id/mia"]["heading"].startswith("Mia")
    assert all(pages[path]["styled"] for path in PAGES)
    for page in [*(pages[path] for path in PAGES), found["inPage"]]:
        assert (page["faults"], page["violations"], page["overflow"]) == ([], [], 0), page


def test_a_page_that_is_not_there_looks_like_the_others(found: dict[str, Any]) -> None:
    *_, page = found["pages"]
    assert (page["status"], page["styled"], page["violations"]) == (404, True, [])
    assert [fault for fault in page["faults"] if "404" not in fault] == []


def test_the_engine_runs_in_the_page_under_the_server_s_policy(found: dict[str, Any]) -> None:
    assert "answered in this page" in found["inPage"]["note"]


def test_without_scripts_the_server_s_own_answer_is_shown(found: dict[str, Any]) -> None:
    assert found["byServer"] == {"rows": len(lalakg.load().query("who-claims")), "faults": []}


def test_a_page_elsewhere_may_ask_and_read(found: dict[str, Any]) -> None:
    expected = [row["film"].value for row in lalakg.load().sparql(FILM).rows]
    assert [row["film"]["value"] for row in found["elsewhere"]["answer"]["results"]["bindings"]] == expected
    assert found["elsewhere"]["etag"]
