"""The files of a site while it is written: a folder to the side, which nobody sees before it is whole."""

from __future__ import annotations

import contextlib
import multiprocessing
import shutil
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

_MANY = 500  # files that take longer to make than a process takes to start


class Files:
    """A folder that is being filled."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folders: set[str] = set()

    def write(self, name: str, text: str) -> None:
        """Write one file, its folders included."""
        with open(self._place(name), "wb") as file:  # noqa: PTH123 - a Path for each of thousands takes as long as writing
            file.write(text.encode())

    def write_all(self, texts: Mapping[str, Callable[[], str]]) -> None:
        """Write many files, each as it is made."""
        for name, make in texts.items():
            self.write(name, make())

    @contextlib.contextmanager
    def meanwhile(self, texts: Mapping[str, Callable[[], str]]) -> Iterator[Collection[str]]:
        """Write many files while something else is done: in a process of its own, where that is cheap and safe."""
        if len(texts) < _MANY or sys.platform != "linux" or threading.active_count() > 1:
            self.write_all(texts)
            yield texts.keys()
            return
        child = multiprocessing.get_context("fork").Process(target=self._try_all, args=(texts,), daemon=True)
        child.start()
        try:
            yield texts.keys()
        finally:
            child.join()
        if child.exitcode:
            self.write_all(texts)  # to the same end, so that here, too, what is wrong is raised

    def _try_all(self, texts: Mapping[str, Callable[[], str]]) -> None:
        try:
            self.write_all(texts)
        except (Exception, KeyboardInterrupt):
            raise SystemExit(1) from None  # the other process says why

    def copy(self, path: Path, name: str) -> None:
        """Copy one file."""
        shutil.copyfile(path, self._place(name))

    def has(self, name: str) -> bool:
        """Whether a file has been written."""
        return (self.root / name).is_file()

    def size(self, name: str) -> int:
        """The bytes of a file."""
        return (self.root / name).stat().st_size

    def _place(self, name: str) -> str:
        folder = name.rpartition("/")[0]
        if folder not in self._folders:
            (self.root / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        return f"{self.root}/{name}"
