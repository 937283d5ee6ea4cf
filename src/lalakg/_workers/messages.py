"""Messages between a pool and its workers: limits, jobs and answers, each pickled after its length.

Both ends are processes of ours, one started by the other; nobody else writes to these pipes.
"""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lalakg._errors import QuerySyntaxError
from lalakg._workers.errors import AnswerTooLarge, QueryFailed, ServiceRefused, UnknownGraph

TABLES = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
"""The media types in which rows and truth values come."""

TRIPLES = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")
"""The media types in which a graph comes."""

QUADS = ("application/trig", "application/n-quads")
"""The media types in which a dataset comes, or a graph."""

LENGTH = struct.Struct("!I")
"""The length of a message in bytes, which comes first; 0 stands alone and says that a worker is ready."""

Problem: TypeAlias = Literal["", "syntax", "service", "rows", "bytes", "missing", "failed"]


@dataclass(frozen=True)
class Limits:
    """What the queries of one pool may take.

    Up to `workers` run at once and up to `waiting` more wait; each has `timeout` seconds. `rows` and `bytes` bound an
    answer, `memory` (MiB) a worker. `services` are the endpoints that SERVICE may ask.
    """

    workers: int = 4
    waiting: int = 64
    timeout: float = 10.0
    rows: int = 100_000
    bytes: int = 32 * 2**20
    memory: int = 2048
    services: tuple[str, ...] = ()


@dataclass(frozen=True)
class Setup:
    """The first message to a worker: where the data lies (an N-Quads file, a database, an endpoint), and its limits."""

    source: str
    limits: Limits


@dataclass(frozen=True)
class Job:
    """A query to run, or with `dump` a graph to write out: `graph` (empty for the default graph, None for all).

    `tables` is the media type for rows and truth values, `graphs` the one for triples. `default` and `named` are the
    dataset that the request chooses, None where it leaves that to the query.
    """

    text: str
    tables: str
    graphs: str
    default: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None
    dump: bool = False
    graph: str | None = None


@dataclass(frozen=True)
class Answer:
    """The body in its media type; or, with `problem`, why there is none, with a detail of it in the body.

    `changing` is an answer that depends on another host. `line` and `column` are those of a syntax error.
    """

    body: bytes
    media_type: str = ""
    problem: Problem = ""
    line: int = 1
    column: int = 1
    changing: bool = False

    def raise_for_problem(self, limits: Limits) -> Answer:
        """The answer itself. Raises QuerySyntaxError or a NoAnswer where it has a problem."""
        detail = self.body.decode("utf-8", "replace")
        match self.problem:
            case "syntax":
                raise QuerySyntaxError(detail, self.line, self.column)
            case "service":
                raise ServiceRefused(detail, limits.services)
            case "rows":
                raise AnswerTooLarge(limits.rows, "rows")
            case "bytes":
                raise AnswerTooLarge(limits.bytes, "bytes")
            case "missing":
                raise UnknownGraph(detail)
            case "failed":
                raise QueryFailed(detail)
        return self


def framed(message: Setup | Job | Answer) -> bytes:
    """A message as bytes, its length first."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(data)) + data
