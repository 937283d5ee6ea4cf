"""State of one server process: a snapshot of the data, and all that is made from it."""

from __future__ import annotations

import weakref
from pathlib import Path

from lalakg._folder.folder import Folder
from lalakg._graph.graph import KnowledgeGraph
from lalakg._server.dispatch import QueryDispatcher
from lalakg._server.documents import SiteDocuments
from lalakg._server.rate_limit import RateLimit
from lalakg._server.settings import Settings
from lalakg._server.snapshots import Snapshot
from lalakg._workers.pool import WorkerPool


class ServerState:
    """The graph, the workers and everything made from them, for one snapshot of the data.

    A request keeps to the state with which it began. The snapshot is locked for as long as anybody refers to the state.
    """

    editor = "query/new.html"

    def __init__(self, settings: Settings, top: Path, rate_limit: RateLimit | None = None) -> None:
        self.settings, self.top = settings, top
        self.rate_limit = rate_limit or RateLimit(settings.budget)
        self.snapshot, lock = Snapshot.acquire(top)
        weakref.finalize(self, lock.close)
        self.version = self.snapshot.version
        self.kg = KnowledgeGraph(Folder.find(self.snapshot.folder))
        self.pool = WorkerPool(self.snapshot.source, settings.limits)
        remote = bool(settings.store or settings.endpoint)
        self.documents = SiteDocuments(self.kg, self.snapshot.dumps, remote=remote)
        self.dispatcher = QueryDispatcher(self.pool, self.rate_limit, self.version)

    def warm(self) -> None:
        """Make what the first reader would have to wait for."""
        _ = self.documents.documents

    def renewed(self) -> ServerState:
        """The state for the newest snapshot, warm; this one when there is none that is newer."""
        if Snapshot.current(self.top) == self.snapshot:
            return self
        new = ServerState(self.settings, self.top, self.rate_limit)
        new.warm()
        return new
