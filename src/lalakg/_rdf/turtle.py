"""Turtle writer: canonical text, of which a new statement changes one block.

The layout is that of the gist ontology: one block a subject in the order of the IRIs, one property a line, the closing
dot on a line of its own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from lalakg._errors import FolderError, SymmetryError
from lalakg._rdf.canonicalisation import canonical
from lalakg._rdf.nesting import NIL, Nesting
from lalakg._rdf.parser import format_of, parse
from lalakg._rdf.terms import RDF_TYPE, XSD, Names, Node, Prefixes, natural
from lalakg._rdf.tokens import comments_by_subject

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
_WIDTH = 100


def write(
    triples: Iterable[ox.Triple], prefixes: Prefixes | Names, comments: dict[str, list[str]] | None = None
) -> str:
    """The triples as canonical Turtle: equal triples give equal text. `comments` go before their subject's block.

    Only the prefixes that are used are declared. Give the prefixes as Names when writing many documents.
    """
    names = prefixes if isinstance(prefixes, Names) else Names(prefixes)
    writer = _Writer(set(triples), names)
    if len(writer.labelled) > 1:
        writer = _Writer(canonical(writer.triples), names)
    return writer.document(comments or {})


def reformat(text: str, path: Path) -> str:
    """The canonical text of one Turtle file. Idempotent; the triples are the same.

    Comments before the first block and before any block stay; raises ParseError for one inside a block, where it
    would be lost, and FolderError for a file of another format, which would not be in that format any more.
    """
    if format_of(path) != ox.RdfFormat.TURTLE:
        raise FolderError(f"{path} is no Turtle by its ending, and only Turtle has a canonical form.")
    document = parse(text.encode(), path)
    try:
        return write(document.triples, document.prefixes, comments_by_subject(text, path))
    except SymmetryError as error:
        raise SymmetryError(f"{path}: {error}") from None


class _Writer:
    """Writes one document. `labelled` are the blank nodes that are not nested, and get labels from _:b1 on."""

    def __init__(self, triples: set[ox.Triple], names: Names) -> None:
        self.triples, self.names = triples, names
        self.used: set[str] = set()
        self.nesting = Nesting(self.triples)
        self.by_subject, self.nested = self.nesting.by_subject, self.nesting.nested
        self.labelled = self.nesting.blank_nodes - self.nested
        self.labels: dict[Node, str] = {}
        self.cache: dict[tuple[Node, int], str] = {}

    def document(self, comments: dict[str, list[str]]) -> str:
        for number, node in enumerate(sorted(self.labelled, key=lambda n: (self._signature(n), natural(n.value))), 1):
            self.labels[node] = f"_:b{number}"
        subjects = sorted((s for s in self.by_subject if s not in self.nested), key=self._subject_order)
        blocks = [self._block(s, comments.pop(self._key(s), [])) for s in subjects]
        head = "".join(f"@prefix {p}: <{self.names.prefixes[p]}> .\n" for p in sorted(self.used))
        top = "".join(f"{line}\n" for line in comments.pop("", []))
        tail = "".join(f"{line}\n" for lines in comments.values() for line in lines)
        body = "\n".join(part for part in (head, *blocks, tail) if part)
        return f"{top}\n{body}" if top and head else top + body

    def _key(self, subject: Node) -> str:
        return subject.value if isinstance(subject, ox.NamedNode) else "[]"

    def _signature(self, node: Node) -> str:
        """A labelled blank node's triples as text, for an order that does not depend on its label."""
        return "".join(
            sorted(
                f"{t.predicate} {'_' if isinstance(t.object, ox.BlankNode) else t.object}"
                for t in self.by_subject.get(node, ())
            )
        )

    def _subject_order(self, subject: Node) -> tuple[int, list[tuple[int, int, str]]]:
        if isinstance(subject, ox.BlankNode):
            return 2, natural(self.labels.get(subject, self._signature(subject)))
        header = any(
            t.predicate == RDF_TYPE and t.object.value in _HEADERS
            for t in self.by_subject[subject]
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
        for triple in self.by_subject.get(subject, ()):
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
            return "()" if term == NIL else self._name(term.value)
        if isinstance(term, ox.BlankNode):
            return self.labels.get(term) or self._anonymous(term, indent)
        return self._literal(term)

    def _name(self, iri: str) -> str:
        name = self.names[iri]
        if not name.startswith("<"):
            self.used.add(name.partition(":")[0])
        return name

    def _anonymous(self, node: ox.BlankNode, indent: int) -> str:
        if (items := self.nesting.items(node)) is not None:
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
