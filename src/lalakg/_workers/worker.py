"""A worker process: it reads jobs from standard input and writes answers to standard output, one at a time.

It can be ended at any moment, as it holds nothing that anybody would miss. It runs wherever Python does; what only
some systems have (limits of memory and of open files, an end together with the parent) is used where it is there.
"""

from __future__ import annotations

import contextlib
import csv
import faulthandler
import io
import logging
import os
import pickle
import signal
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

from lalakg._errors import LalakgError, QuerySyntaxError
from lalakg._sparql.confinement import deny_network
from lalakg._sparql.service import service_addresses
from lalakg._sparql.text import syntax_error
from lalakg._workers.messages import LENGTH, Answer, Job, Limits, Setup, framed

if TYPE_CHECKING:
    from lalakg._workers.remote_store import RemoteStore

    Store: TypeAlias = ox.Store | RemoteStore

_log = logging.getLogger("lalakg.workers")
_MIB = 2**20
_LONGEST_FIELD = 2**31 - 1  # what CSV fields can be told everywhere
_PR_SET_PDEATHSIG = 1
_STDOUT, _STDERR = 1, 2
_MAX_FILES = 2**16
_ORPHAN = 5.0  # seconds after which a worker ends itself when nobody has ended its late query
_RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}


class _TooLarge(OSError):
    """The answer has outgrown its limit."""


class _BoundedBuffer(io.BytesIO):
    """A buffer that refuses more than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def write(self, data: object) -> int:
        written = super().write(data)  # type: ignore[arg-type]  # what Oxigraph hands over is bytes
        if self.tell() > self.limit:
            raise _TooLarge
        return written


def answer(store: Store, job: Job, limits: Limits) -> Answer:
    """Run one job on an Oxigraph store, or on what stands in for one. Whatever goes wrong is an answer, too."""
    buffer = _BoundedBuffer(limits.bytes)
    try:
        return _dump(store, job, buffer) if job.dump else _query(store, job, limits, buffer)
    except (SyntaxError, QuerySyntaxError) as error:
        wrong = syntax_error(error, job.text) if isinstance(error, SyntaxError) else error
        return Answer(wrong.message.encode(), problem="syntax", line=wrong.line, column=wrong.column)
    except (LalakgError, OSError, RuntimeError, ValueError) as error:
        if buffer.tell() > limits.bytes:
            return Answer(b"", problem="bytes")
        return Answer(str(error).encode(), problem="failed")


def _query(store: Store, job: Job, limits: Limits, buffer: _BoundedBuffer) -> Answer:
    services = service_addresses(job.text, elsewhere=not isinstance(store, ox.Store))
    for url in services:
        if url not in limits.services:
            return Answer(url.encode(), problem="service")
    found = store.query(job.text, default_graph=_graphs(job.default), named_graphs=_graphs(job.named))
    if isinstance(found, ox.QueryTriples | list):
        ox.serialize(found, output=buffer, format=_rdf_format(job.graphs))
        return Answer(buffer.getvalue(), job.graphs, changing=bool(services))
    results_format = _RESULTS[job.tables]
    found.serialize(buffer, format=results_format)
    if _rows_exceed(buffer.getvalue(), results_format, limits.rows):
        return Answer(b"", problem="rows")
    return Answer(buffer.getvalue(), job.tables, changing=bool(services))


def _dump(store: Store, job: Job, buffer: _BoundedBuffer) -> Answer:
    graph = ox.NamedNode(job.graph) if job.graph else ox.DefaultGraph()
    if isinstance(graph, ox.NamedNode) and not store.contains_named_graph(graph):
        return Answer(graph.value.encode(), problem="missing")
    rdf_format = _rdf_format(job.graphs)
    if job.graph is None:
        store.dump(buffer, format=rdf_format)
    else:
        store.dump(buffer, format=rdf_format, from_graph=graph)
    return Answer(buffer.getvalue(), job.graphs)


def _graphs(names: tuple[str, ...] | None) -> list[Any] | None:  # Oxigraph's lists are not of one type
    return None if names is None else [ox.NamedNode(name) for name in names]


def _rdf_format(media_type: str) -> ox.RdfFormat:
    found = ox.RdfFormat.from_media_type(media_type)
    assert found is not None
    return found


def _rows_exceed(body: bytes, results_format: ox.QueryResultsFormat, rows: int) -> bool:
    if len(body) < 2 * rows:  # not even empty rows could be as many
        return False
    if results_format == ox.QueryResultsFormat.CSV:  # which Oxigraph does not read
        return sum(1 for _ in csv.reader(io.StringIO(body.decode()))) > rows + 1
    read = ox.parse_query_results(body, format=results_format)
    return isinstance(read, ox.QuerySolutions) and sum(1 for _ in read) > rows


def open_store(source: str) -> Store:
    """The data: at an endpoint, in an Oxigraph database on disk, opened for reading, or in an N-Quads file."""
    if is_url(source):
        from lalakg._workers.remote_store import RemoteStore

        return RemoteStore(source)
    path = Path(source)
    if path.is_dir():
        return ox.Store.read_only(str(path))
    store = ox.Store()
    store.bulk_load(path=path, format=ox.RdfFormat.N_QUADS)
    return store


def is_url(source: str) -> bool:
    """Whether the data lies at an endpoint."""
    return source.startswith(("http://", "https://"))


def _confine(setup: Setup) -> None:
    """Bound the memory; let no connection be opened, nor any file where none needs to be any more.

    A worker that stands for an endpoint, or may ask services, keeps the network. Windows has no such limits.
    """
    if not (setup.limits.services or is_url(setup.source)):
        deny_network()
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):
        size = setup.limits.memory * _MIB
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    if not (setup.limits.services or is_url(setup.source) or Path(setup.source).is_dir()):
        free = os.dup(0)
        os.close(free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, free))


def _die_with_parent() -> None:
    """Linux ends this process with the one that started it, even in the middle of a query."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _end_when_orphaned(seconds: float) -> None:
    """Where no system ends this process with its parent, let Python's watchdog end it some time after the limit."""
    if sys.platform != "linux":
        faulthandler.dump_traceback_later(seconds, exit=True, file=_STDERR)


