"""Folders: which one is meant, what is in it, and clear words for what is missing or out of place."""

import shutil
from pathlib import Path

import pytest

import lalakg
from conftest import ROOT
from lalakg._errors import FolderError, ParseError
from lalakg._folder.folder import Dataset, Folder, checksum_lines, shipped_folder
from lalakg._folder.profile import NARRATIVE

STRANGER = "<https://elsewhere.example/thing> a lala:Event .\n"
PREFIX = "@prefix lala: <https://w3id.org/lalakg/ontology#> .\n"


def add(folder: Path, text: str, name: str = "more.ttl") -> Path:
    path = folder / "data" / name
    path.write_text(text, encoding="utf-8")
    return path


# Which folder


def test_the_nearest_folder_at_or_above_is_meant(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "data" / "published")
    assert Folder.find().root.samefile(folder)


def test_without_any_the_film_s_own_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert Folder.find().root == shipped_folder()
    assert shipped_folder().samefile(ROOT)


def test_a_folder_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"nowhere: there is no such folder\."):
        Folder.find(tmp_path / "nowhere")
    with pytest.raises(FolderError, match=r"has no data/dataset\.ttl; `lalakg init .*` makes a folder to start from"):
        Folder.find(str(tmp_path))
    (tmp_path / "file").touch()
    with pytest.raises(FolderError, match="there is no such folder"):
        Folder.find(tmp_path / "file")


# What is in it


def test_what_is_generated_is_not_authored(folder: Path) -> None:
    found = Folder(folder)
    assert found.data == sorted([*folder.glob("data/*.ttl"), *folder.glob("data/debate/*.ttl")])
    assert folder / "data/debate/facts.ttl" in found.data
    assert found.published == folder / "data/published/lalakg.ttl"


def test_the_dataset_s_description_is_the_configuration(folder: Path) -> None:
    assert Folder(folder).dataset == Dataset(
        "https://w3id.org/lalakg/dataset", "https://w3id.org/lalakg/id/", "lalakg", (NARRATIVE,)
    )
    assert Folder(folder).dataset.graphs == "https://w3id.org/lalakg/graph/"


def test_a_folder_without_an_ontology_uses_the_film_s(small: Path) -> None:
    assert Folder(small).ontology == shipped_folder() / "ontology"
    assert Folder(small).shapes.is_file()
    assert Folder(small).rules == sorted((ROOT / "ontology/rules").glob("*.rq"))


def test_the_groups_of_queries_are_the_folder_s_own_and_the_shared_ones(small: Path) -> None:
    catalogue = Folder(small).catalogue
    assert catalogue.groups == ["questions", "explore", "wikidata", "hygiene"]
    assert [query.name for query in catalogue.group("questions")] == ["what-happens"]
    assert "who-plays-whom" not in catalogue
    assert "what-differs" in catalogue


def test_an_own_group_takes_the_place_of_the_shared_one(small: Path) -> None:
    (small / "queries/explore").mkdir()
    (small / "queries/explore/mine.rq").write_text("#+ summary: Mine?\nASK {}", encoding="utf-8")
    assert [query.name for query in Folder(small).catalogue.group("explore")] == ["mine"]


def test_the_context_has_the_folder_s_base(small: Path, folder: Path) -> None:
    assert Folder(small).context["@base"] == "https://example.org/my-film/id/"
    assert Folder(folder).context["@base"] == "https://w3id.org/lalakg/id/"


# What is missing or out of place


@pytest.mark.parametrize("name", ["lala.ttl", "vocab.ttl", "shapes.ttl", "context.jsonld"])
def test_a_file_that_an_ontology_needs(folder: Path, name: str) -> None:
    (folder / "ontology" / name).unlink()
    with pytest.raises(FolderError, match=rf"{name} is missing; without a folder ontology/ the one .* is used"):
        _ = (Folder(folder).vocabularies, Folder(folder).shapes, Folder(folder).context)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [("{\n  oops\n}", 2, "not JSON"), ("[]", 1, "@context"), ('{"@graph": []}', 1, "@context")],
)
def test_a_context_that_is_none(folder: Path, text: str, line: int, words: str) -> None:
    (folder / "ontology/context.jsonld").write_text(text, encoding="utf-8")
    with pytest.raises(ParseError, match=words) as raised:
        _ = Folder(folder).context
    assert raised.value.line == line


