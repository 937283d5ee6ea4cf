"""The fifteen places where an encoder of this story goes wrong, each with a test that would notice."""

import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pyoxigraph as ox
import pytest

import lalakg

DATA = Path(__file__).parents[2] / "data"
PREFIXES = {
    "lala": "https://w3id.org/lalakg/ontology#",
    "lkg": "https://w3id.org/lalakg/id/",
    "lv": "https://w3id.org/lalakg/vocab#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "time": "http://www.w3.org/2006/time#",
    "wd": "http://www.wikidata.org/entity/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
Find = Callable[[str], set[str]]


def short(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> str:
    """Write an IRI as a prefixed name and a literal as its text."""
    if not isinstance(term, ox.NamedNode):
        return term.value if isinstance(term, ox.Literal) else str(term)
    for prefix, namespace in PREFIXES.items():
        if term.value.startswith(namespace):
            return f"{prefix}:{term.value.removeprefix(namespace)}"
    return term.value


def values(store: ox.Store, pattern: str) -> set[str]:
    """Give what `?x` is bound to where the pattern matches."""
    answer = store.query(f"SELECT ?x WHERE {{ {pattern} }}", prefixes=PREFIXES)
    assert isinstance(answer, ox.QuerySolutions)
    return {short(row["x"]) for row in answer}


@pytest.fixture(scope="module")
def find(tmp_path_factory: pytest.TempPathFactory) -> Find:
    """Ask the graph of the article alone for the values of `?x`; what the debate adds to it, test_debate tells."""
    folder = tmp_path_factory.mktemp("article")
    (folder / "data").mkdir()
    for path in DATA.glob("*.ttl"):
        shutil.copy(path, folder / "data")
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in lalakg.load(folder).triples)
    return partial(values, store)


def test_trap_01_second_feature_is_only_claimed(find: Find) -> None:
    """The article miscounts the director's films: keep its claim, contradict it, store no position."""
    assert find("lkg:claim-f09 lala:attributedTo ?x") == {"lkg:article-author"}
    assert find("lkg:claim-f09 lala:reportedIn ?x") == {"lkg:article"}
    assert "second" in find("lkg:claim-f09 lala:claimText ?x").pop()
    assert find("?x lala:contradicts lkg:claim-f09") == {"lkg:claim-x03"}
    assert find("lkg:claim-x03 lala:basis ?x") == {"lv:external"}
    assert not find("?x schema:position ?position")


def test_trap_02_anxiety_is_not_fear(find: Find) -> None:
    """An adjective that can mean eager or afraid is typed as anxiety, with a note, and never as fear."""
    assert find("lkg:em-anxious lala:stateType ?x") == {"lv:anxiety"}
    assert len(find("lkg:em-anxious rdfs:comment ?x")) == 1
    assert not find("?state lala:stateType ?x FILTER (CONTAINS(LCASE(STR(?x)), 'fear'))")


def test_trap_03_nobody_dreams_alone(find: Find) -> None:
    """Both are carried back: the fantasy has two who live through it and no single dreamer."""
    assert find("lkg:w-fantasy lala:experiencedBy ?x") == {"lkg:mia-story", "lkg:seb-story"}
    assert find("lkg:ev-f-back lala:hasParticipant ?x") == {"lkg:mia-fantasy", "lkg:seb-fantasy"}
    assert find("lkg:w-fantasy ?x ?who . ?who a lala:CharacterVersion") == {"lala:experiencedBy"}


def test_trap_04_joining_keith_is_only_implied(find: Find) -> None:
    """Only the kiss replaces something in so many words; that Keith was ever accepted is an inference."""
    for node in ("lkg:ev-join-keith", "lkg:keith-story", "lkg:div-keith"):
        assert find(f"?x lala:asserts {node}") == {"lkg:claim-x01"}
    assert find("lkg:claim-x01 lala:basis ?x") == {"lv:implied"}
    assert find("lkg:claim-x01 lala:attributedTo ?x") == {"lkg:curators"}
    assert not find("lkg:claim-x01 lala:reportedIn ?x")
    assert find("lkg:claim-f67 lala:about ?x") == {"lkg:ev-f-refuse", "lkg:keith-fantasy"}
    assert find("lkg:claim-f63 lala:asserts ?x . ?x a lala:Divergence") == {"lkg:div-kiss"}
    assert find("lkg:claim-f63 lala:basis ?x") == {"lv:stated"}


def test_trap_05_a_list_is_no_chronology(find: Find) -> None:
    """The child is named before the wedding, which orders neither: no path in time joins them."""
    pair = "VALUES (?a ?b) { (lkg:ev-f-child lkg:ev-f-marry) (lkg:ev-f-marry lkg:ev-f-child) }"
    assert len(find("lkg:ev-f-child time:hasTime ?x")) == 1
    assert len(find("lkg:ev-f-marry time:hasTime ?x")) == 1
    assert not find(f"?a lala:after+ ?b . BIND (?a AS ?x) {pair}")
    assert not find(f"?a time:hasTime ?x . ?b time:hasTime ?t . ?x time:intervalBefore+ ?t {pair}")
    assert not find(f"?a time:hasTime ?s . ?b time:hasTime ?t . ?s ?x ?t {pair}")


def test_trap_06_silence_about_the_child_is_not_absence(find: Find) -> None:
    """The child exists in the montage; nothing says that the story world has, or lacks, one."""
    assert find("?x lala:versionOf lkg:child") == {"lkg:child-fantasy"}
    assert find("lkg:child-fantasy lala:inWorld ?x") == {"lkg:w-fantasy"}
    assert find("?x lala:stateType lv:parenthood") == {"lkg:rel-f-parents"}
    child = "VALUES ?c { lkg:child lkg:child-fantasy lkg:ev-f-child lkg:rel-f-parents }"
    assert not find(f"?x a lala:Divergence ; ?p ?c {child}")
    assert not find(f"?x lala:denies ?c {child}")


def test_trap_07_the_bar_has_neither_name_nor_owner(find: Find) -> None:
    """The bar of the montage corresponds to Seb's, where nobody owns it and it is not called that."""
    assert find("lkg:bar-f lala:counterpartOf ?x") == {"lkg:sebs"}
    assert find("lkg:bar-f lala:inWorld ?x") == {"lkg:w-fantasy"}
    assert not find("lkg:bar-f ?p ?x FILTER (?p != rdfs:comment && isLiteral(?x) && CONTAINS(?x, 'Seb'))")
    assert not find("?x lala:stateType lv:club-owner ; lala:inWorld lkg:w-fantasy")
    assert not find("?x a lala:State ; lala:atPlace lkg:bar-f")


def test_trap_08_the_pair_that_leaves(find: Find) -> None:
    """A bare pronoun leaves the club: it is read as the married pair, as stated, with the reading noted."""
    leaving = "lkg:ev-decide-leave"
    assert find(f"{leaving} lala:hasParticipant ?x") == {"lkg:mia-story", "lkg:husband-story"}
    assert find("lkg:claim-f78 lala:basis ?x") == {"lv:stated"}
    assert len(find("lkg:claim-f78 rdfs:comment ?x")) == 1


def test_trap_09_the_smile_has_no_owner(find: Find) -> None:
    """Whose sorrow and whose smile is open: both take part, in no particular role."""
    roles = find("lkg:ev-smile ?x ?who . ?who a lala:CharacterVersion")
    assert roles == {"lala:hasParticipant"}
    assert find("lkg:ev-smile lala:hasParticipant ?x") == {"lkg:mia-story", "lkg:seb-story"}
    assert not find("lkg:claim-f81 lala:about ?x . ?x a lala:Emotion")


def test_trap_10_casablanca_comes_from_outside(find: Find) -> None:
    """The other film is not named by the article: its title rests on an external claim alone."""
    assert find("?claim lala:about lkg:casablanca ; lala:basis ?x") == {"lv:external"}
    assert find("?x lala:about lkg:casablanca") == {"lkg:claim-x05"}
    assert find("?x lala:about lkg:ev-rick") == {"lkg:claim-f91", "lkg:claim-f92"}
    assert not find("lkg:claim-x05 lala:reportedIn ?x")
    assert not find("?x lala:reportedIn lkg:article ; lala:claimText ?t FILTER (CONTAINS(?t, 'Casablanca'))")


def test_trap_11_agreement_is_hedged(find: Find) -> None:
    """That two people agree is what the article thinks it sees; the curators see a limit instead."""
    assert find("?x lala:relationType lv:rel-echoes") == {"lkg:claim-f104"}
    assert find("lkg:claim-f104 lala:certainty ?x") == {"lv:hedged"}
    assert find("lkg:claim-f104 lala:attributedTo ?x") == {"lkg:article-author"}
    assert find("lkg:claim-f104 a ?x FILTER (?x = lala:Interpretation)") == set()
    assert find("lkg:claim-x07 lala:relationType ?x") == {"lv:rel-qualifies"}
    assert find("lkg:claim-x07 lala:attributedTo ?x") == {"lkg:curators"}
    for claim in ("lkg:claim-f104", "lkg:claim-x07"):
        assert find(f"{claim} lala:relationSource ?x") == {"lkg:claim-f105"}
        assert find(f"{claim} lala:relationTarget ?x") == {"lkg:claim-f99"}
    assert find("lkg:claim-f105 ?x lkg:claim-f99") == {"lala:echoes", "lala:qualifies"}


def test_trap_12_no_calendar_dates(find: Find) -> None:
    """Words such as 'this month' hang on an unstated date of writing: no date is made of them."""
    ours = "FILTER (STRSTARTS(STR(?s), STR(lkg:)))"
    types = "xsd:date, xsd:dateTime, xsd:gYear, xsd:gYearMonth"
    assert not find(f"?s ?p ?x FILTER (isLiteral(?x) && DATATYPE(?x) IN ({types})) {ours}")
    texts = find(f"?s ?p ?x FILTER (LANGMATCHES(LANG(?x), '*')) {ours}")
    assert not {text for text in texts if re.search(r"\b(19|20)\d\d\b", text)}
    for claim in ("lkg:claim-f07", "lkg:claim-f13", "lkg:claim-f111"):
        assert len(find(f"{claim} lala:claimText ?x")) == 1


def test_trap_13_one_paris_in_three_worlds(find: Find) -> None:
    """Plan, montage and the quoted film all speak of Paris: three worlds, one real city."""
    assert find("?x a lala:Place ; rdfs:label ?label FILTER (STR(?label) = 'Paris')") == {"lkg:paris"}
    assert find("?x schema:sameAs wd:Q90") == {"lkg:paris"}
    assert find("lkg:paris a ?x FILTER (?x = lala:RealPlace)") == {"lala:RealPlace"}
    assert not find("lkg:paris lala:inWorld ?x")
    claims = {"lkg:claim-f32", "lkg:claim-f69", "lkg:claim-f91", "lkg:claim-f94"}
    assert find("?x lala:about lkg:paris") == claims
    worlds = {"lkg:w-story", "lkg:w-fantasy", "lkg:w-casablanca"}
    assert find("?claim lala:about lkg:paris ; lala:aboutWorld ?x") == worlds


def test_trap_14_love_outlasts_the_couple(find: Find) -> None:
    """What is denied is the couple, what is affirmed is the love: two nodes, so no contradiction."""
    assert find("?x lala:denies lkg:rel-romance") == {"lkg:claim-f41", "lkg:claim-f109"}
    assert find("lkg:claim-f87 lala:about ?x") == {"lkg:rel-romance"}
    assert find("?event lala:terminates ?x") == {"lkg:rel-romance"}
    loves = {"lkg:em-love-mia", "lkg:em-love-seb"}
    assert find("?x a lala:Emotion ; lala:stateType lv:love") == loves
    for claim in ("lkg:claim-f86", "lkg:claim-f90", "lkg:claim-f101"):
        assert find(f"{claim} lala:about ?x") == loves
        assert not find(f"{claim} lala:contradicts ?x")
    assert not find("?claim lala:denies ?x FILTER (?x IN (lkg:em-love-mia, lkg:em-love-seb))")


def test_trap_15_the_picture_credit_is_read_off(find: Find) -> None:
    """Caption and credit run into one word, so the credit is implied while the caption is stated."""
    assert find("?x lala:about lkg:lionsgate") == {"lkg:claim-f03"}
    assert find("lkg:claim-f03 lala:basis ?x") == {"lv:implied"}
    assert find("lkg:claim-f02 lala:basis ?x") == {"lv:stated"}
    assert "Lionsgate" not in find("lkg:claim-f02 lala:claimText ?x").pop()