def serve(jobs: IO[bytes], answers: IO[bytes]) -> None:
    """Read the setup, say that the data is read, and answer jobs until the other side closes the pipe."""
    _die_with_parent()
    csv.field_size_limit(_LONGEST_FIELD)  # the size of an answer has a limit of its own
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the one that asks decides
    setup = _next(jobs)
    if not isinstance(setup, Setup):
        return
    try:
        store = open_store(setup.source)
    except (LalakgError, OSError, SyntaxError, ValueError) as error:
        _log.error("%s cannot be read: %s", setup.source, error)
        return
    _confine(setup)
    _write(answers, LENGTH.pack(0))
    while isinstance(job := _next(jobs), Job):
        _end_when_orphaned(setup.limits.timeout + _ORPHAN)
        reply = framed(answer(store, job, setup.limits))
        faulthandler.cancel_dump_traceback_later()
        _write(answers, reply)


def _next(jobs: IO[bytes]) -> object:
    """The next message; None at the end."""
    head = jobs.read(LENGTH.size)
    return pickle.loads(jobs.read(*LENGTH.unpack(head))) if len(head) == LENGTH.size else None


def _write(answers: IO[bytes], data: bytes) -> None:
    answers.write(data)
    answers.flush()


def main() -> None:
    """Serve on standard input and output. Whatever else would be printed goes to standard error.

    Files and connections that the parent happened to pass on are closed: they are not for whoever runs queries.
    """
    if sys.platform != "win32":
        os.closerange(_STDERR + 1, _MAX_FILES)
    with os.fdopen(os.dup(_STDOUT), "wb") as answers, contextlib.suppress(BrokenPipeError):
        os.dup2(_STDERR, _STDOUT)
        serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
