"""Literals as they were parsed, where the store keeps another form of them.

Oxigraph's store rewrites some literals (01 becomes 1, xsd:int becomes xsd:integer, en-GB becomes en-gb). Which triples
are concerned is noted while they are loaded, so that what looks at forms can be judged on what was written.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from threading import Lock
from typing import Any

import pyoxigraph as ox

from lalakg._rdf.terms import RDF, XSD

_DEFAULT = ox.DefaultGraph()
_NODE, _IS = ox.NamedNode("urn:x:s"), ox.NamedNode("urn:x:p")
_KEPT = frozenset({XSD + "string", XSD + "anyURI", XSD + "hexBinary", RDF + "HTML", RDF + "XMLLiteral"})
_BATCH = 1000
_PLAIN_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")


class Lexical:
    """The triples whose literal the store rewrote, by subject and predicate."""

    def __init__(self) -> None:
        self._written: dict[tuple[Any, Any], dict[Any, list[Any]]] = defaultdict(lambda: defaultdict(list))
        self._stored: dict[ox.Literal, ox.Literal] = {}
        self._scratch, self._lock = ox.Store(), Lock()  # shapes are judged in several threads
        self.predicates: set[str] = set()
        self.rewritten: set[ox.Literal] = set()  # as they were written

    def load(self, triples: Iterable[ox.Triple | ox.Quad], store: ox.Store) -> None:
        """Put triples into a store, noting those that it rewrites."""
        rewritten: list[tuple[Any, ox.NamedNode, ox.Literal]] = []
        kept = self._kept(triples, rewritten)
        while batch := list(islice(kept, _BATCH)):  # one extend for all would hold everything in memory twice
            store.extend(batch)
        for subject, predicate, literal in rewritten:
            stored, known = self.stored(literal), self._written[subject, predicate]
            if not known[stored] and ox.Quad(subject, predicate, stored) in store:
                known[stored].append(stored)  # it was written in that form, too
            known[stored].append(literal)
            self.predicates.add(predicate.value)
            self.rewritten.add(literal)
        store.extend(ox.Quad(*triple) for triple in rewritten)

    def _kept(self, triples: Iterable[ox.Triple | ox.Quad], rewritten: list[Any]) -> Iterator[ox.Quad]:
        """The triples that the store keeps as they are; the others go into `rewritten`."""
        for triple in triples:
            term = triple.object
            if type(term) is ox.Literal and self.stored(term) != term:
                rewritten.append((triple.subject, triple.predicate, term))
            else:
                yield triple if type(triple) is ox.Quad and triple.graph_name == _DEFAULT else _plain(triple)

    @staticmethod
    def _may_change(literal: ox.Literal) -> bool:
        if literal.language is not None:
            return literal.language != literal.language.lower()
        datatype = literal.datatype.value
        if datatype in _KEPT or not datatype.startswith(XSD):
            return False
        return datatype != XSD + "integer" or not _PLAIN_INTEGER.fullmatch(literal.value)

    def stored(self, literal: ox.Literal) -> ox.Literal:
        """The form in which the store keeps a literal."""
        if not self._may_change(literal):
            return literal
        if literal not in self._stored:
            with self._lock:
                self._scratch.add(ox.Quad(_NODE, _IS, literal))
                self._stored[literal] = next(iter(self._scratch)).object
                self._scratch.clear()
        return self._stored[literal]

    def note(self, term: Any) -> None:
        """Remember a term that may stand in no triple: a literal as it is written, which the store would rewrite."""
        if isinstance(term, ox.Literal) and self.stored(term) != term:
            self.rewritten.add(term)

    def example(self) -> tuple[ox.Literal, ox.Literal] | None:
        """One of the literals that the store rewrote: as it was written, and as it is kept."""
        first = min(self.rewritten, key=str, default=None)
        return first and (first, self.stored(first))

    def written(self, subject: Any, predicate: Any, stored: Any) -> list[Any]:
        """What was written, for a triple of the store."""
        known = self._written.get((subject, predicate))
        return known.get(stored) or [stored] if known and isinstance(stored, ox.Literal) else [stored]

    def objects(self, store: ox.Store, subject: Any, predicate: Any) -> Iterator[Any]:
        """The objects of a subject and predicate, as they were written."""
        if not isinstance(subject, ox.Literal):
            for quad in store.quads_for_pattern(subject, predicate, None, _DEFAULT):
                yield from self.written(subject, predicate, quad.object)

    def subjects(self, store: ox.Store, predicate: Any, value: Any) -> Iterator[Any]:
        """The subjects that have `value` as it was written."""
        stored = self.stored(value) if isinstance(value, ox.Literal) else value
        for quad in store.quads_for_pattern(None, predicate, stored, _DEFAULT):
            if value in self.written(quad.subject, predicate, stored):
                yield quad.subject


def _plain(triple: ox.Triple | ox.Quad) -> ox.Quad:
    """The statement in the default graph."""
    return ox.Quad(triple.subject, triple.predicate, triple.object)
