"""The files of a site while it is written: a folder to the side, which nobody sees before it is whole."""

from __future__ import annotations

import shutil
from pathlib import Path


class Files:
    """A folder that is being filled."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folders: set[Path] = set()

    def write(self, name: str, text: str) -> None:
        """Write one file, its folders included."""
        self._place(name).write_bytes(text.encode())

    def copy(self, path: Path, name: str) -> None:
        """Copy one file."""
        shutil.copyfile(path, self._place(name))

    def has(self, name: str) -> bool:
        """Whether a file has been written."""
        return (self.root / name).is_file()

    def size(self, name: str) -> int:
        """The bytes of a file."""
        return (self.root / name).stat().st_size

    def _place(self, name: str) -> Path:
        path = self.root / name
        if path.parent not in self._folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(path.parent)
        return path
