"""Names for IRIs, the natural order, and terms that go to rdflib and come back unchanged."""

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from lalakg._errors import ResourceNotFound
from lalakg._rdf.terms import compact, expand, from_rdflib, natural, to_rdflib
from support.strategies import PREFIXES, graphs, iris

BASE = "https://example.org/id/"
MINE = {"ex": "https://example.org/", "id": BASE, "x": "http://x.example/"}


def test_natural_order_counts() -> None:
    names = ["f10", "f9", "f09", "f1a", "f", "", "f1", "g2", "f²", "f٣"]
    assert sorted(names, key=natural) == ["", "f", "f1", "f1a", "f09", "f9", "f10", "f²", "f٣", "g2"]


@given(st.text(), st.text())
def test_no_two_texts_are_equal_in_natural_order(one: str, two: str) -> None:
    assert (natural(one) == natural(two)) == (one == two)


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("https://example.org/id/a-1.b_c", "id:a-1.b_c"),
        ("https://example.org/other", "ex:other"),
        ("https://example.org/id/", "<https://example.org/id/>"),
        ("https://example.org/id/a.", "<https://example.org/id/a.>"),
        ("https://example.org/id/a/b", "<https://example.org/id/a/b>"),
        ("https://example.org/id/é", "<https://example.org/id/é>"),
        ("urn:x:y", "<urn:x:y>"),
    ],
)
def test_an_iri_is_shortened_by_the_longest_prefix_that_fits(iri: str, name: str) -> None:
    assert compact(iri, MINE) == name
    assert expand(name, MINE, BASE) == ox.NamedNode(iri)


@given(iris)
def test_every_shortened_iri_stands_for_itself(iri: ox.NamedNode) -> None:
    assert expand(compact(iri.value, PREFIXES), PREFIXES, BASE) == iri


@pytest.mark.parametrize(
    ("name", "iri"),
    [
        ("a", "https://example.org/id/a"),
        ("https://elsewhere.example/", "https://elsewhere.example/"),
        ("urn:x:y", "urn:x:y"),
        ("x:y:z", "http://x.example/y:z"),
    ],
)
def test_names_that_stand_for_an_iri(name: str, iri: str) -> None:
    assert expand(name, MINE, BASE).value == iri


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no:thing", "the prefix no: is not declared; known are ex, id, x"),
        ("a b", "a b is no IRI"),
        (" ", "nothing is called ' '"),
        ("<relative>", "<relative> is no IRI"),
        ("x:a>b", "x:a>b is no IRI"),
    ],
)
def test_names_that_stand_for_nothing(name: str, words: str) -> None:
    with pytest.raises(ResourceNotFound, match=words):
        expand(name, MINE, BASE)


@given(graphs)
def test_a_graph_comes_back_from_rdflib_as_it_went(graph: list[ox.Triple]) -> None:
    assert set(from_rdflib(to_rdflib(graph, PREFIXES))) == set(graph)


def test_rdflib_gets_literals_as_they_are_written_and_no_prefixes_but_ours() -> None:
    literal = ox.Literal("01", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer"))
    graph = to_rdflib([ox.Triple(ox.NamedNode(BASE + "a"), ox.NamedNode(BASE + "b"), literal)], MINE)
    assert [str(o) for o in graph.objects()] == ["01"]
    assert {prefix for prefix, _ in graph.namespaces()} == set(MINE)


def test_rdflib_strings_without_a_datatype_are_strings() -> None:
    graph = rdflib.Graph().add((rdflib.URIRef(BASE), rdflib.URIRef(BASE), rdflib.Literal("x")))
    assert [t.object for t in from_rdflib(graph)] == [ox.Literal("x")]
