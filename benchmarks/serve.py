"""Ask servers as fast as they answer: `lalakg serve`, the same without guards (`unguarded.py`), Oxigraph's own server,
rdflib-endpoint; on the same data.

    python benchmarks/serve.py [--rounds 5] [--seconds 5] [--connections 16]
    python benchmarks/serve.py --memory 1000000

It needs `wrk` (Debian's package) and, for the last server, the program `rdflib-endpoint` on the path. The
servers run one at a time, alternating; all ready-made questions are asked in turn. "uncached" gives every query a
comment of its own, so that none is the same as one before; "cached" does not. All limits of `lalakg serve` are on, but
a client's share is so large that one client may ask all the time. Last, the same questions are asked beside a client
that sends a query which never ends. With --memory, that many requests go to `lalakg serve` alone, and the memory of
its processes is printed every ten seconds.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from pyoxigraph import NamedNode

import lalakg
from lalakg._folder.catalogue import Query

ROOT = Path(__file__).parent.parent
DATA = ROOT / "data" / "published" / "lalakg.ttl"
RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
_SCRIPT = """
local queries, n = {{ {queries} }}, 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/sparql-query"
wrk.headers["Accept"] = "application/sparql-results+json"
request = function()
  n = n + 1
  return wrk.format(nil, nil, nil, queries[n % #queries + 1] .. {tail})
end
"""
_PAGES = """
local pages, n = {{ {pages} }}, 0
request = function() n = n + 1; return wrk.format("GET", pages[n % #pages + 1]) end
"""


def questions() -> list[Query]:
    return [query for query in lalakg.load().catalogue.group("questions") if query.form == "SELECT"]


def script(folder: Path, name: str, *, fresh: bool) -> Path:
    texts = ", ".join(f"[==[{query.text}]==]" for query in questions())
    tail = f'"\\n# {name} {time.time_ns()} " .. n' if fresh else '""'
    path = folder / f"{name}.lua"
    path.write_text(_SCRIPT.format(queries=texts, tail=tail), encoding="utf-8")
    return path


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def running(name: str, folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A server that is ready: the address of its endpoint, and its process."""
    port = free_port()
    here = f"127.0.0.1:{port}"
    unguarded = [sys.executable, "-m", "uvicorn", "unguarded:app", "--app-dir", str(Path(__file__).parent)]
    commands = {
        "unguarded": [*unguarded, "--workers", str(os.cpu_count()), "--port", str(port), "--no-access-log"],
        "lalakg": [sys.executable, "-m", "lalakg", "serve", "-q", "--budget", "1e9", "--port", str(port)],
        "oxigraph": [program("oxigraph"), "serve-read-only", "--location", str(folder / "db"), "--bind", here],
        "rdflib-endpoint": [program("rdflib-endpoint"), "serve", str(DATA), "--host", "127.0.0.1", "--port", str(port)],
    }
    path = {"lalakg": "/sparql", "oxigraph": "/query"}.get(name, "/")
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(commands[name], stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        wait_for(f"http://{here}{path}")
        yield f"http://{here}{path}", process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(40)


def program(name: str) -> str:
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.is_file() else shutil.which(name) or name


def wait_for(url: str) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError):
            urlopen(Request(f"{url}?{urlencode({'query': 'ASK {}'})}"), timeout=5).read()
            return
        time.sleep(0.1)
    sys.exit(f"{url} does not answer")


def wrk(url: str, lua: Path, options: argparse.Namespace, seconds: int | None = None) -> tuple[float, float]:
    """Requests a second, and the 99th percentile of their milliseconds; exits where anything was refused."""
    words = [
        "wrk",
        "-t1",
        f"-c{options.connections}",
        f"-d{seconds or options.seconds}s",
        "--latency",
        "--timeout",
        "30s",
    ]
    done = subprocess.run([*words, "-s", lua, url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in done:
        sys.exit(f"{url} refused some of the requests:\n{done}")
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", done).groups()  # type: ignore[union-attr]  # wrk prints it always
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done)[1])  # type: ignore[index]
    return rate, float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def compare(options: argparse.Namespace, folder: Path) -> None:
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for _ in range(options.rounds):
        for name in options.servers:
            with running(name, folder) as (url, _process):
                for kind in ("uncached", "cached") if name == "lalakg" else ("uncached",):
                    wrk(url, script(folder, kind, fresh=kind == "uncached"), options, 1)
                    found[name, kind].append(wrk(url, script(folder, kind, fresh=kind == "uncached"), options))
                if name == "lalakg":
                    found[name, "pages"].append(wrk(url, pages(folder), options))
    base = statistics.median(rate for rate, _ in found["oxigraph", "uncached"])
    print(f"{'':28} {'requests/s':>10} {'(min-max)':>15} {'p99 ms':>7} {'of Oxigraph':>11}")
    for (name, kind), runs in found.items():
        rates = [rate for rate, _ in runs]
        middle, late = statistics.median(rates), statistics.median(p99 for _, p99 in runs)
        spread = f"{min(rates):,.0f}-{max(rates):,.0f}"
        print(f"{name:16} {kind:11} {middle:10,.0f} {spread:>15} {late:7.1f} {middle / base:11.2f}")


def pages(folder: Path) -> Path:
    kg = lalakg.load()
    names = {t.subject.value.removeprefix(kg.base) for t in kg.triples if isinstance(t.subject, NamedNode)}
    paths = [f'"/id/{name}.html"' for name in sorted(names) if ":" not in name][:100]
    path = folder / "pages.lua"
    path.write_text(_PAGES.format(pages=", ".join(paths)), encoding="utf-8")
    return path


def under_load(options: argparse.Namespace, folder: Path) -> None:
    """How late others are while one client sends queries that never end."""
    with running("lalakg", folder) as (url, _):
        lua = script(folder, "uncached", fresh=True)
        wrk(url, lua, options, 1)
        _, calm = wrk(url, lua, options)
        times: list[float] = []
        stop = threading.Event()

        def torment() -> None:
            while not stop.is_set():
                start = time.monotonic()
                with contextlib.suppress(OSError):
                    urlopen(f"{url}?{urlencode({'query': RUNAWAY})}", timeout=60).read()
                times.append(time.monotonic() - start)

        thread = threading.Thread(target=torment)
        thread.start()
        _, rough = wrk(url, script(folder, "uncached", fresh=True), options, 22)
        stop.set()
        thread.join()
    print(f"p99 {calm:.1f} ms alone, {rough:.1f} ms beside a runaway ({rough / calm:.2f} times)")
    print(f"runaways stopped after {', '.join(f'{seconds:.2f}' for seconds in times)} s (limit 10)")


def memory(options: argparse.Namespace, folder: Path) -> None:
    with running("lalakg", folder) as (url, process):
        done = 0
        while done < options.memory:
            rate, _ = wrk(url, script(folder, "uncached", fresh=True), options, 10)
            done += int(rate * 10)
            print(f"{done:10,} requests: {resident(process.pid) / 1024:,.0f} MB in all processes", flush=True)


def resident(pid: int) -> int:
    """The resident memory, in KiB, of a process and all below it."""
    table = subprocess.run(["ps", "-eo", "pid=,ppid=,rss="], capture_output=True, text=True, check=True).stdout
    rows = [tuple(map(int, line.split())) for line in table.splitlines()]
    family = {pid}
    for _ in range(4):
        family |= {own for own, parent, _ in rows if parent in family}
    return sum(size for own, _, size in rows if own in family)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--memory", type=int, default=0)
    parser.add_argument("--servers", nargs="+", default=["lalakg", "unguarded", "oxigraph", "rdflib-endpoint"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if options.memory:
            memory(options, folder)
            return
        load = [program("oxigraph"), "load", "--location", str(folder / "db"), "--file", str(DATA)]
        subprocess.run(load, check=True, capture_output=True)
        compare(options, folder)
        under_load(options, folder)


if __name__ == "__main__":
    main()
