"""Snapshots of the data that a server serves: each is made once, read by every process, and never changes.

A snapshot has a folder of its own, with a copy of the graph's folder, so that what is read late is of the same state
as what was read early, whatever happens to the original. It is deleted when no process holds it any more.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import pyoxigraph as ox

from lalakg._errors import FolderError, LalakgError, why
from lalakg._folder.folder import Folder, checksum_lines
from lalakg._graph.graph import KnowledgeGraph
from lalakg._publish.export import dump
from lalakg._publish.named_graphs import quads
from lalakg._rdf.formats import write_dataset
from lalakg._server.settings import Settings
from lalakg._sparql.http import checked

_PARTS = ("data", "ontology", "queries")
_GRAPHS = "graphs.nq"


@dataclass(frozen=True)
class Snapshot:
    """A snapshot: its folder, `home`; the `source` of its data for workers, as a pool takes it; its `version`.

    The version is the hash of all that is served, and empty where it cannot be known.
    """

    home: Path
    source: str
    version: str

    @property
    def folder(self) -> Path:
        """The copy of the graph's folder."""
        return self.home / "folder"

    @property
    def dumps(self) -> Path:
        """The folder of the whole graph's files, empty where the data lies elsewhere."""
        return self.home / "dumps"

    def publish(self, top: Path) -> None:
        """Tell the processes that this is what to serve from now on. The file is replaced at once, or not at all."""
        aside = top / ".current"
        aside.write_text(json.dumps(asdict(self), default=str), encoding="utf-8")
        aside.replace(top / "current")

    @classmethod
    def current(cls, top: Path) -> Snapshot:
        """The snapshot that was published last."""
        published = json.loads((top / "current").read_text(encoding="utf-8"))
        return cls(Path(published["home"]), published["source"], published["version"])

    @classmethod
    def acquire(cls, top: Path) -> tuple[Snapshot, IO[bytes]]:
        """The current snapshot, and a shared lock that keeps it from being deleted as long as it is open."""
        while True:
            snapshot = cls.current(top)
            with contextlib.suppress(FileNotFoundError):  # there is a newer one, and this one is gone
                lock = (snapshot.home / "lock").open("rb")
                fcntl.flock(lock, fcntl.LOCK_SH)
                if cls.current(top) == snapshot:
                    return snapshot, lock
                lock.close()


def delete_unused(top: Path) -> None:
    """Delete the snapshots that no process has a lock on any more, but for the current one."""
    current = Snapshot.current(top).home
    for home in (path for path in top.iterdir() if path.is_dir() and path != current):
        with (home / "lock").open("rb") as lock, contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(home)


def make_snapshot(settings: Settings, top: Path) -> Snapshot:
    """Make a snapshot of the data in a folder below `top`, unless the same one is there already.

    Raises FolderError and its kin when there is no such folder, or no such store.
    """
    root, aside = Folder.find(settings.folder).root, top / ".aside"
    try:
        aside.mkdir()
        _copy(root, aside / "folder")
        return _finished(settings, aside)
    except OSError as error:
        raise FolderError(f"{root} cannot be prepared: {why(error)}.") from None
    except LalakgError as error:  # which names the copy, that nobody knows
        raise FolderError(str(error).replace(str(aside / "folder"), str(root))) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _copy(root: Path, folder: Path) -> None:
    for part in _PARTS:
        if (root / part).is_dir():
            shutil.copytree(root / part, folder / part, ignore=shutil.ignore_patterns(".*"))


def _finished(settings: Settings, aside: Path) -> Snapshot:
    kg = KnowledgeGraph(Folder.find(aside / "folder"))
    for query in kg.catalogue.values():
        query.checked()
    files = {path.relative_to(aside).as_posix(): path for path in aside.rglob("*") if path.is_file()}
    digest = hashlib.sha256("".join(checksum_lines(files)).encode())
    source, graphs = "", b""
    if settings.endpoint:
        source = checked(settings.endpoint)
    elif settings.store:
        source = str(settings.store)
        digest.update(_store_state(settings.store))
    else:
        graphs = _graphs(kg)
        digest.update(graphs)
    home = aside.with_name(digest.hexdigest()[:16])
    if not home.is_dir():
        (aside / "lock").touch()
        (aside / "dumps").mkdir()
        if not source:
            (aside / _GRAPHS).write_bytes(graphs)
            dump(kg, aside / "dumps")
        aside.rename(home)
    return Snapshot(home, source or str(home / _GRAPHS), "" if settings.endpoint else digest.hexdigest())


def _graphs(kg: KnowledgeGraph) -> bytes:
    """The complete graph as the default graph, its packaging as named graphs."""
    plain = [ox.Quad(t.subject, t.predicate, t.object) for t in kg.triples]
    return write_dataset([*plain, *quads(kg)], "nq", {}).encode()


def _store_state(store: Path) -> bytes:
    """A database that nobody writes to is told apart by its files."""
    if not (store / "CURRENT").is_file():
        raise FolderError(
            f"{store} is no Oxigraph database; make one with `oxigraph load --location {store} --file …`."
        )
    files = sorted((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in store.iterdir())
    return repr(files).encode()
