"""What one server process serves at the moment, and how it goes over to newer data."""

from __future__ import annotations

from pathlib import Path

from lalakg._folder import Folder
from lalakg._graph import KnowledgeGraph
from lalakg._server.asking import Desk
from lalakg._server.data import Data
from lalakg._server.guards import Budget
from lalakg._server.pool import Pool
from lalakg._server.settings import Settings
from lalakg._server.shelf import Shelf


class Serving:
    """The graph, the workers and everything made from them, in one version of the data."""

    editor = "query/new.html"

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings, self.folder = settings, folder
        self.budget = Budget(settings.budget)
        self.take()

    def take(self) -> None:
        """Serve the current data from now on; queries that run finish on what they began with."""
        data = Data.current(self.folder)
        self.version = data.version
        self.kg = KnowledgeGraph(Folder.find(self.settings.folder))
        self.pool = Pool(data.source, self.settings)
        self.shelf = Shelf(self.kg, data.dumps, distant=bool(self.settings.store or self.settings.endpoint))
        self.desk = Desk(self.pool, self.budget, self.settings, data.version)

    def reload(self) -> None:
        """Go over to newer data, if there is any."""
        old = self.pool
        self.take()
        old.close()
