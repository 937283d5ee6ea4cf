"""Blank nodes: isomorphic graphs, and only these, get equal labels; symmetry costs neither the truth nor the day."""

import random
from collections.abc import Callable, Iterable
from itertools import combinations
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from lalakg._diff import diff
from lalakg._errors import SymmetryError
from lalakg._rdf.canonicalisation import canonical
from lalakg._rdf.turtle import write
from lalakg._rdf.turtle_formatter import reformat

Pairs = Iterable[tuple[int, int]]
HERE = Path("here.ttl")


def linked(pairs: Pairs, names: list[int] | None = None, properties: Iterable[int] = ()) -> set[ox.Triple]:
    """A blank node for each number, linked as the pairs say; `names` gives them other labels."""
    node = [ox.BlankNode(f"n{n}") for n in names or range(1 + max(map(max, pairs)))]
    kinds = iter(properties)
    return {ox.Triple(node[a], ox.NamedNode(f"http://e/p{next(kinds, 0)}"), node[b]) for a, b in pairs}


def both_ways(pairs: Pairs) -> list[tuple[int, int]]:
    return [end for a, b in pairs for end in ((a, b), (b, a))]


def ring(size: int, start: int = 0) -> list[tuple[int, int]]:
    return [(start + n, start + (n + 1) % size) for n in range(size)]


def chain(size: int) -> list[tuple[int, int]]:
    return [(n, n + 1) for n in range(size)]


