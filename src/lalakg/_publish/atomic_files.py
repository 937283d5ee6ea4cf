"""Atomic replacement of files and folders: write to a temporary neighbour, then rename it into place."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from lalakg._errors import OutputError

_RANDOM = 8  # characters that tempfile puts into a name


def write_files(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """Write text files into a folder, each atomically and only if its content differs; the names of those written.

    Raises OutputError when one cannot be written.
    """
    changed = [name for name, text in texts.items() if not has_text(folder / name, text)]
    for name in changed:
        with output_errors(folder / name):
            _write_file(folder / name, texts[name])
    return changed


def has_text(path: Path, text: str) -> bool:
    """Whether there is a file whose content is exactly this text."""
    return path.is_file() and path.read_bytes() == text.encode()


def _write_file(path: Path, text: str) -> None:
    """Replace a file. A symbolic link stays one; a pipe or a device such as /dev/stdout is written to as it is."""
    if path.exists() and not path.is_file() and not path.is_dir():
        path.write_text(text, encoding="utf-8", newline="\n")
        return
    target = path.resolve() if path.is_symlink() else path
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def output_errors(path: Path) -> Iterator[None]:
    """Raise what the operating system refuses as an OutputError about `path`."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}.") from None


@contextlib.contextmanager
def replace_folder(folder: Path) -> Iterator[Path]:
    """Give an empty temporary folder, which replaces `folder` at the end of the block.

    When the block raises, or the process is killed, `folder` is as it was; the next call removes what a killed one
    left. Raises OutputError when the operating system refuses to write.
    """
    with output_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        _recover(folder)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".new", dir=folder.parent))
    try:
        with output_errors(folder):
            yield temporary
            temporary.chmod(0o755)
            old = temporary.with_suffix(".old")
            if folder.exists():
                folder.rename(old)
            temporary.rename(folder)
            shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _recover(folder: Path) -> None:
    """Clean up after a killed process: put back a folder that it had renamed, and delete its temporary folders."""
    name = f".{glob.escape(folder.name)}.{'?' * _RANDOM}"
    for left in folder.parent.glob(f"{name}.old"):
        if not folder.exists():
            left.rename(folder)
        shutil.rmtree(left, ignore_errors=True)
    for left in folder.parent.glob(f"{name}.new"):
        shutil.rmtree(left, ignore_errors=True)
