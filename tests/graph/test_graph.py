"""A knowledge graph: complete, read from where it is fresh, and asked by name."""

from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib

import lalakg
from conftest import ROOT, copy_of_the_film
from lalakg._errors import InvalidValue, ParseError, ResourceNotFound, UnknownParameter, UnknownQuery, nearest
from lalakg._folder.derivation import derive
from lalakg._sparql.results import Boolean, Graph, Rows

ID = "https://w3id.org/lalakg/id/"


def test_the_published_graph_is_what_the_rules_derive(kg: lalakg.KnowledgeGraph) -> None:
    """A fast path is only fast: its answer equals the reference's."""
    assert kg.folder.is_fresh()
    assert set(kg.triples) == {*(t for d in kg.documents for t in d.triples), *kg.derived}
    assert len(kg.triples) == len(set(kg.triples))


def test_deriving_again_gives_nothing_new(kg: lalakg.KnowledgeGraph) -> None:
    assert derive(kg.triples, kg.folder.rules) == []


def test_derived_and_authored_are_kept_apart(kg: lalakg.KnowledgeGraph) -> None:
    assert set(kg.derived) & {t for d in kg.documents for t in d.triples} == set()


def test_nothing_published_is_a_blank_node(kg: lalakg.KnowledgeGraph) -> None:
    assert not [t for t in kg.triples if ox.BlankNode in (type(t.subject), type(t.object))]


def test_a_fresh_graph_is_loaded_without_reading_what_authors_wrote(folder: Path) -> None:
    kg = lalakg.load(folder)
    answer = kg.query("who-plays-whom")
    assert isinstance(answer, Rows)
    assert len(answer) == 3
    assert not {"documents", "derived"} & set(vars(kg))


def test_an_edited_file_is_derived_anew(folder: Path) -> None:
    path = folder / "data/characters.ttl"
    path.write_text(path.read_text("utf-8").replace('"Keith"@en', '"Keith the bandleader"@en'), encoding="utf-8")
    assert '"Keith the bandleader"' not in (folder / "data/published/lalakg.ttl").read_text("utf-8")
    assert "Keith the bandleader" in lalakg.load(folder).query("who-plays-whom").render("csv")


def test_a_new_fact_has_its_consequences(folder: Path) -> None:
    """One block is written; the passage, the interval and the superclass come by themselves."""
    (folder / "data/more.ttl").write_text(
        """@prefix lala: <https://w3id.org/lalakg/ontology#> .
@prefix lkg: <https://w3id.org/lalakg/id/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
lkg:claim-f999 a lala:Interpretation ; lala:claimText "A text."@en ; lala:reportedIn lkg:article ; lala:locator "p1" .
lkg:ev-new a lala:SpeechEvent ; rdfs:label "something new"@en ; lala:inWorld lkg:w-story ; lala:after lkg:ev-ask ;
  lala:hasAgent lkg:mia-story .
""",
        encoding="utf-8",
    )
    kg = lalakg.load(folder)
    assert kg.sparql(
        """ASK {
      lkg:claim-f999 a lala:Claim ; lala:evidence lkg:psg-f999 ; rdfs:label ?text .
      lkg:psg-f999 a lala:Passage ; oa:hasSource lkg:article ; lala:paragraph 1 .
      lkg:ev-new a lala:Event ; time:hasTime lkg:t-ev-new ; lala:hasParticipant lkg:mia-story ;
        lala:involvesCharacter lkg:mia .
      lkg:t-ev-ask time:intervalBefore lkg:t-ev-new .
    }"""
    )


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("SELECT * { ?s ?p ?o }", 1, "a rule is a CONSTRUCT query"),
        ("CONSTRUCT { ?s ?p ?o }\nWHERE {\n  ?s ?p }", 3, "this is not valid SPARQL"),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(<http://e/f>(?o)) }", 1, "the rule failed"),
    ],
)
def test_a_bad_rule_is_an_error_with_its_line(folder: Path, text: str, line: int, words: str) -> None:
    (folder / "ontology/rules/mine.rq").write_text(text, encoding="utf-8")
    with pytest.raises(ParseError, match=words) as raised:
        _ = lalakg.load(folder).triples
    assert (raised.value.path.name, raised.value.line) == ("mine.rq", line)
    assert len(str(raised.value)) < 400


