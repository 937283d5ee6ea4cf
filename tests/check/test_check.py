"""Checks: shapes, hygiene and expected answers, each with file, line and what is at fault."""

from collections.abc import Callable
from pathlib import Path

import pytest

import lalakg
from lalakg._check.findings import Finding
from lalakg._check.report import Report
from lalakg._errors import LalakgError, ParseError, ShapesError

Edit = Callable[[str, str, str], int]


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace some text of a file in a copy of the film's folder; the line where it stands."""

    def change(name: str, old: str, new: str) -> int:
        path = folder / name
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    return change


def found(folder: Path, kind: str, **options: Path) -> list[Finding]:
    return [finding for finding in lalakg.check(lalakg.load(folder), **options).results if finding.kind == kind]  # type: ignore[arg-type]


# The film


def test_the_film_conforms(kg: lalakg.KnowledgeGraph) -> None:
    said: list[str] = []
    report = lalakg.check(kg, progress=said.append)
    assert report.results == []
    assert report.conforms
    assert bool(report)
    assert report.checked["shapes"] >= 50
    assert report.checked["expected answers"] == 52
    assert report.checked["hygiene queries"] == len(kg.catalogue.group("hygiene"))
    assert str(report).startswith("Checked ")
    assert str(report).endswith(": no faults.\n")
    assert [line.split(":")[0] for line in said] == ["shapes", "hygiene queries", "expected answers"]


# Shapes


def test_a_broken_shape_is_reported_with_file_and_line(folder: Path, edit: Edit) -> None:
    old = "lkg:ev-f-kiss\n  a lala:Event ;"
    line = edit("data/montage.ttl", old, old + "\n  lala:hasAgent lkg:mia-story ;")
    (finding,) = [f for f in found(folder, "shapes") if f.rule.startswith("lsh:S08-") and "hasAgent" in f.message]
    assert (finding.path, finding.severity, finding.thing) == (Path("data/montage.ttl"), "violation", "lkg:ev-f-kiss")
    assert finding.line == line + 2, "the very triple"
    assert finding.label == "Mia and Seb kiss"
    assert str(finding).startswith(f"data/montage.ttl:{line + 2}: violation: lkg:ev-f-kiss “Mia and Seb kiss”: S08 ")


def test_a_report_with_a_violation_does_not_conform(folder: Path, edit: Edit) -> None:
    edit("data/worlds.ttl", "  lala:embeddedIn lkg:w-story ;\n", "")
    report = lalakg.check(lalakg.load(folder))
    assert not report
    assert not report.conforms
    assert any("S03" in finding.message for finding in report.results)
    assert "violation" in str(report).splitlines()[-1]


@pytest.mark.slow
def test_both_engines_find_the_same(folder: Path, edit: Edit) -> None:
    edit("data/worlds.ttl", "  lala:embeddedIn lkg:w-story ;\n", "")
    kg = lalakg.load(folder)
    ours, theirs = (lalakg.check(kg, engine=engine) for engine in ("lalakg", "pyshacl"))
    assert {(f.rule, f.thing) for f in ours.results} == {(f.rule, f.thing) for f in theirs.results}


def test_shapes_that_are_none(folder: Path) -> None:
    (folder / "ontology/shapes.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n<urn:s> a sh:NodeShape ; sh:targetNode <urn:x> ;"
        " sh:property [ sh:path 'no path' ; sh:minCount 1 ] .",
        encoding="utf-8",
    )
    with pytest.raises(ShapesError):
        lalakg.check(lalakg.load(folder))


# Hygiene


def test_a_dangling_name_is_found_where_it_stands(folder: Path, edit: Edit) -> None:
    edit(
        "data/claims.ttl",
        "lkg:div-kiss , lkg:ev-f-kiss , lkg:mia-fantasy",
        "lkg:div-kiss , lkg:ev-f-kisss , lkg:mia-fantasy",
    )
    (finding,) = [f for f in found(folder, "hygiene") if f.rule == "dangling-ids"]
    assert "ev-f-kisss" in str(finding)
    assert finding.path == Path("data/claims.ttl")


