"""Positions: in which file and line a statement stands.

Only when something is at fault are files looked into, each once: one pass notes where the blocks of its subjects
begin. Of these, only the blocks that are asked for are read closely.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import urljoin

import pyoxigraph as ox

from lalakg._terms import RDF, RDF_TYPE, XSD
from lalakg._tokens import Token, tokens

Said: TypeAlias = Iterable[tuple[Any, Any]]
Statement: TypeAlias = tuple[str, str, int]

_STRING = r'''"""(?:[^"\\]++|\\.|"(?!""))*+"""|\'\'\'(?:[^'\\]++|\\.|'(?!''))*+\'\'\''''
_STRING += r"""|"(?:[^"\\\n]++|\\.)*+"|'(?:[^'\\\n]++|\\.)*+\'"""
_CHAR = r"""[^\s<>"'\[\](){};,\#\\.]"""
_WORD = rf"(?:{_CHAR}++|\\.)(?:{_CHAR}++|\\.|\.+(?={_CHAR}|\\))*+"
_IRI = r"<[^>]*+>"
_GAP = re.compile(r"(?:\s++|\#[^\n]*+|[.{}])*+")
_SUBJECT = re.compile(f"{_IRI}|{_WORD}", re.DOTALL)
_REST = re.compile(rf"(?:\s++|{_WORD}|{_STRING}|{_IRI}|\#[^\n]*+|[\[\]();,]|\.(?=\d))*+", re.DOTALL)
_DIRECTIVE = re.compile(r"@?prefix\s+([^\s:]*):\s*<([^>]*)>\s*\.?|@?base\s*<([^>]*)>\s*\.?", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_QUOTED = re.compile(r"(\"\"\"|'''|\"|')(.*)\1(?:@([\w-]+)|\^\^(.+))?", re.DOTALL)
_BARE = {r"[+-]?\d+": "integer", r"[+-]?\d*\.\d+": "decimal", r"true|false": "boolean"}
_OPEN, _CLOSE = "[(", "])"
MENTION, BLOCK, PREDICATE, TRIPLE = 1, 2, 3, 4  # what a place was found for; the higher, the more exact
_GLANCES = 20  # how many things are looked for in a text before a pass over it
_BRACKET = 65536  # how many characters of a bracket are read


@dataclass(frozen=True)
class Position:
    """A place in a file; `line` counts from 1."""

    path: Path
    line: int


@dataclass
class Positions:
    """Where the statements of some files stand."""

    files: Iterable[Path]
    wanted: set[str] = field(default_factory=set)  # the IRIs that will be asked for, where they are known
    _files: dict[Path, _File] = field(default_factory=dict)
    _found: dict[Any, Position | None] = field(default_factory=dict)

    def find(self, subject: Any, predicate: Any = None, value: Any = None, said: Said = ()) -> Position | None:
        """Where a triple stands; without one, where the subject's block begins; None when no file has it.

        A blank node as `value` is known by what is `said` of it, predicates and objects.
        """
        key = (subject, predicate, value)
        if key not in self._found:
            self._found[key] = self._search(subject, predicate, value, tuple(said))
        return self._found[key]

    def _search(self, subject: Any, predicate: Any, value: Any, said: Said) -> Position | None:
        if not isinstance(subject, ox.NamedNode):
            return None
        best, place = 0, None
        files = [self._file(path) for path in self.files]
        likely = [file for file in files if file.may_name(subject.value)]
        for file in (*likely, *(file for file in files if file not in likely)):
            if place and file not in likely:
                break
            for weight, line in file.lines(subject, predicate, value, said):
                if weight > best:
                    best, place = weight, Position(file.path, line)
                if weight == TRIPLE or (predicate is None and weight == BLOCK):
                    return place
        return place

    def _file(self, path: Path) -> _File:
        if path not in self._files:
            kind = _KINDS.get(ox.RdfFormat.from_extension(path.suffix.lstrip(".")), _Turtle)
            if kind is _NTriples:
                self._files[path] = _NTriples(path, "", wanted=self.wanted)
            else:
                self._files[path] = kind(path, path.read_text(encoding="utf-8-sig", errors="replace"))
        return self._files[path]


@dataclass(eq=False)
class _File:
    """A file's text; this much serves any serialisation: the line that names a thing."""

    path: Path
    text: str
    prefixes: dict[str, str] = field(default_factory=dict)
    glances: int = 0

    def __post_init__(self) -> None:
        self.base = self.path.absolute().as_uri()

    def may_name(self, iri: str) -> bool:
        """Whether the text may name a thing: a look at the end of its IRI, which is cheaper than a pass, but only for
        the first few things."""
        self.glances += 1
        return self.glances > _GLANCES or (re.findall(r"[^\W_]+", iri) or [""])[-1] in self.text

    def line(self, offset: int) -> int:
        """The line of a character."""
        return bisect_right(self._line_ends, offset - 1) + 1

    @cached_property
    def _line_ends(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self.text)]

    def lines(self, subject: ox.NamedNode, predicate: Any, value: Any, said: Said) -> Iterator[tuple[int, int]]:
        """Lines for a triple, each with how exact it is."""
        for weight, named in self.named:
            if subject.value in named:
                yield weight, self.line(named[subject.value])

    @cached_property
    def named(self) -> list[tuple[int, dict[str, int]]]:
        """Where things are named first, by their IRI: as what is described, and as what is referred to."""
        return []


