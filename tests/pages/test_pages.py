"""Pages: a thing or a query as text, from any graph, whatever its labels hold; and two worlds as one drawing."""

import gc
import json
import re
import weakref
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

import html5rdf
import pyoxigraph as ox
import pytest

import lalakg
from conftest import Command
from lalakg._narrative.pages.claims import claims
from lalakg._narrative.pages.story_order import Order
from lalakg._narrative.pages.svg import wrap
from lalakg._narrative.pages.worlds import pairs, plan
from lalakg._narrative.terms import LALA, LV
from lalakg._pages import Pages, SiteContext, SitePaths, link
from lalakg._pages.index import Index
from lalakg._pages.lists import search
from lalakg._rdf.terms import RDF_TYPE, RDFS_LABEL, WELL_KNOWN

ID = "https://w3id.org/lalakg/id/"
SVG = "{http://www.w3.org/2000/svg}"


def name(local: str) -> ox.NamedNode:
    return ox.NamedNode(local if ":" in local else ID + local)


def say(subject: str, property_: str, value: str | ox.Literal) -> ox.Triple:
    return ox.Triple(name(subject), name(property_), value if isinstance(value, ox.Literal) else name(value))


def pages_of(kg: lalakg.KnowledgeGraph, triples: Iterable[ox.Triple] = (), **options: object) -> Pages:
    """The pages of the film with some triples more."""
    return Pages(SiteContext([*kg.triples, *triples], kg.folder, kg.prefixes, **options), kg.engine)  # type: ignore[arg-type]


def parsed(page: str) -> ElementTree.Element:
    """The page's tree, read as strictly as HTML allows."""
    return html5rdf.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def words(element: ElementTree.Element) -> str:
    return " ".join(" ".join(element.itertext()).split())


@pytest.fixture(scope="module")
def pages() -> Pages:
    kg = lalakg.load(__file__.rpartition("/tests/")[0])
    return pages_of(kg)


# ── paths ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("iri", "path"),
    [
        (ID + "mia", "id/mia"),
        (LALA + "World", "ontology/World"),
        (LV + "love", "vocab/love"),
        ("https://w3id.org/lalakg/ontology", "ontology/index"),
        ("https://w3id.org/lalakg/dataset", "dataset"),
        (WELL_KNOWN["schema"] + "Movie", "other/schema/Movie"),
        (LALA + "index", "ontology/%69ndex"),
        (ID + "a/b", "id/a%2Fb"),
        (ID + "..", "id/%2E%2E"),
        (ID + ".hidden", "id/%2Ehidden"),
        (ID + "Zoë", "id/Zoë"),
        ("http://nowhere.example/x", None),
    ],
)
def test_a_thing_has_one_place(kg: lalakg.KnowledgeGraph, iri: str, path: str | None) -> None:
    assert SiteContext((), kg.folder, kg.prefixes).paths.path(iri) == path


def test_long_names_stay_apart_and_fit_a_file_system(kg: lalakg.KnowledgeGraph) -> None:
    paths = SitePaths(kg.folder.dataset, kg.prefixes)
    one, other = (paths.path(ID + "x" * 400 + end) or "" for end in "ab")
    assert one != other
    assert max(map(len, (one, other))) < 200


def test_links_are_relative_and_percent_signs_are_escaped() -> None:
    assert link("id/mia.html", "id/seb.html") == "mia.html"
    assert link("id/mia.html", "other/schema/Movie.html") == "../../id/mia.html"
    assert link("id/a%2Fb.html", "index.html") == "id/a%252Fb.html"


def test_canonical_addresses_begin_where_the_site_stands(kg: lalakg.KnowledgeGraph) -> None:
    paths = SitePaths(kg.folder.dataset, kg.prefixes, "https://example.net/films")
    assert paths.canonical("id/mia.html") == "https://example.net/films/id/mia.html"
    assert paths.canonical("query/index.html") == "https://example.net/films/query/"
    assert paths.canonical("index.html") == "https://example.net/films/"
    assert paths.canonical("id/glass-index.html") == "https://example.net/films/id/glass-index.html"


# ── a thing ───────────────────────────────────────────────────────────────────────────────────────


def test_a_page_says_what_the_thing_is_and_in_which_world(pages: Pages) -> None:
    main = words(parsed(pages.thing(ID + "ev-f-kiss")))
    assert "in What-if world of the montage" in main
    assert "who does it Mia (montage) Sebastian (montage)" in main
    assert "who else takes part" not in main, "a narrower property says it already"
    assert "in place of Seb shoves his way past Mia" in main


