"""Lines of N-Triples, as far as a fingerprint needs to understand them."""

from __future__ import annotations

import re
from typing import Final

_ESCAPE: Final = re.compile(rb"\\(?:u([0-9A-F]{4})|U([0-9A-F]{8})|(.))")


def _pair(iri: str, text: str, language: str, blank: str = "") -> re.Pattern[bytes]:
    """A predicate and an object as a line of N-Triples ends with them."""
    literal = rf'"({text})"(?:@({language})|\^\^<({iri})>)?'
    return re.compile(rf"<({iri})> (?:<({iri})>|{literal}{blank}) \.".encode())


# As a serialiser writes them, and as most programs do: what is plain is valid, and means what it says, unparsed.
PAIR: Final = _pair("[^>]*", r'[^"\\]*(?:\\.[^"\\]*)*', "(?:-?[a-z0-9]+)+", r"|_:\S+")
_PATH, _REST = (f"[{c}]*(?:%[0-9A-Fa-f]{{2}}[{c}]*)*" for c in ("!$&-;=@-Z_a-z~", "!$&-;=?@-Z_a-z~"))
_HOST: Final = r"//[A-Za-z0-9._~-]*(?::[0-9]{1,4})?(?=[/?#>])"
_IRI: Final = rf"[A-Za-z][A-Za-z0-9+.-]*:(?:{_HOST}|(?!//)){_PATH}(?:\?{_REST})?(?:\#{_REST})?"
PLAIN_IRI: Final = re.compile(f"<{_IRI}>".encode())
PLAIN_PAIR: Final = _pair(_IRI, r'[^"\\\n\r]*(?:\\[tbnrf"\'\\][^"\\\n\r]*)*', "[a-z]{2,3}(?:-[a-z]{2})?")
_SHORT: Final = {b"t": b"\t", b"n": b"\n", b"r": b"\r", b"b": b"\b", b"f": b"\f"}


def unescaped(text: bytes) -> bytes:
    """A text as it is meant."""
    return _ESCAPE.sub(_meant, text) if b"\\" in text else text


def _meant(escape: re.Match[bytes]) -> bytes:
    four, eight, letter = escape.groups()
    return _SHORT.get(letter, letter) if letter else chr(int(four or eight, 16)).encode()