@dataclass(eq=False)
class _NTriples(_File):
    """N-Triples and N-Quads: a statement a line, so that a file of any size is read line by line and not held."""

    wanted: set[str] = field(default_factory=set)

    def may_name(self, iri: str) -> bool:
        """See _File."""
        return True

    @cached_property
    def _statements(self) -> dict[str, list[tuple[int, str]]]:
        """The lines of the subjects that are wanted, with their numbers."""
        found: dict[str, list[tuple[int, str]]] = {iri: [] for iri in self.wanted}
        with self.path.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                subject = line[1 : line.find(">")]
                if subject in found or (not self.wanted and line.startswith("<")):
                    found.setdefault(subject, []).append((number, line))
        return found

    def lines(self, subject: ox.NamedNode, predicate: Any, value: Any, said: Said) -> Iterator[tuple[int, int]]:
        """See _File."""
        triple = f"{subject} {predicate} {value}"
        for number, line in self._statements.get(subject.value, []):
            if value is not None and line.startswith((f"{triple} ", f"{triple}.")):
                yield TRIPLE, number
            elif predicate is not None and line.startswith(f"{subject} {predicate} "):
                yield PREDICATE, number
            else:
                yield BLOCK, number


class _JsonLd(_File):
    """JSON-LD: a thing is named by its @id; an object that holds nothing else only refers to it."""

    @cached_property
    def named(self) -> list[tuple[int, dict[str, int]]]:
        """See _File."""
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


class _RdfXml(_File):
    """RDF/XML: a thing is described where rdf:about or rdf:ID names it."""

    @cached_property
    def named(self) -> list[tuple[int, dict[str, int]]]:
        """See _File."""
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


