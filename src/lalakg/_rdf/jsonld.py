"""JSON-LD writer: one compacted object a subject, by a flat context."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import pyoxigraph as ox

from lalakg._rdf.terms import RDF_TYPE, XSD, Names, Node, Prefixes, natural

Context: TypeAlias = Mapping[str, Any]

_INTEGER = re.compile(r"0|-?[1-9]\d{0,14}")
_RELATIVE = re.compile(r"(?!\.\.?$)[\w.-]+")
_FRONT = ("@id", "@type", "id", "type", "label", "prefLabel", "title")


def write(triples: Iterable[ox.Triple], prefixes: Prefixes, context: Context, *, indent: int | None = 2) -> str:
    """The triples as one compacted document: `@context`, then `@graph` with an object a subject.

    `context` is a flat JSON-LD 1.1 context (terms, prefixes, `@base`); prefixes that it lacks are added. Literals
    keep their lexical form: only canonical integers and booleans become JSON numbers and booleans.
    """
    writer = Writer(context, prefixes)
    return writer.document(triples, writer.context, indent)


class Writer:
    """A context prepared for writing many documents: `context` is all of it, prefixes included."""

    def __init__(self, context: Context, prefixes: Prefixes) -> None:
        defined = {k: v for k, v in context.items() if isinstance(v, str) and v.endswith(("#", "/"))}
        self.prefixes = {**prefixes, **{k: v for k, v in defined.items() if not k.startswith("@")}}
        self.context = {**{p: ns for p, ns in sorted(prefixes.items()) if p not in context}, **context}
        self.base = str(context.get("@base", ""))
        self.terms: dict[str, tuple[str, dict[str, Any]]] = {}
        self.keywords = {"@id": "@id", "@type": "@type"}
        self.names = Names(self.prefixes)
        for term, definition in context.items():
            self._define(term, definition)

    def _define(self, term: str, definition: Any) -> None:
        options = dict(definition) if isinstance(definition, dict) else {"@id": definition}
        target = options.get("@id")
        if target in self.keywords:
            self.keywords[target] = term
        elif isinstance(target, str) and not term.startswith("@"):
            self.terms.setdefault(self._expand(target), (term, options))

    def _expand(self, name: str) -> str:
        prefix, colon, local = name.partition(":")
        return self.prefixes[prefix] + local if colon and prefix in self.prefixes else name

    def document(self, triples: Iterable[ox.Triple], context: Any, indent: int | None = None) -> str:
        """The triples as one document whose @context is `context`: the whole context, or its address."""
        about: dict[Any, list[ox.Triple]] = defaultdict(list)
        for triple in set(triples):
            about[triple.subject].append(triple)
        nodes = [self._node(subject, about[subject]) for subject in sorted(about, key=lambda s: natural(self._id(s)))]
        whole = {"@context": context, "@graph": nodes}
        separators = None if indent else (",", ":")
        return json.dumps(whole, indent=indent, separators=separators, ensure_ascii=False) + "\n"

    def _node(self, subject: Node, triples: list[ox.Triple]) -> dict[str, Any]:
        node: dict[str, Any] = {self.keywords["@id"]: self._id(subject)}
        for triple in _ordered(triples):
            if triple.predicate == RDF_TYPE and isinstance(triple.object, ox.NamedNode):
                self._add(node, self.keywords["@type"], self._vocab(triple.object.value))
                continue
            term, options = self.terms.get(triple.predicate.value, (self._vocab(triple.predicate.value), {}))
            if (
                options.get("@container") == "@language"
                and isinstance(triple.object, ox.Literal)
                and triple.object.language
            ):
                self._add(node.setdefault(term, {}), triple.object.language, triple.object.value)
            else:
                self._add(node, term, self._value(triple.object, options))
        return {
            key: node[key] for key in sorted(node, key=lambda k: (_FRONT.index(k) if k in _FRONT else len(_FRONT), k))
        }

    @staticmethod
    def _add(node: dict[str, Any], key: str, value: Any) -> None:
        if key not in node:
            node[key] = value
        elif isinstance(node[key], list):
            node[key].append(value)
        else:
            node[key] = [node[key], value]

    def _id(self, node: Node) -> str:
        if isinstance(node, ox.BlankNode):
            return f"_:{node.value}"
        iri = str(node.value)
        if self.base and iri.startswith(self.base) and _RELATIVE.fullmatch(iri[len(self.base) :]):
            return iri[len(self.base) :]
        name = self.names[iri]
        return iri if name.startswith("<") else name

    def _vocab(self, iri: str) -> str:
        if iri in self.terms:
            return self.terms[iri][0]
        name = self.names[iri]
        return iri if name.startswith("<") else name

    def _value(self, term: Any, options: Mapping[str, Any]) -> Any:
        coerced = options.get("@type")
        if not isinstance(term, ox.Literal):
            if coerced == "@vocab" and isinstance(term, ox.NamedNode):
                return self._vocab(term.value)
            return self._id(term) if coerced == "@id" else {self.keywords["@id"]: self._id(term)}
        if term.language:
            tagged = options.get("@language", self.context.get("@language"))
            return (
                term.value
                if tagged == term.language and not coerced
                else {"@value": term.value, "@language": term.language}
            )
        return self._plain(term, self._expand(str(coerced)) if coerced else None, options)

    def _plain(self, literal: ox.Literal, coerced: str | None, options: Mapping[str, Any]) -> Any:
        datatype = literal.datatype.value
        if coerced in (None, datatype) and datatype == XSD + "integer" and _INTEGER.fullmatch(literal.value):
            return int(literal.value)
        if coerced in (None, datatype) and datatype == XSD + "boolean" and literal.value in ("true", "false"):
            return literal.value == "true"
        if datatype == coerced:
            return literal.value
        if datatype != XSD + "string":
            return {"@value": literal.value, "@type": self._vocab(datatype)}
        plain = coerced is None and not options.get("@language", self.context.get("@language"))
        return literal.value if plain and "@container" not in options else {"@value": literal.value}


def _ordered(triples: list[ox.Triple]) -> Iterator[ox.Triple]:
    """The triples of one subject, those of one property in the order of their objects."""
    found: dict[str, list[ox.Triple]] = defaultdict(list)
    for triple in triples:
        found[triple.predicate.value].append(triple)
    for some in found.values():
        yield from sorted(some, key=lambda t: natural(str(t.object))) if len(some) > 1 else some
