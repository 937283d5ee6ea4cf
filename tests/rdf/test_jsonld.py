"""JSON-LD: compact by the context, and the same triples when it is read again."""

import json
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lalakg import KnowledgeGraph
from lalakg._rdf.jsonld import write
from lalakg._rdf.terms import RDF_TYPE, XSD
from support.strategies import PREFIXES, canonical, graphs, iris, literals

BASE = "http://example.org/"
CONTEXT = {
    "@version": 1.1,
    "@base": BASE,
    "ns": "http://example.org/ns#",
    "xsd": XSD,
    "id": "@id",
    "type": "@type",
    "label": {"@id": "ns:label", "@language": "en"},
    "note": "ns:note",
    "knows": {"@id": "ns:knows", "@type": "@id"},
    "kind": {"@id": "ns:kind", "@type": "@vocab"},
    "Thing": "ns:Thing",
    "day": {"@id": "ns:day", "@type": "xsd:date"},
    "size": {"@id": "ns:size", "@type": "xsd:integer"},
    "open": {"@id": "ns:open", "@type": "xsd:boolean"},
}
NS = "http://example.org/ns#"
TERMS = ["label", "note", "knows", "kind", "day", "size", "open", "other"]
KINDS = [XSD + kind for kind in ("integer", "date", "boolean", "string")]


def read(text: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.JSON_LD)]


def node(*objects: tuple[str, ox.NamedNode | ox.Literal], context: dict[str, Any] = CONTEXT) -> dict[str, Any]:
    triples = [ox.Triple(ox.NamedNode(BASE + "a"), ox.NamedNode(NS + name), term) for name, term in objects]
    document = json.loads(write(triples, {}, context))
    (found,) = document["@graph"]
    assert isinstance(found, dict)
    return found


def literal(text: str, kind: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + kind))


@pytest.mark.parametrize(
    ("name", "term", "value"),
    [
        ("label", ox.Literal("x", language="en"), "x"),
        ("label", ox.Literal("x", language="fr"), {"@value": "x", "@language": "fr"}),
        ("label", ox.Literal("x"), {"@value": "x"}),
        ("note", ox.Literal("x"), "x"),
        ("note", literal("1", "integer"), 1),
        ("note", literal("-17", "integer"), -17),
        ("note", literal("01", "integer"), {"@value": "01", "@type": "xsd:integer"}),
        ("note", literal("1" * 16, "integer"), {"@value": "1" * 16, "@type": "xsd:integer"}),
        ("note", literal("true", "boolean"), True),
        ("note", literal("1", "boolean"), {"@value": "1", "@type": "xsd:boolean"}),
        ("note", literal("1.0", "decimal"), {"@value": "1.0", "@type": "xsd:decimal"}),
        ("note", literal("1e0", "double"), {"@value": "1e0", "@type": "xsd:double"}),
        ("note", ox.NamedNode(BASE + "b"), {"id": "b"}),
        ("knows", ox.NamedNode(BASE + "b"), "b"),
        ("knows", ox.NamedNode(NS + "b"), "ns:b"),
        ("knows", ox.NamedNode("urn:x"), "urn:x"),
        ("knows", ox.Literal("b"), {"@value": "b"}),
        ("kind", ox.NamedNode(NS + "Thing"), "Thing"),
        ("day", literal("2016-12-09", "date"), "2016-12-09"),
        ("day", ox.Literal("2016-12-09"), {"@value": "2016-12-09"}),
        ("size", literal("7", "integer"), 7),
        ("size", literal("07", "integer"), "07"),
    ],
)
def test_a_value_is_as_plain_as_it_can_be(name: str, term: ox.NamedNode | ox.Literal, value: object) -> None:
    assert node((name, term)) == {"id": "a", name: value}


