"""What a server is told: where it listens, what it serves, and what it allows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Every limit is on by default, and every one of them can be set.

    `processes` answer requests, each with up to `workers` that run queries. Times are in seconds, sizes in bytes but
    for `memory` (MiB a worker). `budget` is the seconds of query time that one client may use in a minute, in each
    process. `request` is the size of a request's body, `head` that of its head; each must arrive within `patience`, and
    in every such time a client must take off something of its answer. `services` are the endpoints that SERVICE may
    name. `store` is an Oxigraph database on disk, instead of the folder's own data; `endpoint` is somebody else's.
    """

    folder: Path | None = None
    store: Path | None = None
    endpoint: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    processes: int = 2
    workers: int = 4
    waiting: int = 64
    timeout: float = 10.0
    rows: int = 100_000
    bytes: int = 32 * 2**20
    request: int = 2**20
    head: int = 64 * 1024
    patience: float = 20.0
    memory: int = 2048
    budget: float = 60.0
    cache: int = 64 * 2**20
    services: tuple[str, ...] = ()
    behind_proxy: bool = False
    log: bool = False
