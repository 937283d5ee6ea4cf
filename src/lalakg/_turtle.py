"""Turtle: read with clear errors, written in one canonical form.

The form is the one that gist's editors settled on: one block a subject in the order of the IRIs, one
statement a line, the closing dot on a line of its own, so that one new fact changes one block.
"""

from __future__ import annotations

import codecs
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from lalakg._errors import FolderError, ParseError
from lalakg._terms import RDF, RDF_TYPE, XSD, Names, Node, Prefixes, natural
from lalakg._tokens import comments_by_subject

_FIRST, _REST, _NIL = (ox.NamedNode(RDF + name) for name in ("first", "rest", "nil"))
_FRONT = ("rdf:type", "rdfs:label", "skos:prefLabel", "skos:definition")
_SHORT = {"rdf:type": "a"}
_HEADERS = frozenset(
    {
        "http://www.w3.org/2002/07/owl#Ontology",
        "http://www.w3.org/ns/dcat#Dataset",
        "http://www.w3.org/2004/02/skos/core#ConceptScheme",
    }
)
_BARE = {
    XSD + "integer": re.compile(r"0|-?[1-9][0-9]*"),
    XSD + "decimal": re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]{1,6}"),
    XSD + "double": re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?[eE][+-]?[0-9]+"),
    XSD + "boolean": re.compile(r"true|false"),
}  # other forms are quoted: rdflib and others read a bare number by its value, and 01 would come back as 1
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_PREFIX = re.compile(r"@prefix ([\w.-]*): <([^>]*)> \.")
_WIDTH = 100
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


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
    return parse(_bytes(path), path, form(path), keep_blank_nodes=keep_blank_nodes, base=base)


def form(path: Path) -> ox.RdfFormat:
    """The form of RDF that a file's ending names; Turtle, when it names none."""
    return ox.RdfFormat.from_extension(path.suffix.lstrip(".")) or ox.RdfFormat.TURTLE


def stream(path: Path) -> Iterator[ox.Quad]:
    """The statements of an RDF file of any size, one by one; relative IRIs are the file's. Errors as in `read`."""
    try:
        yield from ox.parse(path=path, format=form(path), base_iri=path.absolute().as_uri(), rename_blank_nodes=True)
    except SyntaxError as error:
        raise _located(error, path.read_bytes(), path) from None
    except OSError as error:
        raise FolderError(f"{path} cannot be read: {error.strerror}.") from None


def parse(
    data: bytes,
    path: Path,
    form: ox.RdfFormat = ox.RdfFormat.TURTLE,
    *,
    keep_blank_nodes: bool = True,
    base: str | None = None,
) -> Document:
    """Parse bytes; errors as in `read`, naming `path`. Without `base` a relative IRI is an error."""
    try:
        parser = ox.parse(data, format=form, base_iri=base, rename_blank_nodes=not keep_blank_nodes)
        triples = [q.triple for q in parser]
    except SyntaxError as error:
        raise _located(error, data, path) from None
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


def _located(error: SyntaxError, data: bytes, path: Path) -> ParseError:
    line, column = error.lineno or 1, error.offset or 1
    lines = [line.rstrip("\r") for line in data.decode("utf-8", "replace").removesuffix("\n").split("\n")]
    if line > len(lines):
        line, column = max(len(lines), 1), 1
    reason = re.sub(r"^Parser error [a-z0-9 ]+: ", "", str(error.msg)).rstrip(".")
    if data.startswith(_MARKS) and (line, column) == (1, 1):
        reason = "the file begins with a byte order mark; save it as UTF-8 without one"
    if "has not been declared" in reason:
        reason += "; add an @prefix line for it at the top of the file"
    if "No scheme found" in reason:
        reason = "this IRI is relative; write the whole address, or a prefixed name"
    return ParseError(reason + ".", path, line, column, lines[line - 1] if lines else "")


