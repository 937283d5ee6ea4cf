"""The description of one thing: its types, its statements in both directions, and the labels of what they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pyoxigraph as ox

from lalakg._rdf.labels import LABEL_PROPERTIES, best_label, label_pattern, with_labels
from lalakg._rdf.terms import RDFS_LABEL, WELL_KNOWN, Node, Prefixes, compact
from lalakg._sparql.engine import Engine
from lalakg._sparql.results import Rows

_SHOWN_AS_LABEL = (RDFS_LABEL.value, WELL_KNOWN["skos"] + "prefLabel")
_PREFIXES = "".join(f"PREFIX {prefix}: <{WELL_KNOWN[prefix]}>\n" for prefix in ("rdf", "rdfs"))
_TYPES = f"""{_PREFIXES}
SELECT DISTINCT ?type ?typeLabel ?typeLabelProperty WHERE {{
  %(thing)s a ?type .
  FILTER NOT EXISTS {{ %(thing)s a ?narrower . ?narrower rdfs:subClassOf ?type . FILTER(?narrower != ?type) }}
  %(filter)s
  {label_pattern("type")}
}} ORDER BY ?type"""
_OUTGOING = f"""{_PREFIXES}
SELECT DISTINCT ?property ?object ?objectLabel ?objectLabelProperty WHERE {{
  %(thing)s ?property ?object .
  FILTER(?property != rdf:type)
  {label_pattern("object")}
}} ORDER BY ?property ?object"""
_INCOMING = f"""
SELECT DISTINCT ?subject ?property ?subjectLabel ?subjectLabelProperty WHERE {{
  ?subject ?property %(thing)s .
  %(filter)s
  {label_pattern("subject")}
}} ORDER BY ?property ?subject"""


@dataclass(frozen=True)
class Description:
    """One thing. `outgoing` and `incoming` are pairs of a property and the other end, in labels and short names."""

    iri: str
    name: str
    label: str
    types: tuple[str, ...]
    outgoing: tuple[tuple[str, str], ...]
    incoming: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return "\n".join(self.lines()) + "\n"

    def lines(self) -> list[str]:
        """The description as text, line by line."""
        heading = [f"{self.label} ({self.name})" if self.label else self.name, f"  {', '.join(self.types)}"]
        return heading + _section("", self.outgoing) + _section("What points here", self.incoming)


def _section(title: str, pairs: tuple[tuple[str, str], ...]) -> list[str]:
    if not pairs:
        return []
    width = max(len(name) for name, _ in pairs)
    names = [name if i == 0 or pairs[i - 1][0] != name else "" for i, (name, _) in enumerate(pairs)]
    rows = [f"  {name:<{width}}  {value}" for name, (_, value) in zip(names, pairs, strict=True)]
    return ["", *([title] if title else []), *rows]


class Describer:
    """Describes a thing of any RDF graph by SPARQL SELECT queries, here or at an endpoint. Profiles may extend it.

    `type_filter` and `incoming_filter` are SPARQL patterns that a ?type, and a ?subject with its ?property, must fulfil
    to be named; in both, %(thing)s stands for the thing.
    """

    type_filter: ClassVar[str] = ""
    incoming_filter: ClassVar[str] = ""

    def describe(self, engine: Engine, thing: ox.NamedNode, prefixes: Prefixes) -> Description:
        """The description of a thing, its names shortened by `prefixes`."""
        outgoing = with_labels(select(engine, _OUTGOING, thing), "object")
        values = [(str(row["property"].value), row["object"]) for row in outgoing]
        label = best_label((p, o) for p, o in values if p in LABEL_PROPERTIES and isinstance(o, ox.Literal))
        types = with_labels(select(engine, _TYPES, thing, self.type_filter), "type")
        incoming = with_labels(select(engine, _INCOMING, thing, self.incoming_filter), "subject")
        shown = [row for row in outgoing if row["property"].value not in _SHOWN_AS_LABEL]
        return Description(
            iri=thing.value,
            name=compact(thing.value, prefixes),
            label=label.value if label else "",
            types=tuple(_labelled(row, "type", prefixes) for row in types),
            outgoing=tuple((text(row["property"], prefixes), _labelled(row, "object", prefixes)) for row in shown),
            incoming=tuple((text(row["property"], prefixes), _labelled(row, "subject", prefixes)) for row in incoming),
        )


def select(engine: Engine, query: str, thing: ox.NamedNode, pattern: str = "") -> list[dict[str, Node]]:
    """The rows of a SELECT query about a thing: %(thing)s stands for it, %(filter)s for one more pattern."""
    answer = engine.query(query % {"thing": thing, "filter": pattern % {"thing": thing}})
    assert isinstance(answer, Rows)
    return answer.rows


def text(term: Node, prefixes: Prefixes) -> str:
    """A term in words: the short name of an IRI, the text of a literal."""
    return compact(term.value, prefixes) if isinstance(term, ox.NamedNode) else str(term.value)


def _labelled(row: dict[str, Node], name: str, prefixes: Prefixes) -> str:
    label, short = row.get(f"{name}Label"), text(row[name], prefixes)
    return f"{label.value} ({short})" if label else short
