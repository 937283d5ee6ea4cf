"""What one server process serves at the moment, and how it goes over to newer data."""

from __future__ import annotations

import weakref
from pathlib import Path

from lalakg._folder.folder import Folder
from lalakg._graph.graph import KnowledgeGraph
from lalakg._server.data import Data
from lalakg._server.dispatch import Desk
from lalakg._server.documents import Shelf
from lalakg._server.guards import Budget
from lalakg._server.pool import Pool
from lalakg._server.settings import Settings


class Serving:
    """The graph, the workers and everything made from them, in one edition of the data.

    A request keeps to the edition with which it began. An edition is held for as long as a request does so.
    """

    editor = "query/new.html"

    def __init__(self, settings: Settings, top: Path, budget: Budget | None = None) -> None:
        self.settings, self.top = settings, top
        self.budget = budget or Budget(settings.budget)
        self.data, lock = Data.hold(top)
        weakref.finalize(self, lock.close)
        self.version = self.data.version
        self.kg = KnowledgeGraph(Folder.find(self.data.folder))
        self.pool = Pool(self.data.source, settings)
        self.shelf = Shelf(self.kg, self.data.dumps, distant=bool(settings.store or settings.endpoint))
        self.desk = Desk(self.pool, self.budget, settings, self.version)

    def warm(self) -> None:
        """Make what the first reader would have to wait for."""
        _ = self.shelf.documents

    def renewed(self) -> Serving:
        """The newest edition, warm; this one when there is none that is newer."""
        if Data.current(self.top) == self.data:
            return self
        new = Serving(self.settings, self.top, self.budget)
        new.warm()
        return new
