"""A process that runs queries for one of the server's, and can be ended at any moment.

It reads jobs from a socket and writes answers, one at a time; it holds nothing that anybody would miss.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
import pickle
import resource
import signal
import socket
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from lalakg._errors import LalakgError, QuerySyntaxError
from lalakg._sparql.service import service_addresses
from lalakg._sparql.text import syntax_error

LENGTH = struct.Struct("!I")
_MIB = 2**20
_PR_SET_PDEATHSIG = 1
_RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}


@dataclass(frozen=True)
class Job:
    """A query to run, or with `graph` a graph to write out (an empty name for the default graph, None for all).

    `tables` is the media type for rows and truth values, `graphs` the one for triples. `default` and `named` are the
    dataset that the request asks for, None where it does not say.
    """

    text: str
    tables: str
    graphs: str
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None
    dump: bool = False
    graph: str | None = None


@dataclass(frozen=True)
class Limits:
    """What an answer, and the process that makes it, may take (rows, bytes, MiB), and whom SERVICE may ask."""

    rows: int
    bytes: int
    memory: int
    services: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """The body in its media type; or, with `problem` (syntax, service, rows, bytes, missing, failed), what to know.

    `changing` is the answer of which another host said a part.
    """

    body: bytes
    media_type: str = ""
    problem: str = ""
    line: int | None = None
    column: int | None = None
    changing: bool = False


class _TooLarge(OSError):
    """The answer has outgrown its limit."""


class _Bounded(io.BytesIO):
    """A buffer that refuses more than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit

    def write(self, data: object) -> int:
        written = super().write(data)  # type: ignore[arg-type]  # what Oxigraph hands over is bytes
        if self.tell() > self.limit:
            raise _TooLarge
        return written


def answer(store: Any, job: Job, limits: Limits) -> Answer:
    """Run one job on an Oxigraph store, or on what stands in for one. Whatever goes wrong is an answer, too."""
    buffer = _Bounded(limits.bytes)
    try:
        return _dump(store, job, buffer) if job.dump else _asked(store, job, limits, buffer)
    except (SyntaxError, QuerySyntaxError) as error:
        wrong = syntax_error(error, job.text) if isinstance(error, SyntaxError) else error
        return Answer(wrong.message.encode(), problem="syntax", line=wrong.line, column=wrong.column)
    except (LalakgError, OSError, RuntimeError, ValueError) as error:
        if buffer.tell() > limits.bytes:
            return Answer(b"", problem="bytes")
        return Answer(str(error).encode(), problem="failed")


def _asked(store: Any, job: Job, limits: Limits, buffer: _Bounded) -> Answer:
    others = service_addresses(job.text)
    for address in others:
        if address not in limits.services:
            return Answer(address.encode(), problem="service")
    found = store.query(job.text, default_graph=_graphs(job.default), named_graphs=_graphs(job.named))
    if isinstance(found, ox.QueryTriples | list):
        ox.serialize(found, output=buffer, format=_rdf(job.graphs))
        return Answer(buffer.getvalue(), job.graphs, changing=bool(others))
    form = _RESULTS[job.tables]
    found.serialize(buffer, format=form)
    if _rows_exceed(buffer.getvalue(), form, limits.rows):
        return Answer(b"", problem="rows")
    return Answer(buffer.getvalue(), job.tables, changing=bool(others))


def _dump(store: Any, job: Job, buffer: _Bounded) -> Answer:
    graph = ox.NamedNode(job.graph) if job.graph else ox.DefaultGraph()
    if job.graph and not store.contains_named_graph(graph):
        return Answer(job.graph.encode(), problem="missing")
    form = _rdf(job.graphs)
    if job.graph is None:
        store.dump(buffer, format=form)
    else:
        store.dump(buffer, format=form, from_graph=graph)
    return Answer(buffer.getvalue(), job.graphs)


def _graphs(names: tuple[str, ...] | None) -> list[Any] | None:
    return None if names is None else [ox.NamedNode(name) for name in names]


def _rdf(media_type: str) -> ox.RdfFormat:
    form = ox.RdfFormat.from_media_type(media_type)
    assert form is not None
    return form


def _rows_exceed(body: bytes, form: ox.QueryResultsFormat, rows: int) -> bool:
    if len(body) < 2 * rows:  # not even empty rows could be as many
        return False
    if form == ox.QueryResultsFormat.CSV:  # which Oxigraph does not read
        return sum(1 for _ in csv.reader(io.StringIO(body.decode()))) > rows + 1
    read = ox.parse_query_results(body, format=form)
    return isinstance(read, ox.QuerySolutions) and sum(1 for _ in read) > rows


def read_store(source: str) -> Any:
    """The data: at an endpoint, in an Oxigraph database on disk, opened for reading, or in an N-Quads file."""
    if is_address(source):
        from lalakg._server.remote_store import Elsewhere

        return Elsewhere(source)
    path = Path(source)
    if path.is_dir():
        return ox.Store.read_only(str(path))
    store = ox.Store()
    store.bulk_load(path=path, format=ox.RdfFormat.N_QUADS)
    return store


def is_address(source: str) -> bool:
    """Whether the data lies at an endpoint."""
    return source.startswith(("http://", "https://"))


def _confine(limits: Limits, source: str) -> None:
    """Bound the memory; and where nothing needs to be opened any more, let nothing be: no file, no connection."""
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory * _MIB, limits.memory * _MIB))
    if not (limits.services or is_address(source) or Path(source).is_dir()):
        free = os.dup(0)
        os.close(free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, free))


def _die_with_parent() -> None:
    """Linux ends this process with the one that started it, even in the middle of a query."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def serve(channel: socket.socket, source: str, limits: Limits) -> None:
    """Answer jobs until the other side closes the socket."""
    _die_with_parent()
    csv.field_size_limit(sys.maxsize)  # how long an answer may be is said elsewhere
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the one that asks decides
    store = read_store(source)
    _confine(limits, source)
    channel.sendall(LENGTH.pack(0))  # ready
    with channel.makefile("rb") as jobs:
        while head := jobs.read(LENGTH.size):
            job = pickle.loads(jobs.read(*LENGTH.unpack(head)))  # from the process that started this one
            data = pickle.dumps(answer(store, job, limits), pickle.HIGHEST_PROTOCOL)
            channel.sendall(LENGTH.pack(len(data)) + data)


def main() -> None:
    """The worker's life, as told by its arguments: a file descriptor, where the data lies, the limits."""
    channel, source, rows, size, memory, *services = sys.argv[1:]
    limits = Limits(int(rows), int(size), int(memory), tuple(services))
    serve(socket.socket(fileno=int(channel)), source, limits)
