"""Real triple stores for the tests: four programs that start empty on a free port of this machine and are killed after.

`make stores` fetches them. All are asked and filled in the same way, save for what `Server` says of each.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

FETCHED = Path(__file__).parents[3] / "build/stores"
DEADLINE = 90  # seconds until a store must answer; a busy machine starts Java slowly


class Unavailable(Exception):
    """The store's program cannot be had here; the message says why."""


@dataclass(frozen=True)
class Server:
    """A running store: where it is asked and written to, and what is special about it.

    `union`: a query without GRAPH sees all named graphs, and not the default graph alone. `login` is for writing, by
    digest; without it everybody may.
    """

    name: str
    query_url: str
    update_url: str
    gsp_url: str
    union: bool
    login: tuple[str, str] | None
    log: Path = field(repr=False)
    process: subprocess.Popen[bytes] = field(repr=False)

    def stop(self) -> None:
        """Kill the store: at once, and whatever it does."""
        self.process.kill()
        self.process.wait(10)


class Store:
    """A kind of store, and how one is started."""

    name: str
    union: bool = False
    login: tuple[str, str] | None = None
    query: str  # paths below the server's address
    update: str
    gsp: str
    ready: str

    def command(self, folder: Path, port: int) -> list[str | Path]:
        """What starts it, with all that it writes in `folder`. Raises Unavailable."""
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        """What is to be set for the process."""
        return {}

    def prepare(self, url: str) -> None:
        """What is to be done once it answers."""

    @contextmanager
    def running(self, folder: Path) -> Iterator[Server]:
        """A server that answers; it is killed at the end. Raises Unavailable."""
        server = self.start(folder)
        try:
            yield server
        finally:
            server.stop()

    def start(self, folder: Path, attempts: int = 3) -> Server:
        """Start it on a free port; another process may be quicker to take the port, so this is tried again."""
        port = free_port()
        command = self.command(folder, port)
        environment = {**os.environ, **self.environment()}
        log, url = folder / "log", f"http://127.0.0.1:{port}"
        with log.open("wb") as out:
            process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT)
        addresses = (url + self.query, url + self.update, url + self.gsp)
        server = Server(self.name, *addresses, self.union, self.login, log, process)
        try:
            if _answers(url + self.ready, process):
                self.prepare(url)
                return server
        except BaseException:
            server.stop()
            raise
        ended = process.poll() is not None
        server.stop()
        if ended and attempts > 1:
            return self.start(folder, attempts - 1)
        raise RuntimeError(f"{self.name} did not start:\n{log.read_text(errors='replace')[-2000:]}")


class Oxigraph(Store):
    """Oxigraph's own server, in memory."""

    name = "oxigraph"
    query, update, gsp, ready = "/query", "/update", "/store", "/"

    def command(self, folder: Path, port: int) -> list[str | Path]:
        """See Store."""
        program = Path(sys.executable).with_name("oxigraph")
        return [_there(program, "pip install --group dev"), "serve", "--bind", f"127.0.0.1:{port}"]


class Fuseki(Store):
    """Apache Jena Fuseki, in memory."""

    name = "fuseki"
    query, update, gsp, ready = "/ds/query", "/ds/update", "/ds/data", "/$/ping"

    def command(self, folder: Path, port: int) -> list[str | Path]:
        """See Store."""
        jar = _fetched("jena-fuseki-server-*.jar")
        return [*_java(), "-jar", jar, "--localhost", f"--port={port}", "--ping", "--mem", "--update", "/ds"]


class Rdf4j(Store):
    """RDF4J Server in Tomcat, with one repository in memory."""

    name = "rdf4j"
    union = True
    _repository = "/rdf4j-server/repositories/film"
    query, update, gsp = _repository, f"{_repository}/statements", f"{_repository}/rdf-graphs/service"
    ready = "/rdf4j-server/protocol"

    def command(self, folder: Path, port: int) -> list[str | Path]:
        """See Store."""
        runner, war = _fetched("webapp-runner-*.jar"), _fetched("rdf4j-http-server-*.war")
        base = f"-Dorg.eclipse.rdf4j.appdata.basedir={folder}"
        where = ["--port", str(port), "-Aaddress=127.0.0.1", "--path", "/rdf4j-server", "--temp-directory", "tomcat"]
        return [*_java(), base, "-jar", runner, *where, war]

    def prepare(self, url: str) -> None:
        """See Store."""
        config = b"""
            @prefix rep: <http://www.openrdf.org/config/repository#> .
            @prefix sr: <http://www.openrdf.org/config/repository/sail#> .
            @prefix sail: <http://www.openrdf.org/config/sail#> .
            [] a rep:Repository ; rep:repositoryID "film" ; rep:repositoryImpl [
              rep:repositoryType "openrdf:SailRepository" ; sr:sailImpl [ sail:sailType "openrdf:MemoryStore" ] ] ."""
        request = Request(url + self._repository, config, {"Content-Type": "text/turtle"}, method="PUT")
        urlopen(request, timeout=30).close()


class Virtuoso(Store):
    """OpenLink Virtuoso 7, which keeps its database in the folder."""

    name = "virtuoso"
    union = True
    login = ("dba", "dba")
    query, update, gsp, ready = "/sparql", "/sparql-auth", "/sparql-graph-crud-auth", "/sparql"
    rows = 1_000_000  # the most that it gives in one answer

    def __init__(self, rows: int = rows) -> None:
        self.rows = rows

    def command(self, folder: Path, port: int) -> list[str | Path]:
        """See Store."""
        installed = shutil.which("virtuoso-t")
        program = Path(installed) if installed else _fetched("virtuoso/usr/bin/virtuoso-t")
        settings = folder / "virtuoso.ini"
        settings.write_text(_VIRTUOSO_INI.format(sql=free_port(), http=port, rows=self.rows), encoding="utf-8")
        return [program, "+foreground", "+configfile", settings]

    def environment(self) -> dict[str, str]:
        """See Store."""
        fetched = {str(path.parent) for path in FETCHED.glob("virtuoso/**/*.so.*")}
        return {"LD_LIBRARY_PATH": ":".join(filter(None, [*sorted(fetched), os.environ.get("LD_LIBRARY_PATH")]))}


_VIRTUOSO_INI = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa

[TempDatabase]
DatabaseFile = temporary.db
TransactionFile = temporary.trx

[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 10
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
CheckpointInterval = 0
DirsAllowed = .

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 8

[SPARQL]
ResultSetMaxRows = {rows}
"""

STORES: tuple[Store, ...] = (Oxigraph(), Fuseki(), Rdf4j(), Virtuoso())


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    """Wait until there is an answer that is no error; False when the process ends or the time is over."""
    end = time.monotonic() + DEADLINE
    while process.poll() is None and time.monotonic() < end:
        try:
            urlopen(url, timeout=5).close()
        except (URLError, OSError):
            time.sleep(0.1)
        else:
            return True
    return False


def _java() -> list[str | Path]:
    found = shutil.which("java")
    if not found:
        raise Unavailable("there is no java here; Fuseki and RDF4J need Java 17")
    return [found, "-Xmx768m"]


def _fetched(pattern: str) -> Path:
    return _there(next(FETCHED.glob(pattern), FETCHED / pattern), "make stores")


def _there(path: Path, remedy: str) -> Path:
    if not path.exists():
        raise Unavailable(f"{path.name} is not here; `{remedy}` fetches it")
    return path
