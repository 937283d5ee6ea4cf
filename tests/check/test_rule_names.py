"""Rules of anonymous shapes: names that stay the same from run to run, whatever blank node labels a parser makes up."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from conftest import Command
from lalakg._check import check
from lalakg._check.report import FORMATS, Report

PREFIXES = """@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DATA = """ex:a a ex:C ; ex:age 7 ; ex:knows [ ex:age 8 ] .
ex:b a ex:C ; ex:email "b" , [] .
"""
PERSON = """ex:PersonShape a sh:NodeShape ; sh:targetClass ex:C ;
  sh:property [ sh:path ex:email ; sh:minCount 1 ; sh:datatype xsd:string ] ."""


def checked(folder: Path, *shapes: str, data: str = DATA, engine: str = "lalakg") -> Report:
    (folder / "data.ttl").write_text(PREFIXES + data)
    (folder / "shapes.ttl").write_text(PREFIXES + "\n".join(shapes))
    return check([folder / "data.ttl"], shapes=folder / "shapes.ttl", engine=engine)


def rules(report: Report) -> list[str]:
    return sorted({finding.rule for finding in report.results})


def test_an_anonymous_property_shape_is_named_by_owner_path_and_component(tmp_path: Path) -> None:
    assert rules(checked(tmp_path, PERSON)) == [
        "ex:PersonShape/ex:email/DatatypeConstraintComponent",
        "ex:PersonShape/ex:email/MinCountConstraintComponent",
    ]


def test_a_named_shape_keeps_its_name(tmp_path: Path) -> None:
    shapes = "ex:S sh:targetClass ex:C ; sh:property ex:P . ex:P sh:path ex:email ; sh:minCount 1 ."
    assert rules(checked(tmp_path, shapes)) == ["ex:P"]


ANONYMOUS = {
    "a root by its target": ("[] sh:targetClass ex:C ; sh:class ex:D .", "sh:targetClass(ex:C)/Class"),
    "a root with a path": (
        "[] sh:targetSubjectsOf ex:age ; sh:path ex:email ; sh:minCount 1 .",
        "sh:targetSubjectsOf(ex:age)/ex:email/MinCount",
    ),
    "a root with several targets": (
        "[] sh:targetNode ex:a , ex:b ; sh:targetClass ex:C ; sh:class ex:D .",
        "sh:targetNode(ex:a)+sh:targetNode(ex:b)+sh:targetClass(ex:C)/Class",
    ),
    "a root with many targets": (
        "[] sh:targetNode ex:d , ex:c , ex:b , ex:a ; sh:class ex:D .",
        "sh:targetNode(ex:a)+3 more/Class",
    ),
    "a property within a property": (
        "ex:S sh:targetClass ex:C ;\n"
        "  sh:property [ sh:path ex:knows ; sh:property [ sh:path ex:age ; sh:maxCount 0 ] ] .",
        "ex:S/ex:knows/ex:age/MaxCount",
    ),
    "a path that is more than a predicate": (
        "ex:S sh:targetClass ex:C ; sh:property [ sh:path ( ex:knows [ sh:inversePath ex:knows ] ) ; sh:minCount 2 ] .",
        "ex:S/(ex:knows/^(ex:knows))/MinCount",
    ),
    "the nearest of two owners": (
        "ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:knows ; sh:property _:p ] .\n"
        "ex:T sh:targetClass ex:C ; sh:property _:p . _:p sh:path ex:age ; sh:maxCount 0 .",
        "ex:T/ex:age/MaxCount",
    ),
    "the first by name of two owners": (
        "ex:T sh:targetClass ex:C ; sh:property _:p . ex:S sh:targetClass ex:C ; sh:property _:p .\n"
        "_:p sh:path ex:age ; sh:maxCount 0 .",
        "ex:S/ex:age/MaxCount",
    ),
    "a constraint in SPARQL": (
        'ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:age ; sh:sparql [ sh:select "SELECT $this {}" ] ] .',
        "ex:S/ex:age/SPARQL",
    ),
}


@pytest.mark.parametrize("engine", ["lalakg", "pyshacl"])
@pytest.mark.parametrize("case", list(ANONYMOUS))
def test_an_anonymous_shape_is_named_by(case: str, engine: str, tmp_path: Path) -> None:
    shapes, name = ANONYMOUS[case]
    assert rules(checked(tmp_path, shapes, engine=engine)) == [f"{name}ConstraintComponent"]


def test_a_component_of_the_shapes_own_is_named_by_its_prefix(tmp_path: Path) -> None:
    component = """ex:Few a sh:ConstraintComponent ; sh:parameter [ sh:path ex:few ] ;
      sh:validator [ a sh:SPARQLAskValidator ; sh:ask "ASK { FILTER($value < $few) }" ] ."""
    shapes = "ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:age ; ex:few 5 ] ."
    assert rules(checked(tmp_path, component, shapes)) == ["ex:S/ex:age/ex:Few"]


TWICE = (
    "ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:email ; sh:minCount 1 ; sh:message 'none' ] .",
    "ex:S sh:property [ sh:path ex:email ; sh:minCount 3 ; sh:message 'too few' ] .",
)


