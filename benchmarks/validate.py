"""Check corpora of the film's shape with lalakg and other SHACL engines, side by side, each in its own process.

    python benchmarks/validate.py --sizes 10_000 100_000 --engines lalakg pyshacl [--shapes full core] [--limit 900]
    python benchmarks/validate.py --film [--runs 5]       the film itself, in alternating runs
    python benchmarks/validate.py --profile --sizes 100_000       our ten slowest shapes

CPU seconds (user and system, all threads), wall time and peak memory are those of the whole process, from start to a
written report. "Results agree" compares the multisets of focus, path, value, component, severity and source shape
with those of the first engine; complex paths and blank nodes count as alike, a reader's rewriting of literals does
not. An engine that writes no report, or finds nothing where the first one found something, stops the comparison. The
full shapes have SPARQL constraints, the core ones are the same without them.

Engines other than lalakg and pyshacl are no dependency of this project: install them where you like (pip install
pyshacl-turbo pyrudof shacl shacl-rust) and name that Python with --python.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import corpus
import pyoxigraph as ox

ROOT = Path(__file__).parent.parent
SHAPES = ROOT / "ontology" / "shapes.ttl"
SH = "http://www.w3.org/ns/shacl#"
Row = tuple[str, ...]

# How each engine is started: {python}, {shapes}, {data}; the report goes to standard output, in Turtle or N-Triples.
COMMANDS = {
    "lalakg": ["{ours}", "-m", "lalakg", "check", "{data}", "--shapes", "{shapes}", "--format", "ttl"],
    "pyshacl": ["{ours}", "-m", "pyshacl", "{data}", "-s", "{shapes}", "-f", "nt"],
    "pyshacl-turbo": ["{python}", "-m", "pyshacl_turbo", "{data}", "-s", "{shapes}", "-f", "nt"],
    "pyrudof": [
        "{python}",
        "-c",
        "import pyrudof as p, sys; r = p.Rudof(p.RudofConfig()); r.read_data(sys.argv[1], p.RDFFormat.{form});"
        "r.read_shacl(sys.argv[2], p.ShaclFormat.Turtle); r.validate_shacl();"
        "print(r.serialize_shacl_validation_results(p.ResultShaclValidationFormat.NTriples))",
        "{data}",
        "{shapes}",
    ],
    "shacl": [
        "{python}",
        "-c",
        "import shacl, sys;print(shacl.Shapes.from_file(sys.argv[2]).validate_file(sys.argv[1]).serialize('ntriples'))",
        "{data}",
        "{shapes}",
    ],
    "shacl-rust": [
        "{python}",
        "-c",
        "import json, shacl_rust, sys; print(json.dumps(shacl_rust.validate_file(sys.argv[1], sys.argv[2])))",
        "{data}",
        "{shapes}",
    ],
}


@dataclass(frozen=True)
class Run:
    """What one process took."""

    code: int
    cpu: float
    wall: float
    mib: float


def run(engine: str, data: Path, shapes: Path, report: Path, arguments: argparse.Namespace) -> Run:
    """Run an engine to its end, or to the limit; then its exit code is below 0."""
    form = "NTriples" if data.suffix == ".nt" else "Turtle"
    names = {"{ours}": sys.executable, "{python}": str(arguments.python), "{data}": str(data), "{shapes}": str(shapes)}
    command = [names.get(word, word.replace("{form}", form)) for word in COMMANDS[engine]]
    started = time.perf_counter()
    out = os.open(report, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    quiet = os.open(report.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    actions = [(os.POSIX_SPAWN_DUP2, out, 1), (os.POSIX_SPAWN_DUP2, quiet, 2)]
    process = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    os.close(out)
    os.close(quiet)
    guard = threading.Timer(arguments.limit, os.kill, (process, signal.SIGKILL))
    guard.start()
    _, status, used = os.wait4(process, 0)
    guard.cancel()
    wall = time.perf_counter() - started
    code = os.waitstatus_to_exitcode(status)
    return Run(code, used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def results(report: Path, engine: str) -> Counter[Row]:
    """The results in an engine's report, as what engines must agree on. Exits when there is no report."""
    if report.read_bytes()[:1] == b"{":  # one engine writes no RDF
        rows = json.loads(report.read_text())["results"]
        return Counter(_row({SH + key: value for key, value in row.items()}) for row in rows)
    found: dict[object, dict[str, str]] = defaultdict(dict)
    nodes = []
    is_report = False
    for quad in ox.parse(path=report, format=ox.RdfFormat.TURTLE):
        found[quad.subject][quad.predicate.value] = str(quad.object)
        if quad.predicate.value == SH + "result":
            nodes.append(quad.object)
        is_report |= quad.predicate.value == SH + "conforms"
    if not is_report:
        sys.exit(f"{engine} wrote no validation report: {report}, {report.with_suffix('.log')}")
    return Counter(_row(found[node]) for node in nodes)


