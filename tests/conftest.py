"""What many tests need: the film's graph, a folder to spoil, and the command line, in this process or as a real one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

import lalakg
from lalakg._cli import main
from lalakg._sparql.http import Session
from support.wikidata.service import Wikidata, serving

ROOT = Path(__file__).parents[1]
LALAKG = Path(sys.executable).with_name("lalakg")

settings.register_profile("lalakg", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("lalakg")


@dataclass(frozen=True)
class Outcome:
    """What a command left behind: its exit status, its data and its words."""

    status: int
    out: str
    err: str


Command = Callable[..., Outcome]


def missing(reason: str) -> NoReturn:
    """Skip a test that needs what this machine lacks; fail it in CI, where nothing may be lacking."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a developer has set, or was answered before, must not change what a command does here."""
    for name in ("LALAKG_SOURCE", "LALAKG_PASSWORD", "LALAKG_TOKEN", "LALAKG_CONTACT", "LALAKG_WIKIDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that would have been made before asking a store again."""
    made: list[float] = []
    monkeypatch.setattr(Session, "sleep", staticmethod(made.append))
    return made


SOURCE = os.environ.get("LALAKG_SOURCE")


@pytest.fixture(scope="session")
def source() -> Path:
    """The local copy of the article, whose words are no part of the repository."""
    if not SOURCE:
        pytest.skip("LALAKG_SOURCE names no local copy of the article, so hashes and copying cannot be checked")
    return Path(SOURCE)


@pytest.fixture(scope="session")
def kg() -> lalakg.KnowledgeGraph:
    """The repository's graph, for tests that only read it."""
    return lalakg.load(ROOT)


def copy_of_the_film(target: Path) -> Path:
    for part in ("data", "ontology", "queries"):
        shutil.copytree(ROOT / part, target / part)
    return target


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the repository's folder."""
    return copy_of_the_film(tmp_path / "film")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """What `lalakg init` makes: a folder of another film, quick to check."""
    lalakg.init(tmp_path / "my-film")
    return tmp_path / "my-film"


LIVE = os.environ.get("LALAKG_TEST_LIVE", "")


@pytest.fixture
def wikidata() -> Iterator[Wikidata]:
    """What stands for Wikidata."""
    with serving() as server:
        yield server


@pytest.fixture
def at(wikidata: Wikidata) -> list[str]:
    """The options that say whom to ask: the stand-in or, with a contact in LALAKG_TEST_LIVE, Wikidata itself."""
    return ["--contact", LIVE] if LIVE else ["--wikidata", wikidata.url]


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited, without the waiting."""
    made: list[float] = []
    monkeypatch.setattr(Session, "sleep", staticmethod(made.append))
    return made


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command line in this process, which is quick; `cwd` is where."""

    def command(*words: object, cwd: Path | None = None) -> Outcome:
        with monkeypatch.context() as here:
            here.setattr(sys, "argv", ["lalakg", *map(str, words)])
            if cwd:
                here.chdir(cwd)
            with pytest.raises(SystemExit) as stopped:
                main()
        out, err = capsys.readouterr()
        return Outcome(int(stopped.value.code or 0), out, err)

    return command


@pytest.fixture
def spawn(tmp_path: Path) -> Command:
    """Run the installed command as a process of its own; `cwd` is where, `env` what to set."""

    def command(*words: object, cwd: Path = tmp_path, env: dict[str, str] | None = None) -> Outcome:
        kept = {name: value for name, value in os.environ.items() if name != "LALAKG_SOURCE"}
        done = subprocess.run(
            [LALAKG, *map(str, words)],
            cwd=cwd,
            env={**kept, **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    return command
