"""The ready-made queries: their form, their answers in two engines, and what must not change an answer."""

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.plugins.sparql import prepareQuery

import lalakg
from lalakg._check.expected_answers import Expectation
from lalakg._folder.catalogue import Query
from lalakg._folder.derivation import derive
from lalakg._rdf.terms import RDF
from lalakg._sparql.engine import LocalEngine
from lalakg._sparql.results import Boolean, Result, Rows
from lalakg._sparql.service import service_addresses

KG = lalakg.load(Path(__file__).parents[2])
QUERIES = list(KG.catalogue.values())
LOCAL = [query for query in QUERIES if query.group != "wikidata"]  # the others have tests of their own
QUESTIONS = KG.catalogue.group("questions")
DEBATE = KG.catalogue.group("debate")
HYGIENE = KG.catalogue.group("hygiene")
PREFIXES = KG.prefixes


def each(queries: list[Query]) -> pytest.MarkDecorator:
    """One test a query, under the query's name."""
    return pytest.mark.parametrize("query", [pytest.param(query, id=query.name) for query in queries])


def code(query: Query) -> str:
    """The query without its header and without what stands in quotation marks or angle brackets."""
    return re.sub(r'"(?:[^"\\]|\\.)*"|<[^>]*>|^#.*$', "", query.text, flags=re.MULTILINE)


def patched(update: str) -> LocalEngine:
    """The complete graph with a change made to it, and nothing derived from the change."""
    engine = LocalEngine(KG.triples, PREFIXES, {})
    engine.store.update(update, prefixes=dict(PREFIXES))
    return engine


def rows(result: Result, *columns: str) -> list[list[str | None]]:
    assert isinstance(result, Rows)
    return result.cells(list(columns) or None)


@pytest.fixture(scope="module")
def graph() -> rdflib.Graph:
    return KG.to_rdflib()


# Form


def test_names_are_unique_over_all_folders() -> None:
    names = [path.stem for path in (KG.folder.root / "queries").glob("*/*.rq")]
    assert len(names) == len(set(names))
    assert set(KG.catalogue) <= set(names)


def test_the_questions_are_complete() -> None:
    assert [query.id for query in QUESTIONS] == [f"Q{number:02}" for number in range(1, 31)]
    assert sorted(query.id for query in DEBATE) == [f"Q{number}" for number in range(31, 31 + len(DEBATE))]
    assert all(query.expected_path.is_file() for query in [*QUESTIONS, *DEBATE])


@each(QUERIES)
def test_header(query: Query) -> None:
    assert re.match(r"#\+ summary: .*\?\"?\n#\+ description: ", query.text), "the first line is the question"
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", query.name)
    assert query.header.keys() <= {"summary", "description", "id", "severity", "tags", "parameters"}
    assert query.header["tags"]
    assert ("severity" in query.header) == (query.group == "hygiene")
    assert query.severity in ("violation", "warning")
    assert all(parameter.description.endswith(".") for parameter in query.parameters)


@each(LOCAL)
def test_defaults_stand_last(query: Query) -> None:
    """A store that does not look ahead must meet the defaults after every OPTIONAL."""
    defaults = re.findall(r"VALUES \?(\w+) \{[^}]*\}", code(query))
    assert defaults == [parameter.name for parameter in query.parameters]
    if defaults:
        assert re.search(r"\n(  VALUES \?\w+ \{ \S+ \}\n)+\}\n(GROUP BY.*\n)?(HAVING.*\n)?(ORDER BY.*\n)?$", query.text)


@each(LOCAL)
def test_portable(query: Query) -> None:
    text = code(query)
    assert not re.search(r"\b(GRAPH|SERVICE|MINUS|FROM|DESCRIBE)\b|\*\s*WHERE|\bLANG\([^()]*\) *=", text)
    assert not re.search(r"\([^()]*\|[^()|]*\)[+*]", text), "a path with + or * has one predicate"
    assert "ORDER BY" in text or query.form != "SELECT", "the order is total"


