"""Checks against the source: locators that agree with it, and no words of it in ours."""

from pathlib import Path

import pytest

import lalakg
from lalakg._check.report import Finding
from lalakg._errors import FolderError
from lalakg._narrative.locators import SourceText

TEXT = """About something that we saw.

The hero packs a small bag and leaves the town by the early train.
In the end, after many years, the hero comes home again and nobody knows the face."""


def found(folder: Path, kind: str, **options: Path) -> list[Finding]:
    return [finding for finding in lalakg.check(lalakg.load(folder), **options).results if finding.kind == kind]  # type: ignore[arg-type]


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


def test_the_film_agrees_with_the_article_and_copies_nothing(kg: lalakg.KnowledgeGraph, source: Path) -> None:
    report = lalakg.check(kg, source=source)
    assert report.results == []
    assert report.checked["passages"] == 112
    assert report.checked["texts"] > 400
