"""Build: a folder that is whole or absent, and never one that somebody else has made."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

import lalakg
from conftest import ROOT
from lalakg._check.report import Report
from lalakg._errors import OutputError
from lalakg._publish.build import NotConforming
from lalakg._rdf.formats import MEDIA_TYPES
from support.folders import digests, leftovers

NOBODY = 65534


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lalakg._publish.build.check", lambda *_, **__: Report([]))


def test_a_build_says_what_it_made(small: Path, unchecked: None, tmp_path: Path) -> None:
    said: list[str] = []
    made = lalakg.build(lalakg.load(small), tmp_path / "deep/er/dist", progress=said.append)
    assert made.folder == tmp_path / "deep/er/dist"
    assert made.files == {name: (made.folder / name).stat().st_size for name in made.files}
    assert set(made.files) == set(digests(made.folder))
    assert made.triples == len(lalakg.load(small).triples)
    assert [line.split(":")[0] for line in said] == [f"my-film.{form}" for form in MEDIA_TYPES]
    assert made.folder.stat().st_mode & 0o777 == 0o755
    assert leftovers(made.folder.parent) == []


def test_a_new_build_takes_the_place_of_the_old(small: Path, unchecked: None, tmp_path: Path) -> None:
    lalakg.build(lalakg.load(small), tmp_path / "dist")
    (small / "data/film.ttl").write_text(
        (small / "data/film.ttl").read_text("utf-8").replace("My film", "Ours"), "utf-8"
    )
    lalakg.build(lalakg.load(small), tmp_path / "dist")
    assert '"Ours"@en' in (tmp_path / "dist/my-film.ttl").read_text("utf-8")
    assert leftovers(tmp_path) == []


def test_a_graph_that_does_not_conform_is_not_built(small: Path, tmp_path: Path) -> None:
    path = small / "data/story.ttl"
    path.write_text(path.read_text("utf-8").replace("  lala:certainty lv:asserted ;\n", ""), encoding="utf-8")
    with pytest.raises(NotConforming, match="Nothing was written") as raised:
        lalakg.build(lalakg.load(small), tmp_path / "dist")
    assert not raised.value.report.conforms
    assert not (tmp_path / "dist").exists()
    assert leftovers(tmp_path) == []


def foreign(folder: Path, kind: str) -> None:
    """Folders that no build made."""
    folder.mkdir()
    (folder / "thesis.txt").write_text("precious", encoding="utf-8")
    if kind == "sums":
        (folder / "SHA256SUMS").write_text("0  something.iso\n", encoding="ascii")
    if kind == "published":
        shutil.copytree(ROOT / "data/published", folder, dirs_exist_ok=True)


@pytest.mark.parametrize("kind", ["files", "sums", "published"])
def test_a_folder_that_no_build_made_is_left_alone(small: Path, unchecked: None, tmp_path: Path, kind: str) -> None:
    foreign(tmp_path / "dist", kind)
    before = digests(tmp_path / "dist")
    with pytest.raises(
        OutputError, match=r"holds .*, which was not made by `lalakg build`; name another folder, or empty it"
    ):
        lalakg.build(lalakg.load(small), tmp_path / "dist")
    assert digests(tmp_path / "dist") == before


def test_what_was_put_into_a_build_is_not_thrown_away(small: Path, unchecked: None, tmp_path: Path) -> None:
    lalakg.build(lalakg.load(small), tmp_path / "dist")
    (tmp_path / "dist/notes.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(OutputError, match=r"notes\.txt"):
        lalakg.build(lalakg.load(small), tmp_path / "dist")
    assert (tmp_path / "dist/notes.txt").read_text("utf-8") == "precious"


def test_a_file_is_no_folder(small: Path, tmp_path: Path) -> None:
    (tmp_path / "dist").write_text("precious", encoding="utf-8")
    with pytest.raises(OutputError, match="is a file; name a folder"):
        lalakg.build(lalakg.load(small), tmp_path / "dist")
    assert (tmp_path / "dist").read_text("utf-8") == "precious"


@pytest.mark.parametrize("place", ["file/dist", "/proc/nowhere/dist"])
def test_a_place_that_cannot_be_written(small: Path, unchecked: None, tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        lalakg.build(lalakg.load(small), tmp_path / place)


@pytest.mark.parametrize("mode", [0o500, 0o555])
def test_a_folder_without_permission(small: Path, unchecked: None, mode: int) -> None:
    """Asked as nobody where root runs the tests, who may write anywhere."""
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        top.chmod(0o755)
        kg = lalakg.load(shutil.copytree(small, top / "film"))
        lalakg.build(kg, top / "dist")  # as who may: what this imports, nobody might not
        (top / "shut").mkdir(mode=mode)
        os.seteuid(user or NOBODY)
        try:
            with pytest.raises(OutputError, match="cannot be written: Permission denied"):
                lalakg.build(kg, top / "shut/dist")
        finally:
            os.seteuid(user)
        assert not list((top / "shut").iterdir())


@pytest.mark.parametrize("out", [".", "..", "../dist"])
def test_the_folder_that_one_stands_in_is_not_replaced(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str
) -> None:
    (tmp_path / "up/dist").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "up/dist")
    with pytest.raises(OutputError, match="is where you stand"):
        lalakg.build(lalakg.load(small), out)
    assert (tmp_path / "up/dist").samefile(Path.cwd())


def test_a_link_to_a_folder_stays_a_link(small: Path, unchecked: None, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "dist").symlink_to("real")
    for _ in range(2):
        lalakg.build(lalakg.load(small), tmp_path / "dist")
        assert (tmp_path / "dist").is_symlink()
        assert (tmp_path / "real/SHA256SUMS").is_file()
    assert leftovers(tmp_path) == []


def test_an_error_half_way_leaves_the_old_build(
    small: Path, unchecked: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lalakg.build(lalakg.load(small), tmp_path / "dist")
    before = digests(tmp_path / "dist")

    def full(*_: object, **__: object) -> Iterator[None]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lalakg._publish.export.describe_dataset", full)
    with pytest.raises(OutputError, match="cannot be written: No space left on device"):
        lalakg.build(lalakg.load(small), tmp_path / "dist")
    assert digests(tmp_path / "dist") == before
    assert leftovers(tmp_path) == []


# A build that is killed

KILLED = """
import os, signal, sys
from pathlib import Path
import lalakg
from lalakg._publish import atomic_files, build, export
from lalakg._check.report import Report

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

