"""Turtle source text in pieces: directives and statements in the order of the file, each with its comments.

What a formatter needs and a parser throws away: where comments stand, how language tags are written, which line ends
the file has.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from lalakg._errors import ParseError
from lalakg._rdf.tokens import Token, ends_statement, tokens

Languages = dict[tuple[str, str], str]  # a literal's text and its tag in lower case: the tag as it is written

_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass
class Piece:
    """A directive, a statement, or the end of the file.

    `comments` are the lines before it, '' for blank ones among and after them; `trailing` is the comment on the line of
    its dot; `after_blank_line` says whether a blank line precedes it and its comments;
    `comment_inside`, whether a comment stands between its words.
    """

    kind: str  # directive, statement or end
    text: str = ""
    words: tuple[str, ...] = ()
    comments: list[str] = field(default_factory=list)
    trailing: str = ""
    after_blank_line: bool = False
    comment_inside: bool = False

    @property
    def detached(self) -> bool:
        """Whether a blank line parts its comments from it."""
        return self.kind != "end" and "" in self.comments

    @property
    def attached(self) -> list[str]:
        """The comments with no blank line between them and the statement."""
        return self.comments[len(self.comments) - self.comments[::-1].index("") :] if self.detached else self.comments


def pieces(text: str, path: Path) -> list[Piece]:
    """The pieces of a Turtle file. Raises ParseError for VERSION, which is RDF 1.2."""
    found: list[Piece] = []
    words: list[Token] = []
    piece, end = Piece("statement"), 0
    for token in tokens(text):
        breaks = 0 if words else len(_BREAK.findall(text, end, token.start))
        if not words and not piece.comments:
            piece.after_blank_line = breaks > 1
        if token.kind == "comment":
            if words:
                piece.comment_inside = True
                continue
            if found and not breaks and not piece.comments:
                found[-1].trailing = token.text
            else:
                piece.comments += ["", token.text] if piece.comments and breaks > 1 else [token.text]
            end = token.end
            continue
        if not words and piece.comments and breaks > 1:
            piece.comments.append("")
        words.append(token)
        if not ends_statement(words):
            continue
        _complete(piece, words, text, path)
        found.append(piece)
        piece, words, end = Piece("statement"), [], token.end
    piece.kind = "end"
    return [*found, piece]


def _complete(piece: Piece, words: list[Token], text: str, path: Path) -> None:
    head = words[0].text.lower().lstrip("@")
    if head == "version":
        raise _error("VERSION is RDF 1.2; write RDF 1.1.", text, path, words[0])
    piece.kind = "directive" if head in ("prefix", "base") else "statement"
    piece.text, piece.words = text[words[0].start : words[-1].end], tuple(word.text for word in words[:3])


def comment_counts(text: str) -> Counter[str]:
    """How often each comment occurs."""
    return Counter(token.text for token in tokens(text) if token.kind == "comment")


def labels(text: str) -> set[str]:
    """The labels of blank nodes in a Turtle file, without `_:`."""
    return {token.text[2:] for token in tokens(text) if token.kind == "word" and token.text.startswith("_:")}


def language_tags(text: str) -> Languages:
    """The language tags that are not in lower case, which the parser makes of them."""
    written = list(_tagged_strings(text))
    if not written:
        return {}
    document = "".join(f"<a:s> <a:p> {string}{tag} .\n" for string, tag in written)
    found: Languages = {}
    for quad, (_, tag) in zip(ox.parse(document, format=ox.RdfFormat.TURTLE), written, strict=True):
        assert isinstance(quad.object, ox.Literal)
        found.setdefault((quad.object.value, tag[1:].lower()), tag[1:])
    return found


def _tagged_strings(text: str) -> Iterator[tuple[str, str]]:
    before: Token | None = None
    for token in tokens(text):
        if before and before.kind == "string" and token.text.startswith("@") and token.text != token.text.lower():
            yield before.text, token.text
        before = token


def has_crlf(text: str) -> bool:
    """Whether most line ends outside strings are CR LF."""
    parts, end = [], 0
    for token in tokens(text) if "\r\n" in text else ():
        if token.kind == "string":
            parts.append(text[end : token.start])
            end = token.end
    outside = "".join([*parts, text[end:]])
    both = outside.count("\r\n")
    return both > outside.count("\n") - both


def _error(message: str, text: str, path: Path, token: Token) -> ParseError:
    line, column = text.count("\n", 0, token.start) + 1, token.start - text.rfind("\n", 0, token.start)
    return ParseError(message, path, line, column, text.split("\n")[line - 1].rstrip("\r"))
