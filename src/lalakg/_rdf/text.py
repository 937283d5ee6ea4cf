"""Text files, read as UTF-8."""

from __future__ import annotations

from pathlib import Path

from lalakg._errors import FolderError, why


def text_of(path: Path, encoding: str = "utf-8") -> str:
    """What a file says. Raises FolderError when it cannot be read, or is no text."""
    try:
        return path.read_text(encoding=encoding)
    except (OSError, UnicodeDecodeError) as error:
        raise FolderError(f"{path} cannot be read: {why(error)}.") from None
