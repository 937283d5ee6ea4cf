"""`init`: a folder of another film that passes check and build as it stands."""

import ast
import re
import shlex
from pathlib import Path

import pytest

import lalakg
from conftest import ROOT, Command
from lalakg._errors import InvalidValue, OutputError
from lalakg._folder.folder import Folder

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)
FILES = [
    "data/dataset.ttl",
    "data/film.ttl",
    "data/story.ttl",
    "queries/questions/what-happens.expected.yaml",
    "queries/questions/what-happens.rq",
]


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_new_folder_has_just_what_it_needs(tmp_path: Path) -> None:
    assert lalakg.init(tmp_path / "my-film") == FILES
    assert files(tmp_path / "my-film") == FILES


def test_it_passes_check_without_a_word(tmp_path: Path) -> None:
    lalakg.init(tmp_path / "my-film")
    report = lalakg.check(lalakg.load(tmp_path / "my-film"))
    assert [str(finding) for finding in report.results] == []
    assert report.checked["expected answers"] == 1


def test_it_builds(tmp_path: Path) -> None:
    lalakg.init(tmp_path / "my-film")
    made = lalakg.build(lalakg.load(tmp_path / "my-film"), tmp_path / "dist")
    assert "my-film.ttl" in made.files


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("casablanca", None),
        ("Amélie (2001)", None),
        ("映画", None),
        ("other", "https://films.example/other/id/"),
        ("other", "http://films.example:8080/é/id/"),
    ],
)
def test_it_passes_under_any_name_and_base(tmp_path: Path, name: str, base: str | None) -> None:
    lalakg.init(tmp_path / name, base)
    kg = lalakg.load(tmp_path / name)
    assert base is None or kg.base == base
    assert kg.base.endswith("/id/")
    assert lalakg.check(kg).conforms
    assert lalakg.build(kg, tmp_path / "dist").triples
    rows = kg.query("what-happens")
    assert rows.cells(["event"]) == [["my:ev-leave"], ["my:ev-return"]]  # type: ignore[attr-defined]


def test_the_name_becomes_part_of_the_base_and_of_the_files(tmp_path: Path) -> None:
    lalakg.init(tmp_path / "The Third Man")
    found = Folder(tmp_path / "The Third Man").dataset
    assert (found.base, found.name) == ("https://example.org/the-third-man/id/", "the-third-man")
    assert found.iri == "https://example.org/the-third-man/dataset"


def test_what_it_writes_is_in_canonical_form(tmp_path: Path, run: Command) -> None:
    for name in ("my-film", "zebra"):
        lalakg.init(tmp_path / name)
        done = run("-C", tmp_path / name, "format", "--check")
        assert (done.status, done.err) == (0, "3 files, 0 to format.\n")


def test_nothing_in_it_names_our_film(tmp_path: Path) -> None:
    lalakg.init(tmp_path / "my-film")
    for name in files(tmp_path / "my-film"):
        text = (tmp_path / "my-film" / name).read_text("utf-8")
        assert not re.search(r"la la land|lkg:|\bmia\b|\bseb|chazelle|montage", text, re.IGNORECASE), name


OURS = re.compile(r"lkg:[\w-]+|/lalakg/id/[\w-]+|cc12bcc0|la la land|chazelle", re.IGNORECASE)


@pytest.mark.parametrize(
    "part", ["ontology/rules", "ontology/shapes.ttl", "queries/hygiene", "queries/explore", "queries/wikidata"]
)
def test_rules_shapes_and_shared_queries_name_no_film(part: str) -> None:
    """But for defaults, which another folder's author replaces, and examples in words."""
    place = ROOT / part
    for path in sorted(place.rglob("*.rq")) if place.is_dir() else [place]:
        text = re.sub(r"^#[^\n]*|VALUES \?\w+ \{[^}]*\}", "", path.read_text("utf-8"), flags=re.MULTILINE)
        assert OURS.search(text) is None, path.name


def test_the_package_names_no_film_but_in_examples_of_help() -> None:
    for path in sorted((ROOT / "src").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        prose = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, DOCUMENTED)}
        texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)} - prose
        assert [text for text in texts if isinstance(text, str) and OURS.search(text)] == [], path.name


def test_an_empty_folder_is_filled_also_the_one_that_one_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new").mkdir()
    monkeypatch.chdir(tmp_path / "new")
    lalakg.init(".")
    assert files(tmp_path / "new") == FILES
    assert [path.name for path in tmp_path.iterdir()] == ["new"]
    assert Folder.find().root.samefile(tmp_path / "new"), "the shell still stands in it"
    assert Folder.find().dataset.name == "new"


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(OutputError, match="is there already; name a new folder"):
        lalakg.init(tmp_path)
    with pytest.raises(OutputError, match="is there already"):
        lalakg.init(tmp_path / "thesis.txt")
    assert files(tmp_path) == ["thesis.txt"]


@pytest.mark.parametrize("place", ["file/new", "/proc/nowhere/new"])
def test_a_place_that_cannot_be_written(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        lalakg.init(tmp_path / place)
    assert files(tmp_path) == ["file"]


@pytest.mark.parametrize(
    "base",
    [
        "https://example.org/",
        "nonsense",
        "https://a b/id/",
        "ftp://example.org/id/",
        "https://[/id/",
        "https://x/%/id/",
    ],
)
def test_a_base_that_is_none(tmp_path: Path, base: str) -> None:
    with pytest.raises(InvalidValue, match="is no base; it is an address that ends in /id/, such as"):
        lalakg.init(tmp_path / "new", base)
    assert files(tmp_path) == []


def test_the_next_command_can_be_pasted(run: Command, tmp_path: Path) -> None:
    done = run("init", tmp_path / "my Film ü")
    command = done.err.splitlines()[-1].partition("Next: ")[2]
    assert shlex.split(command) == ["lalakg", "-C", str(tmp_path / "my Film ü"), "check"]


def test_another_film_is_asked_across_to_wikidata(small: Path, run: Command) -> None:
    (small / "slice.ttl").write_text(
        "<http://www.wikidata.org/entity/Q1> <http://www.wikidata.org/prop/direct/P57> <urn:someone> .",
        encoding="utf-8",
    )
    done = run("-C", small, "query", "where-wikidata-differs", "--with", small / "slice.ttl", "--format", "csv")
    assert (done.status, done.err) == (0, "")
    refused = run("-C", small, "query", "films-of-the-director", "--item", "wd:Q25191")
    assert "--service" in refused.err