def test_a_dataset_without_a_base(small: Path) -> None:
    path = small / "data/dataset.ttl"
    path.write_text(path.read_text("utf-8").replace("void:uriSpace", "void:other"), encoding="utf-8")
    with pytest.raises(FolderError, match=r"dataset\.ttl names no base for IRIs; add a line: void:uriSpace"):
        _ = Folder(small).dataset


@pytest.mark.parametrize("name", ["a/b", "../up", "", ".hidden", "two words"])
def test_an_identifier_that_cannot_name_files(small: Path, name: str) -> None:
    path = small / "data/dataset.ttl"
    path.write_text(path.read_text("utf-8").replace('identifier "my-film"', f'identifier "{name}"'), encoding="utf-8")
    with pytest.raises(FolderError, match=r"dcterms:identifier .* cannot name files"):
        _ = Folder(small).dataset


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{PREFIX}\n# a comment\n{STRANGER}", 4),
        (f"{PREFIX}@prefix x: <https://elsewhere.example/> .\n\nx:thing\n  a lala:Event .\n", 4),
        (f"{PREFIX}@base <https://elsewhere.example/> .\n<thing> a lala:Event .\n", 3),
        (f"{PREFIX}<https://elsewhere.example/\\u0074hing> a lala:Event .\n", 2),
        (
            f"{PREFIX}@prefix x: <https://elsewhere.example/> .\nx:th\\u0069ng a lala:Event .\n".replace(
                "\\u0069", "i"
            ),
            3,
        ),
    ],
    ids=["address", "prefixed", "relative", "escaped", "plain"],
)
def test_an_iri_outside_the_base_is_an_error_with_its_line(small: Path, text: str, line: int) -> None:
    path = add(small, text)
    with pytest.raises(ParseError, match=r"lies outside the graph's base <https://example\.org/my-film/id/>") as raised:
        Folder(small).read()
    assert (raised.value.path, raised.value.line) == (path, line)
    assert raised.value.text == text.splitlines()[line - 1]


def test_the_dataset_itself_may_lie_outside_the_base(small: Path) -> None:
    assert Folder(small).read()


# Fresh or stale


def test_the_published_graph_is_fresh_until_something_changes(folder: Path) -> None:
    assert Folder(folder).is_fresh()
    assert not Folder(add(folder, "").parents[1]).is_fresh()


@pytest.mark.parametrize(
    "name", ["data/story.ttl", "ontology/lala.ttl", "ontology/rules/times.rq", "ontology/context.jsonld"]
)
def test_an_edit_makes_the_published_graph_stale(folder: Path, name: str) -> None:
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert not Folder(folder).is_fresh()


@pytest.mark.parametrize(
    "name", ["data/links.ttl", "ontology/rules/times.rq", "data/published/lalakg.ttl", "data/published/SHA256SUMS"]
)
def test_a_file_less_makes_the_published_graph_stale(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert not Folder(folder).is_fresh()


@pytest.mark.parametrize("name", ["lalakg.ttl", "SHA256SUMS"])
def test_a_spoilt_published_graph_is_not_used(folder: Path, name: str) -> None:
    path = folder / "data/published" / name
    path.write_bytes(b"\xff" + path.read_bytes())
    assert not Folder(folder).is_fresh()
    assert lalakg.load(folder).query("who-plays-whom").render("csv").startswith("character")


def test_files_that_do_not_count_change_nothing(folder: Path) -> None:
    (folder / "queries/questions/mine.rq").write_text("#+ summary: Mine?\nASK {}", encoding="utf-8")
    (folder / "data/notes.txt").write_text("not Turtle", encoding="utf-8")
    assert Folder(folder).is_fresh()


def test_the_sums_are_as_sha256sum_writes_them(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"")
    (tmp_path / "a").write_bytes(b"x")
    assert checksum_lines({"b": tmp_path / "b", "a": tmp_path / "a"}) == [
        "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  a",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b",
    ]


def test_the_wheel_s_copy_comes_before_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "lalakg"
    shutil.copytree(ROOT / "data", package / "film/data")
    monkeypatch.setattr("lalakg._folder.folder.__file__", str(package / "_folder/folder.py"))
    assert shipped_folder.__wrapped__() == package / "film"
