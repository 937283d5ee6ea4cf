"""Reading files: RDF, with errors that name line and column, and plain text."""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from lalakg._errors import FolderError, ParseError, why

_PREFIX = re.compile(r"@prefix ([\w.-]*): <([^>]*)> \.")
_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Document(NamedTuple):
    """One RDF file as it was parsed: its triples in the order of the file, and the prefixes that it declares."""

    path: Path
    triples: list[ox.Triple]
    prefixes: dict[str, str]


def read(path: Path, *, keep_blank_nodes: bool = False, base: str | None = None) -> Document:
    """Read one Turtle file (or N-Triples, RDF/XML, JSON-LD, by its ending).

    Blank nodes are renamed, so that two files can be merged, unless `keep_blank_nodes`.
    Raises FolderError when it cannot be opened, and ParseError with line and column when it is not valid.
    """
    return parse(_bytes(path), path, format_of(path), keep_blank_nodes=keep_blank_nodes, base=base)


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """The text of a file. Raises FolderError when it cannot be opened or decoded."""
    try:
        return path.read_text(encoding=encoding)
    except (OSError, UnicodeDecodeError) as error:
        raise FolderError(f"{path} cannot be read: {why(error)}.") from None


def format_of(path: Path) -> ox.RdfFormat:
    """The RDF format that a file's ending names; Turtle, when it names none."""
    return ox.RdfFormat.from_extension(path.suffix.lstrip(".")) or ox.RdfFormat.TURTLE


def stream(path: Path) -> Iterator[ox.Quad]:
    """The statements of an RDF file of any size, one by one; relative IRIs are the file's. Errors as in `read`."""
    try:
        yield from ox.parse(
            path=path, format=format_of(path), base_iri=path.absolute().as_uri(), rename_blank_nodes=True
        )
    except SyntaxError as error:
        raise _parse_error(error, path.read_bytes(), path) from None
    except OSError as error:
        raise FolderError(f"{path} cannot be read: {error.strerror}.") from None


def parse(
    data: bytes,
    path: Path,
    rdf_format: ox.RdfFormat = ox.RdfFormat.TURTLE,
    *,
    keep_blank_nodes: bool = True,
    base: str | None = None,
) -> Document:
    """Parse bytes; errors as in `read`, naming `path`. Without `base` a relative IRI is an error."""
    try:
        parser = ox.parse(data, format=rdf_format, base_iri=base, rename_blank_nodes=not keep_blank_nodes)
        triples = [q.triple for q in parser]
    except SyntaxError as error:
        raise _parse_error(error, data, path) from None
    _refuse_rdf12(triples, data, path)
    return Document(path, triples, dict(parser.prefixes))


def _refuse_rdf12(triples: list[ox.Triple], data: bytes, path: Path) -> None:
    if not any(isinstance(t.object, ox.Triple) or getattr(t.object, "direction", None) for t in triples):
        return
    lines = data.decode().split("\n")
    line = next((n for n, line in enumerate(lines, 1) if re.search(r"<<|@[\w-]+--", line)), 1)
    raise ParseError("triple terms and text directions are RDF 1.2; write RDF 1.1.", path, line, 1, lines[line - 1])


def header(path: Path) -> dict[str, str]:
    """The prefixes that a Turtle file declares at its top, without reading the rest."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        matches = (_PREFIX.match(line) for line in itertools.takewhile(_PREFIX.match, lines))
        return {match[1]: match[2] for match in matches if match}


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except IsADirectoryError:
        raise FolderError(f"{path} is a folder; name a file in it.") from None
    except OSError as error:
        raise FolderError(f"{path} cannot be read: {error.strerror}.") from None


def _parse_error(error: SyntaxError, data: bytes, path: Path) -> ParseError:
    line, column = error.lineno or 1, error.offset or 1
    lines = [line.rstrip("\r") for line in data.decode("utf-8", "replace").removesuffix("\n").split("\n")]
    if line > len(lines):
        line, column = max(len(lines), 1), 1
    reason = re.sub(r"^Parser error [a-z0-9 ]+: ", "", str(error.msg)).rstrip(".")
    if data.startswith(_BYTE_ORDER_MARKS) and (line, column) == (1, 1):
        reason = "the file begins with a byte order mark; save it as UTF-8 without one"
    if "has not been declared" in reason:
        reason += "; add an @prefix line for it at the top of the file"
    if "No scheme found" in reason:
        reason = "this IRI is relative; write the whole address, or a prefixed name"
    return ParseError(reason + ".", path, line, column, lines[line - 1] if lines else "")