def test_statements_follow_the_order_of_the_shapes(pages: Pages) -> None:
    found = [words(term) for term in parsed(pages.thing(ID + "ev-f-kiss")).iter("dt")]
    wanted = ["who does it", "characters", "where", "world", "in place of", "after"]
    assert [term for term in found if term in wanted][: len(wanted)] == wanted


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


def test_what_holds_both_ways_is_said_once(pages: Pages) -> None:
    assert [words(term) for term in parsed(pages.thing(ID + "mia-story")).iter("dt")].count("counterpart") == 1


def test_many_values_are_counted_and_cut(kg: lalakg.KnowledgeGraph) -> None:
    more = [say(f"extra-{n}", LALA + "inWorld", "w-fantasy") for n in range(500)]
    page = words(parsed(pages_of(kg, more).thing(ID + "w-fantasy")))
    assert re.search(r"and \d{3} more", page)


def test_a_term_has_its_definition_example_uses_questions_and_rules(pages: Pages) -> None:
    page = words(parsed(pages.thing(LALA + "counterpartOf")))
    for part in ("Links a thing to what corresponds", "example", "12 statements", "Which counterpart pairs are there?"):
        assert part in page
    assert "S15 Counterparts both ways" in page


def test_other_languages_are_marked(kg: lalakg.KnowledgeGraph) -> None:
    extra = say("mia", WELL_KNOWN["rdfs"] + "comment", ox.Literal("eine Figur", language="de"))
    assert '<span lang="de">eine Figur</span>' in pages_of(kg, [extra]).thing(ID + "mia")


def test_a_page_and_its_rdf_lead_to_each_other(pages: Pages) -> None:
    page = pages.thing(ID + "mia")
    assert '<link rel="alternate describedby" type="text/turtle" href="mia.ttl">' in page
    assert '<link rel="cite-as" href="https://w3id.org/lalakg/id/mia">' in page
    assert '<link rel="canonical" href="https://w3id.org/lalakg/id/mia.html">' in page
    said = {q.triple for q in ox.parse(pages.turtle(ID + "mia"), format=ox.RdfFormat.TURTLE)}
    assert say("mia", WELL_KNOWN["foaf"] + "isPrimaryTopicOf", "mia.html") in said


def of_jsonld(pages: Pages, thing: str) -> set[ox.Triple]:
    """What the JSON-LD of a thing says; its context, which is a file beside it, is put in its place."""
    document = json.loads(pages.jsonld(thing))
    address, base = document["@context"]
    assert address == link("data/context.jsonld", pages.site.path(thing))
    document["@context"] = [json.loads(pages.context())["@context"], base]
    return {q.triple for q in ox.parse(json.dumps(document), format=ox.RdfFormat.JSON_LD)}


@pytest.mark.parametrize("thing", ["mia", "claim-f63", "d01", "t-gap", "article"])
def test_turtle_and_json_ld_say_the_same_and_all_that_is_said(pages: Pages, thing: str) -> None:
    turtle = {q.triple for q in ox.parse(pages.turtle(ID + thing), format=ox.RdfFormat.TURTLE)}
    assert turtle == of_jsonld(pages, ID + thing)
    for one in (ID + thing, *pages.site.parts.get(ID + thing, ())):
        assert set(pages.site.index.description(one)) <= turtle


def test_all_that_is_said_of_things_is_in_their_turtle(pages: Pages) -> None:
    site = pages.site
    homes = {site.home(thing) for thing in site.index.things if site.path(thing)}
    said = {q.triple for thing in homes for q in ox.parse(pages.turtle(thing), format=ox.RdfFormat.TURTLE)}
    things = [thing for thing in site.index.things if site.path(thing)]
    assert {t for thing in things for t in site.index.description(thing)} <= said


def test_every_thing_says_the_same_in_turtle_and_json_ld(pages: Pages) -> None:
    for thing in pages.site.index.things:
        if pages.site.path(thing) and thing not in pages.site.owners:
            turtle = ox.parse(pages.turtle(thing), format=ox.RdfFormat.TURTLE)
            assert {q.triple for q in turtle} == of_jsonld(pages, thing), thing


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


def test_every_part_stands_once_on_one_page(pages: Pages) -> None:
    site = pages.site
    homes = {site.home(part) for part in site.owners}
    found = [a for home in homes for a in re.findall(r'class="part" id="([^"]*)"', pages.thing(home))]
    assert sorted(found) == sorted(site.anchor(part) for part in site.owners)
    assert len(found) > 500


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