def test_the_order_in_which_files_are_read_does_not_matter(tmp_path: Path) -> None:
    one, two = copy_of_the_film(tmp_path / "one"), copy_of_the_film(tmp_path / "two")
    (one / "data/film.ttl").rename(one / "data/z-film.ttl")
    (two / "data/story.ttl").rename(two / "data/aaa-story.ttl")
    (two / "data/claims.ttl").rename(two / "data/zzz-claims.ttl")
    assert lalakg.load(one).triples == lalakg.load(two).triples


# Asking


def test_every_form_of_query(kg: lalakg.KnowledgeGraph) -> None:
    assert isinstance(kg.sparql("SELECT ?film WHERE { ?film a lala:Film }"), Rows)
    assert isinstance(kg.sparql("ASK { lkg:film a lala:Film }"), Boolean)
    assert isinstance(kg.sparql("CONSTRUCT WHERE { lkg:film a ?type }"), Graph)
    assert isinstance(kg.sparql("DESCRIBE lkg:film"), Graph)


def test_parameters_are_names_addresses_or_lists(kg: lalakg.KnowledgeGraph) -> None:
    by_name = kg.query("who-claims", about="lkg:div-kiss")
    assert isinstance(by_name, Rows)
    assert len(by_name) > 0
    assert by_name == kg.query("who-claims", about=f"{ID}div-kiss") == kg.query("who-claims", about="div-kiss")
    both = kg.query("who-claims", about=["lkg:div-kiss", "lkg:div-club"])
    assert isinstance(both, Rows)
    assert len(both) > len(by_name)


def test_unknown_names_and_wrong_values(kg: lalakg.KnowledgeGraph) -> None:
    with pytest.raises(UnknownQuery, match="Did you mean who-claims"):
        kg.query("who-claim")
    with pytest.raises(UnknownParameter, match="Did you mean about"):
        kg.query("who-claims", abuot="lkg:div-kiss")
    with pytest.raises(InvalidValue, match="the prefix nope: is not declared"):
        kg.query("who-claims", about="nope:div-kiss")


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ("montge", "about takes an IRI or a name, and nothing is called montge. Did you mean montage"),
        ("lkg:montge", "Did you mean montage"),
        (f"{ID}montge", "Did you mean montage"),
        (ox.NamedNode(f"{ID}montge"), "Did you mean montage"),
        ("Mia (stroy)", "Did you mean Mia (story)"),
        (["montage", "montge"], "nothing is called montge"),
        ("lala:Evnt", "Did you mean lala:Event"),
        ("lv:lov", "Did you mean lv:love"),
        (5, "nothing is called 5"),
        (None, "about takes an IRI or a name, not None"),
        (True, "about takes an IRI or a name, not True"),
        ([None], "about takes an IRI or a name, not None"),
    ],
)
def test_a_value_that_names_nothing_is_no_empty_answer(kg: lalakg.KnowledgeGraph, about: Any, words: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        kg.query("who-claims", about=about)
    assert words in str(raised.value)


def test_a_parameter_takes_a_label(kg: lalakg.KnowledgeGraph) -> None:
    assert kg.query("who-claims", about="seb's") == kg.query("who-claims", about="sebs")


@pytest.mark.parametrize("about", ["wd:Q1", "https://example.org/id/montge", "<urn:x>", "lv:stated", "lala:Event"])
def test_names_of_others_and_of_the_vocabularies_may_be_asked_for(kg: lalakg.KnowledgeGraph, about: str) -> None:
    assert len(kg.query("who-claims", about=about)) == 0


def test_what_only_other_data_names_may_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / "more.ttl").write_text(f"<urn:claim> <urn:about> <{ID}sequel> .", encoding="utf-8")
    kg = lalakg.load(ROOT)
    with pytest.raises(InvalidValue, match="nothing is called sequel"):
        kg.query("who-claims", about="sequel")
    kg.add(tmp_path / "more.ttl")
    assert len(kg.query("who-claims", about="sequel")) == 0


