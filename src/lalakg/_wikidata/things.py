"""Our things as Wikidata would see them: of what kind each is, what it is called, and what we say of it that could
also stand there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from lalakg._errors import InvalidValue
from lalakg._graph.graph import KnowledgeGraph
from lalakg._rdf.terms import LALA, compact, natural
from lalakg._wikidata.identifiers import CATALOGUES, external_identifier, is_item
from lalakg._wikidata.mappings import SAME, SEE, Link, links


@dataclass(frozen=True)
class Kind:
    """A class of ours whose things may be linked: by which predicate, and of which classes the items must be,
    the widest first."""

    name: str
    predicate: str
    classes: tuple[str, ...]


# Real things are the same as their items. A character is not: see the model's page on links.
KINDS: Final[Mapping[str, Kind]] = {
    LALA + "Film": Kind("film", SAME, ("Q11424",)),
    LALA + "RealPerson": Kind("person", SAME, ("Q5",)),
    LALA + "RealPlace": Kind("place", SAME, ("Q17334923", "Q486972", "Q515")),
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
_LABELS: Final = ("rdfs:label", "schema:name", "skos:altLabel")


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
    """Every thing of a graph that may be linked, with what is said of it, and what is `known` besides."""

    def __init__(self, kg: KnowledgeGraph, known: Iterable[Fact] = ()) -> None:
        self.kg, self.known = kg, tuple(known)

    @cached_property
    def by_iri(self) -> dict[str, Thing]:
        """The things, in the order of their names; without who keeps the graph, and without groups, which have none."""
        keepers = self._column("SELECT ?s WHERE { ?dataset a dcat:Dataset ; dcterms:creator ?s }")
        groups = self._column("SELECT ?s WHERE { ?s a lala:CharacterGroup }")
        labels = self._labels()
        found = {
            iri: kind for name, kind in KINDS.items() for iri in self._column(f"SELECT ?s WHERE {{ ?s a <{name}> }}")
        }
        return {
            iri: Thing(iri, compact(iri, self.kg.prefixes), found[iri], tuple(dict.fromkeys(labels[iri])))
            for iri in sorted(found.keys() - {*keepers, *groups}, key=natural)
        }

    def _labels(self) -> dict[str, list[tuple[str, str]]]:
        labels: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for name in _LABELS:
            for row in self.kg.sparql(f"SELECT ?s ?o WHERE {{ ?s {name} ?o }} ORDER BY ?s ?o").rows:
                text: Any = row["o"]
                labels[row["s"].value].append((text.value, text.language or "en"))
        return labels

    def _column(self, query: str) -> list[str]:
        return [row["s"].value for row in self.kg.sparql(query).rows]

    @cached_property
    def links(self) -> list[Link]:
        """The links to Wikidata."""
        return links(self.kg)

    @cached_property
    def items(self) -> dict[str, str]:
        """The item that each linked thing leads to; links may also lead to what is none, as a lexeme."""
        return {link.subject: link.item for link in self.links if link.item and is_item(link.item)}

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
            Fact(row["s"].value, known[0].property, known[1], is_relation=False)
            for row in self.kg.sparql("SELECT ?s ?o WHERE { ?s schema:sameAs ?o }").rows
            if (known := external_identifier(str(row["o"].value)))
        }
        return sorted(
            {*found, *self.known}, key=lambda fact: (natural(fact.subject), natural(fact.property), natural(fact.value))
        )

    def about(self, iri: str) -> list[Fact]:
        """The facts in which a thing takes part, on either side."""
        return [fact for fact in self.facts if iri in (fact.subject, fact.value if fact.is_relation else "")]

    @cached_property
    def roles(self) -> dict[tuple[str, str], str]:
        """The character that a person plays in a film, by film and person."""
        query = "SELECT ?film ?person ?s WHERE { ?s lala:appearsIn ?film ; lala:portrayedBy ?person } ORDER BY ?s"
        return {(row["film"].value, row["person"].value): row["s"].value for row in self.kg.sparql(query).rows}


def known(kg: KnowledgeGraph, words: Iterable[str]) -> list[Fact]:
    """What is known of things besides, from `thing=address`. Raises InvalidValue for an address of no catalogue."""
    facts = []
    for word in words:
        name, equals, address = word.partition("=")
        found = external_identifier(address)
        if not equals or found is None:
            catalogues = ", ".join(catalogue.name for catalogue in CATALOGUES)
            raise InvalidValue(f"{word} is not thing=address, with an address of {catalogues}.")
        facts.append(Fact(kg.resolve(name).value, found[0].property, found[1], is_relation=False))
    return facts