def _row(properties: dict[str, str]) -> Row:
    names = ("focusNode", "value", "sourceConstraintComponent", "resultSeverity", "sourceShape")
    keys = [
        properties.get(SH + (name if name != "resultSeverity" or SH + name in properties else "severity"), "")
        for name in names
    ]
    path = properties.get(SH + "resultPath", "")
    return *("_" if key.startswith("_:") else key for key in keys), path if path.startswith("<") else ""


def core(folder: Path) -> Path:
    """The shapes without what needs SPARQL."""
    triples = [quad.triple for quad in ox.parse(path=SHAPES, format=ox.RdfFormat.TURTLE)]
    constraints = {t.object for t in triples if t.predicate.value == SH + "sparql"}
    kept = (t for t in triples if t.predicate.value != SH + "sparql" and t.subject not in constraints)
    path = folder / "core.ttl"
    ox.serialize(kept, path, ox.RdfFormat.TURTLE)
    return path


def compare(arguments: argparse.Namespace, folder: Path) -> Iterator[str]:
    """The table of all engines, corpora and shapes."""
    files = {"full": SHAPES, "core": core(folder)}
    yield "| triples | shapes | engine | CPU s | wall s | peak MiB | results | CPU, of the first | results agree |"
    yield "|---:|---|---|---:|---:|---:|---:|---:|---|"
    for size in arguments.sizes:
        data = folder / f"{size}.nt"
        triples, faults = corpus.write(size, data)
        print(f"{data}: {triples:,} triples, {faults:,} faults planted", file=sys.stderr)
        for shapes in arguments.shapes:
            first: tuple[Run, Counter[Row]] | None = None
            for engine in arguments.engines:
                report = folder / f"{size}-{shapes}-{engine}.txt"
                took = measured(engine, data, files[shapes], report, arguments)
                start = f"| {triples:,} | {shapes} | {engine} |"
                if took.code not in (0, 1):
                    reason = f"stopped after {took.wall:.0f} s" if took.code == -9 else f"failed ({took.code})"
                    yield f"{start} {took.cpu:.1f} | {took.wall:.1f} | {took.mib:.0f} | {reason} | | |"
                    continue
                found = results(report, engine)
                first = first or (took, found)
                yield (
                    f"{start} {took.cpu:.2f} | {took.wall:.2f} | {took.mib:.0f} | {found.total():,} "
                    f"| {took.cpu / first[0].cpu:.1f} × | {agreement(first[1], found, engine)} |"
                )


def agreement(right: Counter[Row], found: Counter[Row], engine: str) -> str:
    """How an engine's results differ from the first one's. Exits when it found nothing though there is something."""
    if right and not found:
        sys.exit(f"{engine} found nothing, the first engine {right.total():,}; it cannot have run rightly.")
    missing, surplus = (right - found).total(), (found - right).total()
    return "yes" if not missing and not surplus else f"{missing} missing, {surplus} surplus"


