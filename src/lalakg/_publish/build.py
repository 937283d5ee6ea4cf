"""Build: check the complete graph and write it into a folder, as files alone or as a web site with the files in it."""

from __future__ import annotations

import contextlib
import gzip
import shutil
import zlib
from dataclasses import dataclass
from pathlib import Path

from lalakg._check import Progress, check
from lalakg._check.report import Report
from lalakg._errors import PATH, LalakgError, OutputError, require_type
from lalakg._folder.folder import checksum_lines
from lalakg._graph.graph import KnowledgeGraph
from lalakg._publish.atomic_files import output_errors, replace_folder
from lalakg._publish.export import CHECKSUMS, dump
from lalakg._publish.site import site_around

_COMPRESSED_CHECKSUMS = f"{CHECKSUMS}.gz"
_HIDDEN = shutil.ignore_patterns(".*", "*~", "__pycache__")
# In a site, where hosts and visitors count bytes: the format that its pages read, and those that say the same.
_SITE_FORMATS, _SITE_COMPRESSED_FORMATS = ("ttl",), ("jsonld", "nt", "trig")


class NotConforming(LalakgError):
    """A graph that does not conform is not built: `report` says why."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(f"{report}Nothing was written.")


@dataclass(frozen=True)
class Build:
    """The result of a build: the folder, its files with their sizes in bytes, the number of triples, the report."""

    folder: Path
    files: dict[str, int]
    triples: int
    report: Report


def build(
    kg: KnowledgeGraph,
    out: Path | str,
    *,
    source: Path | str | None = None,
    site: bool = False,
    address: str = "",
    progress: Progress = lambda _: None,
) -> Build:
    """Derive, check and export into the folder `out`: all or nothing, and the same bytes for the same input.

    With `site`, `out` becomes a web site with a page for every thing, and the dumps lie in its `data/`; `address` is
    where it will stand, if that is not where the IRIs of the graph lead.

    Raises NotConforming when the check finds a violation, and OutputError when `out` cannot be written or holds
    something that no build made; FolderError for the graph of a file.
    """
    require_type("kg", kg, KnowledgeGraph, "a KnowledgeGraph")
    require_type("out", out, PATH, "the path of a folder")
    _refuse_address(address, site=site)
    _ = kg.folder  # which the graph of a file lacks
    folder = Path(out)
    with output_errors(folder):
        _refuse_foreign(folder)
    target = folder.resolve() if folder.is_symlink() else folder
    report = check(kg, source=source, progress=progress)
    if not report.conforms:
        raise NotConforming(report)
    with replace_folder(target) as temporary:
        if site:
            _write_site(kg, temporary, address, progress)
        else:
            dump(kg, temporary, progress)
            _copy_ontology(kg, temporary)
        sizes = _write_checksums(temporary, compressed=site)
    return Build(folder, sizes, len(kg.triples), report)


def _write_site(kg: KnowledgeGraph, folder: Path, address: str, progress: Progress) -> None:
    """The site's pages are made before and after the dumps, which some of them list."""
    formats, compressed = _SITE_FORMATS, _SITE_COMPRESSED_FORMATS
    with site_around(kg, folder, address, progress):
        dump(kg, folder / "data", progress, formats=formats, compressed=compressed, address=address)
        _copy_ontology(kg, folder)


def _copy_ontology(kg: KnowledgeGraph, folder: Path) -> None:
    shutil.copytree(kg.folder.ontology, folder / "ontology", ignore=_HIDDEN, dirs_exist_ok=True)


def _write_checksums(folder: Path, *, compressed: bool) -> dict[str, int]:
    """Write the SHA-256 of every file, as `sha256sum` does; the sizes of all files, in bytes."""
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    path = folder / (_COMPRESSED_CHECKSUMS if compressed else CHECKSUMS)
    text = "".join(f"{line}\n" for line in checksum_lines(files)).encode("ascii")
    path.write_bytes(gzip.compress(text, mtime=0) if compressed else text)
    return {name: file.stat().st_size for name, file in {**files, path.name: path}.items()}


def _refuse_address(address: str, *, site: bool) -> None:
    if address and not site:
        raise OutputError("an address is that of a site; build one with --site (from Python, site=True).")
    if address and not address.startswith(("https://", "http://")):
        raise OutputError(f"{address} is no address of a site; one begins with https:// or http://.")


def _refuse_foreign(folder: Path) -> None:
    """Raise OutputError for a folder that holds what no build made, and for the working directory."""
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file; name a folder.")
    if folder.is_dir() and Path.cwd().is_relative_to(folder.resolve()):
        raise OutputError(
            f"{folder} is where you stand, and is replaced as a whole; name a folder below it, or beside it."
        )
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}
    listed = {line.partition("  ")[2] for line in _earlier_checksums(folder)}
    if foreign := sorted(files - listed - {CHECKSUMS, _COMPRESSED_CHECKSUMS}):
        raise OutputError(
            f"{folder} holds {foreign[0]}, which was not made by `lalakg build`; name another folder, or empty it."
        )


def _earlier_checksums(folder: Path) -> list[str]:
    """The lines of checksums that an earlier build left in a folder."""
    plain, compressed = folder / CHECKSUMS, folder / _COMPRESSED_CHECKSUMS
    with contextlib.suppress(OSError, EOFError, zlib.error):
        data = gzip.decompress(compressed.read_bytes()) if compressed.is_file() else plain.read_bytes()
        return data.decode("utf-8", "replace").splitlines()
    return []