def test_a_part_to_which_two_statements_lead_is_shown_once(kg: lalakg.KnowledgeGraph) -> None:
    page = pages_of(kg, [say("claim-f63", LALA + "about", "psg-f63")]).thing(ID + "claim-f63")
    assert page.count('id="psg-f63"') == 1
    assert page.count('href="#psg-f63"') >= 1


def test_classes_of_others_are_in_plain_words_in_lists_and_search(pages: Pages) -> None:
    site = pages.site
    titles = {words(heading) for heading in parsed(pages.things()).iter("h2")}
    assert {"character", "text position selector", "proper interval", "creative work"} <= titles
    kinds = {kind for _, _, kind, _ in search(site)}
    assert {"character", "concept", "dataset"} <= kinds
    assert not {word for word in titles | kinds if ":" in word}


HOSTILE = """</script><script>alert("1")</script><img src=x onerror=alert(2)> ' & ]]> {{ 7 * 7 }} \u202e"""


def test_hostile_words_stay_words(kg: lalakg.KnowledgeGraph) -> None:
    bad = ox.Literal(HOSTILE, language="en")
    extra = [
        say("ev-evil", RDF_TYPE.value, LALA + "Event"),
        say("ev-evil", RDFS_LABEL.value, bad),
        say("ev-evil", LALA + "inWorld", "w-story"),
        say("ev-evil", LALA + "gist", bad),
        say("ev-evil", LALA + "hasAgent", "mia-story"),
        say("ev-evil", LALA + "atPlace", "sebs"),
        say("ev-evil", WELL_KNOWN["schema"] + "sameAs", "javascript:alert(3)"),
    ]
    evil = pages_of(kg, extra)
    for page in (evil.thing(ID + "ev-evil"), evil.thing(ID + "mia-story"), evil.front(), evil.things()):
        tree = parsed(page)
        assert not list(tree.iter("img"))
        kinds = [script.get("type") for script in tree.iter("script")]
        assert set(kinds) <= {"application/ld+json"}
        links = [element.get("href") or "" for element in tree.iter() if element.get("href")]
        assert not [href for href in links if href.startswith("javascript:")]
        assert "{{ 7 * 7 }}" in "".join(tree.itertext()), "no template runs in a label"
    assert HOSTILE in "".join(parsed(evil.thing(ID + "ev-evil")).find(".//h1").itertext())  # type: ignore[union-attr]


def test_a_graph_without_worlds_or_claims_has_pages(kg: lalakg.KnowledgeGraph) -> None:
    triples = [
        say("a", RDFS_LABEL.value, ox.Literal("A")),
        say("a", "http://nowhere.example/p", "b"),
        say("b", ID + "p", "a"),
    ]
    bare = Pages(SiteContext(triples, kg.folder, kg.prefixes), kg.engine)
    parsed(bare.thing(ID + "a"))
    front = parsed(bare.front())
    assert len([a for a in front.iter("a") if a.get("href", "").startswith("query/")]) > 3, "questions all the same"
    assert not list(front.iter(SVG + "svg"))
    assert not bare.extra_pages


# ── a query ───────────────────────────────────────────────────────────────────────────────────────


def test_a_query_has_its_answer_on_its_page(pages: Pages) -> None:
    tree = parsed(pages.query(pages.site.folder.catalogue["which-divergences"]))
    rows = [[words(cell) for cell in row.iter("td")] for row in tree.iter("tr")][1:]
    kg = lalakg.load(pages.site.folder.root)
    assert rows == [[cell or "" for cell in row] for row in kg.query("which-divergences").cells()]  # type: ignore[attr-defined]


def test_a_querys_parameters_are_fields_with_their_defaults(pages: Pages) -> None:
    tree = parsed(pages.query(pages.site.folder.catalogue["who-claims"]))
    (field,) = [element for element in tree.iter("input") if element.get("data-type")]
    assert (field.get("name"), field.get("value"), field.get("data-type")) == ("about", "lkg:montage", "iri")


def test_the_text_of_a_query_is_on_its_page_unchanged(pages: Pages) -> None:
    for query in pages.site.queries:
        tree = parsed(pages.query(query))
        (code,) = [e for d in tree.iter("details") if d.get("class") == "source" for e in d.iter("code")]
        assert "".join(code.itertext()) == query.text


