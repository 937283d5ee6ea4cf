"""Writing the thousands of files of a site, many of them in a process of their own."""

from __future__ import annotations

import contextlib
import multiprocessing
import shutil
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

_MANY = 500  # files that take longer to make than a process takes to start


class SiteFiles:
    """The folder into which a site is written; names are paths below it, with slashes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folders: set[str] = set()

    def write(self, name: str, text: str) -> None:
        """Write one file, its folders included."""
        with open(self._path(name), "wb") as file:  # noqa: PTH123 - a Path for each of thousands takes as long as writing
            file.write(text.encode())

    def write_all(self, texts: Mapping[str, Callable[[], str]]) -> None:
        """Write many files, each text made just before."""
        for name, make in texts.items():
            self.write(name, make())

    @contextlib.contextmanager
    def write_in_background(self, texts: Mapping[str, Callable[[], str]]) -> Iterator[Collection[str]]:
        """Write many files while the block runs; gives their names.

        That is done in a forked process on Linux, where there are enough files and no other threads; elsewhere before
        the block.
        """
        if len(texts) < _MANY or sys.platform != "linux" or threading.active_count() > 1:
            self.write_all(texts)
            yield texts.keys()
            return
        child = multiprocessing.get_context("fork").Process(target=self._write_all_or_exit, args=(texts,), daemon=True)
        child.start()
        try:
            yield texts.keys()
        finally:
            child.join()
        if child.exitcode:
            self.write_all(texts)  # which fails in the same way, and raises the error in this process

    def _write_all_or_exit(self, texts: Mapping[str, Callable[[], str]]) -> None:
        try:
            self.write_all(texts)
        except (Exception, KeyboardInterrupt):
            raise SystemExit(1) from None  # the parent process repeats it, and raises the error

    def copy(self, path: Path, name: str) -> None:
        """Copy one file."""
        shutil.copyfile(path, self._path(name))

    def has(self, name: str) -> bool:
        """Whether a file has been written."""
        return (self.root / name).is_file()

    def size(self, name: str) -> int:
        """The size of a file, in bytes."""
        return (self.root / name).stat().st_size

    def _path(self, name: str) -> str:
        folder = name.rpartition("/")[0]
        if folder not in self._folders:
            (self.root / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        return f"{self.root}/{name}"