@each(QUERIES)
def test_style(query: Query) -> None:
    text = code(query)
    keywords = "select ask construct where filter optional union values bind exists not in order group by having as"
    words = re.findall(r"(?<![\w?:-])[A-Za-z]+(?![\w:-])", text)
    assert not {word for word in words if word.lower() in keywords.split() and not word.isupper()}
    prefixes = re.findall(r"^PREFIX (\w+):", query.text, re.MULTILINE)
    assert prefixes == sorted(set(re.findall(r"(?<![\w?])([a-z]+):[A-Za-z]", text)))
    assert not re.search(r"\t| $|^(  )* \S", query.text.partition("\n\n")[2], re.MULTILINE)


@each(LOCAL)
def test_parses_with_both_engines(query: Query) -> None:
    prepareQuery(query.text)
    KG.sparql(query.text)


# Answers


@each([*QUESTIONS, *DEBATE])
def test_answer(query: Query) -> None:
    expected = Expectation.read(query.expected_path)
    assert not expected.differences(KG.sparql(query.text))


@pytest.mark.slow
@each([*QUESTIONS, *DEBATE])
def test_answer_with_rdflib(query: Query, graph: rdflib.Graph) -> None:
    answer = graph.query(query.text).serialize(format="json")
    assert answer is not None
    assert not Expectation.read(query.expected_path).differences(Rows(answer, PREFIXES))


def test_what_is_ordered_at_sebs_and_nothing_else() -> None:
    """The chains of Q08 are the whole of what is known: no other pair of its events has an order."""
    expected = Expectation.read(KG.catalogue["what-happens-at-sebs"].expected_path)
    known = {pair for chain in expected.chains for pair in pairwise(chain)}
    while longer := {(a, d) for a, b in known for c, d in known if b == c} - known:
        known |= longer
    events = [str(row[0]) for row in expected.rows]
    answer = rows(KG.sparql("SELECT ?a ?b { ?a time:hasTime ?s . ?b time:hasTime ?t . ?s time:intervalBefore+ ?t }"))
    assert {(a, b) for a, b in answer if a in events and b in events} == known


@pytest.mark.parametrize(
    ("name", "values", "columns", "expected"),
    [
        ("what-happens-in-the-montage", {"world": "w-casablanca"}, ["event"], [["lkg:ev-rick"]]),
        ("whom-mia-marries", {"character": "seb"}, ["world", "spouse"], [["lkg:w-fantasy", "lkg:mia"]]),
        ("what-becomes-of-mia", {"character": "keith"}, ["state"], []),
        ("sebs-working-life", {"character": "mia", "source": "cnn-interview"}, ["state"], []),
        ("who-designed-the-logo", {"object": "song"}, ["character"], [["lkg:seb"]]),
        ("what-chazelle-holds", {"voice": "reviewer"}, ["claim"], [["lkg:claim-f105"], ["lkg:claim-f106"]]),
        ("what-the-reviewer-holds", {"voice": "chazelle"}, ["identified"], [["yes"]] * 5),
        ("where-is-the-evidence", {"claim": "claim-x02"}, ["passage"], [["lkg:psg-f45"], ["lkg:psg-f71"]]),
        ("who-claims", {"about": "div-keith"}, ["claim", "how"], [["lkg:claim-x01", "asserts"]]),
        ("does-the-couple-end-together", {"world": "w-fantasy"}, [], True),
    ],
)
def test_answer_to_other_values(name: str, values: dict[str, str], columns: list[str], expected: object) -> None:
    answer = KG.query(name, **values)
    assert (bool(answer) if isinstance(answer, Boolean) else rows(answer, *columns)) == expected


@each(KG.catalogue.group("explore"))
def test_explore_finds_something(query: Query) -> None:
    answer = KG.sparql(query.text)
    if isinstance(answer, Boolean):
        assert not answer, "the couple does not end together"
    else:
        assert len(answer)  # type: ignore[arg-type]


# Answers that would be wrong


def test_each_world_has_one_career_and_one_marriage() -> None:
    """What the world filter is for: nobody is a star here and a beginner there at once."""
    for name in ("what-becomes-of-mia", "whom-mia-marries"):
        worlds = [row["world"] for row in KG.query(name)]  # type: ignore[attr-defined]
        assert len(worlds) == len(set(worlds)) == 2
    careers = {(row[0], row[1]) for row in rows(KG.query("sebs-working-life"), "world", "state")}
    assert ("lkg:w-fantasy", "lkg:st-seb-owner") not in careers
    assert ("lkg:w-story", "lkg:st-f-seb-paris") not in careers


