"""Pages: a thing or a query as text, from any graph, whatever its labels hold."""

import gc
import json
import re
import weakref
from pathlib import Path

import pyoxigraph as ox
import pytest

import lalakg
from conftest import ROOT, Command
from lalakg._narrative.terms import LALA, LV
from lalakg._pages import Pages, SiteContext, SitePaths, link
from lalakg._pages.lists import search
from lalakg._rdf.terms import RDF_TYPE, RDFS_LABEL, WELL_KNOWN
from support.pages import ID, SVG, pages_of, parsed, say, words


@pytest.fixture(scope="module")
def pages() -> Pages:
    return pages_of(lalakg.load(ROOT))


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


def test_statements_follow_the_order_of_the_shapes(pages: Pages) -> None:
    found = [words(term) for term in parsed(pages.thing(ID + "ev-f-kiss")).iter("dt")]
    wanted = ["who does it", "characters", "where", "world", "in place of", "after"]
    assert [term for term in found if term in wanted][: len(wanted)] == wanted


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


def test_every_part_stands_once_on_one_page(pages: Pages) -> None:
    site = pages.site
    homes = {site.home(part) for part in site.owners}
    found = [a for home in homes for a in re.findall(r'class="part" id="([^"]*)"', pages.thing(home))]
    assert sorted(found) == sorted(site.anchor(part) for part in site.owners)
    assert len(found) > 500


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


# ── the whole ─────────────────────────────────────────────────────────────────────────────────────


def test_the_front_page_begins_with_the_examples_of_the_data_set(pages: Pages) -> None:
    examples = pages.site.index.objects(pages.site.paths.dataset.iri, f"{WELL_KNOWN['void']}exampleResource")
    led_to = {a.get("href", "").removesuffix(".html") for a in parsed(pages.front()).iter("a")}
    assert len(examples) > 10
    assert {example.removeprefix(pages.site.paths.root) for example in examples} <= led_to


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


def test_every_property_of_the_ontology_has_its_words_and_its_place(pages: Pages) -> None:
    index, showing = pages.site.index, pages.site.display.showing
    properties = [thing for thing in index.things if thing.startswith(LALA + "") and thing[len(LALA)].islower()]
    assert [name for name in properties if not showing(name).group] == []


def test_a_graph_that_no_page_draws_on_any_more_is_freed(kg: lalakg.KnowledgeGraph) -> None:
    pages = pages_of(kg)
    assert "S15 Counterparts both ways" in words(parsed(pages.thing(LALA + "counterpartOf")))
    assert pages.shapes()
    site = weakref.ref(pages.site)
    del pages
    gc.collect()
    assert site() is None
