"""Proposal: what we know and Wikidata lacks, as QuickStatements with references, for a person to review.

Only what a claim of ours says outright is proposed, only for items that a check finds to be what they are linked as,
and never against what Wikidata says already: that is for the query about where the two differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lalakg._errors import InvalidValue
from lalakg._graph.graph import KnowledgeGraph
from lalakg._rdf.terms import compact
from lalakg._wikidata.client import Client
from lalakg._wikidata.comparison import SINGLE
from lalakg._wikidata.identifiers import is_item, linked
from lalakg._wikidata.item import Item
from lalakg._wikidata.link_check import HOLDS, Check, Progress, check
from lalakg._wikidata.things import Fact, Things

_ROLES: Final = ("P453", "P4633")


@dataclass(frozen=True)
class Proposal:
    """One statement to add: the cells of its line, and what it says in our words."""

    cells: tuple[str, ...]
    words: str

    def __str__(self) -> str:
        return "\t".join(self.cells) + f"\t/* {self.words} */"


def propose(things: Things, client: Client, progress: Progress = lambda _: None) -> tuple[list[Proposal], list[Check]]:
    """What to propose, and the links that it would need, but that do not hold; of these, nothing is proposed.

    Raises InvalidValue for a graph without claims, on which proposals rest.
    """
    if not things.linkable.claim_query([]):
        raise InvalidValue(
            "a proposal rests on a claim with its source, and the profile of this graph knows no claims."
        )
    linked = {link.subject for link in things.links}
    facts = [fact for fact in things.facts if fact.is_relation and {fact.subject, fact.value} <= linked]
    checks = check(things, client, progress)
    held = {one.link.subject: one.item for one in checks if one.item and one.verdict == HOLDS}
    writer = _Writer(things, held)
    needed = {end for fact in facts for end in (fact.subject, fact.value)}
    others = [one for one in checks if one.link.subject in needed and one.verdict != HOLDS]
    return [line for fact in facts for line in writer.lines(fact)], others


class _Writer:
    """Writes the lines; `held` are the items that our things are surely linked to, by our IRIs."""

    def __init__(self, things: Things, held: Mapping[str, Item]) -> None:
        self.things, self.held = things, held

    def lines(self, fact: Fact) -> Iterator[Proposal]:
        item, value = self.held.get(fact.subject), self.held.get(fact.value)
        if item is None or value is None or item.refuses(fact.property, value.id):
            return
        if fact.property in SINGLE and item.statements(fact.property):
            return
        role = self._role(fact)
        there = [statement for statement in item.statements(fact.property) if statement.value == value.id]
        if there and (not role or any(name in s.qualifiers for s in there for name in _ROLES)):
            return
        claim, reference = self._reference(fact)
        if claim:
            words = f"{self._name(fact.subject)}, {fact.property} {self._name(fact.value)}: {claim}"
            yield Proposal((item.id, fact.property, value.id, *role, *reference), words)

    def _role(self, fact: Fact) -> tuple[str, ...]:
        """Whom a person plays: the character's item (P453), or its name (P4633) where it has none."""
        character = self.things.roles.get((fact.subject, fact.value)) if fact.property == "P161" else None
        if character is None:
            return ()
        item = self.held.get(character)
        return ("P453", item.id) if item else ("P4633", _quoted(self._name(character)))

    def _name(self, iri: str) -> str:
        return self.things.by_iri[iri].label

    def _reference(self, fact: Fact) -> tuple[str, tuple[str, ...]]:
        """The claim that says so, and how to refer to it: the source's item, its address, or else the claim's own."""
        ends = {fact.subject, fact.value, self.things.roles.get((fact.subject, fact.value))}
        plays = [(person, character) for (_, person), character in self.things.roles.items() if character in ends]
        kg, query = self.things.kg, self.things.linkable.claim_query([(fact.subject, fact.value), *plays])
        rows: list[Any] = kg.sparql(query).rows
        if not rows:
            return "", ()
        row = rows[0]
        claim = row["claim"].value
        item = (linked(row["source"].value) if "source" in row else None) or ""
        cited = ("S248", item) if is_item(item) else ("S854", _quoted(row["url"].value if "url" in row else claim))
        return compact(claim, kg.prefixes), (*cited, *_retrieved(kg))


def _retrieved(kg: KnowledgeGraph) -> tuple[str, ...]:
    """When the graph was last changed, and so its sources read."""
    rows: list[Any] = kg.sparql("SELECT ?day WHERE { ?dataset a dcat:Dataset ; dcterms:modified ?day }").rows
    return ("S813", f"+{rows[0]['day'].value[:10]}T00:00:00Z/11") if rows else ()


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "'") + '"'


def render(proposals: list[Proposal]) -> str:
    """The proposals as QuickStatements, version 1."""
    return "".join(f"{line}\n" for line in proposals)
