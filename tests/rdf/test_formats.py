"""Serialisations: every form carries the same triples, literal for literal, and equal graphs give equal text."""

import random

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lalakg._rdf.formats import GRAPH_FORMATS, MEDIA_TYPES, write_dataset, write_graph
from support.strategies import PREFIXES, named_triples

PARSERS = {form: ox.RdfFormat.from_media_type(media_type) for form, media_type in MEDIA_TYPES.items()}
SPACES = {prefix: namespace for prefix, namespace in PREFIXES.items() if prefix}
CONTEXT = {"@version": 1.1, "@base": PREFIXES[""]}
GRAPHS = st.sampled_from([ox.DefaultGraph(), *(ox.NamedNode(f"http://example.org/g{n}") for n in (1, 2, 10))])


QUADS = st.lists(
    st.builds(lambda t, g: ox.Quad(t.subject, t.predicate, t.object, g), named_triples, GRAPHS), max_size=6
)


def read(text: str, form: str) -> set[ox.Quad]:
    kind = PARSERS[form]
    assert kind is not None
    return set(ox.parse(text, format=kind))


def in_xml(triple: ox.Triple) -> bool:
    """Whether XML 1.0 can carry a triple: no control characters, and a predicate that ends in a name."""
    name = str(triple.predicate.value)[-1:]
    text = str(triple.object.value) if isinstance(triple.object, ox.Literal) else ""
    return (name.isalpha() and name.isascii()) and all(c in "\t\n\r" or " " <= c < "\ufffe" for c in text)


def test_every_form_has_a_media_type_that_engines_know() -> None:
    assert {form: kind.file_extension for form, kind in PARSERS.items() if kind} == {form: form for form in MEDIA_TYPES}
    assert set(GRAPH_FORMATS) < set(MEDIA_TYPES)


@pytest.mark.parametrize("form", GRAPH_FORMATS)
@given(graph=st.lists(named_triples, max_size=6))
def test_every_form_carries_the_same_triples(form: str, graph: list[ox.Triple]) -> None:
    graph = [triple for triple in graph if form != "rdf" or in_xml(triple)]
    text = write_graph(graph, form, SPACES, CONTEXT)
    assert {quad.triple for quad in read(text, form)} == set(graph)
    assert text.endswith("\n") or not graph


@pytest.mark.parametrize("form", ["nq", "trig"])
@given(quads=QUADS)
def test_every_dataset_form_carries_the_same_quads(form: str, quads: list[ox.Quad]) -> None:
    assert read(write_dataset(quads, form, SPACES), form) == set(quads)


@pytest.mark.parametrize("form", GRAPH_FORMATS)
@given(graph=st.lists(named_triples, max_size=6), chance=st.randoms(use_true_random=False))
def test_equal_graphs_give_equal_text(form: str, graph: list[ox.Triple], chance: random.Random) -> None:
    graph = [triple for triple in graph if form != "rdf" or in_xml(triple)]
    other = [*graph, *graph[:2]]
    chance.shuffle(other)
    assert write_graph(other, form, SPACES, CONTEXT) == write_graph(graph, form, SPACES, CONTEXT)


@given(quads=QUADS)
def test_equal_datasets_give_equal_text(quads: list[ox.Quad]) -> None:
    for form in ("nq", "trig"):
        assert write_dataset(reversed(quads), form, SPACES) == write_dataset([*quads, *quads], form, SPACES)


def test_a_line_end_survives_xml() -> None:
    triple = ox.Triple(ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.Literal("a\r\nb\rc\n d\t"))
    text = write_graph([triple], "rdf", {}, {})
    assert "\r" not in text, "XML readers make a line feed of it"
    assert {quad.triple for quad in read(text, "rdf")} == {triple}


def test_worlds_stand_in_natural_order() -> None:
    graphs = [ox.NamedNode(f"http://example.org/g{n}") for n in (10, 9, 1)]
    node = ox.NamedNode("http://example.org/a")
    text = write_dataset([ox.Quad(node, node, node, graph) for graph in graphs], "nq", {})
    assert [line.split("g")[-1] for line in text.splitlines()] == ["1> .", "9> .", "10> ."]
