"""Two engines, one report: on the film's graph and on every planted fault, ours says just what pySHACL says; and where
the two part, each says what is written down here."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from film import test_shapes
from lalakg import LalakgError
from lalakg._rdf import parser
from lalakg._shacl import Data, Shapes, reference, validate
from shacl.test_shacl import COMPONENT, SPARQL_SHAPE, shape, triples

BATCHES = 4
REFUSED = ["refused"]
SHAPES = parser.read(test_shapes.SHAPES)


def faulty(batch: int) -> set[ox.Triple]:
    """The published graph with every fourth fault in it."""
    graph = set(test_shapes.published())
    for patch in test_shapes.PATCHES[batch::BATCHES]:
        graph = graph - test_shapes.triples(patch.remove) | test_shapes.triples(patch.add)
    return graph


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(BATCHES))
def test_planted_faults_give_the_report_of_pyshacl(batch: int) -> None:
    graph = faulty(batch)
    ours = validate(Data(graph), Shapes(SHAPES.triples)).results
    theirs = reference.validate(graph, SHAPES.triples, Path("shapes.ttl"))
    assert Counter(r.identity for r in ours) == Counter(r.identity for r in theirs)
    assert len(ours) >= len(test_shapes.PATCHES[batch::BATCHES]) // 2
    assert {str(r.constraint) for r in ours} == {str(r.constraint) for r in theirs}


@pytest.mark.slow
def test_the_film_conforms_by_pyshacl_too() -> None:
    assert reference.validate(test_shapes.published(), SHAPES.triples, Path("shapes.ttl")) == []


# ── where the two part ───────────────────────────────────────────────────────────────────────────

SELECTING = COMPONENT.replace("sh:validator [", "sh:nodeValidator [").replace("sh:ask", "sh:select")
ON_NODES = SELECTING.replace("ex:S-p sh:path ex:p ; ex:lim 2 .", "ex:S ex:lim 2 .").replace("; sh:property ex:S-p", "")
DIFFERENCES = {
    "a decimal has no exponent": ('"1e3"^^xsd:decimal', shape("sh:datatype xsd:decimal"), ["1e3"], []),
    "a year has four digits": ('"20"^^xsd:gYear', shape("sh:datatype xsd:gYear"), ["20"], []),
    "infinity is INF": ('"inf"^^xsd:double', shape("sh:datatype xsd:double"), ["inf"], []),
    "a stamp has a zone": (
        '"2020-01-01T00:00:00"^^xsd:dateTimeStamp',
        shape("sh:datatype xsd:dateTimeStamp"),
        ["2020-01-01T00:00:00"],
        [],
    ),
    "IRIs have no order": ("ex:b ; ex:q ex:c", shape("sh:lessThan ex:q"), ["http://example.org/b"], []),
    "nor has a date beside a time": (
        '"2019-01-01"^^xsd:date',
        shape('sh:maxInclusive "2020-01-01T00:00:00"^^xsd:dateTime'),
        ["2019-01-01"],
        [],
    ),
    "nor a date before a time": (
        '"2019-01-01"^^xsd:date ; ex:q "2020-01-01T00:00:00"^^xsd:dateTime',
        shape("sh:lessThan ex:q"),
        ["2019-01-01"],
        [],
    ),
    "nor a date beside a number": ('"2019-01-01"^^xsd:date', shape("sh:maxInclusive 1"), ["2019-01-01"], []),
    "nor a number beside true": ("1", shape("sh:minInclusive true"), ["1"], []),
    "nor text in a language beside text in none": ('"c"@en', shape('sh:minInclusive "b"'), ["c"], []),
    "times with and without a zone are ordered when they lie far apart": (
        '"2021-01-01T00:00:00"^^xsd:dateTime , "2020-01-01T05:00:00"^^xsd:dateTime',
        shape('sh:minInclusive "2020-01-01T00:00:00Z"^^xsd:dateTime'),
        ["2020-01-01T05:00:00"],
        ["2020-01-01T05:00:00", "2021-01-01T00:00:00"],
    ),
    "years are ordered": ('"2021"^^xsd:gYear', shape('sh:minInclusive "2020"^^xsd:gYear'), [], ["2021"]),
    "sh:uniqueLang takes the term true": (
        '"x"@en , "y"@en',
        shape('sh:uniqueLang "1"^^xsd:boolean'),
        [],
        ["none"],
    ),
    "flag s": ('"a\\nb"', shape('sh:pattern "a.b" ; sh:flags "s"'), [], ["a\nb"]),
    "flags i and s": ('"A\\nB"', shape('sh:pattern "a.b" ; sh:flags "is"'), [], ["A\nB"]),
    "flag x": ('"ab" , "a b"', shape('sh:pattern "a b" ; sh:flags "x"'), ["a b"], ["ab"]),
    "flag q": ('"a.b" , "axb"', shape('sh:pattern "a.b" ; sh:flags "q"'), ["axb"], []),
    "an ASK tests a value, which the result has": (
        "1 , 2",
        COMPONENT % "ASK { FILTER($value >= $lim) }",
        ["1"],
        ["none"],
    ),
    "a parameter may have any IRI that ends in a name": (
        "1 , 2",
        (COMPONENT % "ASK { FILTER($value >= $lim) }").replace("ex:lim", "<urn:ex:lim>"),
        ["1"],
        REFUSED,
    ),
    "a node shape's own validator is asked": (
        "1 , 2",
        ON_NODES % "SELECT $this ?value { $this ex:p ?value FILTER(?value < $lim) }",
        ["1"],
        [],
    ),
    "a query may report a failure": (
        "1",
        SPARQL_SHAPE % "SELECT $this (true AS ?failure) { $this ex:p 1 }",
        REFUSED,
        ["http://example.org/a"],
    ),
    "a query may look into the shapes": (
        "1",
        SPARQL_SHAPE % "SELECT $this { GRAPH $shapesGraph { ?shape ?target ex:C } }",
        ["http://example.org/a"],
        REFUSED,
    ),
    "text is neither above nor below a number": (
        '"x" , 3',
        SPARQL_SHAPE % "SELECT $this ?value { $this ex:p ?value FILTER(?value > 2) }",
        ["3"],
        ["3", "x"],
    ),
}


def judged(engine: str, data: str, own: str) -> list[str]:
    """The values that an engine finds at fault."""
    try:
        if engine == "lalakg":
            results = validate(Data(triples(data)), Shapes(triples(own))).results
        else:
            results = reference.validate(triples(data), triples(own), "test")
    except LalakgError:
        return REFUSED
    return sorted("none" if result.value is None else str(result.value.value) for result in results)


@pytest.mark.filterwarnings("ignore::UserWarning")  # rdflib's, of ill-typed literals, which are meant here
@pytest.mark.parametrize("difference", DIFFERENCES)
def test_where_the_engines_part_each_is_known(difference: str) -> None:
    values, own, ours, theirs = DIFFERENCES[difference]
    data = f"ex:a a ex:C ; ex:p {values} ."
    assert (judged("lalakg", data, own), judged("pyshacl", data, own)) == (ours, theirs)
