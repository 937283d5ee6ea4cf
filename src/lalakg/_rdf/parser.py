"""Reading files: RDF, with errors that name line and column, and plain text."""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pyoxigraph as ox

from lalakg._errors import FolderError, ParseError, why
from lalakg._rdf.input_bounds import bounded, refuse_bomb
from lalakg._rdf.input_formats import HEAD, NAMES, InputFormat, detect, ending, is_unambiguous
from lalakg._rdf.packed import first_bytes, open_bytes

_PREFIX = re.compile(r"@prefix ([\w.-]*): <([^>]*)> \.")
_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Document(NamedTuple):
    """One RDF file as it was parsed: its statements in the order of the file, and the prefixes that it declares."""

    path: Path
    quads: list[ox.Quad]
    prefixes: dict[str, str]

    @property
    def triples(self) -> list[ox.Triple]:
        """The statements, those of named graphs merged."""
        return [quad.triple for quad in self.quads]


def read(path: Path, *, label: str | None = None, base: str | None = None) -> Document:
    """Read one RDF file, in the format that its ending and its first bytes show, compressed or not.

    Its blank nodes keep their labels. With a `label`, they are named anew in the order of the file (`label` and a
    number), so that several files can be merged, and the same files give the same names.
    Raises FolderError when it cannot be opened, and ParseError with line and column when it is not valid.
    """
    data = _bytes(path)
    rdf_format = format_of(path, data[:HEAD])
    if isinstance(rdf_format, ox.RdfFormat):
        document = parse(data, path, rdf_format, base=base)
    else:
        document = Document(path, _read_trix(data, path), {})
    return document if label is None else document._replace(quads=_relabelled(document.quads, label))


def _relabelled(quads: list[ox.Quad], label: str) -> list[ox.Quad]:
    names: dict[ox.BlankNode, ox.BlankNode] = {}

    def name(term: Any) -> Any:
        if isinstance(term, ox.BlankNode):
            return names.setdefault(term, ox.BlankNode(f"{label}x{len(names) + 1}"))
        return ox.Triple(name(term.subject), term.predicate, name(term.object)) if isinstance(term, ox.Triple) else term

    return [
        ox.Quad(name(quad.subject), quad.predicate, name(quad.object), name(quad.graph_name))
        if _has_blank_node(quad)
        else quad
        for quad in quads
    ]


def _has_blank_node(quad: ox.Quad) -> bool:
    return any(isinstance(term, ox.BlankNode | ox.Triple) for term in (quad.subject, quad.object, quad.graph_name))


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """The text of a file. Raises FolderError when it cannot be opened or decoded."""
    try:
        return path.read_text(encoding=encoding)
    except (OSError, UnicodeDecodeError) as error:
        raise FolderError(f"{path} cannot be read: {why(error)}.") from None


def format_of(path: Path, head: bytes | None = None) -> InputFormat:
    """The format that a file's ending names, and where that is ambiguous its first bytes.

    Raises FolderError when it cannot be opened, and ParseError for what is no RDF that can be read here.
    """
    if is_unambiguous(path):
        return NAMES[ending(path)]
    try:
        found = detect(path, first_bytes(path, HEAD) if head is None else head)
    except OSError as error:
        raise _unreadable(path, error) from None
    if isinstance(found, str):
        remedy = "save it as RDF/XML or Turtle" if found.startswith("OWL") else "name it by its format, as .ttl or .rdf"
        raise ParseError(f"this is {found}; {remedy}.", path, 1)
    return found


def line_of(path: Path, number: int) -> str:
    """The text of a line of a file, numbered from 1; nothing where there is none."""
    lines = _bytes(path).decode("utf-8", "replace").split("\n")
    return lines[number - 1].rstrip("\r") if number <= len(lines) else ""


def file_base(path: Path) -> str:
    """The base of a file's relative IRIs: its path below the working directory, never one of the machine."""
    absolute, here = path.absolute(), Path.cwd()
    name = absolute.relative_to(here).as_posix() if absolute.is_relative_to(here) else path.name
    return f"file:///{quote(name)}"


def stream(path: Path, base: str | None = None) -> Iterator[ox.Quad]:
    """The statements of an RDF file of any size, one by one. Errors as in `read`; for `base` see `file_base`."""
    rdf_format = format_of(path)
    if not isinstance(rdf_format, ox.RdfFormat):
        yield from _read_trix(_bytes(path), path)
        return
    try:
        with open_bytes(path) as file:
            source: Any = bounded(file, path, rdf_format)
            quads = ox.parse(source, format=rdf_format, base_iri=base or file_base(path), rename_blank_nodes=True)
            yield from _kept(quads, path, rdf_format)
    except SyntaxError as error:
        raise _parse_error(error, _bytes(path), path) from None
    except OSError as error:
        raise _unreadable(path, error) from None


def parse(
    data: bytes,
    path: Path,
    rdf_format: ox.RdfFormat = ox.RdfFormat.TURTLE,
    *,
    base: str | None = None,
) -> Document:
    """Parse bytes; errors as in `read`, naming `path`. Without `base` a relative IRI is an error."""
    refuse_bomb(data, path, rdf_format)
    try:
        parser = ox.parse(data, format=rdf_format, base_iri=base, rename_blank_nodes=False)
        quads = list(_kept(parser, path, rdf_format))
    except SyntaxError as error:
        raise _parse_error(error, data, path) from None
    _refuse_rdf12(quads, data, path)
    return Document(path, quads, dict(parser.prefixes))


def _kept(quads: Iterable[ox.Quad], path: Path, rdf_format: ox.RdfFormat) -> Iterator[ox.Quad]:
    """The statements; of N3 only what is RDF, too: a formula is no statement of its file."""
    if rdf_format != ox.RdfFormat.N3:
        yield from quads
        return
    for quad in quads:
        if isinstance(quad.graph_name, ox.BlankNode):
            raise ParseError("formulas and rules of N3 are no RDF; leave them out, or write Turtle.", path, 1)
        yield quad


def _read_trix(data: bytes, path: Path) -> list[ox.Quad]:
    """TriX is read by rdflib."""
    import warnings

    import rdflib

    from lalakg._rdf.terms import from_rdflib

    refuse_bomb(data, path, ox.RdfFormat.RDF_XML)
    dataset = rdflib.Dataset()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its reader uses what rdflib itself calls deprecated
            dataset.parse(data=data, format="trix")
    except Exception as error:  # rdflib's reader raises whatever its XML parser does
        raise ParseError(f"no TriX: {error}.", path, getattr(error, "getLineNumber", lambda: 1)()) from None
    found = []
    for graph in dataset.graphs():
        unnamed = isinstance(graph.identifier, rdflib.BNode)
        is_default = unnamed or graph.identifier == rdflib.graph.DATASET_DEFAULT_GRAPH_ID
        name = ox.DefaultGraph() if is_default else ox.NamedNode(str(graph.identifier))
        found += [ox.Quad(t.subject, t.predicate, t.object, name) for t in from_rdflib(graph)]
    return found


def _refuse_rdf12(quads: list[ox.Quad], data: bytes, path: Path) -> None:
    if not any(isinstance(t.object, ox.Triple) or getattr(t.object, "direction", None) for t in quads):
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
        with open_bytes(path) as file:
            return file.read()
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> FolderError:
    if isinstance(error, IsADirectoryError):
        return FolderError(f"{path} is a folder; name a file in it.")
    return FolderError(f"{path} cannot be read: {why(error)}.")


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
