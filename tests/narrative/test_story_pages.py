"""A story's pages: on whose word a thing is said, what stands on its page, and two worlds as one drawing."""

import json
import re
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest

import lalakg
from conftest import ROOT
from lalakg._narrative.pages.claims import claims
from lalakg._narrative.pages.story_order import Order
from lalakg._narrative.pages.svg import wrap
from lalakg._narrative.pages.worlds import pairs, plan
from lalakg._narrative.terms import LALA
from lalakg._pages import Pages
from lalakg._pages.index import Index
from lalakg._rdf.terms import RDF_TYPE, RDFS_LABEL, WELL_KNOWN
from support.pages import ID, SVG, pages_of, parsed, say, words


@pytest.fixture(scope="module")
def pages() -> Pages:
    return pages_of(lalakg.load(ROOT))


def test_a_page_says_what_the_thing_is_and_in_which_world(pages: Pages) -> None:
    main = words(parsed(pages.thing(ID + "ev-f-kiss")))
    assert "in What-if world of the montage" in main
    assert "who does it Mia (montage) Sebastian (montage)" in main
    assert "who else takes part" not in main, "a narrower property says it already"
    assert "in place of Seb shoves his way past Mia" in main


def test_a_thing_rests_on_claims_with_voice_and_passage(pages: Pages) -> None:
    claim = next(e for e in parsed(pages.thing(ID + "div-kiss")).iter("article"))
    said = words(claim)
    assert said.startswith("This time, in place of that, the two kiss. F63 asserts it")
    assert "The article's unnamed author stated asserted paragraph 13, characters 2255–2274" in said


def test_a_denial_is_shown_as_one(pages: Pages) -> None:
    index = pages.site.index
    denied = next(s.object.value for s in index.uses[LALA + "denies"])
    assert LALA + "denies" in [c.bearing for c in claims(index, denied)]
    assert 'class="claim denied"' in pages.thing(denied)


def test_the_source_is_linked_only_when_its_address_is_in_the_data(kg: lalakg.KnowledgeGraph, pages: Pages) -> None:
    assert "#:~:text=" not in pages.thing(ID + "div-kiss")
    address = say("article", WELL_KNOWN["schema"] + "url", "https://example.org/article")
    page = pages_of(kg, [address]).thing(ID + "div-kiss")
    assert 'rel="external" href="https://example.org/article#:~:text=Instead%2C%20they%20kiss%2C"' in page


def test_a_claim_is_one_in_the_terms_of_schema_org(pages: Pages) -> None:
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', pages.thing(ID + "claim-f63"))
    said = json.loads(script)
    assert said["@type"] == "Claim"
    assert said["author"]["@id"] == ID + "article-author"


def test_a_part_stands_whole_on_the_page_of_what_it_belongs_to(pages: Pages) -> None:
    site = pages.site
    assert site.owners[ID + "psg-f63"] == ID + "claim-f63"
    assert site.owners[ID + "sel-f63"] == ID + "psg-f63"
    assert site.href(ID + "sel-f63", "index.html") == "id/claim-f63.html#sel-f63"
    assert site.href(ID + "sel-f63", "id/claim-f63.html") == "#sel-f63"
    found = {e.get("id"): words(e) for e in parsed(pages.thing(ID + "claim-f63")).iter("div") if e.get("id")}
    assert "paragraph 13, characters 2255–2274 lkg:psg-f63" in found["psg-f63"]
    assert "SHA-256" in found["psg-f63"]
    assert found["sel-f63"] == "characters 2255–2274 lkg:sel-f63"
    assert 'content="0; url=claim-f63.html#psg-f63"' in pages.moved(ID + "psg-f63")


def test_parts_that_own_one_another_or_nobody_owns_have_pages(kg: lalakg.KnowledgeGraph) -> None:
    evidence, kind = LALA + "evidence", LALA + "Passage"
    extra = [
        *(say(one, RDF_TYPE.value, kind) for one in ("psg-alone", "psg-a", "psg-b", "psg-c")),
        say("psg-a", evidence, "psg-b"),
        say("psg-b", evidence, "psg-a"),
        say("psg-c", evidence, "psg-c"),
        say("nothing-is-said-of-it", evidence, "psg-alone"),
    ]
    site = pages_of(kg, extra).site
    assert not {ID + "psg-alone", ID + "psg-a", ID + "psg-b", ID + "psg-c"} & site.owners.keys()


def drawings(pages: Pages) -> list[ElementTree.Element]:
    tree = parsed(pages.front())
    return [e for e in tree.iter(SVG + "svg") if (e.get("class") or "").startswith("timeline")]


def test_the_two_worlds_are_drawn_wide_and_narrow(pages: Pages) -> None:
    wide, narrow = drawings(pages)
    for drawing in (wide, narrow):
        assert drawing.get("role") == "group", "an image would hide its links"
        ids = {element.get("id") for element in drawing.iter()}
        assert {drawing.get("aria-labelledby"), drawing.get("aria-describedby")} <= ids
    assert not {e.get("id") for e in wide.iter()} & {e.get("id") for e in narrow.iter()} - {None}


