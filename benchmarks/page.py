"""How long the engine in the page takes for each ready-made query, beside pyoxigraph, in a real Chromium.

    make web && python benchmarks/page.py [--runs 5]

Each query is asked so many times on its own page, served from a folder over loopback; the least time counts on both
sides, and the ten slowest are printed.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import timeit
from collections import defaultdict
from pathlib import Path

import lalakg
from lalakg._sparql.service import service_addresses

sys.path.append(str(Path(__file__).parent.parent / "tests"))
from support.browsing import PATH, drive, need_a_browser, serving  # the tests' own way to look at a site


def in_the_page(kg: lalakg.KnowledgeGraph, names: list[str]) -> dict[str, int]:
    """The least milliseconds of each query, as its page tells them."""
    least: dict[str, int] = defaultdict(lambda: sys.maxsize)
    with tempfile.TemporaryDirectory() as top, serving(Path(top)) as address:
        lalakg.build(kg, Path(top) / PATH, site=True, address=address + PATH)
        cases = [{"name": name, "fields": []} for name in names]
        found = drive("answers.mjs", chromium=need_a_browser(), base=address + PATH, cases=cases)["found"]
    for answer in found:
        for note in (answer["note"], answer["again"]):
            told = re.search(r"in (\d+) ms", note)
            assert told, note
            least[answer["name"]] = min(least[answer["name"]], int(told[1]))
    return least


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    kg = lalakg.load()
    names = [name for name, query in kg.catalogue.items() if not service_addresses(query.text)]
    there = {name: min(timeit.repeat(lambda n=name: kg.query(n), number=1, repeat=runs)) * 1000 for name in names}
    here = in_the_page(kg, names * runs)
    print("| query | in the page, ms | pyoxigraph, ms | ratio |\n|---|---:|---:|---:|")
    for name in sorted(names, key=lambda name: -here[name])[:10]:
        print(f"| `{name}` | {here[name]} | {there[name]:.1f} | {here[name] / there[name]:.1f} |")


if __name__ == "__main__":
    main()
