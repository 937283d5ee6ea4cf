"""What a thing costs in a site, by the size of the graph: index a corpus in memory, then make pages and their RDF.

    python benchmarks/site.py 60_000 600_000 1_200_000 [--every 1]
    python benchmarks/site.py --film                                   # the film's whole site, checked and written

Sizes are in triples (see corpus.py); `--every 10` makes each tenth thing's documents. Time is that of the processor,
which other programs on the machine disturb less than that of the clock.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections import Counter
from pathlib import Path

import corpus
import pyoxigraph as ox

import lalakg
from lalakg._pages import Pages, SiteContext, things


def of_film(film: lalakg.KnowledgeGraph) -> None:
    """Build the film's site; bytes by ending, and the time of this process and of the one that helps it."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        made = lalakg.build(film, Path(folder) / "site", site=True)
        seconds = time.perf_counter() - start
    sizes: Counter[str] = Counter()
    for name, size in made.files.items():
        sizes["static/" if name.startswith("static/") else Path(name).suffix or name] += size
    for ending, size in sizes.most_common(8):
        print(f"{ending:>12} {size:>12,}")
    print(f"{'all':>12} {sum(sizes.values()):>12,} bytes in {len(made.files):,} files")
    for who, name in ((resource.RUSAGE_SELF, "this process"), (resource.RUSAGE_CHILDREN, "its helper")):
        used = resource.getrusage(who)
        print(f"{name:>12} {used.ru_utime + used.ru_stime:>12.2f} s of the processor")
    print(f"{'wall':>12} {seconds:>12.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int)
    parser.add_argument("--film", action="store_true")
    parser.add_argument("--every", type=int, default=1)
    arguments = parser.parse_args()
    film = lalakg.load(Path(__file__).parent.parent)
    if arguments.film:
        of_film(film)
        return
    print(f"{'things':>9} {'index s':>8} {'documents':>9} {'ms a thing':>11} {'kB a thing':>11}")
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "corpus.nt"
            corpus.write(size, path, share=0)
            start = time.process_time()
            triples = [quad.triple for quad in ox.parse(path=path)]
        edition = SiteContext(triples, film.folder, film.prefixes)
        pages = Pages(edition, film.engine)
        count = sum(bool(edition.path(thing)) for thing in edition.index.things)
        indexed = time.process_time()
        made = sorted(things(pages).items())
        chosen = [make for number, (_, make) in enumerate(made) if number // 3 % arguments.every == 0]
        size_of = sum(len(make().encode()) for make in chosen)
        spent = (time.process_time() - indexed) / len(chosen) * len(made) / count
        cells = (f"{count:>9,}", f"{indexed - start:>8.1f}", f"{len(chosen):>9,}", f"{1000 * spent:>11.2f}")
        print(*cells, f"{size_of / len(chosen) * len(made) / count / 1000:>11.1f}", flush=True)


if __name__ == "__main__":
    main()