def test_without_the_world_the_answer_looks_wrong() -> None:
    said = rows(KG.query("forgot-the-world-filter"), "character", "what", "whom")
    assert {whom for who, what, whom in said if (who, what) == ("lkg:mia", "married to")} == {
        "Mia's husband",
        "Sebastian",
    }
    assert {"club owner", "club performer"} <= {what for who, what, _ in said if who == "lkg:seb"}


def test_a_world_that_nobody_inhabits_lacks_nobody() -> None:
    """One page supposes a further what-if, and peoples it with no version of anybody."""
    query = KG.catalogue["in-one-world-only"].text
    alone = rows(KG.sparql(query), "character", "missingFrom")
    assert alone == [
        ["lkg:band", "lkg:w-fantasy"],
        ["lkg:child", "lkg:w-story"],
        ["lkg:crowd", "lkg:w-fantasy"],
        ["lkg:husband", "lkg:w-fantasy"],
        ["lkg:mias-child", "lkg:w-fantasy"],
    ]
    peopled = patched("INSERT DATA { lkg:band-inner lala:versionOf lkg:band ; lala:inWorld lkg:w-inner }").query(query)
    assert [row for row in rows(peopled, "character", "missingFrom") if row[1] != "lkg:w-inner"] == alone[1:]


def test_what_all_others_contradict_has_no_other_voice_for_it() -> None:
    """The voice itself may say it twice; another that supports it, or stands where it stands, is one for it."""
    query = KG.catalogue["contradicted-by-all-others"].text
    for statement, claims in [
        ("lkg:claim-f89 lala:supports lkg:claim-f30", [["lkg:claim-f30"]]),
        ("lkg:claim-v12-2 lala:supports lkg:claim-f30", []),
        ("lkg:claim-f30 lala:takesPosition lkg:pos-d04-yes", []),
        ("lkg:claim-f30 lala:takesPosition lkg:pos-d01-carried-back", [["lkg:claim-f30"]]),
    ]:
        assert rows(patched(f"INSERT DATA {{ {statement} }}").query(query), "claim") == claims, statement


def test_who_made_another_film_is_no_maker_of_this_one() -> None:
    query = KG.catalogue["where-makers-stand"]
    answer = patched("INSERT DATA { lkg:slavoj-zizek lala:workedOn lkg:titanic }").query(query.text)
    assert not Expectation.read(query.expected_path).differences(answer)


def test_an_echo_is_counted_as_nobodys_interpretation() -> None:
    claim = "lkg:claim-f104"
    for name in ("what-chazelle-holds", "what-the-reviewer-holds"):
        assert [claim] not in rows(KG.query(name), "claim")
    total = sum(int(row[0] or 0) for row in rows(KG.query("whose-interpretations"), "interpretations"))
    counted = rows(KG.sparql("SELECT ?c { ?c a lala:Interpretation ; lala:reportedIn lkg:article }"))
    assert total == len(counted) == 18
    assert [claim] not in counted


@each(QUESTIONS)
def test_nothing_that_the_article_does_not_give(query: Query) -> None:
    """Surnames, the husband's name, the daughter, the seasons, the songs: known from the film, not from the source."""
    answer = KG.sparql(query.text).render("csv")
    foreign = "Dolan Wilder David Greg Lipton Messengers daughter winter spring summer autumn Epilogue Audition Theme"
    assert not re.search(rf"\b({foreign.replace(' ', '|')})\b", answer)


# A second source

