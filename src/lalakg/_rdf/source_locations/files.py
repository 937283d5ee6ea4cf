"""Source files in which subjects are located: N-Triples line by line, JSON-LD and RDF/XML by the names in the text.

What Turtle needs beyond this is in `turtle`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urljoin

import pyoxigraph as ox

Statements: TypeAlias = Iterable[tuple[Any, Any]]  # predicates and objects of a blank node
MENTION, BLOCK, PREDICATE, TRIPLE = 1, 2, 3, 4  # how exact a location is; the higher, the more exact
_SUBSTRING_CHECKS = 20  # subjects looked for in a text before it is read in one pass


@dataclass(eq=False)
class SourceFile:
    """A file's text, in any serialisation: where it names a subject."""

    path: Path
    text: str
    prefixes: dict[str, str] = field(default_factory=dict)
    checks: int = 0

    def __post_init__(self) -> None:
        self.base = self.path.absolute().as_uri()

    def may_name(self, iri: str) -> bool:
        """Whether the text may name an IRI: a search for the IRI's end, which is cheaper than a pass over the file, but
        only for the first few IRIs."""
        self.checks += 1
        return self.checks > _SUBSTRING_CHECKS or (re.findall(r"[^\W_]+", iri) or [""])[-1] in self.text

    def line(self, offset: int) -> int:
        """The line of the character at an offset, from 1."""
        return bisect_right(self._line_ends, offset - 1) + 1

    @cached_property
    def _line_ends(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self.text)]

    def lines(
        self, subject: ox.NamedNode, predicate: Any, value: Any, statements: Statements
    ) -> Iterator[tuple[int, int]]:
        """Lines for a triple, each after how exact it is. `statements` are those of a blank node as `value`."""
        for exactness, offsets in self.subjects:
            if subject.value in offsets:
                yield exactness, self.line(offsets[subject.value])

    @cached_property
    def subjects(self) -> list[tuple[int, dict[str, int]]]:
        """The offset at which each IRI stands first: as a description's subject (BLOCK), as a reference (MENTION)."""
        return []


@dataclass(eq=False)
class NTriples(SourceFile):
    """N-Triples and N-Quads: a statement a line, so that a file of any size is read line by line and not held."""

    wanted: set[str] = field(default_factory=set)

    def may_name(self, iri: str) -> bool:
        """Always: the file is read once for all subjects that are wanted."""
        return True

    @cached_property
    def _lines_by_subject(self) -> dict[str, list[tuple[int, str]]]:
        """The lines of the subjects that are wanted, with their numbers."""
        found: dict[str, list[tuple[int, str]]] = {iri: [] for iri in self.wanted}
        with self.path.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                subject = line[1 : line.find(">")]
                if subject in found or (not self.wanted and line.startswith("<")):
                    found.setdefault(subject, []).append((number, line))
        return found

    def lines(
        self, subject: ox.NamedNode, predicate: Any, value: Any, statements: Statements
    ) -> Iterator[tuple[int, int]]:
        """Every line of the subject, as in SourceFile."""
        triple = f"{subject} {predicate} {value}"
        for number, line in self._lines_by_subject.get(subject.value, []):
            if value is not None and line.startswith((f"{triple} ", f"{triple}.")):
                yield TRIPLE, number
            elif predicate is not None and line.startswith(f"{subject} {predicate} "):
                yield PREDICATE, number
            else:
                yield BLOCK, number


class JsonLd(SourceFile):
    """JSON-LD: a subject is named by its @id; an object that holds nothing else only refers to it."""

    @cached_property
    def subjects(self) -> list[tuple[int, dict[str, int]]]:
        """The offsets of @id, as in SourceFile."""
        self.prefixes.update(re.findall(r'"([^":@]+)"\s*:\s*"([^"\s]+[/#:_-])"', self.text))
        base = re.search(r'"@base"\s*:\s*"([^"]*)"', self.text)
        described: dict[str, int] = {}
        mentioned: dict[str, int] = {}
        for match in re.finditer(r'(\{\s*)?"@?id"\s*:\s*"([^"]*)"(\s*\})?', self.text):
            iri = self._iri(match[2], urljoin(self.base, base[1]) if base else self.base)
            (mentioned if match[1] and match[3] else described).setdefault(iri, match.start(2))
        return [(BLOCK, described), (MENTION, mentioned)]

    def _iri(self, name: str, base: str) -> str:
        prefix, colon, local = name.partition(":")
        return self.prefixes[prefix] + local if colon and prefix in self.prefixes else urljoin(base, name)


class RdfXml(SourceFile):
    """RDF/XML: a subject is described where rdf:about or rdf:ID names it."""

    @cached_property
    def subjects(self) -> list[tuple[int, dict[str, int]]]:
        """The offsets of rdf:about, rdf:ID and rdf:resource, as in SourceFile."""
        from html import unescape  # only RDF/XML needs it

        entities = dict(re.findall(r"<!ENTITY\s+([\w.-]+)\s+[\"']([^\"']*)[\"']", self.text))
        base = re.search(r"\bxml:base\s*=\s*[\"']([^\"']*)[\"']", self.text)
        tables: dict[str, dict[str, int]] = {"about": {}, "resource": {}}
        for match in re.finditer(r"\b\w+:(about|ID|resource)\s*=\s*(\"[^\"]*\"|'[^']*')", self.text):
            name = re.sub(r"&([\w.-]+);", lambda m: entities.get(m[1], m[0]), match[2][1:-1])
            name = unescape("#" + name if match[1] == "ID" else name)
            iri = urljoin(urljoin(self.base, base[1]) if base else self.base, name)
            tables["resource" if match[1] == "resource" else "about"].setdefault(iri, match.start())
        return [(BLOCK, tables["about"]), (MENTION, tables["resource"])]