@pytest.mark.parametrize("engine", ["lalakg", "pyshacl"])
def test_two_of_one_path_are_numbered_by_their_content(engine: str, tmp_path: Path) -> None:
    one, other = (checked(tmp_path, *shapes, engine=engine) for shapes in (TWICE, reversed(TWICE)))
    names = {"none": "ex:S/ex:email[1]/MinCount", "too few": "ex:S/ex:email[2]/MinCount"}
    for report in (one, other):
        assert {f.message: f.rule for f in report.results} == {k: f"{v}ConstraintComponent" for k, v in names.items()}


def test_anonymous_roots_with_one_target_are_numbered(tmp_path: Path) -> None:
    shapes = ("[] sh:targetClass ex:C ; sh:class ex:D .", "[] sh:targetClass ex:C ; sh:class ex:E .")
    one, other = ({f.message: f.rule for f in checked(tmp_path, *s).results} for s in (shapes, reversed(shapes)))
    assert one == other
    assert set(one.values()) == {f"sh:targetClass(ex:C)[{n}]/ClassConstraintComponent" for n in (1, 2)}


def test_constraints_in_sparql_of_one_shape_are_numbered(tmp_path: Path) -> None:
    queries = ("{ FILTER(true) }", "{ FILTER(!false) }")
    constraints = [f"[ sh:select 'SELECT $this {q}' ; sh:message '{q}' ]" for q in queries]
    shapes = [
        f"ex:S sh:targetClass ex:C ; sh:property [ sh:path ex:age ; sh:sparql {a} , {b} ] ."
        for a, b in (constraints, reversed(constraints))
    ]
    one, other = ({f.message: f.rule for f in checked(tmp_path, s).results} for s in shapes)
    assert one == other
    assert set(one.values()) == {f"ex:S/ex:age/SPARQLConstraintComponent[{n}]" for n in (1, 2)}


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        ("sh:node [ sh:class ex:D ]", "ex:a does not conform to ex:S/sh:node"),
        ("sh:not [ sh:class ex:C ]", "ex:a conforms to ex:S/sh:not, which it must not"),
        (
            "sh:or ( [ sh:class ex:E ] ex:T [ sh:class ex:D ] )",
            "ex:a conforms to none of ex:S/sh:or[2], ex:T, ex:S/sh:or[1]",
        ),
        (
            "sh:and ( [ sh:path ex:none ; sh:minCount 1 ] )",
            "ex:a does not conform to all of ex:S/sh:and/ex:none",
        ),
        ("sh:in ( [] )", "ex:a is none of []"),
        ("sh:hasValue []", "it does not have the value []"),
    ],
)
def test_messages_name_anonymous_shapes_alike(constraint: str, message: str, tmp_path: Path) -> None:
    shapes = f"ex:S a sh:NodeShape ; sh:targetNode ex:a ; {constraint} . ex:T sh:class ex:T ."
    (finding,) = checked(tmp_path, shapes).results
    assert finding.message == message


MANY = (
    PERSON,
    "[] sh:targetClass ex:C ; sh:class ex:D .",
    "ex:S sh:targetClass ex:C ; sh:node [ sh:class ex:D ] ; sh:not [ sh:class ex:C ] .",
    "ex:S sh:property [ sh:path ex:email ; sh:node [ sh:property [ sh:path ex:x ; sh:minCount 1 ] ] ] .",
    *TWICE,
)


@pytest.mark.parametrize("name", FORMATS)
def test_reports_are_the_same_in_every_run_and_in_any_order_of_the_shapes(name: str, tmp_path: Path) -> None:
    texts = {checked(tmp_path, *shapes).render(name) for shapes in (MANY, MANY, tuple(reversed(MANY)))}
    assert len(texts) == 1


def test_sarif_has_each_rule_once(tmp_path: Path) -> None:
    (run,) = json.loads(checked(tmp_path, *MANY).render("sarif"))["runs"]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(ids) == len(set(ids))
    assert "ex:PersonShape/ex:email/MinCountConstraintComponent" in ids
    assert {result["ruleId"] for result in run["results"]} == set(ids)


def test_turtle_labels_an_anonymous_shape_with_its_name(tmp_path: Path) -> None:
    quads = list(ox.parse(checked(tmp_path, PERSON).render("ttl"), format=ox.RdfFormat.TURTLE))
    shapes = {q.object for q in quads if q.predicate.value.endswith("#sourceShape")}
    labels = {(q.subject, q.object.value) for q in quads if q.predicate.value.endswith("#label")}
    assert [label for _, label in labels] == ["ex:PersonShape/ex:email"]
    assert {node for node, _ in labels} == shapes


def test_a_rule_is_explained_by_the_name_that_a_report_gives_it(run: Command, tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(PREFIXES + "\n".join(MANY))
    for name in (
        "ex:PersonShape/ex:email/MinCountConstraintComponent",
        "sh:targetClass(ex:C)/ClassConstraintComponent",
    ):
        told = run("check", "--explain", name, "--shapes", "shapes.ttl", cwd=tmp_path).out
        assert told.startswith(name.partition("/")[0] + "\n")


def test_what_is_wrong_with_an_anonymous_root_has_a_place(run: Command, tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(PREFIXES + "[] sh:targetClass ex:C ; sh:minCount 1 .")
    (tmp_path / "data.ttl").write_text(PREFIXES + DATA)
    told = run("check", "data.ttl", "--shapes", "shapes.ttl", cwd=tmp_path).err
    assert "shape sh:targetClass(ex:C): sh:minCount belongs to a property shape" in told