SECOND_SOURCE = """
INSERT DATA {
  lkg:page a lala:Source ; rdfs:label "A page"@en .
  lkg:writer a lala:RealPerson ; rdfs:label "A writer"@en .
  lkg:tom a lala:RealPerson ; rdfs:label "Tom"@en .
  lkg:burbank a lala:RealPlace ; rdfs:label "Burbank"@en .
  lkg:sebs lala:locatedIn lkg:burbank .
  lkg:film schema:director lkg:writer .
  lkg:page-film a lala:Film ; rdfs:label "Another film"@en ; schema:director lkg:chazelle .
  lkg:husband lala:portrayedBy lkg:tom .
  lkg:girl a lala:Character ; rdfs:label "A girl"@en ; lala:appearsIn lkg:film .
  lkg:girl-story a lala:CharacterVersion ; rdfs:label "A girl"@en ; lala:versionOf lkg:girl ; lala:inWorld lkg:w-story .
  lkg:girl-page a lala:CharacterVersion ; rdfs:label "A girl"@en ; lala:versionOf lkg:girl ; lala:inWorld lkg:w-page ;
    lala:counterpartOf lkg:girl-story .
  lkg:mia-page a lala:CharacterVersion ; rdfs:label "Mia"@en ; lala:versionOf lkg:mia ; lala:inWorld lkg:w-page ;
    lala:counterpartOf lkg:mia-fantasy , lkg:mia-story .
  lkg:w-page a lala:FantasyWorld ; rdfs:label "A further what-if"@en ; lala:worldOf lkg:film ;
    lala:embeddedIn lkg:w-fantasy ; lala:branchesAt lkg:ev-f-kiss ; lala:hasEndState lkg:st-page .
  lkg:montage lala:presents lkg:w-page .
  lkg:st-page a lala:Status ; rdfs:label "Mia sings"@en ; lala:inWorld lkg:w-page ; lala:bearer lkg:mia-page ;
    lala:stateType lv:actress .
  lkg:st-page-club a lala:Status ; rdfs:label "They have a club"@en ; lala:inWorld lkg:w-story ;
    lala:bearer lkg:mia-story , lkg:seb-story ; lala:stateType lv:club-owner ; lala:atPlace lkg:sebs .
  lkg:w-story lala:hasEndState lkg:st-page-club , lkg:rel-page .
  lkg:rel-page a lala:Relationship ; rdfs:label "Another marriage"@en ; lala:inWorld lkg:w-story ;
    lala:relates lkg:mia-story , lkg:keith-story ; lala:stateType lv:marriage .
  lkg:em-page a lala:Emotion ; rdfs:label "Mia's joy"@en ; lala:inWorld lkg:w-story ; lala:bearer lkg:mia-story ;
    lala:towards lkg:seb-story ; lala:stateType lv:love .
  lkg:ev-part lala:terminates lkg:em-page .
  lkg:ev-page a lala:SpeechEvent ; rdfs:label "Mia speaks"@en ; lala:inWorld lkg:w-story ; lala:atPlace lkg:sebs ;
    lala:involvesObject lkg:logo ; lala:gist "Something."@en ; lala:hasAgent lkg:mia-story ;
    lala:hasAddressee lkg:seb-story .
  lkg:ev-ask lala:after lkg:ev-page .
  lkg:t-gap time:intervalAfter lkg:t-ev-page .
  lkg:ev-f-page a lala:Event ; rdfs:label "They sing"@en ; lala:inWorld lkg:w-fantasy ; lala:hasAgent lkg:mia-fantasy .
  lkg:ev-f-back lala:after lkg:ev-f-page .
  lkg:div-page a lala:Divergence ; rdfs:label "Another difference"@en ; lala:divergenceKind lv:substitution ;
    lala:baseWorld lkg:w-story ; lala:alternativeWorld lkg:w-fantasy ;
    lala:baseEntity lkg:ev-barge-past ; lala:alternativeEntity lkg:ev-f-page .
  lkg:div-page-jazz a lala:Divergence ; rdfs:label "No jazz"@en ; lala:divergenceKind lv:omission ;
    lala:baseWorld lkg:w-story ; lala:alternativeWorld lkg:w-fantasy ; lala:baseEntity lkg:st-seb-jazz .
  lkg:to-page a lala:TradeOff ; rdfs:label "Another price"@en ; lala:inWorld lkg:w-story , lkg:w-fantasy ;
    lala:gains lkg:rel-page ; lala:costs lkg:em-page .

  lkg:claim-p0 a lala:Interpretation ; lala:factId "P0" ; lala:claimText "All of it."@en ; lala:locator "p1 0-9" ;
    lala:about lkg:page , lkg:film , lkg:writer , lkg:page-film , lkg:chazelle , lkg:husband , lkg:tom , lkg:paris ,
      lkg:burbank , lkg:sebs , lkg:child , lkg:crowd , lkg:band , lkg:t-gap ;
    lala:asserts lkg:girl-story , lkg:girl-page , lkg:mia-page , lkg:w-page , lkg:st-page , lkg:st-page-club ,
      lkg:rel-page , lkg:em-page , lkg:ev-page , lkg:ev-f-page , lkg:div-page , lkg:div-page-jazz , lkg:to-page ,
      lkg:ev-design-logo , lkg:em-anxious , lkg:em-love-mia , lkg:div-kiss , lkg:div-keith , lkg:ev-join-keith ;
    lala:attributedTo lkg:writer ; lala:reportedIn lkg:page ;
    lala:basis lv:implied ; lala:certainty lv:asserted ; lala:category lv:interpretation .
  lkg:claim-y1 a lala:ClaimRelation ; lala:factId "Y1" ; lala:claimText "They agree."@en ;
    lala:relationSource lkg:claim-p0 ; lala:relationTarget lkg:claim-f63 ; lala:relationType lv:rel-supports ;
    lala:attributedTo lkg:curators ; lala:evidence lkg:psg-p0 , lkg:psg-f63 ;
    lala:basis lv:implied ; lala:certainty lv:asserted ; lala:category lv:interpretation .
  lkg:claim-y2 a lala:ClaimRelation ; lala:factId "Y2" ; lala:claimText "They differ."@en ;
    lala:relationSource lkg:claim-f09 ; lala:relationTarget lkg:claim-p0 ; lala:relationType lv:rel-contradicts ;
    lala:attributedTo lkg:curators ; lala:evidence lkg:psg-f09 ;
    lala:basis lv:implied ; lala:certainty lv:asserted ; lala:category lv:interpretation .
  lkg:claim-y3 a lala:Claim ; lala:factId "Y3" ; lala:claimText "The page implies it."@en ;
    lala:asserts lkg:ev-page , lkg:div-page ; lala:attributedTo lkg:curators ; lala:evidence lkg:psg-p0 ;
    lala:basis lv:implied ; lala:certainty lv:asserted ; lala:category lv:interpretation .
};
INSERT {
  ?copy ?property ?value ; lala:attributedTo ?voice , lkg:writer ; lala:locator ?place ; lala:reportedIn lkg:page .
}
WHERE {
  ?claim lala:reportedIn lkg:article ; lala:attributedTo ?voice ; lala:factId ?id ; lala:locator ?there ;
    ?property ?value .
  FILTER (?property NOT IN (lala:reportedIn, lala:attributedTo, lala:locator))
  BIND (IRI(CONCAT(STR(lkg:), "claim-p", ?id)) AS ?copy)
  BIND (4600 - xsd:integer(REPLACE(?there, "^p[0-9]+ ([0-9]+)-.*$", "$1")) AS ?end)
  BIND (CONCAT("p1 ", STR(?end - 1), "-", STR(?end)) AS ?place)
}
"""


