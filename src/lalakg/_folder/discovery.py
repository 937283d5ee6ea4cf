"""Discovery: which files of a folder are RDF data, and which were left out, with the reason.

Sub-folders are read as well. Left out, and told, are hidden files, what a build has made, links that lead nowhere or
back, and what lies beyond the bounds.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lalakg._rdf.input_formats import HEAD, detect, may_be_rdf, needs_a_look
from lalakg._rdf.packed import first_bytes

MARKER: Final = ".lalakg-build"  # lies in what `lalakg build` has made
_GENERATED: Final = ("node_modules", "__pycache__", "site-packages")


@dataclass(frozen=True)
class Bounds:
    """How far a folder is looked into: levels of sub-folders, entries, and bytes of RDF."""

    depth: int = 12
    entries: int = 100_000
    size: int = 4 << 30


@dataclass
class Found:
    """The RDF files of a folder in the order of their names; and in words what was left out, `named` or `counted`."""

    files: list[Path] = field(default_factory=list)
    named: list[str] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is no RDF, not even some that cannot be read."""
        return not self.files and not self.named

    @property
    def notes(self) -> list[str]:
        """What was left out, a line for each file that matters, and one for all others."""
        return [*self.named, *([f"left out: {', '.join(self.counted)}"] if self.counted else [])]


def find(root: Path, bounds: Bounds = Bounds(), *, skipped: tuple[str, ...] = ()) -> Found:
    """The RDF files at any depth of a folder, save for those of its sub-folders `skipped`."""
    search = _Search(root, bounds, skipped)
    files = sorted(search.run(), key=lambda path: path.relative_to(root).as_posix())
    return Found(files, search.named, [f"{n:,} {reason}" for reason, n in sorted(search.left_out.items())])


class _Search:
    """One walk through a folder."""

    def __init__(self, root: Path, bounds: Bounds, skipped: tuple[str, ...]) -> None:
        self.root, self.bounds, self.skipped = root, bounds, {root / name for name in skipped}
        self.left_out: Counter[str] = Counter()
        self.named: list[str] = []
        self.seen: set[tuple[int, int]] = set()
        self.entries = self.size = 0
        self.is_full = False

    def run(self) -> Iterator[Path]:
        rest = [(self.root, 0)] if self.root.is_dir() and self._is_new(self.root) else []
        while rest and not self.is_full:
            folder, depth = rest.pop()
            for entry in self._entries(folder):
                path = Path(entry.path)
                if self._is_left_out(entry, path):
                    continue
                if not entry.is_dir():
                    if self._is_data(path):
                        yield path
                elif depth >= self.bounds.depth:
                    self.named.append(f"{self._name(path)}: not read, it lies more than {depth} folders deep")
                elif self._is_new(path):
                    rest.append((path, depth + 1))

    def _entries(self, folder: Path) -> list[os.DirEntry[str]]:
        """The entries of a folder in order; none of what a build has made, nor beyond the bounds."""
        try:
            with os.scandir(folder) as scan:
                found = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            self.named.append(f"{self._name(folder)}: not read: {error.strerror}")
            return []
        if folder != self.root and any(entry.name == MARKER for entry in found):
            self.left_out["made by `lalakg build`"] += 1
            return []
        self.entries += len(found)
        if self.entries > self.bounds.entries:
            self.named.append(f"{self._name(folder)} and what follows: not read, beyond {self.bounds.entries:,} files")
            self.is_full = True
            return []
        return found

    def _is_left_out(self, entry: os.DirEntry[str], path: Path) -> bool:
        if entry.name.startswith("."):
            if entry.is_dir() or may_be_rdf(path):
                self.left_out["hidden"] += 1
            return True
        if path in self.skipped:
            return True
        if entry.name in _GENERATED and entry.is_dir():
            self.left_out["generated"] += 1
            return True
        if entry.is_symlink() and not path.exists():
            if may_be_rdf(path):
                self.named.append(f"{self._name(path)}: not read, the link leads nowhere")
            return True
        return False

    def _is_new(self, folder: Path) -> bool:
        """Whether a folder was not read before; links may lead in circles."""
        status = folder.stat()
        key = (status.st_dev, status.st_ino)
        is_new = key not in self.seen
        self.seen.add(key)
        return is_new

    def _is_data(self, path: Path) -> bool:
        if not may_be_rdf(path) or not path.is_file():
            return False
        try:
            kind = detect(path, first_bytes(path, HEAD))
            size = path.stat().st_size
        except OSError as error:
            self.named.append(f"{self._name(path)}: not read: {error.strerror or error}")
            return False
        if isinstance(kind, str):
            if needs_a_look(path):
                self.left_out["JSON or XML but no RDF"] += 1
            else:
                self.named.append(f"{self._name(path)}: not read, it is {kind}; save it as RDF/XML or Turtle")
            return False
        if self.size + size > self.bounds.size:
            self.named.append(f"{self._name(path)}: not read, beyond {self.bounds.size / 2**30:g} GiB in all")
            return False
        self.size += size
        return True

    def _name(self, path: Path) -> str:
        return "." if path == self.root else path.relative_to(self.root).as_posix()
