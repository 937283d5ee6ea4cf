"""Scaffolding: make a folder to start from, filled from a template that passes check and build."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

import pyoxigraph as ox

from lalakg._errors import PATH, InvalidValue, OutputError, require_type

_TEMPLATE = Path(__file__).parents[1] / "template"
_BASE, _NAME = "https://example.org/my-film/", "my-film"
_BASE_PATTERN = re.compile(r"https?://[^\s<>\"{}|^`\\]+/id/")


def init(folder: Path | str, base: str | None = None) -> list[str]:
    """Make a folder for another film, or another story, and return the names of its files.

    `base` is where its IRIs begin and ends in /id/ (default: https://example.org/NAME/id/, NAME being the folder's).
    Raises OutputError when the folder exists and is not empty, and InvalidValue for a base that is none.
    """
    require_type("folder", folder, PATH, "the path of a folder")
    if base is not None:
        require_type("base", base, str, "an address")
    folder = Path(folder)
    name = re.sub(r"[^a-z0-9]+", "-", folder.absolute().name.lower()).strip("-") or _NAME
    base = base or f"https://example.org/{name}/id/"
    if not _is_base(base):
        raise InvalidValue(
            f"{base!r} is no base; it is an address that ends in /id/, such as https://example.org/{name}/id/."
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder} is there already; name a new folder.")
    files = sorted(path for path in _TEMPLATE.rglob("*.*") if path.is_file() and "__pycache__" not in path.parts)
    texts = {
        path.relative_to(_TEMPLATE).as_posix(): path.read_text(encoding="utf-8")
        .replace(_BASE, base.removesuffix("id/"))
        .replace(f'"{_NAME}"', f'"{name}"')
        for path in files
    }
    try:
        _write(folder.absolute(), texts)
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror}.") from None
    return list(texts)


def _is_base(base: str) -> bool:
    try:
        return bool(_BASE_PATTERN.fullmatch(ox.NamedNode(base).value))
    except ValueError:
        return False


def _write(folder: Path, texts: dict[str, str]) -> None:
    """Write all files, or none: into a temporary folder first, whose content is then moved.

    An empty folder that is there stays and is filled, since it may be somebody's working directory.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for name, text in texts.items():
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            (staging / name).write_text(text, encoding="utf-8")
        staging.chmod(0o755)
        if folder.exists():
            for part in staging.iterdir():
                part.rename(folder / part.name)
        else:
            staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
