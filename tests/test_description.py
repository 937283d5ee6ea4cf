"""Descriptions: what a thing is, in which world, what it does, who claims it and where."""

import re
from pathlib import Path

import pytest

import lalakg

KISS = """\
Mia and Seb kiss (lkg:ev-f-kiss)
  event (lala:Event)

"""


def test_a_description_reads_well(kg: lalakg.KnowledgeGraph) -> None:
    text = str(kg.describe("ev-f-kiss"))
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
    found = kg.describe("ev-f-kiss")
    assert (found.name, found.label, found.types) == ("lkg:ev-f-kiss", "Mia and Seb kiss", ("event (lala:Event)",))
    assert found.iri == "https://w3id.org/lalakg/id/ev-f-kiss"
    assert ("lala:inWorld", "What-if world of the montage (lkg:w-fantasy)") in found.outgoing
    assert [(claim.id, claim.basis) for claim in found.claims] == [
        ("F63", "stated"),
        ("F64", "stated"),
        ("V21.1", "stated"),
    ]


def test_only_the_narrowest_types_are_named(kg: lalakg.KnowledgeGraph) -> None:
    assert kg.describe("claim-f92").types == ("comparison (lala:Comparison)",)


def test_claims_stand_in_the_order_of_their_numbers(kg: lalakg.KnowledgeGraph) -> None:
    numbers = [int(claim.id[1:]) for claim in kg.describe("film").claims if re.fullmatch(r"F\d+", claim.id)]
    assert len(numbers) > 3
    assert numbers == sorted(numbers)


def test_a_claim_describes_itself(kg: lalakg.KnowledgeGraph) -> None:
    found = kg.describe("claim-f63")
    assert found.claims[0].text == "This time, in place of that, the two kiss."


@pytest.mark.parametrize(
    "name", ["lala:Event", "lv:stated", "film", "article", "https://w3id.org/lalakg/dataset", "psg-f63"]
)
def test_anything_can_be_described(kg: lalakg.KnowledgeGraph, name: str) -> None:
    found = kg.describe(name)
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
    (claim,) = lalakg.load(small).describe("claim-1").claims
    assert claim.place == "a review of the film, paragraph 1"
    assert ("oa:p", "the hero (my:hero)") in lalakg.load(small).describe("thing").outgoing


def test_a_position_names_the_claims_that_take_it(kg: lalakg.KnowledgeGraph) -> None:
    claims = kg.describe("pos-d01-seb").claims
    assert [(claim.id, claim.place) for claim in claims] == [
        ("V18.1", "Letterboxd, a review"),
        ("V28.2", "Collector Freaks, a forum post"),
    ]


def test_a_claim_without_a_passage_stands_somewhere_on_its_page(kg: lalakg.KnowledgeGraph) -> None:
    (claim,) = kg.describe("claim-fa05-2").claims
    assert claim.place == "Reprint of a newspaper's guide to locations"
