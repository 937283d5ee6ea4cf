"""The web site of a graph: its pages, the files that they load, and what hosts and crawlers need."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from lalakg._check import Progress
from lalakg._graph.graph import KnowledgeGraph
from lalakg._pages import Pages, SiteContext, documents, scripts, static, things
from lalakg._publish import hosts
from lalakg._publish.site_files import SiteFiles
from lalakg._rdf.formats import MEDIA_TYPES


@contextlib.contextmanager
def site_around(kg: KnowledgeGraph, folder: Path, address: str, progress: Progress) -> Iterator[None]:
    """Write the site into a folder around a block that writes the dumps into its `data/`.

    The pages of things are written while the block runs; what lists the dumps, or asks the engine, comes after it.
    """
    files = SiteFiles(folder)
    context = SiteContext(kg.triples, kg.folder, kg.prefixes, address=address, scripts=scripts())
    pages = Pages(context, kg.engine)
    with files.write_in_background(things(pages)) as early:
        yield
        for name, path in static().items():
            files.copy(path, f"static/{name}")
        texts = documents(pages, list(_downloads(files, context)))
        files.write_all({name: make for name, make in texts.items() if name not in early})
    moved = {f"{context.paths.path(part)}.html" for part in context.owners}
    mapped = [name for name in texts if name.endswith(".html") and name not in moved and name != "404.html"]
    hosts.write(context, files, mapped)
    progress(f"site: {len(mapped):,} pages")
    if "query.js" not in context.scripts:
        progress("site: without the SPARQL engine in its pages; `make web` in a clone makes it.")


def _downloads(files: SiteFiles, context: SiteContext) -> Iterator[tuple[str, str, int]]:
    """The dumps that were written: their names, media types and sizes in bytes."""
    for format_name, media_type in MEDIA_TYPES.items():
        for name in (f"data/{context.folder.dataset.name}.{format_name}{suffix}" for suffix in ("", ".gz")):
            if files.has(name):
                yield name, media_type, files.size(name)
