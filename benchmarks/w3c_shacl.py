"""Run the W3C data-shapes test suite through the engine, comparing full reports.

    python benchmarks/w3c_shacl.py FOLDER [--engine pyshacl]

FOLDER is `data-shapes-test-suite/tests` of a clone of https://github.com/w3c/data-shapes; the suite is not part of
this repository. A test passes when the results agree as a multiset of focus node, path, value, component, severity and
source shape, or when a failure is expected and the shapes are refused. Messages are not compared.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox

from lalakg._errors import LalakgError
from lalakg._rdf import parser
from lalakg._rdf.terms import Node
from lalakg._shacl import Data, Shapes, reference, validate
from lalakg._shacl.paths import read_path
from lalakg._shacl.shape import SEVERITIES
from lalakg._shacl.shapes_graph import ShapesGraph

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
Row = tuple[str, ...]


def entries(folder: Path) -> Iterator[tuple[str, Path, ShapesGraph, Node]]:
    """Every validation test below a folder: name, file, the file's graph, the test's node."""
    for path in sorted(folder.rglob("*.ttl")):
        document = parser.read(path, base=path.as_uri())
        graph = ShapesGraph(document.triples, document.prefixes)
        for node in graph.subjects("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", ox.NamedNode(SHT + "Validate")):
            yield f"{path.parent.relative_to(folder)}/{path.stem}", path, graph, node


def term(graph: ShapesGraph, node: Node | None, *, is_path: bool = False) -> str:
    """A term for comparison: blank nodes are all alike, and our paths are spelt out."""
    if node is None:
        return "-"
    if is_path:
        return read_path(graph, node).sparql()
    return "_" if isinstance(node, ox.BlankNode) else str(node)


def expected(graph: ShapesGraph, report: Node, engine: str) -> Counter[Row]:
    rows: Counter[Row] = Counter()
    for result in graph.values(report, "result"):
        severity = str(graph.only(result, "resultSeverity").value)
        row = (
            term(graph, graph.only(result, "focusNode")),
            term(graph, graph.optional(result, "resultPath"), is_path=engine != "pyshacl"),
            term(graph, graph.optional(result, "value")),
            str(graph.only(result, "sourceConstraintComponent").value),
            SEVERITIES.get(severity, severity),
            term(graph, graph.optional(result, "sourceShape")),
        )
        rows[row] += 1
    return rows


def read(path: Path, graph: ShapesGraph, action: Node, key: str) -> tuple[list[ox.Triple], dict[str, str]]:
    target = str(graph.only(action, SHT + key).value)
    file = Path(target.removeprefix("file://")) if target.startswith("file:") else path
    document = parser.read(file, base=file.as_uri())
    return document.triples, document.prefixes


def actual(path: Path, graph: ShapesGraph, action: Node, engine: str) -> Counter[Row]:
    data, _ = read(path, graph, action, "dataGraph")
    triples, prefixes = read(path, graph, action, "shapesGraph")
    shapes_graph = ShapesGraph(triples, prefixes)
    if engine == "pyshacl":
        results = reference.validate(data, triples, path)
    else:
        results = validate(Data(data), Shapes(triples, prefixes)).results
    rows: Counter[Row] = Counter()
    for r in results:
        where = term(shapes_graph, r.path, is_path=engine != "pyshacl")
        rows[term(graph, r.focus), where, term(graph, r.value), r.component, r.severity, term(graph, r.shape)] += 1
    return rows


def run(path: Path, graph: ShapesGraph, test: Node, engine: str) -> str:
    """What is wrong with the engine's answer; empty when it passes."""
    wanted = graph.only(test, MF + "result")
    fails = wanted == ox.NamedNode(SHT + "Failure")
    try:
        rows = actual(path, graph, graph.only(test, MF + "action"), engine)
    except LalakgError as error:
        return "" if fails else f"refused: {error}"
    if fails:
        return "a failure was expected"
    right = expected(graph, wanted, engine)
    return (
        "" if rows == right else f"missing {list((right - rows).elements())}, surplus {list((rows - right).elements())}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engine", choices=["lalakg", "pyshacl"], default="lalakg")
    arguments = parser.parse_args()
    passed: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for name, path, graph, test in entries(arguments.folder.resolve()):
        part = name.partition("/")[0]
        wrong = run(path, graph, test, arguments.engine)
        total[part] += 1
        passed[part] += not wrong
        if wrong:
            print(f"{name}: {wrong}")
    for part in sorted(total):
        print(f"{part}: {passed[part]} of {total[part]}")
    return 0 if passed == total else 1


if __name__ == "__main__":
    sys.exit(main())