def measured(engine: str, data: Path, shapes: Path, report: Path, arguments: argparse.Namespace) -> Run:
    """The median run by CPU seconds; with --resume, what an earlier call measured."""
    note = report.with_suffix(".json")
    if arguments.resume and note.exists():
        return Run(**json.loads(note.read_text()))
    runs = sorted((run(engine, data, shapes, report, arguments) for _ in range(arguments.runs)), key=lambda r: r.cpu)
    median = runs[len(runs) // 2]
    note.write_text(json.dumps(asdict(median)))
    return median


def film(arguments: argparse.Namespace, folder: Path) -> Iterator[str]:
    """The film's own graph: engines take turns, so that whatever else runs here slows all of them alike."""
    runs: dict[str, list[Run]] = defaultdict(list)
    for _ in range(arguments.runs):
        for engine in arguments.engines:
            runs[engine].append(run(engine, corpus.GRAPH, SHAPES, folder / f"film-{engine}.txt", arguments))
    first = results(folder / f"film-{arguments.engines[0]}.txt", arguments.engines[0])
    base = [r.cpu for r in runs[arguments.engines[0]]]
    yield "| engine | CPU s (median) | wall s (median) | peak MiB | CPU, of the first (median) | results agree |"
    yield "|---|---:|---:|---:|---:|---|"
    for engine, some in runs.items():
        if any(r.code not in (0, 1) for r in some):
            yield f"| {engine} | failed ({some[0].code}) | | | | |"
            continue
        cpu, wall, mib = (statistics.median(getattr(r, key) for r in some) for key in ("cpu", "wall", "mib"))
        ratio = statistics.median(r.cpu / b for r, b in zip(some, base, strict=True))
        agrees = agreement(first, results(folder / f"film-{engine}.txt", engine), engine)
        yield f"| {engine} | {cpu:.2f} | {wall:.2f} | {mib:.0f} | {ratio:.1f} × | {agrees} |"


def profile(arguments: argparse.Namespace, folder: Path) -> Iterator[str]:
    """Our ten slowest shapes. A table that several need is read for the first of them."""
    from lalakg._rdf import parser
    from lalakg._shacl import Data, Shapes, validate

    document = parser.read(SHAPES)
    shapes = Shapes(document.triples, document.prefixes)
    for size in arguments.sizes:
        data = folder / f"{size}.nt"
        triples, _ = corpus.write(size, data)
        started = time.process_time()
        loaded = Data(lines=[data])
        ends = [time.process_time()]
        yield f"{triples:,} triples: {ends[0] - started:.2f} s to load"
        found = len(validate(loaded, shapes, partial(_note, ends)).results)
        names = [shapes.graph.name(shape.node) for shape in shapes.roots]
        slow = sorted(zip((b - a for a, b in itertools.pairwise(ends)), names, strict=True), reverse=True)
        yield f"{ends[-1] - ends[0]:.2f} s for {len(slow)} shapes and {found:,} results; the slowest:"
        yield from (f"{seconds:8.3f} s  {name}" for seconds, name in slow[:10])


def _note(ends: list[float], _done: int, _of: int) -> None:
    ends.append(time.process_time())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--engines", nargs="+", choices=list(COMMANDS), default=["lalakg", "pyshacl"])
    parser.add_argument("--shapes", nargs="+", choices=["full", "core"], default=["full", "core"])
    parser.add_argument("--runs", type=int, default=1, help="Runs of each, of which the median counts (default: 1).")
    parser.add_argument("--limit", type=float, default=900, help="Seconds for one run (default: 900).")
    parser.add_argument("--python", type=Path, default=sys.executable, help="The Python that has the other engines.")
    parser.add_argument("--folder", type=Path, help="Keep corpora and reports here.")
    parser.add_argument("--resume", action="store_true", help="Take from --folder what was measured there before.")
    parser.add_argument("--film", action="store_true", help="Measure the film itself.")
    parser.add_argument("--profile", action="store_true", help="Print our ten slowest shapes.")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or Path(scratch)
        folder.mkdir(exist_ok=True, parents=True)
        task = film if arguments.film else profile if arguments.profile else compare
        for line in task(arguments, folder):
            print(line, flush=True)


if __name__ == "__main__":
    main()
