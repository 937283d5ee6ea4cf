"""The page on the architecture is of this code: every place that it names is there, and every room is on it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT
from test_layers import room, rooms_imported

PACKAGE = ROOT / "src" / "lalakg"
PAGE = ROOT / "docs" / "architecture.md"
PAGES = [PAGE, ROOT / "CONTRIBUTING.md"]
CODE = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.py)(?:: ([\w.]+))?`")
EXTENDED = re.compile(r"\.extension\((\w+)\)")


def places() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        yield from CODE.findall(page.read_text(encoding="utf-8"))


def file_of(name: str) -> Path:
    """A file by its path below the package, or in the repository."""
    return {"_": PACKAGE, "l": PACKAGE.parent}.get(name[0], ROOT) / name


def names(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
    """What a module defines, and what its classes do, as Class.method."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield prefix + node.name
        if isinstance(node, ast.ClassDef):
            yield from names(node.body, f"{node.name}.")
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (prefix + target.id for target in targets if isinstance(target, ast.Name))


def rooms() -> set[str]:
    folders = {path.parent.name for path in PACKAGE.glob("_*/__init__.py")}
    return folders | {path.stem for path in PACKAGE.glob("_[a-z]*.py")}


@pytest.mark.parametrize(("file", "name"), sorted(set(places())))
def test_a_place_in_the_code_is_there(file: str, name: str) -> None:
    path = file_of(file)
    assert path.is_file()
    assert not name or name in set(names(ast.parse(path.read_text(encoding="utf-8")).body))


def test_places_are_found_on_the_page() -> None:
    found = set(places())
    assert len({file for file, _ in found}) > 40
    assert len([name for _, name in found if name]) > 40


def test_every_room_is_in_the_table() -> None:
    table = set(re.findall(r"^\| `(_\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert table == rooms()


def test_every_room_is_in_the_picture() -> None:
    picture = (ROOT / "docs" / "rooms.svg").read_text(encoding="utf-8")
    assert set(re.findall(r">(_\w+)</text>", picture)) == rooms()


def test_arrows_of_the_picture_are_true() -> None:
    """Whatever a room imports lies in a layer below its own, or in its own to the left."""
    picture = (ROOT / "docs" / "rooms.svg").read_text(encoding="utf-8")
    found = re.findall(r'x="(\d+)" y="(\d+)">(_\w+|lalakg)</text>', picture)
    place = {name.replace("lalakg", "__init__"): (int(y), -int(x)) for x, y, name in found}
    for path in PACKAGE.rglob("*.py"):
        importing = room(path)
        if importing in place:
            imported = rooms_imported(path) & place.keys()
            assert {name for name in imported if place[name] < place[importing]} == set(), path


def test_every_class_that_a_profile_extends_is_in_the_table() -> None:
    asked = {name for path in PACKAGE.rglob("*.py") for name in EXTENDED.findall(path.read_text(encoding="utf-8"))}
    assert asked
    text = PAGE.read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `_[\w/]+\.py: (\w+)` \|", text, re.MULTILINE)) == asked
