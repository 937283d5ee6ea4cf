"""Input formats: in which serialisation an RDF file is written, by its ending and, where that is ambiguous, its start.

One table serves every command. A file whose ending names no serialisation is looked at; what cannot be read at all
(OWL/XML, OWL's functional and Manchester syntax) is named, so that its owner knows what to save it as.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Final

import pyoxigraph as ox


class Trix(Enum):
    """TriX (Carroll and Stickler 2004), which Oxigraph does not read and rdflib does."""

    TRIX = "trix"


InputFormat = ox.RdfFormat | Trix
TRIX: Final = Trix.TRIX

# What endings say by themselves.
NAMES: Final[Mapping[str, InputFormat]] = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "n3": ox.RdfFormat.N3,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
    "trix": TRIX,
}
_AMBIGUOUS: Final = ("owl", "rdf", "xml", "json")  # several serialisations share these endings: the start decides
_DOUBTFUL: Final = ("xml", "json")  # and of these most files are no RDF at all
ENDINGS: Final = (*NAMES, "owl", "xml", "json")
HEAD: Final = 1 << 16  # bytes at the start of a file that are looked at

_BOM = b"\xef\xbb\xbf"
_PROLOGUE = re.compile(rb"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)", re.DOTALL)
_ROOT = re.compile(rb"\s*<(?:[\w.-]+:)?([\w.-]+)((?:\s[^>]*)?)>?", re.DOTALL)
_KEYWORD = re.compile(rb'"@(?:context|id|graph|type|value|set|list)"\s*:')
_TURTLE = re.compile(rb"\s*(?:@prefix|@base|@version|PREFIX\s|BASE\s|VERSION\s|<[^\s>]*>\s|_:|\[)", re.IGNORECASE)
_QUAD_LINE = re.compile(
    rb"\s*(?:<[^>\s]*>|_:\S+)\s+<[^>\s]*>\s+(?:<[^>\s]*>|_:\S+|\"[^\n]*\"\S*)\s+(?:<[^>\s]*>|_:\S+)\s*\."
)
_IRI = re.compile(rb"<(?:[\w+.-]+:|[/#?.])[^\s<>\"]*>|<>")  # at the start of a statement, and no tag of XML
_COMMENTS = re.compile(rb"(?:\s*#[^\n]*\n)*")
_RDF = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_OWL = b"http://www.w3.org/2002/07/owl#"


def ending(path: Path) -> str:
    """The ending that tells of a serialisation, in small letters and without .gz: `x.TTL.gz` has `ttl`."""
    name = path.name.lower().removesuffix(".gz")
    return name.rpartition(".")[2] if "." in name[1:] else ""


def is_packed(path: Path) -> bool:
    """Whether a file is compressed by gzip, as its ending says."""
    return path.name.lower().endswith(".gz")


def may_be_rdf(path: Path) -> bool:
    """Whether an ending is one of RDF; .json and .xml are, and have to be looked at."""
    return ending(path) in ENDINGS


def needs_a_look(path: Path) -> bool:
    """Whether most files of that ending are no RDF, so that a folder's count only if their start says so."""
    return ending(path) in _DOUBTFUL


def is_unambiguous(path: Path) -> bool:
    """Whether an ending names one serialisation by itself."""
    return ending(path) in NAMES and ending(path) not in _AMBIGUOUS


def detect(path: Path, head: bytes) -> InputFormat | str:
    """The serialisation of a file with these first bytes; or in words what it is instead, if it cannot be read."""
    named = NAMES.get(ending(path))
    if named is not None and is_unambiguous(path):
        return named
    found = sniff(head)
    if named is not None and isinstance(found, str) and not found.startswith("OWL"):
        return named  # what is no RDF/XML is told by its parser, with line and column
    return found


def sniff(head: bytes) -> InputFormat | str:
    """The serialisation that the first bytes of a file show; or in words what else they are."""
    head = head.removeprefix(_BOM)
    body = head[_COMMENTS.match(head).end() :].lstrip()  # type: ignore[union-attr]  # it always matches
    if body[:1] == b"<" and not _IRI.match(body):
        return _xml(head)
    if body[:1] in (b"{", b"[") and (
        _KEYWORD.search(head) or (body[:1] == b"{" and body[1:].lstrip()[:1] in (b'"', b"}"))
    ):
        return ox.RdfFormat.JSON_LD if _KEYWORD.search(head) else "JSON that is no JSON-LD"
    if re.match(rb"(?:Prefix|Ontology)\s*\(", body):
        return "OWL in functional syntax"
    if re.match(rb"(?:Prefix|Ontology):\s", body):
        return "OWL in Manchester syntax"
    if _QUAD_LINE.match(body):
        return ox.RdfFormat.N_QUADS
    return ox.RdfFormat.TURTLE if _TURTLE.match(body) or not body else "no RDF that can be recognised"


def _xml(head: bytes) -> InputFormat | str:
    rest = head
    while prologue := _PROLOGUE.match(rest):
        rest = rest[prologue.end() :]
    root = _ROOT.match(rest)
    if root is None:
        return "XML that is no RDF"
    if root[1] == b"TriX":
        return TRIX
    if root[1] == b"RDF" or (_RDF in head and re.search(rb"[\w.-]+:(?:about|ID|nodeID)\s*=", rest)):
        return ox.RdfFormat.RDF_XML
    return "OWL/XML" if root[1] == b"Ontology" and _OWL in root[2] else "XML that is no RDF"