def write(
    triples: Iterable[ox.Triple], prefixes: Prefixes | Names, comments: dict[str, list[str]] | None = None
) -> str:
    """The triples as canonical Turtle: equal triples give equal text. `comments` go before their subject's block.

    Only the prefixes that are used are declared. Who writes many documents gives the prefixes as Names.
    """
    names = prefixes if isinstance(prefixes, Names) else Names(prefixes)
    writer = _Writer(set(triples), names)
    if len(writer.shared) > 1:
        writer = _Writer(_relabelled(writer.triples), names)
    return writer.document(comments or {})


def _relabelled(triples: set[ox.Triple]) -> set[ox.Triple]:
    """The triples with canonical labels on their blank nodes, so that these labels can order them."""
    dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {quad.triple for quad in dataset}


def reformat(text: str, path: Path) -> str:
    """The canonical form of one Turtle file. Idempotent; the triples are the same.

    Comments before the first block and before any block stay; raises ParseError for one inside a block, where it
    would be lost, and FolderError for a file of another form, which would be none any more.
    """
    if form(path) != ox.RdfFormat.TURTLE:
        raise FolderError(f"{path} is no Turtle by its ending, and only Turtle has a canonical form.")
    document = parse(text.encode(), path)
    return write(document.triples, document.prefixes, comments_by_subject(text, path))