def test_every_event_and_every_difference_is_a_link(pages: Pages) -> None:
    index = pages.site.index
    events = {
        thing
        for world in ("w-story", "w-fantasy")
        for thing in index.subjects(ID + world, LALA + "inWorld")
        if index.is_a(thing, LALA + "Event")
    }
    wanted = {pages.site.href(thing, "index.html") for thing in {*events, *index.instances(LALA + "Divergence")}}
    for drawing in drawings(pages):
        assert wanted <= {a.get("href") for a in drawing.iter(SVG + "a")}


def test_what_the_graph_orders_stands_in_that_order(pages: Pages) -> None:
    index = pages.site.index
    events = [e for e in index.instances(LALA + "Event") if index.object(e, LALA + "inWorld") == ID + "w-story"]
    order = Order(index, events)
    sequence = order.sequence()
    assert len(sequence) == len(set(sequence)) == len(events) + len(order.gaps)
    for place, later in enumerate(sequence):
        assert not [earlier for earlier in sequence[place + 1 :] if order.known(earlier, later)]


def test_a_circle_in_time_ends(kg: lalakg.KnowledgeGraph) -> None:
    index = Index(
        [*kg.triples, say("ev-meet", LALA + "after", "ev-walk-away"), say("ev-part", LALA + "after", "ev-part")],
        kg.prefixes,
    )
    events = index.instances(LALA + "Event")
    assert set(events) <= set(Order(index, events).sequence())


def test_the_montage_branches_where_it_branches_and_differences_join_rows(pages: Pages) -> None:
    index = pages.site.index
    made = plan(index, *pairs(index)[0])
    assert made is not None
    assert made.inner is not None
    assert made.branch == made.base.row(ID + "ev-barge-past")
    joined = {d.iri.rpartition("/")[2]: (d.base, d.inner, d.implied) for d in made.differences}
    assert joined["div-kiss"] == (made.base.row(ID + "ev-barge-past"), made.inner.row(ID + "ev-f-kiss"), False)
    assert joined["div-club"] == (made.base.row(ID + "st-seb-owner"), None, False)
    assert joined["div-spouse"][2]
    rows = [moment.row for moment in made.inner.moments]
    assert rows == sorted(set(rows)), "no two in one row, and none before its forerunner"


def test_a_long_story_is_drawn_in_part_and_says_so(kg: lalakg.KnowledgeGraph) -> None:
    more = [
        triple
        for n in range(300)
        for triple in (say(f"ev-x{n}", RDF_TYPE.value, LALA + "Event"), say(f"ev-x{n}", LALA + "inWorld", "w-story"))
    ]
    page = pages_of(kg, more).front()
    heights = re.findall(r'y="([\d.]+)"[^>]*>and 2\d\d more events', page)
    assert len(heights) == 2, "wide and narrow"
    assert all(page.count(f' y="{height}"') == 1 and float(height) > 1000 for height in heights), "rows of their own"


def test_words_break_into_even_lines() -> None:
    assert wrap("Mia understands what place it is", 120, 13) == ["Mia understands", "what place it is"]
    assert wrap("a b c d e f g h", 8, 13, most=2)[-1].endswith("…")
    assert wrap("", 100, 13) == [""]
    assert all(len(line) <= 14 for line in wrap("x" * 60, 100, 13, most=9))


def test_a_debate_has_a_page_with_who_takes_which_position(kg: lalakg.KnowledgeGraph) -> None:
    extra = [
        say("q1", RDF_TYPE.value, LALA + "DebateQuestion"),
        say("q1", RDFS_LABEL.value, ox.Literal("Whose fantasy is it?", language="en")),
        say("pos-1", RDF_TYPE.value, LALA + "Position"),
        say("pos-1", RDFS_LABEL.value, ox.Literal("Both", language="en")),
        say("pos-1", LALA + "positionOn", "q1"),
        say("claim-f63", LALA + "takesPosition", "pos-1"),
    ]
    made = pages_of(kg, extra)
    (debate,) = made.extra_pages
    page = made.extra(debate)
    text = words(parsed(page))
    assert "Whose fantasy is it?" in text
    assert "Both 1 voice This time, in place of that, the two kiss." in text


def test_only_the_main_sources_telling_orders_events(kg: lalakg.KnowledgeGraph) -> None:
    extra = [
        say("ev-z", RDF_TYPE.value, LALA + "Event"),
        say("ev-z", LALA + "inWorld", "w-story"),
        say("claim-z", LALA + "asserts", "ev-z"),
        say("claim-z", LALA + "evidence", "psg-z"),
        say("psg-z", WELL_KNOWN["oa"] + "hasSource", "another-source"),
    ]
    index = Index([*kg.triples, *extra], kg.prefixes)
    made = plan(index, *pairs(index)[0])
    assert made is not None
    assert [moment.iri for moment in made.base.moments if moment.kind == "event"][-1] == ID + "ev-z"
