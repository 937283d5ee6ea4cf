"""Build: the checked graph as files, and with them, where it is wanted, the site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from lalakg import _export
from lalakg._check import Progress
from lalakg._errors import OutputError
from lalakg._formats import MEDIA_TYPES
from lalakg._graph import KnowledgeGraph
from lalakg._pages import STATIC, Edition, Pages
from lalakg._pages.lists import completions, search
from lalakg._site import hosts
from lalakg._site.files import Files

_WEB = Path(__file__).parent.parent / "_web"


def build(
    kg: KnowledgeGraph,
    out: Path | str,
    *,
    source: Path | str | None = None,
    site: bool = False,
    address: str = "",
    progress: Progress = lambda _: None,
) -> _export.Build:
    """Derive, check and export into the folder `out`: all or nothing, and the same bytes for the same input.

    With `site`, `out` becomes a web site with a page for every thing, and the dumps lie in its `data/`; `address` is
    where it will stand, if that is not where the IRIs of the graph lead.

    Raises NotConforming when the check finds a violation, and OutputError when `out` cannot be written or holds
    something that no build made.
    """
    if address and not site:
        raise OutputError("an address is that of a site; build one with --site (from Python, site=True).")
    if not site:
        return _export.build(kg, out, source=source, progress=progress)
    if address and not address.startswith(("https://", "http://")):
        raise OutputError(f"{address} is no address of a site; one begins with https:// or http://.")

    def write(folder: Path) -> None:
        _write(kg, Files(folder), address, progress)

    return _export.build(kg, out, source=source, progress=progress, beside=write)


def _write(kg: KnowledgeGraph, files: Files, address: str, progress: Progress) -> None:
    scripts = sorted(path.name for path in _WEB.glob("*")) if _WEB.is_dir() else []
    edition = Edition(kg.triples, kg.folder, kg.prefixes, address=address, scripts=scripts)
    pages = Pages(edition, kg.engine)
    for name, path in [(name, _WEB / name) for name in scripts] + [
        (path.name, path) for path in sorted(STATIC.glob("*"))
    ]:
        files.copy(path, f"static/{name}")
    downloads = list(_downloads(files, edition))
    _write_whole(pages, files, downloads)
    things = [thing for thing in edition.index.things if edition.path(thing)]
    _write_things(pages, files, things)
    queries = _write_queries(pages, files)
    _write_data(edition, files)
    hosts.write(edition, files)
    progress(f"site: {len(things):,} things, {queries:,} queries")
    if "query.js" not in scripts:
        progress("site: without the SPARQL engine in its pages; `npm ci && npm run build` in web/ makes it.")


def _downloads(files: Files, edition: Edition) -> Iterator[tuple[str, str, int]]:
    for form, media_type in MEDIA_TYPES.items():
        for name in (f"data/{edition.folder.dataset.name}.{form}{packed}" for packed in ("", ".gz")):
            if files.has(name):
                yield name, media_type, files.size(name)


def _write_whole(pages: Pages, files: Files, downloads: Iterable[tuple[str, str, int]]) -> None:
    downloads = list(downloads)
    debate = pages.debate()
    texts = {
        "index.html": pages.front(downloads),
        "things.html": pages.things(),
        "dataset.html": pages.dataset(downloads),
        "ontology/index.html": pages.ontology(),
        "shapes/index.html": pages.shapes(),
        "query/index.html": pages.questions(),
        "404.html": pages.not_found(),
        **({"debate.html": debate} if debate else {}),
        **({"query/new.html": pages.ask()} if "query.js" in pages.edition.scripts else {}),
    }
    for name, text in texts.items():
        files.write(name, text)


def _write_things(pages: Pages, files: Files, things: Iterable[str]) -> None:
    for thing in things:
        path = pages.edition.path(thing)
        files.write(f"{path}.ttl", pages.turtle(thing))
        files.write(f"{path}.jsonld", pages.jsonld(thing))
        if not files.has(f"{path}.html"):  # the whole has a page of its own
            files.write(f"{path}.html", pages.thing(thing))


def _write_queries(pages: Pages, files: Files) -> int:
    queries = pages.edition.queries
    for query in queries:
        files.write(f"query/{query.name}.html", pages.query(query))
        files.write(f"query/{query.name}.rq", query.text)
        files.write(f"query/{query.name}.ttl", pages.query_rdf(query, "ttl"))
        files.write(f"query/{query.name}.jsonld", pages.query_rdf(query, "jsonld"))
    files.write("data/queries.ttl", pages.catalogue())
    return len(queries)


def _write_data(edition: Edition, files: Files) -> None:
    files.write_json("data/prefixes.json", dict(sorted(edition.prefixes.items())))
    files.write_json("data/search.json", search(edition))
    files.write_json("data/terms.json", completions(edition))
