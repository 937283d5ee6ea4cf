"""Turtle writer: canonical text, of which a new statement changes one block.

The layout is that of the gist ontology: one block a subject in the order of the IRIs, one property a line, the closing
dot on a line of its own.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pyoxigraph as ox

from lalakg._rdf.canonicalisation import canonical
from lalakg._rdf.nesting import NIL, Nesting
from lalakg._rdf.terms import RDF_TYPE, XSD, Names, Node, Prefixes, natural

Subject: TypeAlias = ox.NamedNode | ox.BlankNode

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


@dataclass(frozen=True)
class Layout:
    """What a file's own text decides: how language tags are written, by text and lower-case tag; line ends of CR LF.

    With `crlf` a line feed in the text written stands for CR LF, in literals too; the caller puts it in.
    """

    languages: Mapping[tuple[str, str], str] = field(default_factory=dict)
    crlf: bool = False


_PLAIN = Layout()


def write(triples: Iterable[ox.Triple], prefixes: Prefixes | Names) -> str:
    """The triples as canonical Turtle: equal triples give equal text.

    Only the prefixes that are used are declared. Give the prefixes as Names when writing many documents.
    """
    names = prefixes if isinstance(prefixes, Names) else Names(prefixes)
    writer = _Writer(set(triples), names)
    if len(writer.labelled) > 1:
        writer = _Writer(canonical(writer.triples), names)
    return writer.document()


def write_document(triples: Iterable[ox.Triple], names: Names, comments: dict[str, list[str]], layout: Layout) -> str:
    """The blocks of a document in their order, without declarations of prefixes."""
    writer = _Writer(set(triples), names, layout)
    if len(writer.labelled) > 1:
        writer = _Writer(canonical(writer.triples), names, layout)
    return writer.blocks(comments)


def write_statement(
    triples: set[ox.Triple],
    subject: Subject,
    names: Names,
    shared: Set[Subject],
    used: set[str],
    fresh: Iterator[str],
    layout: Layout,
    trailing: str,
) -> str:
    """One statement as blocks, that of `subject` first, `trailing` after its dot.

    Nodes that are `shared` with other statements are not nested; labels that are `used` stay, others are `fresh` ones.
    """
    writer = _Writer(triples, names, layout, shared)
    referenced = {t.object for t in triples} | shared
    others = sorted(
        {*writer.by_subject, *writer.labelled} - writer.nested - {subject},
        key=lambda n: (isinstance(n, ox.BlankNode), writer.signature(n), natural(n.value)),
    )
    for node in [subject, *others]:
        if isinstance(node, ox.BlankNode) and (node.value in used or node in referenced):
            writer.labels[node] = f"_:{node.value if node.value in used else next(fresh)}"
    first = writer.block(subject, [])
    if trailing:
        first = f"{first.removesuffix(chr(10))} {trailing}\n"
    return "\n".join([first, *(writer.block(node, []) for node in others if node in writer.by_subject)])


def declarations(prefixes: Prefixes, base: str | None) -> str:
    """The lines that declare prefixes, in their order, and a base."""
    lines = "".join(f"@prefix {prefix}: <{prefixes[prefix]}> .\n" for prefix in sorted(prefixes))
    return lines + (f"@base <{base}> .\n" if base else "")


def sorted_subjects(subjects: Iterable[Subject], triples: Iterable[ox.Triple]) -> list[Subject]:
    """The subjects, each once, in the order of a document's blocks: headers first, blank nodes last."""
    headers = {t.subject for t in triples if _is_header(t)}
    return sorted(dict.fromkeys(subjects), key=lambda s: _subject_order(s, s in headers, s.value))


def _is_header(triple: ox.Triple) -> bool:
    return triple.predicate == RDF_TYPE and isinstance(triple.object, ox.NamedNode) and triple.object.value in _HEADERS


def _subject_order(subject: Subject, is_header: bool, name: str) -> tuple[int, list[tuple[int, int, str]]]:
    return (2 if isinstance(subject, ox.BlankNode) else 0 if is_header else 1), natural(name)


class _Writer:
    """Writes one document. `labelled` are the blank nodes that are not nested, and get labels from _:b1 on."""

    def __init__(
        self, triples: set[ox.Triple], names: Names, layout: Layout = _PLAIN, shared: Set[Subject] = frozenset()
    ) -> None:
        self.triples, self.names, self.layout = triples, names, layout
        self.used: set[str] = set()
        self.nesting = Nesting(self.triples, shared)
        self.by_subject, self.nested = self.nesting.by_subject, self.nesting.nested
        self.labelled = self.nesting.blank_nodes - self.nested
        self.labels: dict[Node, str] = {}
        self.cache: dict[tuple[Node, int], str] = {}

    def document(self) -> str:
        body = self.blocks({})
        head = declarations({prefix: self.names.prefixes[prefix] for prefix in self.used}, None)
        return f"{head}\n{body}" if head and body else head + body

    def blocks(self, comments: dict[str, list[str]]) -> str:
        """The blocks; `comments` go before that of the IRI by which they are found."""
        for number, node in enumerate(sorted(self.labelled, key=lambda n: (self.signature(n), natural(n.value))), 1):
            self.labels[node] = f"_:b{number}"
        subjects = sorted((s for s in self.by_subject if s not in self.nested), key=self._order)
        return "\n".join(self.block(s, comments.get(s.value, [])) for s in subjects)

    def signature(self, node: Node) -> str:
        """A labelled blank node's triples as text, for an order that does not depend on its label."""
        return "".join(
            sorted(
                f"{t.predicate} {'_' if isinstance(t.object, ox.BlankNode) else t.object}"
                for t in self.by_subject.get(node, ())
            )
        )

    def _order(self, subject: Subject) -> tuple[int, list[tuple[int, int, str]]]:
        name = self.labels[subject] if isinstance(subject, ox.BlankNode) else subject.value
        return _subject_order(subject, any(_is_header(t) for t in self.by_subject[subject]), name)

    def block(self, subject: Node, comments: list[str]) -> str:
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
        quoted = _quote(literal.value, self.layout.crlf)
        if literal.language:
            return f"{quoted}@{self.layout.languages.get((literal.value, literal.language), literal.language)}"
        return quoted if datatype == XSD + "string" else f"{quoted}^^{self._name(datatype)}"


def _quote(text: str, crlf: bool = False) -> str:
    if crlf and "\n" in text:
        lines = text.replace("\r\n", "\n")
        text, plain = (lines, True) if text == lines.replace("\n", "\r\n") else (text, False)
    else:
        plain = "\n" in text
    if not plain:
        return '"' + re.sub(r'[\\"\x00-\x1f\x7f]', _escape, text) + '"'
    return '"""' + re.sub(r'[\\\x00-\x08\x0b-\x1f\x7f]|"(?=""|\Z)', _escape, text) + '"""'


def _escape(match: re.Match[str]) -> str:
    return _ESCAPES.get(match[0], f"\\u{ord(match[0]):04X}")
