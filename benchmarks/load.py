"""Load N-Triples into real stores: by lalakg, by plain requests of the Graph Store Protocol, and by rdflib.

    python benchmarks/corpus.py 1_000_000 corpus.nt --faults 0
    python benchmarks/load.py corpus.nt [--rounds 2] [--rdflib 20000] [--stores oxigraph virtuoso]

The ways alternate, each into a store of its own that starts empty, on disk. rdflib gets the first lines only, and its
time for all is what that time amounts to; give --rdflib 0 to leave it out.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
import stores  # noqa: E402 - the tests' own stores

# Not getrusage: across fork and exec its peak still counts the pages of this process.
PEAK = "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')))"
LALAKG = f"from lalakg._cli import main\ntry: main()\nfinally: {PEAK}"
RDFLIB = f"""
import sys, rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLUpdateStore
store = SPARQLUpdateStore(sys.argv[1], sys.argv[2], autocommit=False)
graph = rdflib.Graph(store, identifier=rdflib.URIRef("urn:x:rdflib"))
for triple in rdflib.Graph().parse(sys.argv[3], format="nt"):
    graph.add(triple)
store.commit()
{PEAK}
"""


class OnDisk(stores.Oxigraph):
    def command(self, folder: Path, port: int) -> list[str | Path]:
        return [*super().command(folder, port), "--location", folder / "data"]


KINDS = {"oxigraph": OnDisk(), "virtuoso": stores.Virtuoso()}


@contextmanager
def running(name: str) -> Iterator[stores.Server]:
    with tempfile.TemporaryDirectory() as folder, KINDS[name].running(Path(folder)) as server:
        yield server


def by_lalakg(server: stores.Server, path: Path) -> float:
    """Load by a process of its own; its peak memory in MB."""
    login = {"LALAKG_PASSWORD": server.login[1]} if server.login else {}
    user = ["--user", server.login[0]] if server.login else []
    return peak([sys.executable, "-c", LALAKG, "load", server.query_url, path, *user], login)


def by_put(server: stores.Server, path: Path) -> float:
    return send("PUT", f"{server.gsp_url}?default", path)


def by_bulk(server: stores.Server, path: Path) -> float:
    """What Oxigraph can do at best: no transaction, nothing parsed here, nothing verified."""
    return send("POST", f"{server.gsp_url}?default&no_transaction", path)


def send(method: str, url: str, path: Path) -> float:
    import httpx

    with path.open("rb") as data, httpx.Client(timeout=None) as client:
        headers = {"Content-Type": "application/n-triples"}
        client.request(method, url, content=data, headers=headers).raise_for_status()
    return 0.0


def by_rdflib(server: stores.Server, path: Path) -> float:
    return peak([sys.executable, "-c", RDFLIB, server.query_url, server.update_url, path])


def peak(words: list[str | Path], environment: dict[str, str] | None = None) -> float:
    """Run a process; its peak memory in MB, which it prints at the end."""
    done = subprocess.run(
        words, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, text=True, check=True
    )
    return int(done.stdout.split()[-2]) / 1024


def processor(server: stores.Server) -> float:
    """The CPU seconds that the server, this process and its children have taken so far."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + sum(os.times()[:4])


def measure(name: str, load: Callable[[stores.Server, Path], float], path: Path) -> tuple[float, float, float]:
    with running(name) as server:
        start, before = time.perf_counter(), processor(server)
        memory = load(server, path)
        return time.perf_counter() - start, processor(server) - before, memory


def first_lines(path: Path, number: int, folder: Path) -> Path:
    part = folder / "part.nt"
    with path.open(encoding="utf-8") as lines, part.open("w", encoding="utf-8") as out:
        out.writelines(line for _, line in zip(range(number), lines, strict=False))
    return part


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--rdflib", type=int, default=20_000)
    parser.add_argument("--stores", nargs="+", choices=KINDS, default=list(KINDS))
    options = parser.parse_args()
    with options.file.open("rb") as lines:
        total = sum(1 for _ in lines)
    times: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        part = first_lines(options.file, options.rdflib, Path(folder))
        for _ in range(options.rounds):
            for way, seconds, cpu, memory in run(options, part, total):
                times[way].append((seconds, cpu))
                print(
                    f"{way:<42} {seconds:8.1f} s {cpu:8.1f} CPU s {f'{memory:6.0f} MB' if memory else ''}", flush=True
                )
    print(f"\n{total:,} triples, medians of {options.rounds}:")
    for way, pairs in times.items():
        seconds, cpu = (statistics.median(values) for values in zip(*pairs, strict=True))
        print(f"{way:<42} {seconds:8.1f} s {cpu:8.1f} CPU s")


def run(options: argparse.Namespace, part: Path, total: int) -> Iterator[tuple[str, float, float, float]]:
    for name in options.stores:
        yield f"{name}: lalakg load", *measure(name, by_lalakg, options.file)
        if name == "oxigraph":
            yield f"{name}: plain PUT", *measure(name, by_put, options.file)
            yield f"{name}: plain bulk POST, unverified", *measure(name, by_bulk, options.file)
            if options.rdflib:
                seconds, cpu, memory = measure(name, by_rdflib, part)
                times = total / options.rdflib
                yield f"{name}: rdflib, {options.rdflib:,} × {times:.0f}", seconds * times, cpu * times, memory


if __name__ == "__main__":
    main()
