"""The derivation rules: each with an example of what authors write and what comes of it."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from lalakg._folder.derivation import derive
from lalakg._rdf.parser import read

ROOT = Path(__file__).parents[2]
RULES = sorted((ROOT / "ontology" / "rules").glob("*.rq"))
ONTOLOGY = read(ROOT / "ontology" / "lala.ttl").triples
PREFIXES = """
@prefix : <https://example.org/film/> .
@prefix lala: <https://w3id.org/lalakg/ontology#> .
@prefix lv: <https://w3id.org/lalakg/vocab#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix time: <http://www.w3.org/2006/time#> .
"""
DIGEST = "cc5a38b3548335fc1d9cd47706fa1c5b867f13992244bcbb48416c405dec0b0d"

# Rule: what is written, what is derived from it and from the ontology alone.
EXAMPLES = {
    "about-world": (
        ":claim-f1 lala:about :ev , :film . :ev lala:inWorld :w .",
        ":claim-f1 lala:aboutWorld :w .",
    ),
    "answers": (
        ":claim-v1 lala:takesPosition :pos-hers . :pos-hers lala:positionOn :whose-dream .",
        ":claim-v1 lala:answers :whose-dream .",
    ),
    "cast": (
        ":rick lala:appearsIn :film ; lala:portrayedBy :bogart .",
        ":film schema:actor :bogart .",
    ),
    "claim-links": (
        """:claim-f3 lala:relationSource :claim-f1 ; lala:relationTarget :claim-f2 ; lala:relationType lv:rel-echoes .
        :claim-f4 lala:relationSource :claim-f1 ; lala:relationTarget :claim-f2 ; lala:relationType lv:love .""",
        ":claim-f1 lala:echoes :claim-f2 .",
    ),
    "diverges-from": (
        """:div-1 a lala:Divergence ; lala:baseEntity :ev-1 ; lala:alternativeEntity :ev-2 .
        :div-2 a lala:Divergence ; lala:baseEntity :ev-3 .""",
        ":ev-2 lala:divergesFrom :ev-1 .",
    ),
    "involves-character": (
        ":ev lala:hasParticipant :rick-story . :rick-story lala:versionOf :rick .",
        ":ev lala:involvesCharacter :rick .",
    ),
    "labels": (
        """:claim-f1 lala:claimText "He leaves."@en ; lala:factId "F1" ; lala:locator "p1" .
        :claim-f1 lala:evidence :psg-f1 , :psg-f2 .
        :claim-x1 lala:factId "X1" ; lala:evidence :psg-f1 .
        :psg-f1 oa:hasSelector :sel-f1 .
        :ev a lala:Event ; rdfs:label "Rick leaves"@en , "Rick geht"@de ; time:hasTime :t-ev .""",
        """:claim-f1 rdfs:label "He leaves."@en .
        :psg-f1 rdfs:label "Passage behind F1"@en .
        :sel-f1 rdfs:label "Position of the passage behind F1"@en .
        :t-ev rdfs:label "Time of: Rick leaves"@en .""",
    ),
    "passages": (
        f""":claim-f1 lala:reportedIn :article ; lala:locator "p13 22-30 sha256-{DIGEST} #:~:text=a%2C%20b" .""",
        f""":claim-f1 lala:evidence :psg-f1 .
        :psg-f1 a lala:Passage ; oa:hasSource :article ; oa:hasSelector :sel-f1 ; lala:paragraph 13 ;
          lala:sha256 "{DIGEST}" ; lala:textFragment "#:~:text=a%2C%20b" .
        :sel-f1 a oa:TextPositionSelector ; oa:start 22 ; oa:end 30 .""",
    ),
    "place-of-place": (
        ":ev lala:atPlace :cafe . :cafe lala:locatedIn :casablanca .",
        ":ev lala:atPlace :casablanca .",
    ),
    "superclasses": (
        ":love a lala:Emotion . :rick a lala:RealPerson . :t a time:ProperInterval .",
        """:love a lala:State , lala:WorldBound .
        :rick a lala:Agent , prov:Agent , schema:Person .""",
    ),
    "superproperties": (
        ":claim-f1 lala:denies :ev ; lala:attributedTo :critic . :t1 time:intervalBefore :t2 .",
        ":claim-f1 lala:about :ev ; prov:wasAttributedTo :critic .",
    ),
    "symmetric": (
        ":rick-story lala:counterpartOf :rick-dream .",
        ":rick-dream lala:counterpartOf :rick-story .",
    ),
    "times": (
        ":ev-1 a lala:Event ; lala:after :ev-2 . :ev-2 a lala:Event ; lala:during :ev-3 . :ev-3 a lala:Event . "
        ":t-gap time:intervalAfter :t-ev-1 .",
        """:ev-1 time:hasTime :t-ev-1 . :ev-2 time:hasTime :t-ev-2 . :ev-3 time:hasTime :t-ev-3 .
        :t-ev-1 a time:ProperInterval . :t-ev-2 a time:ProperInterval . :t-ev-3 a time:ProperInterval .
        :t-ev-2 time:intervalBefore :t-ev-1 ; time:intervalIn :t-ev-3 .
        :t-ev-1 time:intervalBefore :t-gap .""",
    ),
}
PLACES = {
    "p2": ":psg-f1 lala:paragraph 2 .",
    "p2 5-9": ":psg-f1 lala:paragraph 2 ; oa:hasSelector :sel-f1 . "
    ":sel-f1 a oa:TextPositionSelector ; oa:start 5 ; oa:end 9 .",
    "p2 #:~:text=a-b": ':psg-f1 lala:paragraph 2 ; lala:textFragment "#:~:text=a-b" .',
    "#:~:text=a,b": ':psg-f1 lala:textFragment "#:~:text=a,b" .',
    f"p2 sha256-{DIGEST}": f':psg-f1 lala:paragraph 2 ; lala:sha256 "{DIGEST}" .',
    "somewhere": "",
}


def triples(text: str) -> set[ox.Triple]:
    """Read a few statements in Turtle."""
    return {quad.triple for quad in ox.parse(PREFIXES + text, format=ox.RdfFormat.TURTLE)}


def derived(text: str, *rules: Path) -> set[ox.Triple]:
    """Give what rules add to a few statements."""
    return set(derive([*ONTOLOGY, *triples(text)], rules))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.stem)
def test_rule_derives_its_example_and_nothing_else(rule: Path) -> None:
    written, expected = EXAMPLES[rule.stem]
    assert derived(written, rule) == triples(expected)


def test_every_example_has_its_rule() -> None:
    assert list(EXAMPLES) == [rule.stem for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.stem)
def test_rule_says_what_it_is_for_and_knows_no_film(rule: Path) -> None:
    text = rule.read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert text.partition("\n")[0].endswith(".")
    assert "lalakg/id/" not in text


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.stem)
def test_rule_derives_nothing_from_the_ontology_alone(rule: Path) -> None:
    assert derived("", rule) == set()


@pytest.mark.parametrize(
    ("locator", "expected"),
    PLACES.items(),
    ids=["paragraph", "span", "fragment", "fragment alone", "digest", "neither"],
)
def test_locator_may_lack_parts(locator: str, expected: str) -> None:
    (rule,) = (rule for rule in RULES if rule.stem == "passages")
    always = ":claim-f1 lala:evidence :psg-f1 . :psg-f1 a lala:Passage ; oa:hasSource :article . "
    written = f':claim-f1 lala:reportedIn :article ; lala:locator "{locator}" .'
    assert derived(written, rule) == triples(always + expected)


def test_rules_build_on_each_other() -> None:
    found = derived(":claim-f1 lala:asserts :ev . :ev a lala:SpeechEvent ; lala:inWorld :w .", *RULES)
    assert triples(":claim-f1 lala:aboutWorld :w . :ev time:hasTime :t-ev .") <= found


def test_order_of_rules_and_statements_does_not_matter() -> None:
    written = [*ONTOLOGY, *(t for text, _ in EXAMPLES.values() for t in triples(text))]
    assert derive(written, RULES) == derive(reversed(written), list(reversed(RULES)))