def test_a_name_known_to_the_graph_is_not_looked_for_in_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    kg = lalakg.load(ROOT)
    monkeypatch.setattr(type(kg), "triples", property(lambda _: pytest.fail("every triple was read")))
    assert len(kg.query("who-claims", about="mia")) > 0
    assert kg.describe("mia").label == "Mia"


FILE = """\
#+ summary: What is called so?
#+ parameters:
#+   - {name: thing, type: iri}
SELECT ?label WHERE { ?thing rdfs:label ?label VALUES ?thing { lkg:mia } }
"""


def test_a_file_s_query_has_parameters_as_a_ready_made_one(kg: lalakg.KnowledgeGraph, tmp_path: Path) -> None:
    path = tmp_path / "mine.rq"
    path.write_text(FILE, encoding="utf-8-sig")
    assert kg.query(path).rows[0]["label"].value == "Mia"
    assert kg.query(path, thing="seb").rows[0]["label"].value == "Sebastian"
    with pytest.raises(UnknownParameter, match=r"mine has no parameter thin\. It has thing\."):
        kg.query(path, thin="seb")
    path.write_text("SELECT ?x WHERE { ?x a lala:Film }", encoding="utf-8")
    assert len(kg.query(path)) > 0
    with pytest.raises(ParseError, match="begins with its question"):
        kg.query(path, thing="seb")


def test_what_is_not_sparql_is_told_with_its_file(kg: lalakg.KnowledgeGraph, tmp_path: Path) -> None:
    path = tmp_path / "mine.rq"
    path.write_text(FILE.replace("?thing rdfs:label", "?thing nope:label"), encoding="utf-8")
    with pytest.raises(ParseError, match="the prefix nope: is not declared") as raised:
        kg.query(path)
    assert (raised.value.path, raised.value.line, raised.value.column) == (path, 4, 30)


@pytest.mark.parametrize("name", ["name", "self", "values"])
def test_a_parameter_may_bear_any_name(kg: lalakg.KnowledgeGraph, name: str) -> None:
    with pytest.raises(UnknownParameter, match=f"no parameter {name}"):
        kg.query("who-claims", **{name: "x"})


@pytest.mark.parametrize(
    "name", ["ev-f-kiss", "lkg:ev-f-kiss", f"{ID}ev-f-kiss", f"<{ID}ev-f-kiss>", "mia AND seb kiss"]
)
def test_a_thing_is_found_by_name_address_or_label(kg: lalakg.KnowledgeGraph, name: str) -> None:
    assert kg.resolve(name) == ox.NamedNode(f"{ID}ev-f-kiss")


def test_a_short_name_comes_before_a_label(kg: lalakg.KnowledgeGraph) -> None:
    assert kg.resolve("film") == ox.NamedNode(f"{ID}film")
    assert kg.resolve("Sebastian") == ox.NamedNode(f"{ID}seb")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ev-f-kis", "nothing is called ev-f-kis. Did you mean ev-f-kiss"),
        ("lkg:ev-f-kis", "Did you mean ev-f-kiss"),
        ("Sebastien", "Did you mean Sebastian"),
        ("nope:x", "the prefix nope: is not declared"),
        ("a b c d e f", "nothing is called a b c d e f."),
        ("", "nothing is called ''"),
    ],
)
def test_what_is_not_there_is_answered_with_the_nearest_names(kg: lalakg.KnowledgeGraph, name: str, words: str) -> None:
    with pytest.raises(ResourceNotFound) as raised:
        kg.resolve(name)
    assert words in str(raised.value)


def test_rdflib_gets_the_same_triples(kg: lalakg.KnowledgeGraph) -> None:
    graph = kg.to_rdflib()
    assert len(graph) == len(kg.triples)
    assert (
        rdflib.URIRef(f"{ID}film"),
        rdflib.RDF.type,
        rdflib.URIRef("https://w3id.org/lalakg/ontology#Film"),
    ) in graph
    assert dict(graph.namespaces())["lkg"] == rdflib.URIRef(ID)


def test_a_graph_says_what_it_is(kg: lalakg.KnowledgeGraph) -> None:
    assert repr(kg) == f"<KnowledgeGraph https://w3id.org/lalakg/dataset in {ROOT}>"
    assert kg.base == ID


def test_a_name_is_offered_once() -> None:
    assert nearest("filmm", ["film", "film"]) == " Did you mean film?"
