"""Descriptions: what a thing of any RDF graph is, where it leads, what leads to it, and what these are called."""

import pyoxigraph as ox
import pytest

import lalakg
from lalakg._graph.description import Describer, Description
from lalakg._sparql.engine import LocalEngine

EX = "http://example.org/"
PREFIXES = {"ex": EX, "rdfs": "http://www.w3.org/2000/01/rdf-schema#"}
DATA = f"""
PREFIX ex: <{EX}>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
ex:Car rdfs:subClassOf ex:Thing ; rdfs:label "Auto"@de , "car"@en .
ex:beetle a ex:Car , ex:Thing ; skos:prefLabel "Käfer"@de ; ex:wheels 4 ; ex:made ex:vw , [] .
ex:vw rdfs:label "VW" .
ex:Person rdfs:label "person"@en .
ex:anna a ex:Person ; ex:drives ex:beetle .
ex:nobody ex:knows ex:nameless .
"""


def describe(name: str, describer: Describer | None = None) -> Description:
    triples = [quad.triple for quad in ox.parse(DATA, format=ox.RdfFormat.TURTLE)]
    engine = LocalEngine(triples, PREFIXES, {})
    return (describer or Describer()).describe(engine, ox.NamedNode(EX + name), PREFIXES)


def test_any_rdf_is_described() -> None:
    found = describe("beetle")
    assert (found.iri, found.name, found.label) == (f"{EX}beetle", "ex:beetle", "Käfer")
    assert found.types == ("car (ex:Car)",)
    assert found.incoming == (("ex:drives", "ex:anna"),)
    assert ("ex:made", "VW (ex:vw)") in found.outgoing
    assert ("ex:wheels", "4") in found.outgoing
    assert {name for name, _ in found.outgoing} == {"ex:made", "ex:wheels"}


def test_it_reads_well() -> None:
    lines = str(describe("anna")).splitlines()
    assert lines == ["ex:anna", "  person (ex:Person)", "", "  ex:drives  Käfer (ex:beetle)"]


def test_a_thing_may_have_nothing_but_what_points_to_it() -> None:
    found = describe("nameless")
    assert (found.label, found.types, found.outgoing) == ("", (), ())
    assert found.incoming == (("ex:knows", "ex:nobody"),)


def test_filters_leave_types_and_statements_out() -> None:
    class Filtered(Describer):
        type_filter = f"FILTER(?type != <{EX}Car>)"
        incoming_filter = f"FILTER NOT EXISTS {{ ?subject <{EX}drives> %(thing)s }}"

    found = describe("beetle", Filtered())
    assert (found.types, found.incoming) == ((), ())


@pytest.mark.parametrize("name", ["lala:Event", "lv:stated", "https://w3id.org/lalakg/dataset"])
def test_vocabularies_and_the_data_set_are_described_too(kg: lalakg.KnowledgeGraph, name: str) -> None:
    found = kg.describe(name)
    assert found.types
    assert str(found).startswith(found.label)
