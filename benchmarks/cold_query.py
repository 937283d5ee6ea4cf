"""Ask ready-made questions with lalakg and with rdflib, side by side, each in a fresh process.

    python benchmarks/cold_query.py [--runs 15]

Four tables: one question, cold, whole process (rdflib loads the same published Turtle and runs the same query); all
thirty questions in one process, against rdflib that only loads; what starts and asks nothing, beside Python and click
alone; and the peak memory of the everyday commands. Runs alternate, so that a busy machine slows both alike; each
figure is a median, and the ratio is the median of the ratios of the turns.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PUBLISHED = ROOT / "data" / "published" / "lalakg.ttl"
LALAKG = str(Path(sys.executable).with_name("lalakg"))
QUESTIONS = ("who-plays-whom", "which-divergences", "what-happens-in-the-montage")

RDFLIB_QUERY = """
import rdflib, sys
graph = rdflib.Graph().parse(sys.argv[1])
for row in graph.query(open(sys.argv[2], encoding="utf-8").read()):
    print(*row, sep="\\t")
"""
RDFLIB_LOAD = """
import rdflib, sys, time
started = time.perf_counter(), time.process_time()
rdflib.Graph().parse(sys.argv[1])
print(time.perf_counter() - started[0], time.process_time() - started[1])
"""
THIRTY = """
import lalakg, sys
kg = lalakg.load()
for name in sys.argv[1:]:
    print(name, len(kg.query(name).rows))
"""
COMMANDS = {
    "query": ("query", "who-plays-whom"),
    "describe": ("describe", "ev-f-kiss"),
    "check": ("check", "-q"),
    "export": ("export", "--format", "jsonld"),
    "build": ("build", "-q", "{out}"),
}


@dataclass(frozen=True)
class Run:
    """What one process took: seconds on the clock and of CPU (user and system), peak memory in MB, and its output."""

    wall: float
    cpu: float
    memory: float
    out: str


def environment() -> dict[str, str]:
    """Compiled modules are kept beside the sources, as they are after any installation."""
    left_out = {"PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONUNBUFFERED"}
    return {name: value for name, value in os.environ.items() if name not in left_out}


def run(command: Sequence[str]) -> Run:
    with tempfile.TemporaryFile() as out:
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, env=environment())
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)}: exit {process.returncode}")
        out.seek(0)
        text = out.read().decode()
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Run(wall, usage.ru_utime + usage.ru_stime, kilobytes / 1000, text)


def alternate(runs: int, *commands: Sequence[str]) -> list[list[Run]]:
    """Each command once, so that its modules are compiled and on hand, and then in turns."""
    for command in commands:
        run(command)
    turns = [[run(command) for command in commands] for _ in range(runs)]
    return [list(column) for column in zip(*turns, strict=True)]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def row(name: str, ours: Sequence[float], theirs: Sequence[float]) -> list[str]:
    ratios = [one / another for one, another in zip(theirs, ours, strict=True)]
    return [
        name,
        f"{median(ours) * 1000:.0f} ms",
        f"{median(theirs) * 1000:.0f} ms",
        f"{median(ratios):.1f}",
        f"{min(ratios):.1f}–{max(ratios):.1f}",
    ]


def table(title: str, head: list[str], rows: list[list[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    print(f"\n{title}")
    for line in (head, ["-" * width for width in widths], *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


HEAD = ["", "lalakg", "rdflib", "rdflib / lalakg", "lowest–highest"]


def one_question(runs: int) -> None:
    rows = []
    for name in QUESTIONS:
        file = ROOT / "queries" / "questions" / f"{name}.rq"
        ours, theirs = alternate(
            runs,
            [LALAKG, "query", name, "--format", "tsv"],
            [sys.executable, "-c", RDFLIB_QUERY, str(PUBLISHED), str(file)],
        )
        assert ours[0].out.count("\n") - 1 == theirs[0].out.count("\n"), f"{name}: different numbers of rows"
        rows.append(row(f"{name}, wall", [r.wall for r in ours], [r.wall for r in theirs]))
        rows.append(row(f"{name}, CPU", [r.cpu for r in ours], [r.cpu for r in theirs]))
    table("One question, cold, the whole process", HEAD, rows)


def thirty_questions(runs: int) -> None:
    names = sorted(path.stem for path in (ROOT / "queries" / "questions").glob("*.rq"))
    ours, theirs = alternate(
        runs, [sys.executable, "-c", THIRTY, *names], [sys.executable, "-c", RDFLIB_LOAD, str(PUBLISHED)]
    )
    inside = [tuple(map(float, r.out.split())) for r in theirs]
    rows = [
        row("whole processes, wall", [r.wall for r in ours], [r.wall for r in theirs]),
        row("whole processes, CPU", [r.cpu for r in ours], [r.cpu for r in theirs]),
        row("our whole process, rdflib's parse() alone, wall", [r.wall for r in ours], [wall for wall, _ in inside]),
        row("our whole process, rdflib's parse() alone, CPU", [r.cpu for r in ours], [cpu for _, cpu in inside]),
    ]
    table(f"All {len(names)} questions in one process; rdflib only loads", HEAD, rows)


def start(runs: int) -> None:
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "python -c 'import click'": [sys.executable, "-c", "import click"],
        "lalakg --version": [LALAKG, "--version"],
        "lalakg --help": [LALAKG, "--help"],
    }
    found = alternate(runs, *commands.values())
    rows = [
        [name, f"{median([r.cpu for r in turns]) * 1000:.0f} ms", f"{min(r.cpu for r in turns) * 1000:.0f} ms"]
        for name, turns in zip(commands, found, strict=True)
    ]
    table("What starts and asks nothing, CPU", ["", "median", "lowest"], rows)


def memory(runs: int) -> None:
    rows = []
    for name, words in COMMANDS.items():
        with tempfile.TemporaryDirectory() as place:
            command = [LALAKG, *(word.format(out=Path(place) / "dist") for word in words)]
            found = [run(command) for _ in range(runs + 1)][1:]
        rows.append([name, f"{max(r.memory for r in found):.0f} MB", f"{median([r.wall for r in found]):.2f} s"])
    loaded = [run([sys.executable, "-c", RDFLIB_LOAD, str(PUBLISHED)]) for _ in range(runs)]
    rows.append(
        ["rdflib only loads", f"{max(r.memory for r in loaded):.0f} MB", f"{median([r.wall for r in loaded]):.2f} s"]
    )
    table("Peak memory and wall time of a whole process", ["", "memory", "time"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--runs", type=int, default=15, help="runs of each process (default: 15)")
    runs = parser.parse_args().runs
    one_question(runs)
    thirty_questions(runs)
    start(runs)
    memory(min(runs, 3))


if __name__ == "__main__":
    main()
