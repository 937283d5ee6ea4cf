"""How findings are told: text, JSON, Turtle, SARIF, JUnit, and by exit codes."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as Xml

import pyoxigraph as ox
import pytest

from conftest import Command
from lalakg._check.findings import Finding
from lalakg._check.report import FORMATS, Report
from lalakg._cli import check as check_command
from lalakg._shacl import ShapeResult

EX = "http://example.org/"
SH = "http://www.w3.org/ns/shacl#"


def ex(name: str) -> ox.NamedNode:
    return ox.NamedNode(EX + name)


def finding(rule: str = "ex:S", thing: str = "ex:a", severity: str = "violation", **more: Any) -> Finding:
    return Finding("shapes", severity, rule, more.pop("message", "it is wrong"), thing, **more)


RESULT = ShapeResult(
    ex("a"), ex("p"), ox.Literal("x"), SH + "InConstraintComponent", ex("S"), "violation", (ox.Literal("wrong"),)
)
FIRST = finding(path=Path("data/a b.ttl"), line=3, label="A", remedy="Mend it.", result=RESULT)
REPORT = Report(
    [
        FIRST,
        finding("ex:T", path=Path("data/a b.ttl"), line=9, severity="warning", message='<&> "ü"\x0c'),
        finding("ex:T", thing="ex:b", severity="info"),
    ],
    {"shapes": 2, "hygiene queries": 1},
    ("slow.",),
    {"ex": EX},
    (Path("data/a b.ttl"), Path("other.ttl")),
)


# ── text ─────────────────────────────────────────────────────────────────────────────────────────


def test_text_says_where_what_and_what_mends_it() -> None:
    assert str(REPORT) == (
        "data/a b.ttl:3: violation: ex:a “A”: it is wrong [ex:S]\n"
        "    Mend it.\n"
        'data/a b.ttl:9: warning: ex:a: <&> "ü"  [ex:T]\n'
        "info: ex:b: it is wrong [ex:T]\n"
        "Note: slow.\n"
        "Checked 2 shapes, 1 hygiene query: 1 violation, 1 warning, 1 info.\n"
    )


def test_findings_of_one_rule_about_one_thing_are_told_once() -> None:
    lines = [4, 5, 5]
    alike = [finding(path=Path("a.ttl"), line=line, message=f"wrong {n}") for n, line in enumerate(lines)]
    text = str(Report([*alike, finding(path=Path("a.ttl"), line=4, thing="ex:b")], {"shapes": 1}))
    assert text == (
        "a.ttl:4: violation: ex:b: it is wrong [ex:S]\n"
        "a.ttl:5: violation: ex:a: wrong 1 [ex:S]\n"
        "    (2 more like this)\n"
        "Checked 1 shape: 4 violations.\n"
    )


def test_findings_about_no_thing_are_all_told() -> None:
    assert str(Report([finding(thing=""), finding(thing="")], {})).count("it is wrong") == 2


def test_text_is_sorted_as_files_are_read(run: Command, tmp_path: Path) -> None:
    (tmp_path / "b.ttl").write_text('@prefix ex: <http://example.org/> .\nex:z a ex:C .\nex:b a ex:C ; ex:p "x" .\n')
    (tmp_path / "a.ttl").write_text('@prefix ex: <http://example.org/> .\nex:y a ex:C ;\n  ex:p "x" .\n')
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    out = run("check", "b.ttl", "a.ttl", "--shapes", "shapes.ttl", cwd=tmp_path).out
    assert re.findall(r"^\S+:\d+", out, re.MULTILINE) == ["a.ttl:3", "b.ttl:2", "b.ttl:3"]


@pytest.mark.parametrize(
    ("severities", "words"),
    [
        ([], "no faults"),
        (["violation"], "1 violation"),
        (["info", "warning", "warning"], "2 warnings, 1 info"),
        (["info", "info", "http://example.org/Grave"], "2 info, 1 http://example.org/Grave"),
    ],
)
def test_the_summary_counts_every_severity(severities: list[str], words: str) -> None:
    report = Report([finding(severity=severity) for severity in severities], {"shapes": 1})
    assert report.summary == f"Checked 1 shape: {words}.\n"


# ── what is bad enough ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("severity", "fails"),
    [
        ("violation", ["violation", "warning", "info"]),
        ("warning", ["warning", "info"]),
        ("info", ["info"]),
        ("http://example.org/Grave", ["violation", "warning", "info"]),
    ],
)
def test_a_report_fails_on_what_is_at_least_as_bad(severity: str, fails: list[str]) -> None:
    report = Report([finding(severity=severity)])
    assert [limit for limit in ("violation", "warning", "info") if report.fails(limit)] == fails
    assert report.conforms == ("violation" not in fails) == bool(report)


def test_paths_become_relative_to_a_folder(tmp_path: Path) -> None:
    inside, outside = tmp_path / "film/data/a.ttl", tmp_path / "b.ttl"
    report = Report([finding(path=inside), finding(path=outside), finding()], files=(inside,))
    there = report.relative_to(tmp_path / "film")
    assert [f.path for f in there.results] == [Path("data/a.ttl"), Path("../b.ttl"), None]
    assert there.files == (Path("data/a.ttl"),)


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────


def test_json_has_a_stable_form() -> None:
    told = json.loads(REPORT.render("json"))
    assert list(told) == ["conforms", "checked", "notes", "results"]
    assert told["conforms"] is False
    assert told["checked"] == {"shapes": 2, "hygiene queries": 1}
    assert told["notes"] == ["slow."]
    assert told["results"][0] == {
        "severity": "violation",
        "kind": "shapes",
        "rule": "ex:S",
        "message": "it is wrong",
        "thing": "ex:a",
        "label": "A",
        "path": "data/a b.ttl",
        "line": 3,
        "remedy": "Mend it.",
    }
    assert [result["path"] for result in told["results"]] == ["data/a b.ttl", "data/a b.ttl", None]
    assert json.loads(Report([]).render("json"))["conforms"] is True


# ── Turtle ───────────────────────────────────────────────────────────────────────────────────────


def values(text: str, name: str) -> list[Any]:
    triples = [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)]
    return [t.object for t in triples if t.predicate.value == SH + name]


def test_turtle_is_the_results_graph_of_the_shapes() -> None:
    text = REPORT.render("ttl")
    assert values(text, "conforms") == [ox.Literal(False)]
    assert values(text, "focusNode") == [ex("a")]
    assert values(text, "resultPath") == [ex("p")]
    assert values(text, "value") == [ox.Literal("x")]
    assert values(text, "resultSeverity") == [ox.NamedNode(SH + "Violation")]
    assert len(values(text, "result")) == 1
    assert "sh:focusNode ex:a" in text
    assert values(Report([]).render("ttl"), "conforms") == [ox.Literal(True)]


# ── SARIF ────────────────────────────────────────────────────────────────────────────────────────


def sarif(report: Report) -> dict[str, Any]:
    told = json.loads(report.render("sarif"))
    assert told["version"] == "2.1.0"
    assert told["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = told["runs"]
    assert set(run) == {"tool", "columnKind", "results"}
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    return dict(run)


def test_sarif_has_what_the_standard_demands() -> None:
    run = sarif(REPORT)
    driver = run["tool"]["driver"]
    assert driver["name"] == "lalakg"
    rules = [rule["id"] for rule in driver["rules"]]
    assert rules == ["ex:S", "ex:T"]
    for rule in driver["rules"]:
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
    for result in run["results"]:
        assert result["ruleId"] in rules
        assert result["level"] in ("none", "note", "warning", "error")
        assert isinstance(result["message"]["text"], str)


def test_sarif_tells_levels_and_places() -> None:
    results = sarif(REPORT)["results"]
    assert [result["level"] for result in results] == ["error", "warning", "note"]
    assert results[0]["message"]["text"] == "ex:a: it is wrong"
    places = [result["locations"][0]["physicalLocation"] for result in results]
    assert [place["region"]["startLine"] for place in places] == [3, 9, 1]
    assert {place["artifactLocation"]["uri"] for place in places} == {"data/a%20b.ttl"}
    assert {unquote(place["artifactLocation"]["uri"]) for place in places} == {"data/a b.ttl"}


def test_sarif_gives_a_place_to_what_has_none_since_github_wants_one() -> None:
    (result,) = sarif(Report([finding()], files=(Path("/tmp/x y.ttl"),)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///tmp/x%20y.ttl"
    assert "locations" not in sarif(Report([finding()]))["results"][0]
    assert sarif(Report([]))["results"] == []


# ── JUnit ────────────────────────────────────────────────────────────────────────────────────────


def test_junit_is_what_ci_servers_read() -> None:
    suite = Xml.fromstring(REPORT.render("junit"))
    assert suite.tag == "testsuite"
    cases = suite.findall("testcase")
    failures = suite.findall("testcase/failure")
    assert (suite.get("tests"), suite.get("failures")) == (str(len(cases)), str(len(failures))) == ("4", "1")
    assert (suite.get("errors"), suite.get("skipped")) == ("0", "0")
    assert all(case.get("name") and case.get("classname") for case in cases)
    assert dict(cases[0].attrib) == {
        "classname": "lalakg.shapes",
        "name": "ex:S ex:a",
        "file": "data/a b.ttl",
        "line": "3",
    }
    assert (failures[0].get("type"), failures[0].get("message")) == ("violation", "it is wrong")
    assert "Mend it." in (failures[0].text or "")
    assert cases[-1].get("name") == "hygiene queries: 1"


def test_junit_keeps_warnings_and_is_xml_whatever_stands_in_the_data() -> None:
    said = Xml.fromstring(REPORT.render("junit")).findall("testcase/system-out")
    assert [text.text for text in said] == [str(REPORT.results[1]), str(REPORT.results[2])]


def test_junit_has_a_test_for_each_kind_that_was_checked() -> None:
    checked = {"shapes": 3, "hygiene queries": 2, "expected answers": 1, "passages": 4, "texts": 5}
    cases = Xml.fromstring(Report([], checked).render("junit")).findall("testcase")
    assert [case.get("name") for case in cases] == [f"{name}: {count}" for name, count in checked.items()]
    wrong = Finding("answers", "http://example.org/Grave", "q", "differs")
    suite = Xml.fromstring(Report([wrong], checked).render("junit"))
    assert (suite.get("tests"), suite.get("failures")) == ("5", "1")


# ── on the command line ──────────────────────────────────────────────────────────────────────────

SHAPES = """@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property ex:S-p , ex:S-q ; skos:editorialNote "Write a number." .
ex:S-p a sh:PropertyShape ; sh:path ex:p ; sh:in ( 1 2 ) ; sh:minCount 1 .
ex:S-q a sh:PropertyShape ; sh:path ex:q ; sh:maxCount 0 ; sh:severity sh:Warning ; sh:message "no q"@en .
"""
GOOD, WARNED, BAD = "ex:p 1", "ex:p 1 ; ex:q 2", "ex:p 3"


@pytest.mark.parametrize(
    ("data", "options", "status"),
    [
        (GOOD, [], 0),
        (GOOD, ["--fail-on", "info"], 0),
        (WARNED, [], 0),
        (WARNED, ["--fail-on", "warning"], 1),
        (WARNED, ["--fail-on", "info"], 1),
        (BAD, [], 1),
        (BAD, ["--fail-on", "warning"], 1),
        (BAD, ["--fail-on", "never"], 2),
        (BAD, ["--format", "yaml"], 2),
        ("ex:p", [], 2),
    ],
)
def test_the_exit_status_tells_the_verdict(
    data: str, options: list[str], status: int, run: Command, tmp_path: Path
) -> None:
    (tmp_path / "data.ttl").write_text(f"@prefix ex: <http://example.org/> .\nex:a a ex:C ; {data} .\n")
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    done = run("check", "data.ttl", "--shapes", "shapes.ttl", *options, cwd=tmp_path)
    assert done.status == status
    assert bool(done.out) == (status < 2)
    for form in FORMATS if not options else ():
        told = run("check", "data.ttl", "--shapes", "shapes.ttl", "-q", "--format", form, cwd=tmp_path)
        assert (told.status, told.err == "") == (status, status < 2)


@pytest.mark.parametrize(
    ("options", "terminal", "patience", "drawn"),
    [((), True, 0, True), (("-q",), True, 0, False), ((), False, 0, False), ((), True, 60, False)],
)
def test_a_long_check_shows_on_a_terminal_how_far_it_is(
    options: tuple[str, ...],
    terminal: bool,
    patience: float,
    drawn: bool,
    run: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "data.ttl").write_text(f"@prefix ex: <http://example.org/> .\nex:a a ex:C ; {BAD} .\n")
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    monkeypatch.setattr(check_command, "_PATIENCE", patience)
    done = run("check", "data.ttl", "--shapes", "shapes.ttl", *options, cwd=tmp_path)
    assert ("checking" in done.err and "100%" in done.err) == drawn
    said = done.err.splitlines()[-1:]  # on a line of its own, below the bar
    assert [line.startswith("shapes: 1 in ") for line in said] == ([] if options else [True])


def test_quiet_leaves_out_the_progress_and_nothing_else(run: Command, tmp_path: Path) -> None:
    (tmp_path / "data.ttl").write_text(f"@prefix ex: <http://example.org/> .\nex:a a ex:C ; {BAD} .\n")
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    loud = run("check", "data.ttl", "--shapes", "shapes.ttl", cwd=tmp_path)
    quiet = run("check", "data.ttl", "--shapes", "shapes.ttl", "-q", cwd=tmp_path)
    assert re.fullmatch(r"shapes: 1 in \d+\.\d\d s\n", loud.err)
    assert (quiet.out, quiet.err) == (loud.out, "")
    assert loud.out == (
        "data.ttl:2: violation: ex:a: ex:p: 3 is none of 1, 2 [ex:S-p]\n"
        "    Write a number.\n"
        "Checked 1 shape: 1 violation.\n"
    )


def test_a_break_in_a_value_does_not_make_two_findings_of_one() -> None:
    told = str(finding(message="a\nb.ttl:1: violation\x01\x1b[31m", label="A\tB", remedy="Mend it."))
    assert told == "violation: ex:a “A B”: a b.ttl:1: violation��[31m [ex:S]\n    Mend it."


def test_one_is_told_as_one() -> None:
    assert Report([], {"shapes": 1, "hygiene queries": 1}).summary == "Checked 1 shape, 1 hygiene query: no faults.\n"
