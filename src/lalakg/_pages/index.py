"""A graph indexed for reading: by subject, by object, by label. Built once; what one thing asks costs what it has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

import pyoxigraph as ox

from lalakg._rdf.labels import LABEL_PROPERTIES, best, best_label
from lalakg._rdf.terms import RDF_TYPE, WELL_KNOWN, Node, Prefixes, compact, natural

TYPE = RDF_TYPE.value
SUBCLASS, SUBPROPERTY = (WELL_KNOWN["rdfs"] + name for name in ("subClassOf", "subPropertyOf"))


class Statement(NamedTuple):
    """One statement, its subject and property as text: an IRI, or `_:` and a name."""

    subject: str
    property: str
    object: Node


def key(node: Node) -> str:
    """How the index calls a node that is no literal."""
    return f"_:{node.value}" if isinstance(node, ox.BlankNode) else str(node.value)


class Index:
    """All statements of a graph, or of a part of one."""

    def __init__(self, triples: Iterable[ox.Triple], prefixes: Prefixes) -> None:
        self.prefixes = prefixes
        self.out: dict[str, list[Statement]] = defaultdict(list)
        self.into: dict[str, list[Statement]] = defaultdict(list)
        for triple in triples:
            statement = Statement(key(triple.subject), triple.predicate.value, triple.object)  # type: ignore[arg-type]  # no graph here quotes triples
            self.out[statement.subject].append(statement)
            if not isinstance(triple.object, ox.Literal):
                self.into[key(triple.object)].append(statement)  # type: ignore[arg-type]  # the same
        self.out.default_factory = self.into.default_factory = None
        self._labels: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._above: dict[tuple[str, str], frozenset[str]] = {}

    def statements(self, thing: str, *properties: str) -> Iterator[Statement]:
        """What is said of a thing; with `properties`, by these alone."""
        for statement in self.out.get(thing, ()):
            if not properties or statement.property in properties:
                yield statement

    def pointing(self, thing: str, *properties: str) -> Iterator[Statement]:
        """What points to a thing; with `properties`, by these alone."""
        for statement in self.into.get(thing, ()):
            if not properties or statement.property in properties:
                yield statement

    def objects(self, thing: str, *properties: str) -> list[str]:
        """The IRIs to which a thing is linked by a property, in a stable order."""
        found = {key(s.object) for s in self.statements(thing, *properties) if not isinstance(s.object, ox.Literal)}
        return sorted(found, key=natural) if len(found) > 1 else list(found)

    def subjects(self, thing: str, *properties: str) -> list[str]:
        """The IRIs that are linked to a thing by a property, in a stable order."""
        found = {s.subject for s in self.pointing(thing, *properties)}
        return sorted(found, key=natural) if len(found) > 1 else list(found)

    def object(self, thing: str, *properties: str) -> str:
        """The first of `objects`, or nothing."""
        return next(iter(self.objects(thing, *properties)), "")

    def text(self, thing: str, *properties: str) -> str:
        """The literal of a property, in English before other languages; may be empty."""
        found = best(s.object for s in self.statements(thing, *properties) if isinstance(s.object, ox.Literal))
        return found.value if found else ""

    def texts(self, thing: str, *properties: str) -> list[str]:
        """All literals of a property."""
        return sorted(s.object.value for s in self.statements(thing, *properties) if isinstance(s.object, ox.Literal))

    def label(self, thing: str) -> str:
        """What a thing is called: its label, or else its short name."""
        if thing not in self._labels:
            found = ((s.property, s.object) for s in self.statements(thing, *LABEL_PROPERTIES))
            label = best_label((iri, value) for iri, value in found if isinstance(value, ox.Literal))
            self._labels[thing] = label.value if label else self.name(thing)
        return self._labels[thing]

    def name(self, thing: str) -> str:
        """A thing's prefixed name, or its IRI where no prefix fits."""
        if thing not in self._names:
            self._names[thing] = compact(thing, self.prefixes).strip("<>")
        return self._names[thing]

    def above(self, term: str, relation: str = SUBCLASS) -> frozenset[str]:
        """The classes above a class, or with SUBPROPERTY the properties above a property; not itself."""
        if (term, relation) not in self._above:
            found: set[str] = set()
            rest = [term]
            while rest:
                new = set(self.objects(rest.pop(), relation)) - found
                found |= new
                rest += new
            self._above[term, relation] = frozenset(found - {term})
        return self._above[term, relation]

    def types(self, thing: str) -> list[str]:
        """A thing's narrowest classes."""
        found = self.objects(thing, TYPE)
        broader = {above for name in found for above in self.above(name)}
        return [name for name in found if name not in broader] or found

    def is_a(self, thing: str, kind: str) -> bool:
        """Whether a thing is of a class, or of one below it."""
        found = self.objects(thing, TYPE)
        return kind in found or any(kind in self.above(name) for name in found)

    @cached_property
    def uses(self) -> dict[str, list[Statement]]:
        """The statements that use a property, by the property, in the graph's own order."""
        found: dict[str, list[Statement]] = defaultdict(list)
        for statements in self.out.values():
            for statement in statements:
                found[statement.property].append(statement)
        return dict(found)

    def instances(self, kind: str) -> list[str]:
        """What is said to be of a class, in a stable order."""
        return self.subjects(kind, TYPE)

    @property
    def things(self) -> list[str]:
        """Every IRI that is a subject, in a stable order."""
        return sorted((thing for thing in self.out if not thing.startswith("_:")), key=natural)

    def description(self, thing: str) -> list[ox.Triple]:
        """The statements about a thing, and about the blank nodes in them."""
        found: list[ox.Triple] = []
        rest, seen = [thing], {thing}
        while rest:
            for statement in self.out.get(rest.pop(), ()):
                found.append(ox.Triple(_node(statement.subject), ox.NamedNode(statement.property), statement.object))
                if isinstance(statement.object, ox.BlankNode) and key(statement.object) not in seen:
                    seen.add(key(statement.object))
                    rest.append(key(statement.object))
        return found


def _node(name: str) -> ox.NamedNode | ox.BlankNode:
    return ox.BlankNode(name[2:]) if name.startswith("_:") else ox.NamedNode(name)