def test_a_term_that_nobody_declared(folder: Path, edit: Edit) -> None:
    edit("data/worlds.ttl", "  lala:embeddedIn lkg:w-story ;\n", "  lala:embedsIn lkg:w-story ;\n")
    assert [f.thing for f in found(folder, "hygiene") if f.rule == "undeclared-terms"] == ["lala:embedsIn"]


def test_a_warning_is_no_violation(small: Path) -> None:
    (small / "queries/hygiene").mkdir()
    (small / "queries/hygiene/always.rq").write_text(
        "#+ summary: Is there a film?\n#+ severity: warning\nSELECT ?film { ?film a lala:Film }", encoding="utf-8"
    )
    report = lalakg.check(lalakg.load(small))
    assert report.conforms
    assert [(f.severity, f.rule, f.thing, f.path) for f in report.results] == [
        ("warning", "always", "my:film", Path("data/film.ttl"))
    ]
    assert str(report).endswith("1 warning.\n")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#+ summary: Is it?\nASK {}", "always: a hygiene query is a SELECT query"),
        ("#+ summary: Is it?\nSELECT ?x {", "always: query, line 2"),
        ("SELECT ?x {}", r"always\.rq:1:1: a query begins with its question"),
    ],
)
def test_a_hygiene_query_that_cannot_be_asked(small: Path, text: str, words: str) -> None:
    (small / "queries/hygiene").mkdir()
    (small / "queries/hygiene/always.rq").write_text(text, encoding="utf-8")
    with pytest.raises(LalakgError, match=words):
        lalakg.check(lalakg.load(small))


def test_every_header_is_read_in_a_check(small: Path) -> None:
    (small / "queries/questions/bad.rq").write_text("#+ summary: a: b\nASK {}", encoding="utf-8")
    with pytest.raises(ParseError, match=r"bad\.rq:1:1: the header is not YAML"):
        lalakg.check(lalakg.load(small))


# Expected answers


def test_a_wrong_answer_is_a_violation(small: Path) -> None:
    path = small / "queries/questions/what-happens.expected.yaml"
    path.write_text(path.read_text("utf-8").replace("my:ev-return", "my:ev-retrun"), encoding="utf-8")
    question = "What happens in the film, in the order of the story?"
    assert {f.message for f in found(small, "answers")} == {
        f"{question} (my:ev-retrun) is missing.",
        f"{question} (my:ev-return) is not expected.",
    }
    assert {(f.rule, f.path) for f in found(small, "answers")} == {
        ("what-happens", Path("queries/questions/what-happens.expected.yaml"))
    }


def test_a_question_that_cannot_be_asked_is_a_violation(small: Path) -> None:
    path = small / "queries/questions/what-happens.rq"
    path.write_text(path.read_text("utf-8").replace("GROUP BY", "GRUPPE"), encoding="utf-8")
    (finding,) = found(small, "answers")
    assert "query, line" in finding.message
    assert finding.rule == "what-happens"


# Bad input


def test_a_file_that_cannot_be_parsed_is_an_error_not_a_finding(small: Path) -> None:
    (small / "data/story.ttl").write_text("my:x", encoding="utf-8")
    with pytest.raises(ParseError, match=r"story\.ttl:1:1"):
        lalakg.check(lalakg.load(small))


def test_findings_are_sorted_by_place() -> None:
    findings = [
        Finding("shapes", "violation", "b", "m", path=Path("data/b.ttl"), line=10),
        Finding("hygiene", "warning", "a", "m", "x", "an x"),
    ]
    report = Report(findings, {"shapes": 1, "hygiene queries": 2})
    assert str(report) == (
        "data/b.ttl:10: violation: m [b]\n"
        "warning: x “an x”: m [a]\n"
        "Checked 1 shape, 2 hygiene queries: 1 violation, 1 warning.\n"
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff", "what-happens.expected.yaml cannot be read: it is not UTF-8 at byte 1."),
        (b"[", "order of the story? not YAML: did not find expected node content."),
    ],
)
def test_an_expected_answer_that_cannot_be_read_is_a_finding(small: Path, content: bytes, words: str) -> None:
    (small / "queries/questions/what-happens.expected.yaml").write_bytes(content)
    (finding,) = lalakg.check(lalakg.load(small)).results
    assert finding.rule == "what-happens"
    assert finding.message.endswith(words)
