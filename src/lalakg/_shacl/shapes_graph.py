"""The shapes graph: its triples, indexed, and readers of typed values and RDF lists."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

import pyoxigraph as ox

from lalakg._errors import ShapesError
from lalakg._rdf.terms import RDF, WELL_KNOWN, XSD, Node, compact

SH = WELL_KNOWN["sh"]
TARGETS: Final = ("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf")
_TARGETS_IN_A_NAME: Final = 3
_FIRST, _REST, _NIL = RDF + "first", RDF + "rest", ox.NamedNode(RDF + "nil")


class ShapesGraph:
    """The triples of a shapes graph. Keys without a colon are names of the SHACL namespace."""

    def __init__(self, triples: Iterable[ox.Triple], prefixes: dict[str, str]) -> None:
        self.triples = list(triples)
        self.prefixes = {**WELL_KNOWN, **prefixes}
        self._values: dict[tuple[Any, str], list[Any]] = defaultdict(list)
        self._subjects: dict[tuple[str, Any], list[Any]] = defaultdict(list)
        self.about: dict[Any, list[ox.Triple]] = defaultdict(list)
        for triple in self.triples:
            self._values[triple.subject, triple.predicate.value].append(triple.object)
            self._subjects[triple.predicate.value, triple.object].append(triple.subject)
            self.about[triple.subject].append(triple)

    def values(self, node: Node, key: str) -> list[Node]:
        """The objects of `key` at `node`."""
        return self._values.get((node, _iri(key)), [])

    def subjects(self, key: str, value: Node) -> list[Node]:
        """The nodes at which `key` has `value`."""
        return self._subjects.get((_iri(key), value), [])

    def having(self, key: str) -> list[Node]:
        """The nodes that have `key` at all."""
        iri = _iri(key)
        return [node for node, predicate in list(self._values) if predicate == iri]

    def name(self, node: Node) -> str:
        """A node's short name; [] for a blank node, whose label is another in every run."""
        if isinstance(node, ox.BlankNode):
            return "[]"
        return compact(node.value, self.prefixes) if isinstance(node, ox.NamedNode) else str(node)

    def target_name(self, node: Node) -> str:
        """What names an anonymous shape that no other refers to: its targets, or [] where it has none."""
        found = [f"sh:{key}({name})" for key in TARGETS for name in sorted(map(self.name, self.values(node, key)))]
        if len(found) > _TARGETS_IN_A_NAME:
            found = [found[0], f"{len(found) - 1} more"]
        return "+".join(found) or "[]"

    def place(self, node: Node) -> str:
        """Where an error is: the nearest named thing that leads to `node`."""
        seen: set[Any] = set()
        while (not isinstance(node, ox.NamedNode) or node == _NIL) and node not in seen:
            seen.add(node)
            ways = (SH, _FIRST) if not isinstance(node, ox.BlankNode) else ("",)  # a literal also stands elsewhere
            owners = (t.subject for t in self.triples if t.object == node and t.predicate.value.startswith(ways))
            node = next(owners, node)  # type: ignore[assignment]
        return f"shape {self.target_name(node) if isinstance(node, ox.BlankNode) else self.name(node)}"

    def only(self, node: Node, key: str) -> Node:
        """The one value of `key`. Raises ShapesError when there are several."""
        values = self.values(node, key)
        if len(values) != 1:
            raise ShapesError(f"{self.place(node)}: sh:{key} must have exactly one value; it has {len(values)}.")
        return values[0]

    def optional(self, node: Node, key: str) -> Node | None:
        """The value of `key`, if it has one. Raises ShapesError when there are several."""
        return self.only(node, key) if self.values(node, key) else None

    def members(self, node: Node) -> list[Node]:
        """The members of an RDF list as far as it is well-formed; none for any other node."""
        items: list[Node] = []
        seen: set[Any] = set()
        while node not in seen and len(first := self.values(node, _FIRST)) == len(self.values(node, _REST)) == 1:
            seen.add(node)
            items.append(first[0])
            node = self.values(node, _REST)[0]
        return items

    def is_list(self, node: Node) -> bool:
        """Whether `node` is an RDF list."""
        return node == _NIL or bool(self.values(node, _FIRST))

    def list(self, node: Node) -> list[Node]:
        """The members of an RDF list. Raises ShapesError when it is not well-formed."""
        items: list[Node] = []
        seen: set[Any] = set()
        while node != _NIL:
            first, rest = self.values(node, _FIRST), self.values(node, _REST)
            if len(first) != 1 or len(rest) != 1 or node in seen:
                raise ShapesError(f"{self.place(node)}: a list is not well-formed.")
            seen.add(node)
            items.append(first[0])
            node = rest[0]
        return items

    def is_member(self, node: Node) -> bool:
        """Whether `node` is a member of an RDF list."""
        return bool(self.subjects(_FIRST, node))

    def integer(self, node: Node, key: str) -> int:
        """A whole number. Raises ShapesError for anything else."""
        value = self.only(node, key)
        if not isinstance(value, ox.Literal) or value.datatype.value != XSD + "integer" or not _is_integer(value.value):
            raise ShapesError(f"{self.place(node)}: sh:{key} takes a whole number, not {value}.")
        return int(value.value)

    def iri(self, node: Node, value: Node, key: str) -> str:
        """An IRI. Raises ShapesError for anything else."""
        if not isinstance(value, ox.NamedNode):
            raise ShapesError(f"{self.place(node)}: sh:{key} takes an IRI, not {value}.")
        return value.value

    def string(self, node: Node, value: Node, key: str) -> str:
        """A plain string. Raises ShapesError for anything else."""
        if not isinstance(value, ox.Literal) or value.datatype.value != XSD + "string":
            raise ShapesError(f"{self.place(node)}: sh:{key} takes a string, not {value}.")
        return value.value

    def messages(self, node: Node) -> tuple[ox.Literal, ...]:
        """All that sh:message says. Raises ShapesError for what is no text."""
        found = []
        for value in self.values(node, "message"):
            if not isinstance(value, ox.Literal) or value.datatype.value not in (XSD + "string", RDF + "langString"):
                raise ShapesError(f"{self.place(node)}: sh:message takes text, not {value}.")
            found.append(value)
        return tuple(found)

    def boolean(self, node: Node, key: str) -> bool:
        """True or false; false where `key` is missing. Raises ShapesError for anything else."""
        value = self.optional(node, key)
        if value is None:
            return False
        if not isinstance(value, ox.Literal) or value.datatype.value != XSD + "boolean" or value.value not in _BOOLEANS:
            raise ShapesError(f"{self.place(node)}: sh:{key} takes true or false, not {value}.")
        return _BOOLEANS[value.value]


_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def _iri(key: str) -> str:
    return key if ":" in key else SH + key


def _is_integer(text: str) -> bool:
    return re.fullmatch("[+-]?[0-9]+", text) is not None
