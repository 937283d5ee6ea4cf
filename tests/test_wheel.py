"""The wheel: installed into an empty environment, everything works in an empty folder."""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT
from support.browsing import need_the_bundle

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", out, ROOT], check=True, cwd=out
    )
    (found,) = out.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """The programs of a fresh environment with the wheel and what it needs."""
    place = wheel.parent / "venv"
    venv.create(place, with_pip=True)
    subprocess.run([place / "bin/python", "-m", "pip", "install", "--quiet", wheel], check=True, cwd=wheel.parent)
    return place / "bin"


def test_the_wheel_carries_what_the_folder_has_and_nothing_else(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    film = {name.removeprefix("lalakg/film/") for name in names if name.startswith("lalakg/film/")}
    expected = {
        path.relative_to(ROOT).as_posix()
        for part in ("data", "ontology", "queries")
        for path in (ROOT / part).rglob("*")
        if path.is_file()
    }
    assert film == expected
    assert {"lalakg/py.typed", "lalakg/template/data/dataset.ttl"} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith(("tests", "docs"))]


def test_the_wheel_carries_what_runs_in_the_pages(wheel: Path) -> None:
    need_the_bundle()
    with zipfile.ZipFile(wheel) as archive:
        web = {
            name.removeprefix("lalakg/_web/"): name for name in archive.namelist() if name.startswith("lalakg/_web/")
        }
        notices = archive.read(web["THIRD-PARTY-NOTICES.txt"]).decode()
    assert web.keys() >= {"query.js", "query.css", "search.js", "worker.js", "editor.js", "oxigraph_bg.wasm.gz"}
    lock = json.loads((ROOT / "web/package-lock.json").read_text())
    bundled = set(lock["packages"][""]["dependencies"])
    assert bundled <= {line.split()[0] for line in re.findall(r"^@?[\w/-]+ [0-9.]+$", notices, re.MULTILINE)}
    assert wheel.stat().st_size < 4_000_000


def test_without_npm_the_wheel_is_made_all_the_same(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, tracked.split("\0")):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, clone / name)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--verbose", "--no-deps", "--wheel-dir", tmp_path, clone],
        check=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PATH": str(tmp_path / "nothing")},
    )
    assert "cannot be built: npm is not installed" in done.stdout + done.stderr
    (made,) = tmp_path.glob("*.whl")
    assert not [name for name in zipfile.ZipFile(made).namelist() if "_web" in name]


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = archive.read(name).decode()
    assert "Name: lalakg\n" in metadata
    assert "License-Expression: MIT AND CC-BY-4.0\n" in metadata


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["query", "who-plays-whom"], "lkg:mia    Mia             lkg:emma-stone    Emma Stone"),
        (["describe", "ev-f-kiss"], "F63   This time, in place of that, the two kiss."),
        (["check", "-q"], "no faults"),
        (["build", "-q", "dist"], "Built "),
        (["init", "my-film"], ""),
    ],
)
def test_every_command_works_in_an_empty_folder(installed: Path, tmp_path: Path, words: list[str], text: str) -> None:
    done = subprocess.run([installed / "lalakg", *words], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert text in done.stdout


def test_the_film_is_read_from_the_wheel_and_is_fresh(installed: Path, tmp_path: Path) -> None:
    code = "import json, lalakg; kg = lalakg.load(); print(json.dumps([str(kg.folder.root), kg.folder.is_fresh()]))"
    done = subprocess.run([installed / "python", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    root, fresh = json.loads(done.stdout)
    assert root.endswith("lalakg/film")
    assert fresh is True


def test_nothing_that_is_needed_is_missing(installed: Path, tmp_path: Path) -> None:
    subprocess.run([installed / "python", "-m", "pip", "check"], cwd=tmp_path, check=True, capture_output=True)
    subprocess.run([installed / "python", "-W", "error", "-c", "from lalakg import *"], cwd=tmp_path, check=True)
