"""Labels: which property and which language; and that every command, page and tool calls a thing by the same."""

import random
from itertools import permutations
from pathlib import Path

import pyoxigraph as ox
import pytest

import lalakg
from lalakg._graph.description import Describer
from lalakg._mcp.label_search import label_index
from lalakg._pages import SiteContext
from lalakg._rdf.labels import LABEL_PROPERTIES, best, best_label, label_pattern, labels_of, with_labels
from lalakg._sparql.engine import LocalEngine
from lalakg._sparql.results import Rows

PREFIXES = """\
@prefix ex: <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix schema: <https://schema.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
"""
CASES = {
    'rdfs:label "Gamma"@de ; skos:prefLabel "Beta"@en': "Beta",
    'rdfs:label "Beta"@en ; skos:prefLabel "Alpha"@en': "Beta",
    'rdfs:label "Plain" , "Lift"@en-GB , "Aufzug"@de': "Lift",
    'rdfs:label "Lift"@en-GB , "Elevator"@en-US , "Hoist"@en': "Hoist",
    'rdfs:label "Lift"@en-GB , "Elevator"@en-US': "Lift",
    'rdfs:label "Plain" , "Aufzug"@de': "Plain",
    'rdfs:label "Zug"@de , "Ascenseur"@fr': "Zug",
    'skos:prefLabel "B"@en , "A"@en': "A",
    'rdfs:label "Enkidu"@enm , "Plain"': "Plain",
    'rdfs:label "" ; skos:prefLabel "Beta"': "Beta",
    'rdfs:label " "@en ; dcterms:title "Title"@fr': "Title",
    'dcterms:title "Title" ; schema:name "Name" ; foaf:name "Person"': "Title",
    'schema:name "Name" ; foaf:name "Person"': "Name",
    'foaf:name "Person" ; foaf:nick "P"': "Person",
    'rdfs:label ex:b ; foaf:name "Person"': "Person",
    'foaf:nick "P"': "",
}


def triples_of(statements: str) -> list[ox.Triple]:
    found = [quad.triple for quad in ox.parse(f"{PREFIXES}ex:a a ex:C ; {statements} .", format=ox.RdfFormat.TURTLE)]
    random.Random(1).shuffle(found)
    return found


def literal(text: str) -> ox.Literal:
    value, _, language = text.partition("@")
    return ox.Literal(value, language=language or None)


@pytest.mark.parametrize(
    ("languages", "order"),
    [
        (("en",), ["a@en", "a@en-GB", "b@en-GB", "a@en-US", "a", "a@de", "a@fr", "a@fr-CA"]),
        (("de-AT", "fr"), ["a@de-AT", "a@de", "a@de-CH", "a@fr", "a@fr-CA", "a@en", "a@en-GB", "a", "a@it"]),
        (("zh-Hant-TW",), ["a@zh-Hant-TW", "a@zh-Hant", "a@zh", "a@zh-Hans", "a@en", "a", "a@de"]),
        ((), ["a@en", "a", "a@de"]),
    ],
)
def test_the_order_of_languages(languages: tuple[str, ...], order: list[str]) -> None:
    for position, wanted in enumerate(order):
        rest = [literal(text) for text in order[position:]]
        assert best(reversed(rest), languages) == literal(wanted)


def test_none_of_none() -> None:
    assert best([]) is None
    assert best_label([]) is None
    assert best_label([(LABEL_PROPERTIES[0], ox.Literal("\n"))]) is None


def test_the_order_of_the_candidates_does_not_matter() -> None:
    candidates = [(iri, ox.Literal(text)) for iri in LABEL_PROPERTIES[:2] for text in ("x", "y")]
    assert {str(best_label(order)) for order in permutations(candidates)} == {'"x"'}


@pytest.mark.parametrize(("statements", "label"), CASES.items(), ids=CASES)
def test_a_label_is_chosen_from_triples_and_from_the_rows_of_an_endpoint(statements: str, label: str) -> None:
    triples = triples_of(statements)
    thing = ox.NamedNode("http://example.org/a")
    assert labels_of(triples).get(thing, "") == label
    text = f"SELECT ?a ?aLabel ?aLabelProperty {{ VALUES ?a {{ {thing} }} {label_pattern('a')} }}"
    answer = LocalEngine(triples, {}, {}).query(text)
    assert isinstance(answer, Rows)
    (row,) = with_labels(answer.rows, "a")
    assert row == ({"a": thing, "aLabel": row["aLabel"]} if label else {"a": thing})
    assert str(row["aLabel"].value if label else "") == label


SHAPE = "ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property [ sh:path ex:missing ; sh:minCount 1 ] .\n"


def in_check(triples: list[ox.Triple], folder: Path) -> str:
    (folder / "data.nt").write_text("".join(f"{triple} .\n" for triple in triples), "utf-8")
    (folder / "shapes.ttl").write_text(PREFIXES + SHAPE, "utf-8")
    (finding,) = lalakg.check(data=folder / "data.nt", shapes=folder / "shapes.ttl").results
    return finding.label


def in_diff(triples: list[ox.Triple]) -> str:
    more = ox.Triple(ox.NamedNode("http://example.org/a"), ox.NamedNode("http://example.org/p"), ox.Literal("x"))
    found = lalakg.diff(triples, [*triples, more])
    return str(found.setting.labels.get(more.subject, ""))


@pytest.mark.parametrize(("statements", "label"), CASES.items(), ids=CASES)
def test_a_thing_is_called_by_one_label_everywhere(
    statements: str, label: str, tmp_path: Path, kg: lalakg.KnowledgeGraph
) -> None:
    triples = triples_of(statements)
    prefixes = {"ex": "http://example.org/"}
    thing = ox.NamedNode("http://example.org/a")
    assert in_check(triples, tmp_path) == label
    assert in_diff(triples) == label
    assert Describer().describe(LocalEngine(triples, prefixes, {}), thing, prefixes).label == label
    assert SiteContext(triples, kg.folder, prefixes).index.label(thing.value) == (label or "ex:a")


def test_an_assistant_finds_a_thing_by_the_same_label(kg: lalakg.KnowledgeGraph) -> None:
    triples = [
        *kg.triples,
        *(ox.Triple(ox.NamedNode(kg.base + "zz"), t.predicate, t.object) for t in triples_of(next(iter(CASES)))),
    ]

    class Other(lalakg.KnowledgeGraph):
        """The film's graph with one thing more."""

        @property
        def triples(self) -> list[ox.Triple]:  # type: ignore[override]
            return triples

    found = label_index(Other(kg.folder), {})
    assert [label for label, name, _ in found if name == "lkg:zz"] == ["Beta"]
