"""Pages of a folder without a profile: things, lists and the ontology of any RDF, without a story's words."""

import json
import re

import html5rdf
import pyoxigraph as ox
import pytest

import lalakg
from lalakg._folder.profile import PLAIN
from lalakg._pages import Pages, SiteContext, documents
from lalakg._pages.presentation import Presentation
from lalakg._pages.views import Views
from lalakg._rdf.terms import RDF_TYPE, WELL_KNOWN

BASE = "https://example.org/boats/id/"
TERMS = "https://example.org/boats/terms#"

FILES = {
    "data/dataset.ttl": """
        PREFIX dcterms: <http://purl.org/dc/terms/>
        PREFIX void: <http://rdfs.org/ns/void#>
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        <https://example.org/boats/dataset> a void:Dataset ;
          rdfs:label "Boats"@en ;
          dcterms:title "Boats: of one harbour"@en ;
          dcterms:conformsTo <https://example.org/none> ;
          dcterms:identifier "boats" ;
          void:uriSpace "https://example.org/boats/id/" .
    """,
    "data/boats.ttl": """
        PREFIX b: <https://example.org/boats/id/>
        PREFIX t: <https://example.org/boats/terms#>
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        b:anna a t:Boat ; rdfs:label "Anna"@en , "Ännchen"@de ; rdfs:comment "A cutter."@en ;
          skos:definition "Ein Kutter."@de ; t:ownedBy b:marie ; t:moored [ rdfs:label "a berth" ] .
        b:berta a t:Boat ; rdfs:label "Berta" ; t:ownedBy b:marie .
        b:marie a t:Person ; rdfs:label "Marie" .
    """,
    "ontology/lala.ttl": """
        PREFIX t: <https://example.org/boats/terms#>
        PREFIX dcterms: <http://purl.org/dc/terms/>
        PREFIX owl: <http://www.w3.org/2002/07/owl#>
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        <https://example.org/boats/terms> a owl:Ontology ; dcterms:description "Words for boats."@en .
        t:Boat a owl:Class ; rdfs:label "boat"@en ; rdfs:comment "What floats."@en .
        t:Person a owl:Class ; rdfs:label "person"@en .
        t:ownedBy a owl:ObjectProperty ; rdfs:label "owned by"@en .
        t:moored a owl:ObjectProperty ; rdfs:label "moored at"@en .
    """,
    "ontology/vocab.ttl": "",
    "ontology/shapes.ttl": """
        PREFIX sh: <http://www.w3.org/ns/shacl#>
        PREFIX t: <https://example.org/boats/terms#>
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        t:BoatShape a sh:NodeShape ; sh:targetClass t:Boat ; rdfs:label "Boats are owned" .
    """,
    "ontology/context.jsonld": '{"@context": {}}',
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    root = tmp_path_factory.mktemp("boats")
    for name, text in FILES.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    for group in ("explore", "wikidata", "hygiene"):
        (root / "queries" / group).mkdir(parents=True)
    kg = lalakg.load(root)
    return Pages(SiteContext(kg.triples, kg.folder, kg.prefixes), kg.engine)


def words(page: str) -> str:
    """The text of a page, which must be valid HTML."""
    tree = html5rdf.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    return " ".join(" ".join(tree.find("body").itertext()).split())


def test_a_data_set_that_names_no_known_profile_has_the_general_views(pages: Pages) -> None:
    assert pages.site.folder.profile is PLAIN
    assert type(pages.site.presentation) is Presentation
    assert type(pages.views) is Views


def test_every_page_is_valid_and_says_nothing_of_a_story(pages: Pages) -> None:
    made = documents(pages)
    assert {"id/anna.html", "id/marie.ttl", "things.html", "ontology/index.html", "ontology/Boat.html"} <= made.keys()
    for path, make in made.items():
        if path.endswith(".html"):
            found = words(make())
            assert not re.search(
                r"(?i)\b(story|stories|worlds?|claims?|debate|film|passages?|on whose word)\b", found
            ), path


def test_a_thing_has_its_statements_its_neighbours_and_what_points_to_it(pages: Pages) -> None:
    page = words(pages.thing(BASE + "marie"))
    assert "person" in page
    assert "What points here is “owned by” of Anna Berta" in page


def test_what_is_said_in_other_languages_is_on_the_page_too(pages: Pages) -> None:
    page = pages.thing(BASE + "anna")
    assert "<h1>Anna</h1>" in page
    assert '<span lang="de">Ännchen</span>' in page
    assert "A cutter." in page
    assert '<span lang="de">Ein Kutter.</span>' in page


def test_terms_have_pages_beside_the_page_of_their_ontology(pages: Pages) -> None:
    assert pages.site.path(TERMS + "Boat") == "ontology/Boat"
    assert pages.site.path(TERMS[:-1]) == "ontology/index"
    overview = words(pages.ontology())
    assert "Words for boats." in overview
    assert "What floats." in overview
    assert "Boats are owned" in words(pages.thing(TERMS + "Boat"))


def test_the_front_page_counts_and_leads_to_one_thing_of_each_class(pages: Pages) -> None:
    front = words(pages.front())
    assert "3 things" in front
    assert "boat Anna A cutter." in front
    assert "person Marie" in front


def test_schema_org_has_what_any_rdf_says(pages: Pages) -> None:
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', pages.thing(BASE + "berta"))
    assert json.loads(script)["@type"] == "Thing"


def test_two_ontologies_never_have_their_terms_on_one_page(pages: Pages) -> None:
    other = "https://example.org/other/"
    triples = [
        ox.Triple(ox.NamedNode(iri), RDF_TYPE, ox.NamedNode(WELL_KNOWN["owl"] + kind))
        for iri, kind in ((other, "Ontology"), (other + "Boat", "Class"))
    ]
    given = lalakg.load(pages.site.folder.root).triples
    site = SiteContext([*given, *triples], pages.site.folder, {**pages.site.prefixes, "o": other})
    assert list(site.ontologies) == [TERMS, other]
    assert [site.path(iri) for iri in (TERMS + "Boat", other + "Boat")] == ["ontology/Boat", "other/o/Boat"]
    assert site.is_own(other + "Boat")
