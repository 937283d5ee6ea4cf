"""Build: the checked graph as files, and with them, where it is wanted, the site."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from lalakg._check import Progress
from lalakg._errors import OutputError
from lalakg._graph.graph import KnowledgeGraph
from lalakg._pages import Pages, SiteContext, documents, scripts, static, things
from lalakg._publish import export, hosts
from lalakg._publish.site_files import Files
from lalakg._rdf.formats import MEDIA_TYPES


def build(
    kg: KnowledgeGraph,
    out: Path | str,
    *,
    source: Path | str | None = None,
    site: bool = False,
    address: str = "",
    progress: Progress = lambda _: None,
) -> export.Build:
    """Derive, check and export into the folder `out`: all or nothing, and the same bytes for the same input.

    With `site`, `out` becomes a web site with a page for every thing, and the dumps lie in its `data/`; `address` is
    where it will stand, if that is not where the IRIs of the graph lead.

    Raises NotConforming when the check finds a violation, and OutputError when `out` cannot be written or holds
    something that no build made.
    """
    if address and not site:
        raise OutputError("an address is that of a site; build one with --site (from Python, site=True).")
    if not site:
        return export.build(kg, out, source=source, progress=progress)
    if address and not address.startswith(("https://", "http://")):
        raise OutputError(f"{address} is no address of a site; one begins with https:// or http://.")

    def beside(folder: Path) -> contextlib.AbstractContextManager[None]:
        return _beside(kg, Files(folder), address, progress)

    return export.build(kg, out, source=source, progress=progress, beside=beside, address=address)


@contextlib.contextmanager
def _beside(kg: KnowledgeGraph, files: Files, address: str, progress: Progress) -> Iterator[None]:
    """Write the site while the dumps are being written: what draws on them, or asks the engine, comes after them."""
    edition = SiteContext(kg.triples, kg.folder, kg.prefixes, address=address, scripts=scripts())
    pages = Pages(edition, kg.engine)
    with files.meanwhile(things(pages)) as early:
        yield
        for name, path in static().items():
            files.copy(path, f"static/{name}")
        texts = documents(pages, list(_downloads(files, edition)))
        files.write_all({name: make for name, make in texts.items() if name not in early})
    moved = {f"{edition.paths.path(part)}.html" for part in edition.owners}
    mapped = [name for name in texts if name.endswith(".html") and name not in moved and name != "404.html"]
    hosts.write(edition, files, mapped)
    progress(f"site: {len(mapped):,} pages")
    if "query.js" not in edition.scripts:
        progress("site: without the SPARQL engine in its pages; `make web` in a clone makes it.")


def _downloads(files: Files, edition: SiteContext) -> Iterator[tuple[str, str, int]]:
    for form, media_type in MEDIA_TYPES.items():
        for name in (f"data/{edition.folder.dataset.name}.{form}{packed}" for packed in ("", ".gz")):
            if files.has(name):
                yield name, media_type, files.size(name)
