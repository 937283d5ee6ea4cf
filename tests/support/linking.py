"""What the tests of links share."""

import csv
import json
from pathlib import Path
from typing import Any

from conftest import Command

LINKS = "data/links.sssom.tsv"


def verdicts(run: Command, folder: Path, *options: object) -> dict[str, tuple[str, str]]:
    """What `link check` says of each thing: the verdict, and the evidence in words."""
    done = run("-C", folder, "link", "check", "--quiet", "--format", "json", *options)
    found: list[dict[str, Any]] = json.loads(done.out)["links"]
    return {
        one["thing"].rpartition("/")[2]: (one["verdict"], "; ".join(evidence["words"] for evidence in one["evidence"]))
        for one in found
    }


def rows(path: Path) -> list[dict[str, str]]:
    """The lines of a table of links."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


def relink(folder: Path, thing: str, item: str) -> None:
    """Lead a thing's link to another item."""
    path = folder / LINKS
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    (number,) = (n for n, line in enumerate(lines) if line.startswith(f"lkg:{thing}\t") and "\twd:" in line)
    cells = lines[number].split("\t")
    cells[3] = f"wd:{item}"
    path.write_text("".join([*lines[:number], "\t".join(cells), *lines[number + 1 :]]), encoding="utf-8")
