"""The fingerprint of what a graph of a store holds, taken there by SPARQL."""

from __future__ import annotations

import heapq
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from lalakg._rdf.terms import XSD
from lalakg._stores.fingerprint import Fingerprint
from lalakg._stores.store import Store
from lalakg._stores.tally import REST, Tally, summed

_BUNDLE: Final = 250_000  # triples that a query takes in, so that those that run at once end at the same time
_GROUPED: Final = 500_000  # triples, and so groups, that a store need hold in memory for one query
_NAMED: Final = 300  # predicates in one query
_TAIL = 'IF(isLiteral(?o), IF(LANG(?o) = "", STR(DATATYPE(?o)), LCASE(LANG(?o))), "")'


def held(store: Store, graph: str | None, sent: Fingerprint) -> Tally:
    """The tally of a graph in the store, where the predicates are those that were sent."""
    bundles = _bundles(sent, store.kind.streams)
    ask = partial(_tally, store, graph, has_blanks=sent.has_blanks, digits=sent.digits)
    with ThreadPoolExecutor(store.kind.streams) as pool:
        total = pool.submit(store.count, graph)
        found = summed(pool.map(ask, bundles))
    rest = total.result() - sum(number for number, _ in found.values())
    return {**found, REST: (rest, 0)} if rest else found


def _bundles(sent: Fingerprint, streams: int) -> list[dict[str, int]]:
    """The predicates, each with its triples, in bundles of about equal size for one query each."""
    total = sent.total()
    number = max(streams * -(-total // (streams * _BUNDLE)), -(-len(sent.predicates) // _NAMED))
    bundles: list[dict[str, int]] = [{} for _ in range(number if total > _BUNDLE else max(1, number - streams + 1))]
    sizes = [(0, at) for at in range(len(bundles))]
    for predicate, triples in sent.predicates.most_common():
        size, at = sizes[0]
        bundles[at][predicate] = triples
        heapq.heapreplace(sizes, (size + triples, at))
    return [bundle for bundle in bundles if bundle]


def _tally(store: Store, graph: str | None, bundle: dict[str, int], *, has_blanks: bool, digits: int) -> Tally:
    subject, object_ = (f'IF(isBlank(?{v}), "_", STR(?{v}))' if has_blanks else f"STR(?{v})" for v in "so")
    x = _as_number(f"SUBSTR(MD5({subject}), 1, 14)", 6)
    predicates = " ".join(f"<{predicate}>" for predicate in bundle)
    where = f"{{ {store.pattern(graph, '?s ?p ?o')} VALUES ?p {{ {predicates} }} }}"
    if sum(bundle.values()) <= _GROUPED:
        inner = f"SELECT ?p ?o (COUNT(*) AS ?n) (SUM({x}) AS ?x) WHERE {where} GROUP BY ?p ?o"
    else:
        inner = f"SELECT ?p ?o (1 AS ?n) ({x} AS ?x) WHERE {where}"
    hashed = f'SUBSTR(MD5(CONCAT(STR(?p), " ", {object_}, " ", {_TAIL})), 1, 12)'
    middle = f"SELECT ?n ?x ({hashed} AS ?h) WHERE {{ {{ {inner} }} }}"
    bucket, y = f"SUBSTR(?h, 1, {digits})", _as_number("SUBSTR(?h, 4)", 4)
    outer = f"SELECT ?n ?x ({bucket} AS ?k) ({y} AS ?y) WHERE {{ {{ {middle} }} }}"
    rows = store.select(f"SELECT ?k (SUM(?n) AS ?c) (SUM(?x * ?y) AS ?z) WHERE {{ {{ {outer} }} }} GROUP BY ?k")
    return {row["k"]["value"]: (int(row["c"]["value"]), _sum(row)) for row in rows if "k" in row}


def _as_number(digits: str, length: int) -> str:
    return f'<{XSD}integer>(CONCAT("1", SUBSTR(REPLACE({digits}, "[a-f]", ""), 1, {length})))'


def _sum(row: dict[str, dict[str, str]]) -> int:
    """The sum of a bucket; none where something has no hash, as a blank node that was not sent."""
    return int(row["z"]["value"]) if "z" in row else -1