def test_the_text_of_a_query_stays_text(pages: Pages) -> None:
    query = pages.site.folder.catalogue["which-worlds"]
    evil = type(query)("evil", "explore", query.path, query.text + '# "</code></pre><script>alert(1)</script><!--"\n')
    tree = parsed(pages.query(evil))
    assert {e.get("type") for e in tree.iter("script")} == {"application/ld+json"}


def test_ones_own_question_can_be_asked_where_something_answers(kg: lalakg.KnowledgeGraph, pages: Pages) -> None:
    assert "new.html" not in pages.questions()
    assert "new.html" in pages_of(kg, endpoint="sparql").questions()
    assert "new.html" in pages_of(kg, scripts=["query.js"]).questions()


def test_the_catalogue_is_rdf_that_editors_find(kg: lalakg.KnowledgeGraph, pages: Pages) -> None:
    assert "schema:target" not in pages.catalogue(), "a folder of files answers no query"
    store = ox.Store()
    store.load(pages_of(kg, endpoint="sparql").catalogue(), format=ox.RdfFormat.TURTLE)
    found = store.query(
        """PREFIX sh: <http://www.w3.org/ns/shacl#> PREFIX schema: <https://schema.org/>
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        SELECT ?query ?text WHERE {
          ?query a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:prefixes/sh:declare/sh:prefix "lala" ;
            sh:select|sh:ask|sh:construct ?text ; schema:target ?endpoint .
          FILTER (LANG(?comment) = "en") }"""
    )
    texts = {str(row["query"].value).rpartition("/")[2]: row["text"].value for row in found}  # type: ignore[union-attr]
    assert texts == {query.name: query.text for query in pages.site.queries}


# ── the drawing ───────────────────────────────────────────────────────────────────────────────────


def test_the_front_page_begins_with_the_examples_of_the_data_set(pages: Pages) -> None:
    examples = pages.site.index.objects(pages.site.paths.dataset.iri, f"{WELL_KNOWN['void']}exampleResource")
    led_to = {a.get("href", "").removesuffix(".html") for a in parsed(pages.front()).iter("a")}
    assert len(examples) > 10
    assert {example.removeprefix(pages.site.paths.root) for example in examples} <= led_to


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


def test_the_skip_link_of_the_page_for_nothing_stays_on_it(pages: Pages) -> None:
    page = pages.not_found()
    assert 'href="404.html#main"' in page
    assert 'href="#' not in page


def test_what_others_have_named_is_not_ours_to_be_cited(pages: Pages) -> None:
    ours, theirs = pages.thing(ID + "mia"), pages.thing("https://schema.org/Person")
    for word in ('rel="cite-as"', "To cite it", '"subjectOf"'):
        assert word in ours
        assert word not in theirs


@pytest.mark.parametrize("name", ["index", "new"])
def test_a_query_cannot_take_the_place_of_a_page(small: Path, run: Command, tmp_path: Path, name: str) -> None:
    query = next((small / "queries").rglob("*.rq"))
    query.with_name(f"{name}.rq").write_text(query.read_text(encoding="utf-8"), encoding="utf-8")
    done = run("-C", small, "build", tmp_path / "site", "--site")
    assert done.status == 2
    assert f"{name}.rq: the site has a page {name} of its own there; rename the query." in done.err


def test_words_break_into_even_lines() -> None:
    assert wrap("Mia understands what place it is", 120, 13) == ["Mia understands", "what place it is"]
    assert wrap("a b c d e f g h", 8, 13, most=2)[-1].endswith("…")
    assert wrap("", 100, 13) == [""]
    assert all(len(line) <= 14 for line in wrap("x" * 60, 100, 13, most=9))


# ── the debate, where there is one ────────────────────────────────────────────────────────────────


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


def test_every_property_of_the_ontology_has_its_words_and_its_place(pages: Pages) -> None:
    index, showing = pages.site.index, pages.site.display.showing
    properties = [thing for thing in index.things if thing.startswith(LALA + "") and thing[len(LALA)].islower()]
    assert [name for name in properties if not showing(name).group] == []


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


def test_a_graph_that_no_page_draws_on_any_more_is_freed(kg: lalakg.KnowledgeGraph) -> None:
    pages = pages_of(kg)
    assert "S15 Counterparts both ways" in words(parsed(pages.thing(LALA + "counterpartOf")))
    assert pages.shapes()
    site = weakref.ref(pages.site)
    del pages
    gc.collect()
    assert site() is None
