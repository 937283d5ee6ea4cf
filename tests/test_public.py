"""The public face: about ten names, typed, and nothing heavy loaded before it is used."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

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
    assert 8 <= len(lalakg.__all__) <= 14


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
        "lalakg._folder.folder",
        "lalakg._folder.profile",
        "lalakg._graph.graph",
        "lalakg._narrative.terms",
        "lalakg._rdf.formats",
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
