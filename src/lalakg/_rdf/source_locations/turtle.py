"""Source locations in Turtle: one pass records where subjects' blocks begin; only blocks asked for are tokenised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain
from typing import Any, TypeAlias
from urllib.parse import urljoin

import pyoxigraph as ox

from lalakg._rdf.source_locations.files import BLOCK, PREDICATE, TRIPLE, SourceFile, Statements
from lalakg._rdf.terms import RDF, RDF_TYPE, XSD
from lalakg._rdf.tokens import Token, tokens

_WrittenStatement: TypeAlias = tuple[str, str, int]  # a predicate and an object as they are written, and an offset

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
_LONGEST_BRACKET = 65536  # how many characters of a bracket are read


class Turtle(SourceFile):
    """Turtle, TriG and the like: every statement has a line."""

    @cached_property
    def blocks(self) -> dict[str, list[int]]:
        """The offsets at which the blocks of each subject begin."""
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

    def lines(
        self, subject: ox.NamedNode, predicate: Any, value: Any, statements: Statements
    ) -> Iterator[tuple[int, int]]:
        """The subject's blocks, and in each the lines of its statements, as in SourceFile."""
        for start in self.blocks.get(subject.value, ()):
            yield BLOCK, self.line(start)
            for name, term, at in self.statements(start) if predicate is not None else ():
                if self._writes(name, predicate):
                    exact = value is None or (self._has(at, statements) if term in _OPEN else self._writes(term, value))
                    yield TRIPLE if exact else PREDICATE, self.line(at)

    def statements(self, start: int) -> list[_WrittenStatement]:
        """The predicates and objects of the block, or of the bracket, that begins at `start`, with each object's
        offset. What is nested counts as one object."""
        if start not in self._read:
            end = start + _LONGEST_BRACKET if self.text[start] == "[" else _end(_REST, self.text, start)
            found = (Token(t.kind, t.text, t.start + start, t.end + start) for t in tokens(self.text[start:end]))
            next(found)  # the subject, or the bracket
            self._read[start] = list(_statements(found))
        return self._read[start]

    @cached_property
    def _read(self) -> dict[int, list[_WrittenStatement]]:
        return {}

    def _has(self, bracket: int, statements: Statements) -> bool:
        """Whether the blank node of the bracket at an offset has all these statements."""
        inside = self.statements(bracket) if self.text[bracket] == "[" else []
        return all(any(self._writes(n, p) and self._writes(o, v) for n, o, _ in inside) for p, v in statements)

    def _writes(self, text: str, term: Any) -> bool:
        """Whether a piece of Turtle writes a term."""
        if isinstance(term, ox.NamedNode):
            return term == RDF_TYPE if text == "a" else self.iri(text) == term.value
        if isinstance(term, ox.BlankNode):
            return text in _OPEN or text.startswith("_:")
        if not (quoted := _QUOTED.fullmatch(text)):
            kind = next((kind for pattern, kind in _BARE.items() if re.fullmatch(pattern, text)), "double")
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


def _statements(stream: Iterable[Token]) -> Iterator[_WrittenStatement]:
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
