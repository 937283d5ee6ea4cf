"""Positions: in which file and line a statement stands.

Only files that are at fault are looked into, and of those only the blocks of the subjects that are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from lalakg._terms import RDF, compact
from lalakg._tokens import Token, tokens

_PREFIX = re.compile(r"@?prefix\s+([\w.-]*):\s*<([^>]*)>", re.IGNORECASE)
_OPEN, _CLOSE = "[(", "])"


@dataclass(frozen=True)
class Position:
    """A place in a file; `line` counts from 1."""

    path: Path
    line: int


@dataclass
class Positions:
    """Where the statements of some files stand."""

    files: Iterable[Path]
    _texts: dict[Path, str] = field(default_factory=dict)
    _found: dict[Any, Position | None] = field(default_factory=dict)

    def find(self, subject: Any, predicate: Any = None, value: Any = None) -> Position | None:
        """Where a triple stands; without one, where the subject's block begins; None when no file has it."""
        key = (subject, predicate, value)
        if key not in self._found:
            self._found[key] = self._search(subject, predicate, value)
        return self._found[key]

    def _search(self, subject: Any, predicate: Any, value: Any) -> Position | None:
        if not isinstance(subject, ox.NamedNode):
            return None
        best: Position | None = None
        for path in self.files:
            text = self._text(path)
            if re.split(r"[/#:]", subject.value)[-1] not in text:
                continue
            for weight, line in _block_lines(text, subject, predicate, value):
                if weight == 2 or predicate is None:
                    return Position(path, line)
                best = best if best and weight == 0 else Position(path, line)
        return best

    def _text(self, path: Path) -> str:
        if path not in self._texts:
            self._texts[path] = path.read_text(encoding="utf-8", errors="replace")
        return self._texts[path]


def _block_lines(text: str, subject: ox.NamedNode, predicate: Any, value: Any) -> Iterator[tuple[int, int]]:
    """Lines for a subject: (0, its block), (1, its predicate), (2, the very triple)."""
    prefixes = {match[1]: match[2] for match in _PREFIX.finditer(text)}
    for start in _blocks(text, subject, prefixes):
        yield 0, _line(text, start)
        if predicate is None:
            continue
        for name, term, at in _statements(text, start):
            if _is(name, predicate, prefixes):
                yield (2 if value is None or _is(term, value, prefixes) else 1), _line(text, at)


def _blocks(text: str, subject: ox.NamedNode, prefixes: Mapping[str, str]) -> Iterator[int]:
    """Where the blocks of a subject begin: its name, where a statement may begin."""
    names = {f"<{subject.value}>", compact(subject.value, prefixes)}
    for match in re.finditer("|".join(rf"{re.escape(name)}(?=[\s;])" for name in sorted(names)), text):
        before = _before(text, match.start())
        if before == "" or before in ".>":
            yield match.start()


def _before(text: str, start: int) -> str:
    """The last character before `start` that is neither space nor in a comment line."""
    head = text[:start].rstrip()
    while head:
        line = head.rpartition("\n")[2]
        if not line.lstrip().startswith("#"):
            return head[-1]
        head = head[: len(head) - len(line)].rstrip()
    return ""


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _statements(text: str, start: int) -> Iterator[tuple[str, str, int]]:
    """The predicates and objects of the block that begins at `start`, and where each object stands.

    What is nested in brackets counts as one object.
    """
    predicate = ""
    for token in _top_level(_tokens_from(text, start)):
        if token.text == ".":
            return
        if token.text == ";":
            predicate = ""
        elif not predicate:
            predicate = token.text
        elif token.text != "," and not token.text.startswith(("@", "^^")):
            yield predicate, token.text, token.start


def _top_level(stream: Iterable[Token]) -> Iterator[Token]:
    """The tokens that are not nested, comments left out; an opening bracket stands for all that it holds."""
    depth = 0
    for token in stream:
        if token.text in _CLOSE:
            depth -= 1
        elif depth == 0 and token.kind != "comment":
            yield token
        depth += token.text in _OPEN


def _tokens_from(text: str, start: int) -> Iterator[Token]:
    """The tokens after the subject at `start`; a window that grows keeps a large file cheap."""
    size = 4096
    while True:
        window = text[start : start + size]
        found = list(tokens(window))
        if start + size >= len(text) or any(t.text == "." and t.kind == "mark" for t in found[:-8]):
            break
        size *= 4
    yield from (Token(t.kind, t.text, t.start + start, t.end + start) for t in found[1:])


def _is(text: str, term: Any, prefixes: Mapping[str, str]) -> bool:
    """Whether a piece of Turtle writes a term; literals are compared by their string."""
    if isinstance(term, ox.NamedNode):
        if text == "a":
            return term.value == RDF + "type"
        prefix, _, local = text.partition(":")
        return text == f"<{term.value}>" or prefixes.get(prefix, "\0") + local == term.value
    if isinstance(term, ox.BlankNode):
        return text in _OPEN or text == f"_:{term.value}"
    quoted = re.match(r"(\"\"\"|'''|\"|')(.*)\1", text, re.DOTALL)
    return (quoted[2] if quoted else text) in (term.value, str(ox.Literal(term.value))[1:-1])
