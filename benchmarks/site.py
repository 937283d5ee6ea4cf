"""What a thing costs in a site, by the size of the graph: index a corpus in memory, then make pages and their RDF.

    python benchmarks/site.py 60_000 600_000 1_200_000 [--every 1]

Sizes are in triples (see corpus.py); `--every 10` makes each tenth thing's documents. Time is that of the processor,
which other programs on the machine disturb less than that of the clock.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import corpus
import pyoxigraph as ox

import lalakg
from lalakg._pages import Edition, Pages, things


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="+", type=int)
    parser.add_argument("--every", type=int, default=1)
    arguments = parser.parse_args()
    film = lalakg.load(Path(__file__).parent.parent)
    print(f"{'things':>9} {'index s':>8} {'documents':>9} {'ms a thing':>11} {'kB a thing':>11}")
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "corpus.nt"
            corpus.write(size, path, share=0)
            start = time.process_time()
            triples = [quad.triple for quad in ox.parse(path=path)]
        edition = Edition(triples, film.folder, film.prefixes)
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
