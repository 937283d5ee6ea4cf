"""The description of what is in a story: its claims, what a voice holds, what a source tells."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

import lalakg
from lalakg._graph.description import Describer, Description
from lalakg._narrative.description import StoryDescription


def describe(kg: lalakg.KnowledgeGraph, name: str) -> StoryDescription:
    found = kg.describe(name)
    assert isinstance(found, StoryDescription)
    return found


KISS = """\
Mia and Seb kiss (lkg:ev-f-kiss)
  event (lala:Event)

"""


def test_a_description_reads_well(kg: lalakg.KnowledgeGraph) -> None:
    text = str(describe(kg, "ev-f-kiss"))
    assert text.startswith(KISS)
    for line in (
        "  lala:inWorld            What-if world of the montage (lkg:w-fantasy)",
        "  lala:hasAgent           Mia (montage) (lkg:mia-fantasy)",
        "                          Sebastian (montage) (lkg:seb-fantasy)",
        "What points here",
        "  lala:alternativeEntity  A kiss in place of the shove (lkg:div-kiss)",
        "Claims",
        "  F63   This time, in place of that, the two kiss.",
        "        The article's unnamed author · stated · Article on how La La Land ends and on its montage, "
        "paragraph 13, characters 2255–2274",
    ):
        assert line in text.splitlines()
    assert text.endswith("\n")
    assert not [line for line in text.splitlines() if line != line.rstrip()]


def test_a_description_can_be_used(kg: lalakg.KnowledgeGraph) -> None:
    found = describe(kg, "ev-f-kiss")
    assert (found.name, found.label, found.types) == ("lkg:ev-f-kiss", "Mia and Seb kiss", ("event (lala:Event)",))
    assert found.iri == "https://w3id.org/lalakg/id/ev-f-kiss"
    assert ("lala:inWorld", "What-if world of the montage (lkg:w-fantasy)") in found.outgoing
    assert [(claim.id, claim.basis) for claim in found.claims] == [
        ("F63", "stated"),
        ("F64", "stated"),
        ("V21.1", "stated"),
    ]


def test_only_the_narrowest_types_are_named(kg: lalakg.KnowledgeGraph) -> None:
    assert describe(kg, "claim-f92").types == ("comparison (lala:Comparison)",)


def test_claims_stand_in_the_order_of_their_numbers(kg: lalakg.KnowledgeGraph) -> None:
    numbers = [int(claim.id[1:]) for claim in describe(kg, "film").claims if re.fullmatch(r"F\d+", claim.id)]
    assert len(numbers) > 3
    assert numbers == sorted(numbers)


def test_a_claim_describes_itself(kg: lalakg.KnowledgeGraph) -> None:
    found = describe(kg, "claim-f63")
    assert found.claims[0].text == "This time, in place of that, the two kiss."


@pytest.mark.parametrize(
    "name", ["lala:Event", "lv:stated", "film", "article", "https://w3id.org/lalakg/dataset", "psg-f63"]
)
def test_anything_can_be_described(kg: lalakg.KnowledgeGraph, name: str) -> None:
    found = describe(kg, name)
    assert found.types
    assert str(found).startswith(found.label or found.name)


def test_a_folder_s_prefixes_do_not_get_in_the_way(small: Path) -> None:
    (small / "data/more.ttl").write_text(
        """@prefix my: <https://example.org/my-film/id/> .
@prefix oa: <http://other.example/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
my:thing rdfs:label "a thing"@en ; oa:p my:hero .
""",
        encoding="utf-8",
    )
    (claim,) = describe(lalakg.load(small), "claim-1").claims
    assert claim.place == "a review of the film, paragraph 1"
    assert ("oa:p", "the hero (my:hero)") in describe(lalakg.load(small), "thing").outgoing


def test_a_position_names_the_claims_that_take_it(kg: lalakg.KnowledgeGraph) -> None:
    claims = describe(kg, "pos-d01-seb").claims
    assert [(claim.id, claim.place) for claim in claims] == [
        ("V18.1", "Letterboxd, a review"),
        ("V28.2", "Collector Freaks, a forum post"),
    ]


def test_a_claim_without_a_passage_stands_somewhere_on_its_page(kg: lalakg.KnowledgeGraph) -> None:
    (claim,) = describe(kg, "claim-fa05-2").claims
    assert claim.place == "Reprint of a newspaper's guide to locations"


def test_a_voice_is_described_by_what_it_holds(kg: lalakg.KnowledgeGraph) -> None:
    found = describe(kg, "slavoj-zizek")
    assert [claim.id for claim in found.holds] == ["L71", *(f"V07.{number}" for number in range(1, 7))]
    assert found.claims == found.tells == ()
    assert "\nHolds\n  L71   " in str(found)


def test_claims_on_a_maker_and_those_that_it_holds_stand_apart(kg: lalakg.KnowledgeGraph) -> None:
    found = describe(kg, "chazelle")
    held = {
        str(row["id"].value) for row in kg.sparql("SELECT ?id { ?c lala:attributedTo lkg:chazelle ; lala:factId ?id }")
    }
    assert {claim.id for claim in found.holds} == held
    assert "F10" in {claim.id for claim in found.claims} - held


@pytest.mark.parametrize(
    ("source", "some"),
    [("s02", []), ("v07", ["V07.1", "V07.6"]), ("article", ["F01", "F112"]), ("cnn-interview", ["F98", "V01.1"])],
)
def test_a_source_is_described_by_what_it_tells(kg: lalakg.KnowledgeGraph, source: str, some: list[str]) -> None:
    told = [
        str(row["id"].value)
        for row in kg.sparql(
            f"SELECT DISTINCT ?id {{ ?c lala:reportedIn|lala:primarySource lkg:{source} ; lala:factId ?id }}"
        )
    ]
    ids = [claim.id for claim in describe(kg, source).tells]
    assert len(ids) == len(set(ids)) > 0
    assert sorted(ids) == sorted(told)
    assert set(some) <= set(ids)


@pytest.mark.parametrize(("thing", "claim"), [("div-spouse", "X02"), ("rel-l45", "L45")])
def test_a_claim_with_two_passages_is_one_claim(kg: lalakg.KnowledgeGraph, thing: str, claim: str) -> None:
    (found,) = (c for c in describe(kg, thing).claims if c.id == claim)
    assert found.place.count("; ") == 1


def test_the_texts_of_claims_stand_in_one_column(kg: lalakg.KnowledgeGraph) -> None:
    found = describe(kg, "chazelle")
    lines = str(found).splitlines()
    assert {len(claim.id) for claim in found.claims} == {3, 6, 5}
    assert {next(line for line in lines if line.startswith(f"  {c.id} ")).index(c.text) for c in found.claims} == {9}


def test_a_story_s_description_begins_as_that_of_any_rdf(kg: lalakg.KnowledgeGraph) -> None:
    found = describe(kg, "w-fantasy")
    plain = Describer().describe(kg.engine, kg.resolve("w-fantasy"), kg.prefixes)
    assert type(plain) is Description
    same = {field.name for field in fields(Description)} - {"incoming"}
    assert {name: getattr(found, name) for name in same} == {name: getattr(plain, name) for name in same}


def test_what_claims_say_is_not_among_what_points_here(kg: lalakg.KnowledgeGraph) -> None:
    plain = Describer().describe(kg.engine, kg.resolve("ev-f-kiss"), kg.prefixes)
    found = describe(kg, "ev-f-kiss")
    left_out = set(plain.incoming) - set(found.incoming)
    assert set(found.incoming) < set(plain.incoming)
    assert {name for name, _ in left_out} == {"lala:about", "lala:asserts", "lala:interprets"}
