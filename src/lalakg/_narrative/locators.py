"""Locators: where a claim stands in its source, without the source's words; and n-grams, by which copying is found.

A locator is one line, `p13 2255-2274 sha256-… #:~:text=…`: the paragraph (from 1), the characters (code points from 0,
the end not included), the SHA-256 of that span in UTF-8, and a text fragment (WICG, URL Fragment Text Directives) of
at most three words a side.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from urllib.parse import quote

from lalakg._errors import FolderError, InvalidValue, why

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_SPAN = re.compile(r"(\d+)-(\d+)")


@dataclass(frozen=True)
class SourceText:
    """A local copy of a source: its text, and the SHA-256 of its bytes in hexadecimal digits."""

    text: str
    sha256: str

    @classmethod
    def read(cls, path: Path) -> SourceText:
        """Read a UTF-8 file. Raises FolderError."""
        try:
            data = path.read_bytes()
            return cls(data.decode("utf-8"), hashlib.sha256(data).hexdigest())
        except (OSError, UnicodeDecodeError) as error:
            raise FolderError(f"{path} cannot be read: {why(error)}.") from None

    @cached_property
    def paragraphs(self) -> list[tuple[int, int]]:
        """The span of each paragraph. A line that stands more than once is page furniture, not text."""
        lines = [(match.start(), match.end()) for match in re.finditer(r"[^\n]+", self.text)]
        count = Counter(self.text[start:end] for start, end in lines)
        return [(start, end) for start, end in lines if count[self.text[start:end]] == 1]

    def paragraph(self, start: int, end: int) -> int | None:
        """The number (from 1) of the paragraph that holds these characters, if one does."""
        return next((n for n, (first, last) in enumerate(self.paragraphs, 1) if first <= start < end <= last), None)

    def digest(self, start: int, end: int) -> str:
        """The SHA-256 of a span, in hexadecimal digits."""
        return hashlib.sha256(self.text[start:end].encode()).hexdigest()

    def fragment(self, start: int, end: int) -> str:
        """A text fragment for a span: its ends never overlap, and never cover more than three words whole."""
        words = self.text[start:end].split()
        if len(words) <= 3:
            return f"#:~:text={_encode(words)}"
        side = min(3, (len(words) - 1) // 2)
        return f"#:~:text={_encode(words[:side])},{_encode(words[-side:])}"

    def locate(self, place: str) -> str:
        """The locator of `place`: characters such as 2255-2274, or words that stand just once in the source.

        Raises InvalidValue when the words do not stand there, or more than once, or not in one paragraph.
        """
        start, end = self._span(place)
        number = self.paragraph(start, end)
        if number is None:
            raise InvalidValue(f"characters {start}-{end} do not lie in one paragraph of the source.")
        return f"p{number} {start}-{end} sha256-{self.digest(start, end)} {self.fragment(start, end)}"

    def statement(self, place: str) -> str:
        """The locator of `place` as a line of Turtle, to be pasted into a claim. Raises InvalidValue as `locate`."""
        return f'lala:locator "{self.locate(place)}" ;'

    def _span(self, place: str) -> tuple[int, int]:
        if match := _SPAN.fullmatch(place):
            start, end = int(match[1]), int(match[2])
            if not start < end <= len(self.text):
                raise InvalidValue(f"{place} is no stretch of a source of {len(self.text)} characters.")
            return start, end
        count = self.text.count(place) if place else 0
        if count != 1:
            remedy = (
                "give more words, or the characters as START-END"
                if count
                else "copy them as they stand, curly quotes and all"
            )
            raise InvalidValue(f"those words stand {count} times in the source; {remedy}.")
        start = self.text.index(place)
        return start, start + len(place)


def _encode(words: Iterable[str]) -> str:
    """Words for a text fragment, where comma, ampersand and hyphen mean something and so are escaped, too."""
    return quote(" ".join(words), safe="!*'()").replace("-", "%2D")


def shared_ngram(text: str, source: SourceText, length: int, titles: tuple[str, ...]) -> str | None:
    """The first n-gram of `length` words, in small letters, that `text` shares with the source, if there is one.

    `titles` break n-grams, since to name a film copies nothing; so do line ends.
    """
    in_source = _ngrams_of_source(source.text, length, titles)
    return next((" ".join(ngram) for ngram in _ngrams(text, length, titles) if ngram in in_source), None)


@lru_cache(maxsize=8)
def _ngrams_of_source(text: str, length: int, titles: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    return frozenset(_ngrams(text, length, titles))


def _ngrams(text: str, length: int, titles: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    plain = text.casefold()
    for title in titles:
        plain = plain.replace(title.casefold(), "\n")
    for line in plain.splitlines():
        words = [match[0].replace("’", "'") for match in _WORD.finditer(line)]
        yield from (tuple(words[i : i + length]) for i in range(len(words) - length + 1))
