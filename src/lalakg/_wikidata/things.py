"""Our things as Wikidata would see them: of what kind each is, what it is called, and what we say of it that could
also stand there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from lalakg._errors import InvalidValue
from lalakg._graph.graph import KnowledgeGraph
from lalakg._rdf.terms import compact, natural
from lalakg._wikidata.identifiers import CATALOGUES, external_identifier, is_item
from lalakg._wikidata.linkable_kinds import Kind, LinkableKinds
from lalakg._wikidata.mappings import Link, links

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
        self.linkable = kg.profile.extension(LinkableKinds)

    @cached_property
    def by_iri(self) -> dict[str, Thing]:
        """The things, in the order of their names; without who keeps the graph, and without what has no items."""
        keepers = self._column("SELECT ?s WHERE { ?dataset a dcat:Dataset ; dcterms:creator ?s }")
        excluded = self._column(f"SELECT ?s WHERE {{ {self.linkable.excluded} }}") if self.linkable.excluded else []
        labels, kinds = self._labels(), self.linkable.kinds.items()
        found = {iri: kind for name, kind in kinds for iri in self._column(f"SELECT ?s WHERE {{ ?s a <{name}> }}")}
        return {
            iri: Thing(iri, compact(iri, self.kg.prefixes), found[iri], tuple(dict.fromkeys(labels[iri])))
            for iri in sorted(found.keys() - {*keepers, *excluded}, key=natural)
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
            Fact(row["s"].value, name, str(row["o"].value), is_relation)
            for is_relation, patterns in ((True, self.linkable.relations), (False, self.linkable.values))
            for name, pattern in patterns.items()
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
        if not self.linkable.roles:
            return {}
        query = f"SELECT ?film ?person ?s WHERE {{ {self.linkable.roles} }} ORDER BY ?s"
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
