"""The data that a server serves, in one version: prepared once, read by every process."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import pyoxigraph as ox

from lalakg._errors import FolderError
from lalakg._export import dump, quads
from lalakg._folder import Folder
from lalakg._formats import write_dataset
from lalakg._graph import KnowledgeGraph
from lalakg._http import checked
from lalakg._server.settings import Settings


@dataclass(frozen=True)
class Data:
    """Where workers read (an N-Quads file, a database, an endpoint), the hash of what they read there, and where dumps
    lie. The hash is empty where it cannot be known."""

    source: str
    version: str
    dumps: Path

    def note(self, folder: Path) -> None:
        """Write down, for the processes, that this is what to serve from now on."""
        aside = folder / ".current"
        aside.write_text(json.dumps(asdict(self), default=str), encoding="utf-8")
        aside.replace(folder / "current")

    @classmethod
    def current(cls, folder: Path) -> Data:
        """What `note` wrote."""
        noted = json.loads((folder / "current").read_text(encoding="utf-8"))
        return cls(noted["source"], noted["version"], Path(noted["dumps"]))


def prepare(settings: Settings, folder: Path) -> Data:
    """Make the data ready in `folder`: the complete graph as the default graph, its packaging as named graphs.

    Raises FolderError and its kin when there is no such folder, or no such store.
    """
    kg = KnowledgeGraph(Folder.find(settings.folder))
    if settings.endpoint:
        return Data(checked(settings.endpoint), "", folder)
    if settings.store:
        return Data(str(settings.store), _version_of_store(settings.store), folder)
    plain = [ox.Quad(t.subject, t.predicate, t.object) for t in kg.triples]
    text = write_dataset([*plain, *quads(kg)], "nq", {}).encode()
    version = hashlib.sha256(text).hexdigest()
    dumps = folder / version[:16]
    if not dumps.is_dir():
        dump(kg, dumps)
    path = folder / f"{version[:16]}.nq"
    path.write_bytes(text)
    return Data(str(path), version, dumps)


def _version_of_store(store: Path) -> str:
    """A database that nobody writes to is told apart by its files."""
    if not (store / "CURRENT").is_file():
        raise FolderError(
            f"{store} is no Oxigraph database; make one with `oxigraph load --location {store} --file …`."
        )
    files = sorted((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in store.iterdir())
    return hashlib.sha256(repr(files).encode()).hexdigest()