def grid(size: int, *, torus: bool = False) -> list[tuple[int, int]]:
    right = [
        (r * size + c, r * size + (c + 1) % size) for r in range(size) for c in range(size) if torus or c + 1 < size
    ]
    return right + [(a // size + a % size * size, b // size + b % size * size) for a, b in right]


def disjoint(items: int, size: int) -> list[tuple[int, int]]:
    """Kneser's graphs: the sets of so many of the items, linked where they share none; Petersen's of 5 and 2."""
    sets = list(enumerate(combinations(range(items), size)))
    return [(a, b) for a, one in sets for b, other in sets if not set(one) & set(other)]


def clique(size: int, *, without: int = 0) -> list[tuple[int, int]]:
    """All linked with all, but for pairs of neighbours, if `without` is 1."""
    return [(a, b) for a in range(size) for b in range(size) if a != b and not (without and a ^ 1 == b)]


def rook(size: int) -> list[tuple[int, int]]:
    squares = [(r, c) for r in range(size) for c in range(size)]
    return [
        (a, b) for a, (r, c) in enumerate(squares) for b, (x, y) in enumerate(squares) if a != b and (r == x or c == y)
    ]


def shrikhande() -> list[tuple[int, int]]:
    """As many links of each node, and as many common ones of each two, as in the graph of a rook on four times four."""
    steps = ((0, 1), (0, 3), (1, 0), (3, 0), (1, 1), (3, 3))
    return [(4 * r + c, (r + x) % 4 * 4 + (c + y) % 4) for r in range(4) for c in range(4) for x, y in steps]


def random_cubic(size: int) -> list[tuple[int, int]]:
    """Three links at each node, and next to never a symmetry."""
    chance = random.Random(1)
    while True:
        ends = [n for n in range(size) for _ in range(3)]
        chance.shuffle(ends)
        found = {(min(pair), max(pair)) for pair in zip(ends[::2], ends[1::2], strict=True)}
        if len(found) * 2 == len(ends) and all(a != b for a, b in found):
            return both_ways(found)


SYMMETRIC = {
    "clique": clique(10),
    "clique without a matching": clique(24, without=1),
    "ring": ring(400),
    "ring both ways": both_ways(ring(400)),
    "chain": chain(1_000),
    "chain both ways": both_ways(chain(1_001)),
    "star": [(0, n) for n in range(1, 1_000)],
    "tree": both_ways(((n - 1) // 2, n) for n in range(1, 511)),
    "grid": grid(20),
    "grid both ways": both_ways(grid(12)),
    "torus": both_ways(grid(8, torus=True)),
    "many rings": [pair for n in range(300) for pair in ring(3, 3 * n)],
    "rings of several sizes": [pair for n in range(3, 30) for pair in ring(n, n * n)],
    "Petersen": disjoint(5, 2),
    "Kneser": disjoint(7, 3),
    "rook": rook(5),
    "Shrikhande": shrikhande(),
    "cube": [(n, n ^ 1 << bit) for n in range(32) for bit in range(5)],
    "cubic": random_cubic(60),
}


@pytest.mark.parametrize("pairs", SYMMETRIC.values(), ids=SYMMETRIC)
def test_labels_and_order_make_no_difference(pairs: list[tuple[int, int]]) -> None:
    chance = random.Random(1)
    names = list(range(1 + max(map(max, pairs))))
    found = canonical(linked(pairs))
    for _ in range(3):
        chance.shuffle(names)
        assert canonical(linked(pairs, names)) == found
    assert not diff(linked(pairs), linked(pairs, names))
    assert write(linked(pairs), {}) == write(linked(pairs, names), {})


@pytest.mark.parametrize("pairs", SYMMETRIC.values(), ids=SYMMETRIC)
def test_a_link_more_or_less_is_a_difference(pairs: list[tuple[int, int]]) -> None:
    names = list(range(1 + max(map(max, pairs))))
    random.Random(1).shuffle(names)
    assert diff(linked(pairs), linked(pairs[1:], names))
    assert diff(linked([*pairs, (0, 0)]), linked(pairs, names))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (rook(4), shrikhande()),
        ([*ring(6)], [*ring(3), *ring(3, 3)]),
        (both_ways(ring(10)), [*both_ways(ring(4)), *both_ways(ring(6, 4))]),
        (both_ways([*ring(10)]) + [(n, (n + 5) % 10) for n in range(10)], disjoint(5, 2)),
    ],
    ids=["rook and Shrikhande", "one ring and two", "rings of other sizes", "ladder and Petersen"],
)
def test_graphs_that_are_alike_at_each_node_are_told_apart(a: Pairs, b: Pairs) -> None:
    assert canonical(linked(a)) != canonical(linked(b))
    assert diff(linked(a), linked(b))


small = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=14, unique=True)
kinds = st.lists(st.integers(0, 1), max_size=4)


def as_rdflib(triples: Iterable[ox.Triple]) -> rdflib.Graph:
    return rdflib.Graph().parse(data="".join(f"{triple} .\n" for triple in triples), format="nt")


@given(small, st.permutations(range(6)), kinds)
def test_other_labels_give_the_same_graph(pairs: list[tuple[int, int]], names: list[int], kinds: list[int]) -> None:
    one, other = linked(pairs, list(range(6)), kinds), linked(pairs, names, kinds)
    assert canonical(one) == canonical(other)
    assert isomorphic(as_rdflib(one), as_rdflib(canonical(one)))


@given(small, st.permutations(range(6)), st.integers(0, 13), st.integers(0, 5), kinds)
def test_they_are_equal_where_rdflib_says_so(
    pairs: list[tuple[int, int]], names: list[int], which: int, end: int, kinds: list[int]
) -> None:
    """One link leads elsewhere, so that both answers come up."""
    changed = [(a, end) if n == which % len(pairs) else (a, b) for n, (a, b) in enumerate(pairs)]
    one, other = linked(pairs, list(range(6)), kinds), linked(changed, names, kinds)
    same = isomorphic(as_rdflib(one), as_rdflib(other))
    assert (canonical(one) == canonical(other)) == same
    assert bool(diff(one, other)) != same


@pytest.mark.slow
@pytest.mark.parametrize("shape", [chain, ring], ids=["chain", "ring"])
def test_ten_thousand_in_a_row_are_formatted_and_compared(
    shape: Callable[[int], list[tuple[int, int]]], tmp_path: Path
) -> None:
    triples = linked(shape(10_000))
    text = write(triples, {})
    assert reformat(text, HERE).text == text
    (tmp_path / "a.ttl").write_text(text, encoding="utf-8")
    assert not diff(tmp_path / "a.ttl", triples)


def test_what_cannot_be_told_apart_in_time_is_an_error_that_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("lalakg._rdf.canonical_labelling._STEPS", 1_000)
    text = "".join(f"{triple} .\n" for triple in linked(random_cubic(60)))
    (tmp_path / "a.ttl").write_text(text, encoding="utf-8")
    words = "60 blank nodes are so much alike that telling them apart would take too long. Give them names"
    with pytest.raises(SymmetryError, match=rf"a\.ttl cannot be compared with .*a\.ttl: {words}"):
        diff(tmp_path / "a.ttl", tmp_path / "a.ttl")
    with pytest.raises(SymmetryError, match=rf"^here\.ttl: {words}"):
        reformat(text, HERE)
