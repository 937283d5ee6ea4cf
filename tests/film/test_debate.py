"""The debate: many voices on one ending, added to the article's graph without touching what that says."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

import lalakg
from lalakg._sparql.results import Rows

ROOT = Path(__file__).parents[2]
KG = lalakg.load(ROOT)
LALA = "https://w3id.org/lalakg/ontology#"
ADDED = {"answers", "contradicts", "sameUtteranceAs", "takesPosition"}  # what others add to the article's own things


def ask(pattern: str, *columns: str) -> list[tuple[str | None, ...]]:
    """The distinct values of some variables where a pattern matches."""
    names = " ".join(f"?{column}" for column in columns)
    answer = KG.sparql(f"SELECT DISTINCT {names} WHERE {{ {pattern} }} ORDER BY {names}")
    assert isinstance(answer, Rows)
    return [tuple(row) for row in answer.cells(list(columns))]


def find(pattern: str) -> set[str | None]:
    """What `?x` is bound to where a pattern matches."""
    return {row[0] for row in ask(pattern, "x")}


@pytest.fixture(scope="module")
def article(tmp_path_factory: pytest.TempPathFactory) -> lalakg.KnowledgeGraph:
    """The graph of the article alone."""
    folder = tmp_path_factory.mktemp("article")
    shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns("debate", "published"))
    return lalakg.load(folder)


# What stands, stands


def test_the_article_s_graph_stands_on_its_own(article: lalakg.KnowledgeGraph) -> None:
    assert lalakg.check(article).conforms
    assert set(article.triples) <= set(KG.triples)


def test_the_debate_says_nothing_new_of_what_the_article_tells(article: lalakg.KnowledgeGraph) -> None:
    """Claims may take positions and be contradicted; no event, feeling or person of the article's gains a statement."""
    known = {triple.subject for triple in article.triples}
    added = [t for t in set(KG.triples) - set(article.triples) if t.subject in known]
    assert {t.predicate.value.removeprefix(LALA) for t in added} == ADDED
    claims = {t.subject for t in article.triples if t.object == ox.NamedNode(f"{LALA}Claim")}
    assert {t.subject for t in added} <= claims


def test_a_rival_reading_is_no_second_value() -> None:
    assert find("lkg:w-fantasy lala:experiencedBy ?x") == {"lkg:mia-story", "lkg:seb-story"}
    assert find("lkg:w-fantasy lala:branchesAt ?x") == {"lkg:ev-barge-past"}
    proposed = find("?p lala:positionOn lkg:d01 ; lala:proposes ?x")
    assert proposed == {"lkg:mia-story", "lkg:seb-story", "lkg:film"}
    assert "lkg:ev-overhear" in find("?p lala:positionOn lkg:d10 ; lala:proposes ?x")


def test_the_two_children_are_not_confused() -> None:
    """Other voices give Mia a child in the story; the article tells of the montage's only, and no page equates them."""
    assert find("?x lala:asserts lkg:child-story ; lala:reportedIn lkg:article") == set()
    voices = find("?c lala:asserts lkg:child-story ; lala:attributedTo ?x")
    assert len(voices) == 9
    assert find("lkg:child-story lala:counterpartOf ?x") == set()
    assert find("lkg:child-story lala:versionOf ?x") != find("lkg:child-fantasy lala:versionOf ?x")
    assert find("?d a lala:Divergence ; ?p ?x . FILTER (?x IN (lkg:child-story, lkg:rel-parents))") == set()


def test_the_inner_what_if_is_only_supposed() -> None:
    assert ask("?c lala:asserts lkg:w-inner ; lala:certainty ?certainty", "c", "certainty") == [
        ("lkg:claim-v22-2", "lv:hedged")
    ]
    assert find("lkg:w-inner lala:embeddedIn ?x") == {"lkg:w-fantasy"}
    assert find("lkg:w-inner lala:branchesAt ?x") == set()


def test_what_pages_state_rests_on_no_inference() -> None:
    """That the story has a Keith to join, the article implies and others state; how the worlds differ, nobody."""
    implied = KG.query("only-implied")
    assert isinstance(implied, Rows)
    assert implied.cells(["thing"]) == [["lkg:div-keith"], ["lkg:div-spouse"]]


# All of it is there


def test_forty_voices_fifteen_questions_and_their_relations() -> None:
    claims = Counter(str(row[0])[:7] for row in ask('?x a lala:Claim ; lala:factId ?id FILTER (REGEX(?id, "^V"))', "x"))
    assert claims == {"lkg:cla": 174}
    core = find('?c lala:factId ?x FILTER (REGEX(?x, "^V([01][0-9]|20)"))')
    assert len(core) == 103
    assert len(find("?c lala:reportedIn ?x . FILTER (REGEX(STR(?x), '/v[0-9]+$'))")) == 40
    assert find("?x a lala:DebateQuestion") == {f"lkg:d{number:02}" for number in range(1, 16)}
    assert find("?x a lala:FactQuestion") == {*(f"lkg:fa{number:02}" for number in range(1, 24)), "lkg:k02"}
    relations = ask("?x a lala:ClaimRelation ; lala:factId ?id ; lala:confidence ?confidence", "id", "confidence")
    assert [str(row[0]) for row in relations] == sorted(f"L{number:02}" for number in range(1, 114))
    assert all(0 < float(str(row[1])) <= 1 for row in relations)


