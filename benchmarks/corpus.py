"""Write a corpus of the film's own shape as N-Triples: many copies of its published graph, with a few faults planted.

    python benchmarks/corpus.py 1_000_000 corpus.nt [--faults 0.001] [--seed 1]

Each copy has names and fact ids of its own (…/id/f12-mia-story); ontology, vocabulary, the data set and its curators
stand once, and what lies outside the graph is shared. Faults are planted at random, as many as the given share of the
triples. Equal arguments give equal bytes.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

GRAPH = Path(__file__).parent.parent / "data" / "published" / "lalakg.ttl"
ID = "<https://w3id.org/lalakg/id/"
_OWN = re.compile(rf"((?:^| ){ID})(?!curators>)", re.MULTILINE)  # names that each film has for itself
_FACT = re.compile(r'(factId> "[A-Z]+)')
VOCABULARY = "https://w3id.org/lalakg/vocab#"
LALA = "https://w3id.org/lalakg/ontology#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
OA, TIME = "http://www.w3.org/ns/oa#", "http://www.w3.org/2006/time#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
Edit = tuple[list[int], list[str]]  # the lines that go, and the lines that come


@dataclass(frozen=True)
class Template:
    """The film's lines with the names it has, those that all films share, and where each predicate stands."""

    lines: list[str]
    shared: list[str]
    at: dict[str, list[int]]

    def parts(self, number: int) -> tuple[str, str, str]:
        """Subject, predicate and object of a line, as N-Triples writes them."""
        subject, predicate, value = self.lines[number].removesuffix(" .\n").split(" ", 2)
        return subject, predicate, value


def template() -> Template:
    lines = sorted(f"{quad.triple} .\n" for quad in ox.parse(path=GRAPH, format=ox.RdfFormat.TURTLE))
    own = [line for line in lines if _OWN.match(line)]
    at: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(own):
        predicate = line.split(" ", 2)[1][1:-1]
        at[predicate].append(number)
        if predicate == TYPE:
            at[line.split(" ", 2)[2].split(">")[0][1:]].append(number)
    return Template(own, [line for line in lines if not _OWN.match(line)], at)


def gone(film: Template, number: int) -> Edit:
    return [number], []


def instead(value: str) -> Callable[[Template, int], Edit]:
    def edit(film: Template, number: int) -> Edit:
        subject, predicate, _ = film.parts(number)
        return [number], [f"{subject} {predicate} {value} .\n"]

    return edit


def besides(*values: str, predicate: str = "") -> Callable[[Template, int], Edit]:
    """Another value: the first that is not there yet."""

    def edit(film: Template, number: int) -> Edit:
        subject, known, value = film.parts(number)
        other = next(v for v in values if v != value)
        return [], [f"{subject} {f'<{predicate}>' if predicate else known} {other} .\n"]

    return edit


def back(film: Template, number: int) -> Edit:
    subject, predicate, value = film.parts(number)
    return [], [f"{value} {predicate} {subject} .\n"]


def _id(name: str) -> str:
    return f"{ID}{name}>"


# What can go wrong: where (a predicate, or a class), and how.
FAULTS: dict[str, tuple[str, Callable[[Template, int], Edit]]] = {
    "no world": (LALA + "inWorld", gone),
    "second world": (LALA + "inWorld", besides(_id("w-fantasy"), _id("w-story"))),
    "world of the wrong class": (LALA + "inWorld", instead(_id("article"))),
    "no participant at all": (LALA + "hasParticipant", gone),
    "speech without speaker": (LALA + "SpeechEvent", gone),
    "claim without passage": (LALA + "evidence", gone),
    "claim without voice": (LALA + "attributedTo", gone),
    "unknown basis": (LALA + "basis", instead(f"<{VOCABULARY}guessed>")),
    "claim text without language": (LALA + "claimText", instead('"Somebody says something."')),
    "two certainties": (LALA + "certainty", besides(*(f"<{VOCABULARY}{name}>" for name in ("asserted", "hedged")))),
    "fact nobody claims": (LALA + "asserts", gone),
    "paragraph beyond the count": (LALA + "paragraph", instead(f'"99"^^<{INTEGER}>')),
    "malformed hash": (LALA + "sha256", instead('"not a hash"')),
    "span beyond the text": (OA + "end", instead(f'"9999999"^^<{INTEGER}>')),
    "polarity in words": (LALA + "polarity", instead('"affirmative"@en')),
    "number written oddly": (OA + "start", instead(f'"007"^^<{INTEGER}>')),
    "two positions": (OA + "hasSelector", besides(_id("sel-f63"), _id("sel-f62"))),
    "no label": (LABEL, gone),
    "second label": (LABEL, besides('"Another label"@en')),
    "counterpart one way": (LALA + "counterpartOf", gone),
    "sameness across worlds": (
        LALA + "counterpartOf",
        besides(_id("w-story"), predicate="http://www.w3.org/2002/07/owl#sameAs"),
    ),
    "circle in time": (TIME + "intervalBefore", back),
    "event without time": (TIME + "hasTime", gone),
    "state of the wrong type": (LALA + "stateType", instead(f"<{VOCABULARY}stated>")),
    "divergence without kind": (LALA + "divergenceKind", gone),
    "version of two characters": (LALA + "versionOf", besides(_id("mia"), _id("seb"))),
}


def film(template: Template, number: int, faults: int, seed: int) -> Iterator[str]:
    """One film's lines, with its faults."""
    chance = random.Random(f"{seed}/{number}")
    missing: set[int] = set()
    come: list[str] = []
    names = chance.sample(sorted(FAULTS), min(faults, len(FAULTS)))
    for name in names:
        where, edit = FAULTS[name]
        line = chance.choice([n for n in template.at[where] if n not in missing])
        removed, added = edit(template, line)
        missing.update(removed)
        come += added
    lines = [line for n, line in enumerate(template.lines) if n not in missing] + come
    yield _FACT.sub(rf"\g<1>{number:05}", _OWN.sub(rf"\1f{number}-", "".join(lines)))


def write(size: int, path: Path, share: float = 0.001, seed: int = 1) -> tuple[int, int]:
    """Write about `size` triples; returns how many, and how many faults were planted."""
    form = template()
    films = max(1, round((size - len(form.shared)) / len(form.lines)))
    triples = len(form.shared) + films * len(form.lines)
    faults = min(round(triples * share), films * len(FAULTS))
    with path.open("w", encoding="utf-8") as out:
        out.writelines(_OWN.sub(r"\1f1-", line) for line in form.shared)
        for number in range(1, films + 1):
            own = faults * number // films - faults * (number - 1) // films
            out.writelines(film(form, number, own, seed))
    return triples, faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", type=int)
    parser.add_argument("path", type=Path)
    parser.add_argument("--faults", type=float, default=0.001, help="Share of the triples (default: 0.001).")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    triples, faults = write(arguments.size, arguments.path, arguments.faults, arguments.seed)
    print(f"{arguments.path}: about {triples:,} triples, {faults:,} faults planted")


if __name__ == "__main__":
    main()
