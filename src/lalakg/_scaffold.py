"""A folder to start from: the smallest graph of a film that passes check and build."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from lalakg._errors import InvalidValue, OutputError

_TEMPLATE = Path(__file__).parent / "template"
_BASE, _NAME = "https://example.org/my-film/", "my-film"
_GOOD_BASE = re.compile(r"https?://[^\s<>\"{}|^`\\]+/id/")


def init(folder: Path | str, base: str | None = None) -> list[str]:
    """Make a folder for another film; the names of its files.

    `base` is where its IRIs begin and ends in /id/ (default: https://example.org/NAME/id/, NAME being the folder's).
    Raises OutputError when the folder exists and is not empty, and InvalidValue for a base that is none.
    """
    folder = Path(folder)
    name = re.sub(r"[^a-z0-9]+", "-", folder.absolute().name.lower()).strip("-") or _NAME
    base = base or f"https://example.org/{name}/id/"
    if not _GOOD_BASE.fullmatch(base):
        raise InvalidValue(
            f"{base!r} is no base; it is an address that ends in /id/, such as https://example.org/{name}/id/."
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder} is there already; name a new folder.")
    files = sorted(path for path in _TEMPLATE.rglob("*.*") if path.is_file() and "__pycache__" not in path.parts)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.absolute().parent))
        for path in files:
            target = aside / path.relative_to(_TEMPLATE)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = (
                path.read_text(encoding="utf-8")
                .replace(_BASE, base.removesuffix("id/"))
                .replace(f'"{_NAME}"', f'"{name}"')
            )
            target.write_text(text, encoding="utf-8")
        if folder.exists():
            folder.rmdir()
        aside.chmod(0o755)
        shutil.move(aside, folder)
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror}.") from None
    return [path.relative_to(_TEMPLATE).as_posix() for path in files]
