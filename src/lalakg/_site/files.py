"""The files of a site while it is written: a folder to the side, which nobody sees before it is whole."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any


class Files:
    """A folder that is being filled."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folders: set[Path] = set()

    def write(self, name: str, text: str) -> None:
        """Write one file, its folders included."""
        self._place(name).write_bytes(text.encode())

    def write_json(self, name: str, data: Any) -> None:
        """Write data as JSON, an entry a line."""
        if isinstance(data, list):
            lines = ",\n".join(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in data)
            self.write(name, f"[\n{lines}\n]\n")
        else:
            self.write(name, json.dumps(data, ensure_ascii=False, indent=1) + "\n")

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