build.check = lambda *_, **__: Report([])
moment = sys.argv[1]
if moment == "while writing":
    export.describe_dataset = die
elif moment == "before the old is moved":
    Path.rename = die
elif moment == "between old and new":
    rename = Path.rename
    def once(self, target):
        rename(self, target)
        Path.rename = die
    Path.rename = once
elif moment == "before the old is cleared":
    atomic_files.shutil.rmtree = die
lalakg.build(lalakg.load(sys.argv[2]), sys.argv[3])
"""


@pytest.mark.parametrize(
    ("moment", "again"),
    [
        ("while writing", False),
        ("while writing", True),
        ("before the old is moved", True),
        ("between old and new", True),
        ("before the old is cleared", True),
    ],
)
def test_a_killed_build_leaves_old_or_new_and_the_next_clears_up(
    small: Path, unchecked: None, tmp_path: Path, moment: str, again: bool
) -> None:
    out = tmp_path / "dist"
    if again:
        lalakg.build(lalakg.load(small), out)
    old = digests(out) if again else {}
    (small / "data/more.ttl").write_text(
        "<https://example.org/my-film/id/x> <http://www.w3.org/2000/01/rdf-schema#comment> 'new' .", encoding="utf-8"
    )
    code = [sys.executable, "-c", textwrap.dedent(KILLED), moment, str(small), str(out)]
    done = subprocess.run(code, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    lalakg.build(lalakg.load(small), tmp_path / "whole")
    new = digests(tmp_path / "whole")
    if out.exists():
        assert digests(out) in (old, new)
    else:
        assert moment == "between old and new" or not again
    lalakg.build(lalakg.load(small), out)
    assert digests(out) == new
    assert leftovers(tmp_path) == []


def test_a_neighbour_s_folder_is_not_swept_away(small: Path, unchecked: None, tmp_path: Path) -> None:
    for name in (".dist.v2.abcdefgh.old", ".dist.v2.abcdefgh.new", ".other.abcdefgh.old"):
        (tmp_path / name).mkdir()
    lalakg.build(lalakg.load(small), tmp_path / "dist")
    assert sorted(leftovers(tmp_path)) == [".dist.v2.abcdefgh.new", ".dist.v2.abcdefgh.old", ".other.abcdefgh.old"]
