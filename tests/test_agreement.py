"""Two engines, one report: on the film's graph and on every planted fault, ours says just what pySHACL says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

import test_shapes
from lalakg import _turtle
from lalakg._shacl import Data, Shapes, reference, validate

BATCHES = 4
SHAPES = _turtle.read(test_shapes.SHAPES, keep_blank_nodes=True)


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
