"""Export: the complete graph in every serialisation, to text, to `data/published/`, or to a whole `dist/`."""

from __future__ import annotations

import contextlib
import glob
import gzip
import hashlib
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from lalakg._check import Progress, check
from lalakg._check.report import Report
from lalakg._errors import LalakgError, OutputError
from lalakg._folder.folder import checksum_lines
from lalakg._graph.graph import KnowledgeGraph
from lalakg._publish.named_graphs import quads
from lalakg._publish.void import PREFIXES, Distribution, describe_dataset
from lalakg._rdf import turtle
from lalakg._rdf.formats import GRAPH_FORMATS, MEDIA_TYPES, write_dataset, write_graph

_SUMS, _PACKED_SUMS = "SHA256SUMS", "SHA256SUMS.gz"
_HIDDEN = shutil.ignore_patterns(".*", "*~", "__pycache__")
# In a site, where hosts and visitors count bytes: the form that its pages read, and those that say the same, packed.
_PLAIN, _PACKED = ("ttl",), ("jsonld", "nt", "trig")
_RANDOM = 8  # characters that tempfile puts into a name


class NotConforming(LalakgError):
    """A graph that does not conform is not built: `report` says why."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(f"{report}Nothing was written.")


@dataclass(frozen=True)
class Build:
    """What a build made: the folder, its files with their sizes in bytes, the number of triples, the check's report."""

    folder: Path
    files: dict[str, int]
    triples: int
    report: Report


def export(kg: KnowledgeGraph, form: str) -> str:
    """The complete graph as text in `form`: ttl, jsonld, nt, rdf, nq or trig. Raises OutputError for another."""
    if form == "ttl" and kg.kept:
        return kg.kept.read_text(encoding="utf-8")
    if form in GRAPH_FORMATS:
        return write_graph(kg.triples, form, kg.prefixes, kg.folder.context)
    if form not in MEDIA_TYPES:
        raise OutputError(f"there is no form {form}; there are {', '.join(MEDIA_TYPES)}.")
    return write_dataset(quads(kg), form, kg.prefixes)


def publish(kg: KnowledgeGraph) -> dict[str, str]:
    """What `data/published/` must hold, by file name: the complete graph as Turtle and JSON-LD, and the checksums."""
    name = kg.folder.dataset.name
    fresh = KnowledgeGraph(kg.folder)
    fresh.__dict__["_published"] = False
    texts = {f"{name}.{form}": export(fresh, form) for form in ("ttl", "jsonld")}
    sums = checksum_lines(kg.folder.inputs())
    sums += [f"{hashlib.sha256(text.encode()).hexdigest()}  data/published/{file}" for file, text in texts.items()]
    return {
        **texts,
        _SUMS: "".join(f"{line}\n" for line in sorted(sums, key=lambda line: line.partition("  ")[2])),
    }


def write_files(folder: Path, texts: dict[str, str]) -> list[str]:
    """Write files into a folder, each to the side and then renamed; the names of those that changed.

    Raises OutputError when one cannot be written.
    """
    changed = [name for name, text in texts.items() if not holds(folder / name, text)]
    for name in changed:
        try:
            _write_file(folder / name, texts[name])
        except OSError as error:
            raise OutputError(f"{folder / name} cannot be written: {error.strerror}.") from None
    return changed


def _write_file(path: Path, text: str) -> None:
    """A link stays one, and so does what is no file, as a pipe or /dev/stdout: it takes the text as it comes."""
    if path.exists() and not path.is_file() and not path.is_dir():
        path.write_text(text, encoding="utf-8", newline="\n")
        return
    target = path.resolve() if path.is_symlink() else path
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        aside.write_text(text, encoding="utf-8", newline="\n")
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def holds(path: Path, text: str) -> bool:
    """Whether a file is there and has just this text."""
    return path.is_file() and path.read_bytes() == text.encode()