def test_several_values_are_an_array_and_types_are_names() -> None:
    triples = [
        ox.Triple(ox.NamedNode(BASE + "a"), RDF_TYPE, ox.NamedNode(NS + "Thing")),
        ox.Triple(ox.NamedNode(BASE + "a"), RDF_TYPE, ox.NamedNode("http://elsewhere.example/T")),
        ox.Triple(ox.NamedNode(BASE + "a"), ox.NamedNode(NS + "note"), ox.Literal("x")),
        ox.Triple(ox.NamedNode(BASE + "a"), ox.NamedNode(NS + "note"), ox.Literal("y")),
    ]
    document = json.loads(write(triples, PREFIXES, CONTEXT))
    assert document["@graph"] == [{"id": "a", "type": ["http://elsewhere.example/T", "Thing"], "note": ["x", "y"]}]
    assert document["@context"]["ex"] == PREFIXES["ex"], "a prefix that the context lacks is added"


def test_things_stand_in_natural_order_with_their_names_first() -> None:
    triples = [
        ox.Triple(ox.NamedNode(BASE + name), ox.NamedNode(NS + p), ox.Literal("x", language="en"))
        for name in ("f10", "f9")
        for p in ("abc", "label")
    ]
    document = json.loads(write(triples, {}, CONTEXT))
    assert [list(found) for found in document["@graph"]] == [["id", "label", "ns:abc"]] * 2
    assert [found["id"] for found in document["@graph"]] == ["f9", "f10"]


@given(graphs)
def test_random_graphs_come_back_as_they_were(graph: list[ox.Triple]) -> None:
    prefixes = {prefix: namespace for prefix, namespace in PREFIXES.items() if prefix}
    assert canonical(read(write(graph, prefixes, CONTEXT))) == canonical(graph)


@given(st.lists(st.tuples(st.sampled_from(TERMS), st.one_of(literals, iris)), min_size=1, max_size=6))
def test_every_value_of_every_term_comes_back_as_it_was(objects: list[tuple[str, ox.Literal | ox.NamedNode]]) -> None:
    triples = [ox.Triple(ox.NamedNode(BASE + "a"), ox.NamedNode(NS + name), term) for name, term in objects]
    assert set(read(write(triples, {}, CONTEXT))) == set(triples)


@given(
    st.sampled_from(["", "1", "-0", "007", "1.0", "true", "True", "2016-12-09", "x"]),
    st.sampled_from(KINDS),
    st.sampled_from(TERMS),
)
def test_lexical_forms_are_kept(text: str, kind: str, name: str) -> None:
    term = ox.Literal(text, datatype=ox.NamedNode(kind))
    triples = [ox.Triple(ox.NamedNode(BASE + "a"), ox.NamedNode(NS + name), term)]
    assert read(write(triples, {}, CONTEXT)) == triples


@pytest.mark.parametrize("name", [".", "..", "...", "a.b", "-", "x:y", "Thing"])
def test_names_that_look_like_paths_or_terms_stay_what_they_are(name: str) -> None:
    triples = [ox.Triple(ox.NamedNode(BASE + name), ox.NamedNode(NS + "knows"), ox.NamedNode(BASE + name))]
    assert read(write(triples, {}, CONTEXT)) == triples


def test_the_film_s_graph_comes_back_through_its_own_context(kg: KnowledgeGraph) -> None:
    text = write(kg.triples, kg.prefixes, kg.folder.context)
    assert set(read(text)) == set(kg.triples)


def test_a_web_developer_can_read_it(kg: KnowledgeGraph) -> None:
    document = json.loads(write(kg.triples, kg.prefixes, kg.folder.context))
    things = {thing["id"]: thing for thing in document["@graph"]}
    assert things["ev-f-kiss"]["label"] == "Mia and Seb kiss"
    assert things["ev-f-kiss"]["inWorld"] == "w-fantasy"
    assert "Event" in things["ev-f-kiss"]["type"]
    strange = {
        key for thing in document["@graph"] for key in thing if ":" in key and thing["id"].startswith(("ev", "cl"))
    }
    assert strange == set(), "the context has a plain name for every property of an event or a claim"
