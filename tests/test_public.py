"""The public face: what a user calls, and what a user meets; typed, and nothing heavy loaded before it is used."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import lalakg
from conftest import ROOT

HEAVY = ("SPARQLWrapper", "pandas", "pyshacl", "rdflib", "yaml")
SAY_WHAT_IS_LOADED = "import json, sys; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"


def loaded_after(code: str, cwd: Path) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{SAY_WHAT_IS_LOADED}"], cwd=cwd, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def command(*words: str) -> str:
    return f"""
from lalakg._cli.group import cli
try:
    cli.main({list(words)!r})
except SystemExit as stopped:
    assert not stopped.code, stopped.code
"""


def test_public_names_are_few_and_sorted() -> None:
    assert lalakg.__all__ == sorted(lalakg.__all__)
    assert len(lalakg.__all__) <= 30


def test_completion_shows_every_public_name(tmp_path: Path) -> None:
    code = "import lalakg; print(sorted({*lalakg.__all__, '__version__'} - {*dir(lalakg)}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_every_error_that_a_user_may_meet_is_public() -> None:
    tree = {lalakg.LalakgError}
    while more := {below for error in tree for below in error.__subclasses__()} - tree:
        tree |= more
    assert {error.__name__ for error in tree if error.__module__ == "lalakg._errors"} <= {*lalakg.__all__}


WRONG: list[Any] = [None, 5, ["x", 5], b"data"]
CALLS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "load": ("path", lalakg.load),
    "query": ("name", lambda value: lalakg.load(ROOT).query(value)),
    "sparql": ("text", lambda value: lalakg.load(ROOT).sparql(value)),
    "describe": ("name", lambda value: lalakg.load(ROOT).describe(value)),
    "add": ("path", lambda value: lalakg.load(ROOT).add(value)),
    "check": ("data", lambda value: lalakg.check(value, shapes="shapes.ttl")),
    "check, shapes": ("shapes", lambda value: lalakg.check("data.ttl", shapes=value)),
    "check, source": ("source", lambda value: lalakg.check(lalakg.load(ROOT), source=value)),
    "diff, a": ("a", lambda value: lalakg.diff(value, ROOT)),
    "diff, b": ("b", lambda value: lalakg.diff([], value)),
    "build": ("kg", lambda value: lalakg.build(value, "dist")),
    "build, out": ("out", lambda value: lalakg.build(lalakg.load(ROOT), value)),
    "export": ("kg", lambda value: lalakg.export(value, "ttl")),
    "export, format": ("format_name", lambda value: lalakg.export(lalakg.load(ROOT), value)),
    "load_into": ("data", lambda value: lalakg.load_into(value, "http://127.0.0.1:9")),
    "load_into, url": ("url", lambda value: lalakg.load_into("data.ttl", value)),
    "init": ("folder", lalakg.init),
    "init, base": ("base", lambda value: lalakg.init("my-film", value)),
}
MEANS_SOMETHING = {"load", "check, shapes", "check, source", "init, base"}  # None does, in these


@pytest.mark.parametrize("value", WRONG, ids=repr)
@pytest.mark.parametrize("name", CALLS)
def test_a_wrong_type_is_one_clear_error_that_names_the_argument(
    name: str, value: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if value is None and name in MEANS_SOMETHING:
        return
    monkeypatch.chdir(tmp_path)
    argument, call = CALLS[name]
    with pytest.raises(lalakg.InvalidValue, match=rf"\A{argument} takes .+, not .+\.\Z"):
        call(value)
    assert list(tmp_path.iterdir()) == []


def test_a_path_may_be_text_everywhere(tmp_path: Path) -> None:
    assert lalakg.init(str(tmp_path / "my-film"))
    kg = lalakg.load(str(tmp_path / "my-film"))
    assert lalakg.build(kg, str(tmp_path / "dist")).triples == len(kg.triples)
    assert not lalakg.diff(str(tmp_path / "my-film"), str(tmp_path / "dist/my-film.ttl"))
    data, shapes = str(tmp_path / "my-film/data/story.ttl"), str(ROOT / "ontology/shapes.ttl")
    assert lalakg.check(data, shapes=shapes) == lalakg.check([data], shapes=Path(shapes))
    kg.add(data)


@pytest.mark.parametrize("name", lalakg.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    assert getattr(lalakg, name).__doc__


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = lalakg.nonsense


def test_no_room_hides_a_public_name() -> None:
    rooms = {path.stem for path in Path(lalakg.__file__).parent.iterdir() if not path.name.startswith("__")}
    assert rooms & set(lalakg.__all__) == set()


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(lalakg.__file__).parent / "py.typed").is_file()


@pytest.mark.parametrize(
    "code",
    [
        "import lalakg",
        command("--version"),
        command("--help"),
        command("query", "--help"),
        command("check", "--help"),
        command("build", "--help"),
        "from lalakg import *",
    ],
    ids=["import", "--version", "--help", "query --help", "check --help", "build --help", "import *"],
)
def test_starting_loads_nothing_heavy(code: str, tmp_path: Path) -> None:
    assert loaded_after(code, tmp_path) & set(HEAVY) == set()


@pytest.mark.parametrize("words", [("--version",), ("--help",)])
def test_help_loads_no_more_than_the_command_line(words: tuple[str, ...], tmp_path: Path) -> None:
    assert loaded_after(command(*words), tmp_path) & {"importlib_metadata", "pyoxigraph", "dataclasses"} == set()


def test_a_cold_query_loads_only_what_it_runs(tmp_path: Path) -> None:
    """An import that creeps in costs every query that is typed."""
    code = command("query", "who-plays-whom") + "\nimport sys; print(*(m for m in sys.modules if 'lalakg' in m))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    modules = {name for name in done.stdout.splitlines()[-1].split() if name.count(".") == 2}
    assert modules == {
        "lalakg._cli.group",
        "lalakg._cli.query",
        "lalakg._folder.catalogue",
        "lalakg._folder.discovery",
        "lalakg._folder.folder",
        "lalakg._folder.profile",
        "lalakg._graph.graph",
        "lalakg._narrative.terms",
        "lalakg._rdf.formats",
        "lalakg._rdf.input_bounds",
        "lalakg._rdf.input_formats",
        "lalakg._rdf.packed",
        "lalakg._rdf.parser",
        "lalakg._rdf.terms",
        "lalakg._sparql.engine",
        "lalakg._sparql.results",
        "lalakg._sparql.service",
    }


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == lalakg.__version__


def test_importing_the_package_does_not_even_load_the_store(tmp_path: Path) -> None:
    assert loaded_after("import lalakg", tmp_path) & {"click", "pyoxigraph"} == set()


def test_asking_a_ready_made_query_loads_nothing_heavy(tmp_path: Path) -> None:
    assert loaded_after(command("query", "who-plays-whom"), tmp_path) & set(HEAVY) == set()


def test_its_header_is_read_only_for_its_parameters(tmp_path: Path) -> None:
    words = command("query", "who-claims", "--about", "div-kiss")
    assert loaded_after(words, tmp_path) & set(HEAVY) == {"yaml"}


def test_describing_loads_nothing_heavy(tmp_path: Path) -> None:
    assert loaded_after(command("describe", "ev-f-kiss"), tmp_path) & set(HEAVY) == set()
