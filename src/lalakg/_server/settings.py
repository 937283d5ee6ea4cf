"""Settings of the server: where it listens, what it serves, and what it allows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from lalakg._workers.messages import Limits


@dataclass(frozen=True)
class Settings:
    """Every limit is on by default, and every one of them can be set.

    `processes` answer HTTP requests, each with a pool of workers that run queries within `limits`. Times are in
    seconds, sizes in bytes. `budget` is the time that the queries of one client may take in a minute, in each process.
    `max_body` bounds a request's body, `max_head` its head; each must arrive within `patience`, and in every such time
    a client must take off something of its answer. `cache` bounds the answers kept in memory. `store` is an Oxigraph
    database on disk, instead of the folder's own data; `endpoint` is a remote SPARQL endpoint.
    """

    folder: Path | None = None
    store: Path | None = None
    endpoint: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    processes: int = 2
    limits: Limits = field(default_factory=Limits)
    max_body: int = 2**20
    max_head: int = 64 * 1024
    patience: float = 20.0
    budget: float = 60.0
    cache: int = 64 * 2**20
    behind_proxy: bool = False
    log: bool = False
