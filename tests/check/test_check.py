"""Checks: shapes, hygiene, expected answers and the source, each with file, line and what is at fault."""

from collections.abc import Callable
from pathlib import Path

import pytest

import lalakg
from lalakg._check.findings import Finding
from lalakg._check.report import Report
from lalakg._errors import FolderError, LalakgError, ParseError, ShapesError
from lalakg._narrative.locators import SourceText

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


def test_the_film_agrees_with_the_article_and_copies_nothing(kg: lalakg.KnowledgeGraph, source: Path) -> None:
    report = lalakg.check(kg, source=source)
    assert report.results == []
    assert report.checked["passages"] == 112
    assert report.checked["texts"] > 400


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


# Against a source

TEXT = """About something that we saw.

The hero packs a small bag and leaves the town by the early train.
In the end, after many years, the hero comes home again and nobody knows the face."""


@pytest.fixture
def reviewed(small: Path) -> Path:
    """The small folder, its claim resting on a source of which there is a copy beside it: source.txt."""
    path = small.parent / "source.txt"
    path.write_bytes(TEXT.encode())
    text = SourceText.read(path)
    for name, old, new in (
        ("story", 'lala:locator "p1"', f'lala:locator "{text.locate("comes home again")}"'),
        (
            "film",
            'rdfs:label "a review of the film"@en ;',
            f'rdfs:label "a review of the film"@en ;\n  lala:characterCount {len(TEXT)} ;\n  lala:paragraphCount 3 ;\n'
            f'  lala:sha256 "{text.sha256}" ;',
        ),
    ):
        file = small / f"data/{name}.ttl"
        content = file.read_text("utf-8")
        assert old in content
        file.write_text(content.replace(old, new), encoding="utf-8")
    return small


def spoil(folder: Path, old: str, new: str) -> None:
    path = folder / "data/story.ttl"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")


def test_a_folder_that_agrees_with_its_source(reviewed: Path) -> None:
    report = lalakg.check(lalakg.load(reviewed), source=reviewed.parent / "source.txt")
    assert [str(finding) for finding in report.results] == []
    assert report.checked["passages"] == 1
    assert report.checked["texts"] > 5


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ("sha256-", "sha256-0", {"hash"}),
        ('"p3 ', '"p2 ', {"paragraph"}),
        ("again", "agian", {"text fragment"}),
    ],
)
def test_a_locator_that_does_not_agree(reviewed: Path, old: str, new: str, rules: set[str]) -> None:
    path = reviewed / "data/story.ttl"
    before, locator, after = path.read_text("utf-8").partition("lala:locator")
    line, newline, rest = after.partition("\n")
    if old == "sha256-":
        line = line.replace("sha256-" + line.split("sha256-")[1][:4], "sha256-0000")
    else:
        line = line.replace(old, new)
    path.write_text(before + locator + line + newline + rest, encoding="utf-8")
    findings = found(reviewed, "passages", source=reviewed.parent / "source.txt")
    assert {finding.rule for finding in findings} == rules
    assert {finding.path for finding in findings} == {Path("data/story.ttl")}
    assert all("lalakg locate" in finding.remedy for finding in findings)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The hero goes, and nobody knows the face any more.", 1),
        ("So the hero comes home again, they say.", 1),
        ("The hero goes away by train, and returns much later.", 0),
    ],
)
def test_copied_words_are_noticed(reviewed: Path, text: str, count: int) -> None:
    spoil(reviewed, "The hero sets out and comes home again.", text)
    findings = found(reviewed, "texts", source=reviewed.parent / "source.txt")
    assert [(f.rule, f.thing, f.path) for f in findings] == [
        ("no-copying", "my:claim-1", Path("data/story.ttl"))
    ] * count


def test_a_source_that_is_another(reviewed: Path, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("Something else.", encoding="utf-8")
    (finding,) = found(reviewed, "passages", source=tmp_path / "other.txt")
    assert "no source in the graph has the SHA-256 of that file; is it the right one?" in finding.message


def test_a_source_that_is_not_there(reviewed: Path, tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"nothing\.txt cannot be read"):
        lalakg.check(lalakg.load(reviewed), source=tmp_path / "nothing.txt")


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
