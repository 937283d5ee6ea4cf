"""Original lexical forms of literals that Oxigraph's store rewrites.

The store keeps some literals in a canonical form (01 becomes 1, xsd:int becomes xsd:integer, en-GB becomes en-gb). The
triples concerned are recorded while they are loaded, so that constraints judge the form that the author wrote.
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
_UNCHANGED_DATATYPES = frozenset({XSD + "string", XSD + "anyURI", XSD + "hexBinary", RDF + "HTML", RDF + "XMLLiteral"})
_BATCH = 1000
_PLAIN_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")


class LexicalForms:
    """An index of the rewritten literals: subject and predicate, stored form, original forms."""

    def __init__(self) -> None:
        self._forms: dict[tuple[Any, Any], dict[Any, list[Any]]] = defaultdict(lambda: defaultdict(list))
        self._stored_forms: dict[ox.Literal, ox.Literal] = {}
        self._scratch, self._lock = ox.Store(), Lock()  # shapes are judged in several threads
        self.predicates: set[str] = set()
        self.originals: set[ox.Literal] = set()  # in their original forms

    def load(self, triples: Iterable[ox.Triple | ox.Quad], store: ox.Store) -> None:
        """Put triples into a store, recording those whose literal it rewrites."""
        rewritten: list[tuple[Any, ox.NamedNode, ox.Literal]] = []
        unchanged = self._unchanged(triples, rewritten)
        while batch := list(islice(unchanged, _BATCH)):  # one extend for all would hold everything in memory twice
            store.extend(batch)
        for subject, predicate, literal in rewritten:
            stored, known = self.stored_form(literal), self._forms[subject, predicate]
            if not known[stored] and ox.Quad(subject, predicate, stored) in store:
                known[stored].append(stored)  # it was written in that form, too
            known[stored].append(literal)
            self.predicates.add(predicate.value)
            self.originals.add(literal)
        store.extend(ox.Quad(*triple) for triple in rewritten)

    def _unchanged(self, triples: Iterable[ox.Triple | ox.Quad], rewritten: list[Any]) -> Iterator[ox.Quad]:
        """The triples that the store keeps unchanged; the others go into `rewritten`."""
        for triple in triples:
            term = triple.object
            if type(term) is ox.Literal and self.stored_form(term) != term:
                rewritten.append((triple.subject, triple.predicate, term))
            else:
                yield triple if type(triple) is ox.Quad and triple.graph_name == _DEFAULT else _plain(triple)

    @staticmethod
    def _may_change(literal: ox.Literal) -> bool:
        if literal.language is not None:
            return literal.language != literal.language.lower()
        datatype = literal.datatype.value
        if datatype in _UNCHANGED_DATATYPES or not datatype.startswith(XSD):
            return False
        return datatype != XSD + "integer" or not _PLAIN_INTEGER.fullmatch(literal.value)

    def stored_form(self, literal: ox.Literal) -> ox.Literal:
        """The form in which the store keeps a literal."""
        if not self._may_change(literal):
            return literal
        if literal not in self._stored_forms:
            with self._lock:
                self._scratch.add(ox.Quad(_NODE, _IS, literal))
                self._stored_forms[literal] = next(iter(self._scratch)).object
                self._scratch.clear()
        return self._stored_forms[literal]

    def record(self, term: Any) -> None:
        """Record a term of a shape: a literal that the store would rewrite need not stand in any triple."""
        if isinstance(term, ox.Literal) and self.stored_form(term) != term:
            self.originals.add(term)

    def example(self) -> tuple[ox.Literal, ox.Literal] | None:
        """One rewritten literal: its original and its stored form."""
        first = min(self.originals, key=str, default=None)
        return first and (first, self.stored_form(first))

    def original_forms(self, subject: Any, predicate: Any, stored: Any) -> list[Any]:
        """The original forms of a stored triple's object."""
        known = self._forms.get((subject, predicate))
        return known.get(stored) or [stored] if known and isinstance(stored, ox.Literal) else [stored]

    def objects(self, store: ox.Store, subject: Any, predicate: Any) -> Iterator[Any]:
        """The objects of a subject and predicate, in their original forms."""
        if not isinstance(subject, ox.Literal):
            for quad in store.quads_for_pattern(subject, predicate, None, _DEFAULT):
                yield from self.original_forms(subject, predicate, quad.object)

    def subjects(self, store: ox.Store, predicate: Any, value: Any) -> Iterator[Any]:
        """The subjects that have `value` in just this form."""
        stored = self.stored_form(value) if isinstance(value, ox.Literal) else value
        for quad in store.quads_for_pattern(None, predicate, stored, _DEFAULT):
            if value in self.original_forms(quad.subject, predicate, stored):
                yield quad.subject


def _plain(triple: ox.Triple | ox.Quad) -> ox.Quad:
    """The statement in the default graph."""
    return ox.Quad(triple.subject, triple.predicate, triple.object)