class _Writer:
    def __init__(self, triples: set[ox.Triple], names: Names) -> None:
        self.triples, self.names = triples, names
        self.used: set[str] = set()
        self.about: dict[Any, list[ox.Triple]] = defaultdict(list)
        referrers: dict[Node, list[Any]] = defaultdict(list)
        for triple in self.triples:
            self.about[triple.subject].append(triple)
            if isinstance(triple.object, ox.BlankNode):
                referrers[triple.object].append(triple.subject)
        parents = {node: found[0] for node, found in referrers.items() if len(found) == 1}
        self.nested = {node for node in parents if not self._in_circle(node, parents)}
        self.shared = {n for n in {*self.about, *referrers} if isinstance(n, ox.BlankNode)} - self.nested
        self.labels: dict[Node, str] = {}
        self.cache: dict[tuple[Node, int], str] = {}

    @staticmethod
    def _in_circle(start: Any, parents: dict[Any, Any]) -> bool:
        """Whether a blank node cannot be written inside its referrer, since it leads back to itself."""
        seen: set[Any] = set()
        node = parents.get(start)
        while node in parents and node != start and node not in seen:
            seen.add(node)
            node = parents.get(node)
        return bool(node == start)

    def document(self, comments: dict[str, list[str]]) -> str:
        for number, node in enumerate(sorted(self.shared, key=lambda n: (self._shape(n), natural(n.value))), 1):
            self.labels[node] = f"_:b{number}"
        subjects = sorted((s for s in self.about if s not in self.nested), key=self._subject_order)
        blocks = [self._block(s, comments.pop(self._key(s), [])) for s in subjects]
        head = "".join(f"@prefix {p}: <{self.names.prefixes[p]}> .\n" for p in sorted(self.used))
        top = "".join(f"{line}\n" for line in comments.pop("", []))
        tail = "".join(f"{line}\n" for lines in comments.values() for line in lines)
        body = "\n".join(part for part in (head, *blocks, tail) if part)
        return f"{top}\n{body}" if top and head else top + body

    def _key(self, subject: Node) -> str:
        return subject.value if isinstance(subject, ox.NamedNode) else "[]"

    def _shape(self, node: Node) -> str:
        """What a shared blank node says, for an order that does not hang on its label."""
        return "".join(
            sorted(
                f"{t.predicate} {'_' if isinstance(t.object, ox.BlankNode) else t.object}"
                for t in self.about.get(node, ())
            )
        )

    def _subject_order(self, subject: Node) -> tuple[int, list[tuple[int, int, str]]]:
        if isinstance(subject, ox.BlankNode):
            return 2, natural(self.labels.get(subject, self._shape(subject)))
        header = any(
            t.predicate == RDF_TYPE and t.object.value in _HEADERS
            for t in self.about[subject]
            if isinstance(t.object, ox.NamedNode)
        )
        return (0 if header else 1), natural(str(subject.value))

    def _block(self, subject: Node, comments: list[str]) -> str:
        name = self.labels.get(subject, "[]") if isinstance(subject, ox.BlankNode) else self._term(subject, 0)
        lines = [f"  {statement} ;" for statement in self._statements(subject, 2)]
        return "\n".join([*comments, name, *lines, "  ."]) + "\n"

    def _statements(self, subject: Node, indent: int) -> list[str]:
        """Each property with its objects, as one piece of text."""
        objects: dict[str, list[Any]] = defaultdict(list)
        for triple in self.about.get(subject, ()):
            objects[self._predicate(triple.predicate)].append(triple.object)
        order = sorted(objects, key=lambda name: (_FRONT.index(name) if name in _FRONT else len(_FRONT), name))
        return [f"{_SHORT.get(name, name)}{self._objects(objects[name], len(name), indent)}" for name in order]

    def _predicate(self, predicate: ox.NamedNode) -> str:
        return "rdf:type" if predicate == RDF_TYPE else self._name(predicate.value)

    def _objects(self, objects: list[Node], name_width: int, indent: int) -> str:
        texts = sorted((self._term(o, indent + 2) for o in objects), key=natural)
        line = " , ".join(texts)
        if len(texts) == 1 or (len(line) + name_width + indent < _WIDTH and "\n" not in line):
            return f" {line}"
        pad = "\n" + " " * (indent + 2)
        return pad + f" ,{pad}".join(texts)

    def _term(self, term: Node, indent: int) -> str:
        key = (term, indent if isinstance(term, ox.BlankNode) else 0)
        if key not in self.cache:
            self.cache[key] = self._render(term, indent)
        return self.cache[key]

    def _render(self, term: Node, indent: int) -> str:
        if isinstance(term, ox.NamedNode):
            return "()" if term == _NIL else self._name(term.value)
        if isinstance(term, ox.BlankNode):
            return self.labels.get(term) or self._anonymous(term, indent)
        return self._literal(term)

    def _name(self, iri: str) -> str:
        name = self.names[iri]
        if not name.startswith("<"):
            self.used.add(name.partition(":")[0])
        return name

    def _anonymous(self, node: ox.BlankNode, indent: int) -> str:
        if (items := self._items(node)) is not None:
            return self._collection(items, indent)
        pad = " " * (indent + 2)
        lines = "".join(f"{pad}{statement} ;\n" for statement in self._statements(node, indent + 2))
        return f"[\n{lines}{' ' * indent}]" if lines else "[]"

    def _collection(self, items: list[Node], indent: int) -> str:
        texts = [self._term(item, indent + 2) for item in items]
        line = f"( {' '.join(texts)} )"
        if len(line) + indent < _WIDTH and "\n" not in line:
            return line
        pad = "\n" + " " * (indent + 2)
        return f"({pad}{pad.join(texts)}\n{' ' * indent})"

    def _items(self, node: Any) -> list[Node] | None:
        """The members, when `node` heads a well-formed list that nothing else points into."""
        items: list[Any] = []
        while node != _NIL:
            said = self.about.get(node, ())
            cells = {t.predicate: t.object for t in said}
            if len(said) != 2 or cells.keys() != {_FIRST, _REST} or (items and node not in self.nested):
                return None
            items.append(cells[_FIRST])
            node = cells[_REST]
        return items

    def _literal(self, literal: ox.Literal) -> str:
        datatype = literal.datatype.value
        if datatype in _BARE and _BARE[datatype].fullmatch(literal.value):
            return literal.value
        quoted = _quote(literal.value)
        if literal.language:
            return f"{quoted}@{literal.language}"
        return quoted if datatype == XSD + "string" else f"{quoted}^^{self._name(datatype)}"


def _quote(text: str) -> str:
    escape: Callable[[re.Match[str]], str] = lambda m: _ESCAPES.get(m[0], f"\\u{ord(m[0]):04X}")  # noqa: E731 - a lambda reads best here
    if "\n" not in text:
        return '"' + re.sub(r'[\\"\x00-\x1f\x7f]', escape, text) + '"'
    return '"""' + re.sub(r'[\\\x00-\x08\x0b-\x1f\x7f]|"(?=""|\Z)', escape, text) + '"""'
