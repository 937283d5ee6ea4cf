"""The data that a server serves, in editions: each is prepared once, read by every process, and never changes.

An edition has a folder of its own, with a copy of the graph's folder, so that what is read late is of the same edition
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
class Data:
    """An edition: its `home`; where workers read (an N-Quads file, a database, an endpoint); and the hash of all that
    is served, which is empty where it cannot be known."""

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

    def note(self, top: Path) -> None:
        """Write down, for the processes, that this is what to serve from now on."""
        aside = top / ".current"
        aside.write_text(json.dumps(asdict(self), default=str), encoding="utf-8")
        aside.replace(top / "current")

    @classmethod
    def current(cls, top: Path) -> Data:
        """What `note` wrote."""
        noted = json.loads((top / "current").read_text(encoding="utf-8"))
        return cls(Path(noted["home"]), noted["source"], noted["version"])

    @classmethod
    def hold(cls, top: Path) -> tuple[Data, IO[bytes]]:
        """The current edition, and what keeps it from being deleted as long as it is open."""
        while True:
            data = cls.current(top)
            with contextlib.suppress(FileNotFoundError):  # there is a newer one, and this one is gone
                lock = (data.home / "lock").open("rb")
                fcntl.flock(lock, fcntl.LOCK_SH)
                if cls.current(top) == data:
                    return data, lock
                lock.close()


def forget(top: Path) -> None:
    """Delete the editions that no process holds any more, but for the current one."""
    current = Data.current(top).home
    for home in (path for path in top.iterdir() if path.is_dir() and path != current):
        with (home / "lock").open("rb") as lock, contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(home)


def prepare(settings: Settings, top: Path) -> Data:
    """Make an edition ready in a folder below `top`, unless the same one is there already.

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


def _finished(settings: Settings, aside: Path) -> Data:
    kg = KnowledgeGraph(Folder.find(aside / "folder"))
    for query in kg.catalogue.values():
        query.checked()
    files = {path.relative_to(aside).as_posix(): path for path in aside.rglob("*") if path.is_file()}
    mark = hashlib.sha256("".join(checksum_lines(files)).encode())
    source, graphs = "", b""
    if settings.endpoint:
        source = checked(settings.endpoint)
    elif settings.store:
        source = str(settings.store)
        mark.update(_mark_of_store(settings.store))
    else:
        graphs = _graphs(kg)
        mark.update(graphs)
    home = aside.with_name(mark.hexdigest()[:16])
    if not home.is_dir():
        (aside / "lock").touch()
        (aside / "dumps").mkdir()
        if not source:
            (aside / _GRAPHS).write_bytes(graphs)
            dump(kg, aside / "dumps")
        aside.rename(home)
    return Data(home, source or str(home / _GRAPHS), "" if settings.endpoint else mark.hexdigest())


def _graphs(kg: KnowledgeGraph) -> bytes:
    """The complete graph as the default graph, its packaging as named graphs."""
    plain = [ox.Quad(t.subject, t.predicate, t.object) for t in kg.triples]
    return write_dataset([*plain, *quads(kg)], "nq", {}).encode()


def _mark_of_store(store: Path) -> bytes:
    """A database that nobody writes to is told apart by its files."""
    if not (store / "CURRENT").is_file():
        raise FolderError(
            f"{store} is no Oxigraph database; make one with `oxigraph load --location {store} --file …`."
        )
    files = sorted((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in store.iterdir())
    return repr(files).encode()