class _Turtle(_File):
    """Turtle, N-Triples and their kin: every statement has a place."""

    @cached_property
    def blocks(self) -> dict[str, list[int]]:
        """Where the blocks of each subject begin."""
        found: dict[str, list[int]] = {}
        text, at = self.text, 0
        while (at := _end(_GAP, text, at)) < len(text):
            if directive := _DIRECTIVE.match(text, at):
                self._declare(directive)
                at = directive.end()
                continue
            if (subject := _SUBJECT.match(text, at)) and (iri := self.iri(subject[0])):
                found.setdefault(iri, []).append(at)
            at = max(_end(_REST, text, at), at + 1)
        return found

    def _declare(self, directive: re.Match[str]) -> None:
        if directive[3] is not None:
            self.base = urljoin(self.base, directive[3])
        else:
            self.prefixes[directive[1]] = urljoin(self.base, _unescaped(directive[2]))

    def iri(self, name: str) -> str:
        """The IRI that a name stands for; nothing when it is none."""
        if name.startswith("<"):
            iri = _unescaped(name[1:-1])
            return iri if ":" in iri.partition("/")[0] else urljoin(self.base, iri)
        prefix, colon, local = name.partition(":")
        return self.prefixes[prefix] + _unescaped(local) if colon and prefix in self.prefixes else ""

    def lines(self, subject: ox.NamedNode, predicate: Any, value: Any, said: Said) -> Iterator[tuple[int, int]]:
        """See _File."""
        for start in self.blocks.get(subject.value, ()):
            yield BLOCK, self.line(start)
            for name, term, at in self.statements(start) if predicate is not None else ():
                if self._is(name, predicate):
                    exact = value is None or (self._holds(at, said) if term in _OPEN else self._is(term, value))
                    yield TRIPLE if exact else PREDICATE, self.line(at)

    def statements(self, start: int) -> list[Statement]:
        """The predicates and objects of the block, or of the bracket, that begins at `start`, and where each object
        stands. What is nested counts as one object."""
        if start not in self._read:
            end = start + _BRACKET if self.text[start] == "[" else _end(_REST, self.text, start)
            found = (Token(t.kind, t.text, t.start + start, t.end + start) for t in tokens(self.text[start:end]))
            next(found)  # the subject, or the bracket
            self._read[start] = list(_statements(found))
        return self._read[start]

    @cached_property
    def _read(self) -> dict[int, list[Statement]]:
        return {}

    def _holds(self, bracket: int, said: Said) -> bool:
        """Whether a bracket is the blank node of which these things are said."""
        inside = self.statements(bracket) if self.text[bracket] == "[" else []
        return all(any(self._is(n, p) and self._is(o, v) for n, o, _ in inside) for p, v in said)

    def _is(self, text: str, term: Any) -> bool:
        """Whether a piece of Turtle writes a term."""
        if isinstance(term, ox.NamedNode):
            return term == RDF_TYPE if text == "a" else self.iri(text) == term.value
        if isinstance(term, ox.BlankNode):
            return text in _OPEN or text.startswith("_:")
        if not (quoted := _QUOTED.fullmatch(text)):
            kind = next((kind for form, kind in _BARE.items() if re.fullmatch(form, text)), "double")
            return bool(text == term.value and term.datatype.value == XSD + kind)
        datatype = self.iri(quoted[4]) if quoted[4] else f"{RDF}langString" if quoted[3] else f"{XSD}string"
        language = (quoted[3] or "").lower() == (term.language or "").lower()
        return language and datatype == term.datatype.value and _unescaped(quoted[2]) == term.value


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where a pattern that always matches ends."""
    match = pattern.match(text, at)
    return match.end() if match else at


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda m: _ESCAPED.get(m[3], m[3]) if m[3] else chr(int(m[1] or m[2], 16)), text)


def _statements(stream: Iterable[Token]) -> Iterator[Statement]:
    """Predicates and objects up to the end of the block or bracket; an object with its language or datatype."""
    predicate, parts = "", list[Token]()
    for token in chain(_top_level(stream), [Token("mark", ";", 0, 0)]):
        if token.text in (";", ","):
            if parts:
                yield predicate, _term([part.text for part in parts]), parts[0].start
            predicate, parts = "" if token.text == ";" else predicate, []
        elif predicate:
            parts.append(token)
        else:
            predicate = token.text


def _term(words: list[str]) -> str:
    """An object from its words, which may go on with a language or datatype."""
    text = words[0]
    for word in words[1:]:
        if word[0] not in "@^" and not text.endswith("^^"):
            break
        text += word
    return text


def _top_level(stream: Iterable[Token]) -> Iterator[Token]:
    """The tokens that are not nested, comments left out; an opening bracket stands for all that it holds."""
    depth = 0
    for token in stream:
        if token.text in _CLOSE:
            depth -= 1
            if depth < 0:
                return
        elif depth == 0 and token.kind != "comment":
            yield token
        depth += token.text in _OPEN


_KINDS: Final[Mapping[Any, Callable[[Path, str], _File]]] = {
    ox.RdfFormat.N_TRIPLES: _NTriples,
    ox.RdfFormat.N_QUADS: _NTriples,
    ox.RdfFormat.JSON_LD: _JsonLd,
    ox.RdfFormat.RDF_XML: _RdfXml,
}
