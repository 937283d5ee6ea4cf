"""Bounds on what an RDF file of strangers may make of a parser: entities that multiply, and objects nested without end.

Billion-laughs entities (CVE-2003-1564) fill the memory; JSON nested some thousand levels deep ends Oxigraph's reader of
JSON-LD with an overflow of the stack, which Python cannot catch.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import BinaryIO, Final

import pyoxigraph as ox

from lalakg._errors import ParseError

_DEPTH: Final = 1_000  # levels of JSON; Oxigraph's reader ends between 3,000 and 5,000
_EXPANDED: Final = 16 << 20  # bytes that all references to entities of a document may add
_ENTITY: Final = re.compile(rb"<!ENTITY\s+(?:%\s+)?([^\s]+)\s+(?:\"([^\"]*)\"|'([^']*)')")
_REFERENCE: Final = re.compile(rb"&([^\s#;&]+);")
_STRING: Final = re.compile(rb'"(?:[^"\\\\]|\\\\.)*"', re.DOTALL)
_NO_BRACKET: Final = bytes(set(range(256)) - set(b"{}[]"))


def bounded(file: BinaryIO, path: Path, rdf_format: ox.RdfFormat) -> BinaryIO:
    """A file to be parsed; where its format needs a look at the whole, that was read and found harmless."""
    if rdf_format == ox.RdfFormat.RDF_XML:
        start = file.peek(1 << 16)[: 1 << 16] if isinstance(file, io.BufferedReader) else b""
        if b"<!ENTITY" not in start and b"<!DOCTYPE" not in start:
            return file
    elif rdf_format != ox.RdfFormat.JSON_LD:
        return file
    data = file.read()
    refuse_bomb(data, path, rdf_format)
    return io.BytesIO(data)


def refuse_bomb(data: bytes, path: Path, rdf_format: ox.RdfFormat) -> None:
    """Raise ParseError for what no parser should be given."""
    if rdf_format == ox.RdfFormat.RDF_XML and b"<!ENTITY" in data and _expansion(data) > _EXPANDED:
        line = data[: data.index(b"<!ENTITY")].count(b"\n") + 1
        raise ParseError(f"its entities expand to more than {_EXPANDED >> 20} MiB.", path, line)
    if rdf_format == ox.RdfFormat.JSON_LD and _is_deep(data):
        raise ParseError(f"its objects are nested more than {_DEPTH:,} levels deep.", path, 1)


def _expansion(data: bytes) -> int:
    """How many bytes the references to entities stand for in all, those within entities followed."""
    values = {match[1]: match[2] or match[3] or b"" for match in _ENTITY.finditer(data)}
    lengths: dict[bytes, int] = {}

    def length(name: bytes, above: frozenset[bytes]) -> int:
        if name in above or len(above) > len(values):
            return _EXPANDED + 1  # it contains itself
        if name not in lengths:
            value = values.get(name, b"")
            inner = sum(length(inner[1], above | {name}) for inner in _REFERENCE.finditer(value))
            lengths[name] = min(len(value) + inner, _EXPANDED + 1)
        return lengths[name]

    body = _ENTITY.sub(b"", data)
    total = 0
    for match in _REFERENCE.finditer(body):
        total += length(match[1], frozenset())
        if total > _EXPANDED:
            break
    return total


def _is_deep(data: bytes) -> bool:
    """Whether brackets outside of strings are nested too deep: each round takes the innermost pairs away."""
    if data.count(b"{") + data.count(b"[") <= _DEPTH:
        return False
    rest = _STRING.sub(b"", data).translate(None, _NO_BRACKET)
    for _ in range(_DEPTH):
        shorter = rest.replace(b"{}", b"").replace(b"[]", b"")
        if len(shorter) == len(rest):
            return len(rest) > 2 * _DEPTH  # unbalanced, which the parser says; but not where it is deep
        rest = shorter
    return bool(rest)