@pytest.fixture(scope="module")
def second_source() -> LocalEngine:
    """The graph after a page told everything backwards, with its own worlds, spouses, clubs and prices."""
    authored = LocalEngine((t for d in KG.documents for t in d.triples), PREFIXES, {})
    authored.store.update(SECOND_SOURCE, prefixes=dict(PREFIXES))
    triples = [quad.triple for quad in authored.store]
    return LocalEngine([*triples, *derive(triples, KG.folder.rules)], PREFIXES, {})


@each(QUESTIONS)
def test_a_second_source_changes_no_default_answer(query: Query, second_source: LocalEngine) -> None:
    assert not Expectation.read(query.expected_path).differences(second_source.query(query.text))


def test_a_second_source_can_be_asked(second_source: LocalEngine) -> None:
    """The change is big enough to be seen: asked of the page, the questions are answered otherwise."""
    asked = [query for query in QUESTIONS if "source" in {parameter.name for parameter in query.parameters}]
    same = []
    for query in asked:
        answer = second_source.query(query.bind({"source": "page"}, PREFIXES, KG.base))
        same += [query.id] if not Expectation.read(query.expected_path).differences(answer) else []
    assert len(asked) == 28
    assert same == []


# Order


SINGLE = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?property {
  ?shape sh:path ?property ; ?limit ?value .
  FILTER ((?limit = sh:maxCount && ?value = 1) || (?limit = sh:uniqueLang && ?value = true))
}"""


@pytest.fixture(scope="module")
def ambiguous() -> LocalEngine:
    """The graph, in which each thing has a second value wherever shapes and SKOS allow one: that of its neighbour."""
    shapes = LocalEngine(KG.folder.shapes, PREFIXES, {})
    single = {str(row["property"]) for row in shapes.query(SINGLE)}  # type: ignore[attr-defined]  # it is a SELECT
    single |= {f"<{RDF}type>", f"<{PREFIXES['skos']}prefLabel>"}
    found: dict[str, list[ox.Triple]] = {}
    for triple in sorted(KG.triples, key=str):
        if str(triple.predicate) not in single:
            found.setdefault(str(triple.predicate), []).append(triple)
    more = (
        ox.Triple(one.subject, one.predicate, other.object)
        for triples in found.values()
        for one, other in zip(triples, triples[1:] + triples[:1], strict=True)
    )
    return LocalEngine([*KG.triples, *more], PREFIXES, {})


@each([query for query in QUERIES if query.form == "SELECT" and not service_addresses(query.text)])
def test_rows_have_one_order(query: Query, ambiguous: LocalEngine, second_source: LocalEngine) -> None:
    """No two rows agree in all that they are ordered by, so that no store is free to swap them."""
    keys = re.findall(r"\?(\w+)", query.text.rpartition("ORDER BY")[2])
    for engine in (KG.engine, second_source, ambiguous):
        answer = engine.query(query.text)
        assert isinstance(answer, Rows)
        places = Counter(tuple(str(row.get(key)) for key in keys) for row in answer)
        assert [place for place, number in places.items() if number > 1] == []


# Hygiene

FAULTS = {
    "blank-nodes": ("INSERT DATA { lkg:film lala:remark [ rdfs:label 'x'@en ] }", "lkg:film"),
    "claims-without-subject": ("DELETE WHERE { lkg:claim-f63 lala:about ?x }", "lkg:claim-f63"),
    "dangling-ids": ("INSERT DATA { lkg:ev-f-kiss lala:hasAgent lkg:mia-fantsy }", "lkg:mia-fantsy"),
    "deprecated-terms": ("INSERT DATA { lala:gist owl:deprecated true }", "lala:gist"),
    "duplicate-labels": ("INSERT DATA { lkg:mia rdfs:label 'Amelia'@en }", "lkg:mia"),
    "missing-definitions": ("DELETE WHERE { lv:love skos:definition ?text }", "lv:love"),
    "missing-labels": ("DELETE WHERE { lkg:mia rdfs:label ?label }", "lkg:mia"),
    "mistaken-namespaces": (
        "INSERT DATA { lkg:film <http://schema.org/name> 'x'@en }",
        "<http://schema.org/name>",
    ),
    "quoted-words-in-text": ("INSERT DATA { lkg:ev-ask lala:gist '“quoted words”'@en }", "lkg:ev-ask"),
    "self-links": ("INSERT DATA { lkg:mia-story lala:counterpartOf lkg:mia-story }", "lkg:mia-story"),
    "shared-labels": ("INSERT DATA { lkg:aim a lala:Character ; rdfs:label 'Mia'@en }", "lkg:aim"),
    "silent-voices": ("INSERT DATA { lkg:nobody a lala:Agent }", "lkg:nobody"),
    "subjects-outside-base": (
        "INSERT DATA { <http://www.wikidata.org/entity/Q65> rdfs:label 'L.A.'@en }",
        "wd:Q65",
    ),
    "story-things-identified": ("INSERT DATA { lkg:mia schema:sameAs wd:Q9000000101 }", "lkg:mia"),
    "text-without-language": ("INSERT DATA { lkg:mia rdfs:comment 'An actress.' }", "lkg:mia"),
    "twin-claims": (
        """INSERT { lkg:claim-f63a lala:claimText ?text ; lala:attributedTo ?voice ; lala:reportedIn ?source }
        WHERE { lkg:claim-f63 lala:claimText ?text ; lala:attributedTo ?voice ; lala:reportedIn ?source }""",
        "lkg:claim-f63",
    ),
    "undeclared-terms": ("INSERT DATA { lkg:ev-meet lala:hasPartcipant lkg:mia-story }", "lala:hasPartcipant"),
    "unmentioned-things": ("INSERT DATA { lkg:ev-daughter a lala:Event }", "lkg:ev-daughter"),
    "untidy-text": ("INSERT DATA { lkg:mia rdfs:comment 'An  actress.'@en }", "lkg:mia"),
    "untyped-things": ("DELETE WHERE { lkg:mia a ?class }", "lkg:mia"),
    "unused-schemes": ("INSERT DATA { lv:moods a skos:ConceptScheme }", "lv:moods"),
    "unused-passages": ("DELETE WHERE { ?claim lala:evidence lkg:psg-f64 }", "lkg:psg-f64"),
    "unused-terms": (
        "INSERT DATA { lala:Villain rdfs:isDefinedBy <https://w3id.org/lalakg/ontology> }",
        "lala:Villain",
    ),
    "wikidata-not-entity": (
        "INSERT DATA { lkg:paris schema:sameAs <https://www.wikidata.org/wiki/Q90> }",
        "lkg:paris",
    ),
}
MORE_FAULTS = [
    ("undeclared-terms", "INSERT DATA { lkg:hat a lala:Hat }", "lala:Hat"),
    ("undeclared-terms", "INSERT DATA { lkg:em-tears lala:stateType lv:grief }", "lv:grief"),
    ("missing-labels", "DELETE WHERE { lv:love skos:prefLabel ?label }", "lv:love"),
    ("missing-labels", "DELETE WHERE { lala:Event rdfs:label ?label }", "lala:Event"),
    ("duplicate-labels", "INSERT DATA { lv:love skos:prefLabel 'affection'@en }", "lv:love"),
    ("missing-definitions", "DELETE WHERE { lala:Event skos:definition ?text }", "lala:Event"),
    ("missing-definitions", "DELETE WHERE { lv:bases skos:definition ?text }", "lv:bases"),
    ("quoted-words-in-text", "INSERT DATA { lkg:mia rdfs:label 'the ‘fool’'@en }", "lkg:mia"),
    ("untidy-text", "INSERT DATA { lkg:mia rdfs:comment 'An actress. '@en }", "lkg:mia"),
    ("untidy-text", "INSERT DATA { lkg:mia rdfs:comment ''@en }", "lkg:mia"),
    ("wikidata-not-entity", "INSERT DATA { lkg:paris schema:sameAs <https://wikidata.org/entity/Q90> }", "lkg:paris"),
    ("story-things-identified", "INSERT DATA { lkg:sebs skos:closeMatch wd:Q9000000101 }", "lkg:sebs"),
    ("mistaken-namespaces", "INSERT DATA { lkg:mia a <https://www.w3.org/2002/07/owl#Thing> }", None),
]


def test_every_hygiene_query_has_a_fault_to_find() -> None:
    assert sorted(FAULTS) == sorted(query.name for query in HYGIENE)


@each(HYGIENE)
def test_the_graph_is_clean(query: Query) -> None:
    found = rows(KG.sparql(query.text))
    assert not found or query.severity == "warning"


@pytest.mark.parametrize(
    ("name", "update", "culprit"), [*((name, *fault) for name, fault in FAULTS.items()), *MORE_FAULTS]
)
def test_hygiene_catches_a_planted_fault(name: str, update: str, culprit: str | None) -> None:
    """The culprit stands in the first column, which is what reports show."""
    query = KG.catalogue[name].text
    before = rows(KG.sparql(query), "thing")
    new = [row[0] for row in rows(patched(update).query(query), "thing") if row not in before]
    assert new
    assert culprit is None or culprit in new