def build(
    kg: KnowledgeGraph,
    out: Path | str,
    *,
    source: Path | str | None = None,
    progress: Progress = lambda _: None,
    beside: Callable[[Path], AbstractContextManager[None]] | None = None,
    address: str = "",
) -> Build:
    """Derive, check and export into the folder `out`: all or nothing, and the same bytes for the same input.

    Where a site lies `beside` them, which that writes before and after the dumps, some of the forms go into `data/`,
    most of them compressed, and so are the checksums of its many files. `address` is where the site will stand.

    Raises NotConforming when the check finds a violation, and OutputError when `out` cannot be written or holds
    something that no build made.
    """
    folder = Path(out)
    with _writing(folder):
        _refuse_foreign(folder)
    target = folder.resolve() if folder.is_symlink() else folder
    report = check(kg, source=source, progress=progress)
    if not report.conforms:
        raise NotConforming(report)
    with _swapped(target) as aside:
        with beside(aside) if beside else contextlib.nullcontext():
            if beside:
                dump(kg, aside / "data", progress, forms=_PLAIN, packed=_PACKED, address=address)
            else:
                dump(kg, aside, progress)
            shutil.copytree(kg.folder.ontology, aside / "ontology", ignore=_HIDDEN, dirs_exist_ok=True)
        files = {path.relative_to(aside).as_posix(): path for path in sorted(aside.rglob("*")) if path.is_file()}
        sums = aside / (_PACKED_SUMS if beside else _SUMS)
        text = "".join(f"{line}\n" for line in checksum_lines(files)).encode("ascii")
        sums.write_bytes(gzip.compress(text, mtime=0) if beside else text)
        sizes = {name: path.stat().st_size for name, path in {**files, sums.name: sums}.items()}
    return Build(folder, sizes, len(kg.triples), report)


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file; name a folder.")
    if folder.is_dir() and Path.cwd().is_relative_to(folder.resolve()):
        raise OutputError(
            f"{folder} is where you stand, and is replaced as a whole; name a folder below it, or beside it."
        )
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}
    listed = {line.partition("  ")[2] for line in _listed(folder)}
    if strange := sorted(files - listed - {_SUMS, _PACKED_SUMS}):
        raise OutputError(
            f"{folder} holds {strange[0]}, which was not made by `lalakg build`; name another folder, or empty it."
        )


def _listed(folder: Path) -> list[str]:
    """The lines of checksums that an earlier build left in a folder."""
    plain, packed = folder / _SUMS, folder / _PACKED_SUMS
    with contextlib.suppress(OSError, EOFError, zlib.error):
        data = gzip.decompress(packed.read_bytes()) if packed.is_file() else plain.read_bytes()
        return data.decode("utf-8", "replace").splitlines()
    return []


def dump(
    kg: KnowledgeGraph,
    folder: Path,
    progress: Progress = lambda _: None,
    *,
    forms: Iterable[str] = tuple(MEDIA_TYPES),
    packed: Iterable[str] = (),
    address: str = "",
) -> None:
    """Write the complete graph into a folder in some forms, as they are or `packed`, and its description.

    The description gives the files' addresses: in `data/` below `address`, or else below where the IRIs lead.
    """
    dataset = kg.folder.dataset
    place = (address.rstrip("/") + "/" if address else dataset.base.removesuffix("id/")) + "data/"
    distributions = []
    folder.mkdir(exist_ok=True)
    for form, compressed in (*((form, False) for form in forms), *((form, True) for form in packed)):
        data = export(kg, form).encode()
        name = f"{dataset.name}.{form}"
        if compressed:
            name, data = f"{name}.gz", gzip.compress(data, mtime=0)
        (folder / name).write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        distributions.append(Distribution(name, place + name, MEDIA_TYPES[form], len(data), digest))
        progress(f"{name}: {len(data):,} bytes")
    described = [t for d in kg.documents for t in d.triples if str(getattr(t.subject, "value", "")) == dataset.iri]
    counts = describe_dataset(kg.triples, dataset, distributions, kg.prefixes)
    (folder / "void.ttl").write_text(
        turtle.write([*described, *counts], {"part": f"{dataset.iri}#", **kg.prefixes, **PREFIXES}), encoding="utf-8"
    )


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """What the system refuses, as an OutputError."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error.strerror}.") from None


@contextlib.contextmanager
def _swapped(folder: Path) -> Iterator[Path]:
    """A folder to the side that takes the place of `folder` when all went well; nothing changes when it did not."""
    with _writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".new", dir=folder.parent))
    try:
        with _writing(folder):
            yield aside
            aside.chmod(0o755)
            old = aside.with_suffix(".old")
            if folder.exists():
                folder.rename(old)
            aside.rename(folder)
            shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Clear away what a killed build left beside `folder`, and put back a folder that it had moved aside."""
    name = f".{glob.escape(folder.name)}.{'?' * _RANDOM}"
    for left in folder.parent.glob(f"{name}.old"):
        if not folder.exists():
            left.rename(folder)
        shutil.rmtree(left, ignore_errors=True)
    for left in folder.parent.glob(f"{name}.new"):
        shutil.rmtree(left, ignore_errors=True)
