"""Our things as Wikidata would see them: of what kind each is, what it is called, and what we say of it that could
also stand there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from lalakg._graph import KnowledgeGraph
from lalakg._terms import LALA, WELL_KNOWN, compact, natural
from lalakg._wikidata.identifiers import outside
from lalakg._wikidata.mappings import SAME, SEE, Link, links


@dataclass(frozen=True)
class Kind:
    """A class of ours whose things may be linked: by which predicate, and of which classes the items must be."""

    name: str
    predicate: str
    classes: tuple[str, ...]


# Real things are the same as their items. A character is not: see the model's page on links.
KINDS: Final[Mapping[str, Kind]] = {
    LALA + "Film": Kind("film", SAME, ("Q11424",)),
    LALA + "RealPerson": Kind("person", SAME, ("Q5",)),
    LALA + "RealPlace": Kind("place", SAME, ("Q515", "Q486972", "Q17334923")),
    LALA + "Organization": Kind("organisation", SAME, ("Q43229",)),
    LALA + "Character": Kind("character", SEE, ("Q95074", "Q15632617", "Q15773347", "Q14897293")),
}

# What we say of two things, by the property that says it there. {s} is its subject there, {o} its value.
_RELATIONS: Final = {
    "P57": "?s schema:director ?o .",
    "P161": "?s schema:actor ?o .",
    "P674": "?o lala:appearsIn ?s .",
    "P1441": "?s lala:appearsIn ?o .",
    "P175": "?s lala:portrayedBy ?o .",
    "P840": "?o a lala:RealPlace . ?thing lala:atPlace|lala:locatedIn ?o ; lala:inWorld ?w . ?w lala:worldOf ?s .",
}
_VALUES: Final = {
    "P569": "?s schema:birthDate ?o .",
    "P577": "?s schema:datePublished ?o .",
    "P625": '?s schema:latitude ?lat ; schema:longitude ?long . BIND (CONCAT(STR(?lat), ",", STR(?long)) AS ?o)',
}
_LABELS: Final = "SELECT DISTINCT ?s ?o WHERE { VALUES ?p { rdfs:label skos:altLabel schema:name } ?s ?p ?o }"


@dataclass(frozen=True)
class Fact:
    """What we say, as Wikidata would: `subject` is ours, `value` ours where `is_relation`, else a text."""

    subject: str
    property: str
    value: str
    is_relation: bool


@dataclass(frozen=True)
class Thing:
    """One thing of ours: its IRI, short name, kind, and names with their languages."""

    iri: str
    name: str
    kind: Kind
    labels: tuple[tuple[str, str], ...]

    @property
    def label(self) -> str:
        """The first of its names."""
        return self.labels[0][0] if self.labels else self.name


class Things:
    """Every thing of a graph that may be linked, with what is said of it."""

    def __init__(self, kg: KnowledgeGraph) -> None:
        self.kg = kg

    @cached_property
    def by_iri(self) -> dict[str, Thing]:
        """The things, in the order of their names. Those who keep the graph are none of them."""
        keepers = self._column("SELECT ?s WHERE { ?dataset a dcat:Dataset ; dcterms:creator ?s }")
        labels: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in self.kg.sparql(f"{_LABELS} ORDER BY ?s ?o").rows:
            text: Any = row["o"]
            labels[row["s"].value].append((text.value, text.language or "en"))
        found = {
            iri: kind for name, kind in KINDS.items() for iri in self._column(f"SELECT ?s WHERE {{ ?s a <{name}> }}")
        }
        return {
            iri: Thing(iri, compact(iri, self.kg.prefixes), found[iri], tuple(dict.fromkeys(labels[iri])))
            for iri in sorted(found.keys() - set(keepers), key=natural)
        }

    def _column(self, query: str) -> list[str]:
        return [row["s"].value for row in self.kg.sparql(query).rows]

    @cached_property
    def links(self) -> list[Link]:
        """The links to Wikidata."""
        return links(self.kg)

    @cached_property
    def items(self) -> dict[str, str]:
        """The item that each linked thing leads to."""
        return {link.subject: link.item for link in self.links if link.item}

    @cached_property
    def facts(self) -> list[Fact]:
        """Everything that we say and Wikidata might say, too."""
        found = {
            Fact(row["s"].value, name, str(row["o"].value), table is _RELATIONS)
            for table in (_RELATIONS, _VALUES)
            for name, pattern in table.items()
            for row in self.kg.sparql(f"SELECT DISTINCT ?s ?o WHERE {{ {pattern} }}").rows
        }
        found |= {
            Fact(t.subject.value, known[0].property, known[1], is_relation=False)
            for t in self.kg.triples
            if t.predicate.value == WELL_KNOWN["schema"] + "sameAs" and (known := outside(t.object.value))
        }
        return sorted(found, key=lambda fact: (natural(fact.subject), natural(fact.property), natural(fact.value)))

    def about(self, iri: str) -> list[Fact]:
        """The facts in which a thing takes part, on either side."""
        return [fact for fact in self.facts if iri in (fact.subject, fact.value if fact.is_relation else "")]

    @cached_property
    def roles(self) -> dict[tuple[str, str], str]:
        """The character that a person plays in a film, by film and person."""
        query = "SELECT ?film ?person ?s WHERE { ?s lala:appearsIn ?film ; lala:portrayedBy ?person } ORDER BY ?s"
        return {(row["film"].value, row["person"].value): row["s"].value for row in self.kg.sparql(query).rows}