def test_every_fact_but_a_detail_has_two_sources() -> None:
    """FA17 is told in two details by two pages; K02 is a slip of one page."""
    told = ask("?q a lala:FactQuestion . ?c lala:answers ?q ; lala:reportedIn ?source", "q", "source")
    assert {question for question, count in Counter(row[0] for row in told).items() if count < 2} == set()


def test_who_is_unnamed_stays_so_and_has_one_claim_at_least() -> None:
    unnamed = find("?x a lala:UnnamedAgent")
    assert "lkg:v09-writer" in unnamed
    assert unnamed <= find("?c lala:attributedTo ?x")


def test_pages_are_read_on_a_day_and_located_by_few_words() -> None:
    assert find("?x schema:url ?u FILTER NOT EXISTS { ?x lala:accessed ?day }") == set()
    for (locator,) in ask("?c lala:locator ?x ; lala:reportedIn ?s . ?s schema:url ?u", "x"):
        ends = str(locator).removeprefix("#:~:text=").split(",")
        assert len(ends) <= 2
        assert all(len(end.split("%20")) <= 3 for end in ends)


def test_every_claim_of_a_numbered_voice_has_its_passage() -> None:
    assert find('?x lala:factId ?id FILTER (REGEX(?id, "^V")) FILTER NOT EXISTS { ?x lala:evidence ?p }') == set()


# Cautions


def test_one_speaker_behind_many_sources_is_one_voice() -> None:
    sources = find("?c lala:attributedTo lkg:chazelle ; lala:reportedIn ?x")
    assert sources == {"lkg:article", *(f"lkg:v{number:02}" for number in (1, 3, 4, 5, 6, 9, 36))}
    assert find("?c lala:reportedIn lkg:s01 ; lala:attributedTo ?x") == {"lkg:gradesaver"}
    assert find("?c lala:reportedIn lkg:v33 ; lala:attributedTo ?x") == {"lkg:gradesaver"}


def test_what_the_article_quotes_does_not_support_it() -> None:
    assert find("lkg:claim-f99 lala:sameUtteranceAs ?x") == {"lkg:claim-v01-1"}
    assert find("?c lala:primarySource ?x . FILTER (?c IN (lkg:claim-f99, lkg:claim-v01-1))") == {"lkg:cnn-interview"}
    assert find("?r lala:relationSource lkg:claim-v01-1 ; lala:relationTarget ?x") == set()


def test_makers_can_be_told_from_others() -> None:
    makers = find("?c lala:attributedTo ?x . ?x lala:workedOn lkg:film")
    assert makers == {f"lkg:{n}" for n in ("chazelle", "emma-stone", "fred-berger", "justin-hurwitz", "mandy-moore")}


def test_who_reports_a_view_does_not_hold_it() -> None:
    assert find("lkg:claim-v17-6 lala:attributedTo ?x") == {"lkg:film-daily"}
    assert find("lkg:claim-v28-1 lala:attributedTo ?x") == {"lkg:v28-others"}
    assert find("?r lala:relationTarget lkg:claim-v17-6 ; lala:attributedTo ?x") == {"lkg:v17-writer"}
    assert find("lkg:claim-v07-5 lala:certainty ?x") == {"lv:hedged"}


def test_what_a_source_draws_itself_is_not_the_curators() -> None:
    own = find('?r lala:factId ?x ; lala:reportedIn ?s FILTER (REGEX(?x, "^L"))')
    assert own == {f"L{number}" for number in (49, 50, 58, 59, 61, 62, 63, 71, 77, 81, 107)}


# Other values


@pytest.mark.parametrize(
    ("name", "values", "columns", "expected"),
    [
        ("how-a-question-divides", {"question": "d11"}, ["position", "voices"], ["yes 4", "better 1", "motive 1"]),
        ("how-a-question-divides", {"question": "d15"}, ["position", "voices"], ["single 2", "nested 1", "turned 1"]),
        ("who-holds-that", {"position": "pos-d01-neither"}, ["voice"], ["v19-writer", "v19-writer"]),
        ("who-has-a-child", {"character": "seb"}, ["world", "source"], ["w-fantasy article"]),
        ("confirmed-by-strangers", {"source": "v05"}, ["claim"], []),
        ("what-a-voice-holds", {"voice": "film-daily"}, ["claim", "source", "primary"], ["claim-v17-6 v17 v17-page"]),
        (
            "positions-by-kind-of-source",
            {"question": "fa01"},
            ["position", "kind", "voices"],
            ["child lv:blog-post 2", "child lv:essay 3", "daughter None 2", "daughter lv:essay 3"],
        ),
        ("contradicted-by-all-others", {"source": "v36"}, ["claim"], ["claim-v36-1"]),
    ],
)
def test_other_values(name: str, values: dict[str, str], columns: list[str], expected: list[str]) -> None:
    answer = KG.query(name, **values)
    assert isinstance(answer, Rows)
    said = [" ".join(str(cell) for cell in row) for row in answer.cells(columns)]
    assert [re.sub(r"lkg:(pos-[a-z]+\d\d-)?", "", row) for row in said] == expected
