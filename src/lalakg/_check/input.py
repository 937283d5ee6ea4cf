"""Readers of RDF files and of shapes, from a file or an rdflib graph, with one clear message for what is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from lalakg._errors import FolderError, ParseError, ShapesError
from lalakg._rdf import parser
from lalakg._rdf.terms import Prefixes, from_rdflib
from lalakg._shacl import Shapes


def header(path: Path) -> dict[str, str]:
    """The prefixes that a file declares. Raises FolderError when there is no such file."""
    if path.is_dir():
        raise FolderError(f"{path} is a folder; name the files in it.")
    try:
        return parser.header(path)
    except OSError as error:
        raise FolderError(f"{path} cannot be read: {error.strerror}.") from None


def statements(files: Iterable[Path]) -> Iterator[ox.Quad]:
    """The statements of files. Raises ParseError, which says so when a file was taken for Turtle by default."""
    for path in files:
        try:
            yield from parser.stream(path)
        except ParseError as error:
            raise _explained(error) from None


def _explained(error: ParseError) -> ParseError:
    ending = error.path.suffix
    if ox.RdfFormat.from_extension(ending.lstrip(".")):
        return error
    guess = f"{error.message} (Read as Turtle, since {ending or 'no ending'} names no other form of RDF.)"
    return ParseError(guess, error.path, error.line, error.column, error.text)


def read_shapes(shapes: Any, prefixes: Prefixes) -> Shapes:
    """Shapes from a file or an rdflib graph. Raises ShapesError when they cannot be run, or would check nothing."""
    if hasattr(shapes, "serialize"):
        name, triples = "the shapes graph", from_rdflib(shapes)
        known = {p: str(ns) for p, ns in shapes.namespaces()}
    else:
        name, path = str(shapes), Path(shapes)
        header(path)
        try:
            document = parser.read(path, base=parser.file_base(path))
        except ParseError as error:
            raise _explained(error) from None
        triples, known = document.triples, document.prefixes
    try:
        read = Shapes(triples, {**prefixes, **known})
    except ShapesError as error:
        raise ShapesError(f"{name}: {error}") from None
    if not read.roots:
        raise ShapesError(
            f"{name}: no shape in it has a target, or none that is not deactivated, so nothing would be checked."
        )
    return read
