"""Proposals to Wikidata: statements of ours that it lacks, as QuickStatements with references, for review.

Only what a claim of ours states outright is proposed, only for items whose link holds, and never against what Wikidata
says already: where the two differ, a query shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lalakg._errors import InvalidValue
from lalakg._graph.graph import KnowledgeGraph
from lalakg._rdf.terms import compact
from lalakg._wikidata.client import Client
from lalakg._wikidata.comparison import SINGLE
from lalakg._wikidata.identifiers import entity_id, is_item
from lalakg._wikidata.item import Item
from lalakg._wikidata.link_check import HOLDS, LinkCheck, check_links
from lalakg._wikidata.things import Fact, Things

if TYPE_CHECKING:
    from lalakg._check import Progress

_ROLES: Final = ("P453", "P4633")


@dataclass(frozen=True)
class Proposal:
    """One statement to add: the cells of its line, and what it says in our words."""

    cells: tuple[str, ...]
    words: str

    def __str__(self) -> str:
        return "\t".join(self.cells) + f"\t/* {self.words} */"


def propose(
    things: Things, client: Client, progress: Progress = lambda _: None
) -> tuple[list[Proposal], list[LinkCheck]]:
    """The proposals, and the checks of links that do not hold, for whose things nothing is proposed.

    Raises InvalidValue for a graph without claims, on which proposals rest.
    """
    if not things.linkable.claim_query([]):
        raise InvalidValue(
            "a proposal rests on a claim with its source, and the profile of this graph knows no claims."
        )
    linked_things = {link.subject for link in things.links}
    facts = [fact for fact in things.facts if fact.is_relation and {fact.subject, fact.value} <= linked_things]
    checks = check_links(things, client, progress)
    items = {one.link.subject: one.item for one in checks if one.item and one.verdict == HOLDS}
    writer = _ProposalWriter(things, items)
    needed = {end for fact in facts for end in (fact.subject, fact.value)}
    others = [one for one in checks if one.link.subject in needed and one.verdict != HOLDS]
    return [line for fact in facts for line in writer.lines(fact)], others


class _ProposalWriter:
    """Writes proposals; `items` are those that our things are linked to by a link that holds, by our IRIs."""

    def __init__(self, things: Things, items: Mapping[str, Item]) -> None:
        self.things, self.items = things, items

    def lines(self, fact: Fact) -> Iterator[Proposal]:
        item, value = self.items.get(fact.subject), self.items.get(fact.value)
        if item is None or value is None or item.denies(fact.property, value.id):
            return
        if fact.property in SINGLE and item.statements(fact.property):
            return
        role = self._role(fact)
        existing = [statement for statement in item.statements(fact.property) if statement.value == value.id]
        if existing and (not role or any(name in s.qualifiers for s in existing for name in _ROLES)):
            return
        claim, reference = self._reference(fact)
        if claim:
            words = f"{self._name(fact.subject)}, {fact.property} {self._name(fact.value)}: {claim}"
            yield Proposal((item.id, fact.property, value.id, *role, *reference), words)

    def _role(self, fact: Fact) -> tuple[str, ...]:
        """The qualifier for whom a person plays: the character's item (P453), or its name (P4633) where it has none."""
        character = self.things.roles.get((fact.subject, fact.value)) if fact.property == "P161" else None
        if character is None:
            return ()
        item = self.items.get(character)
        return ("P453", item.id) if item else ("P4633", _quoted(self._name(character)))

    def _name(self, iri: str) -> str:
        return self.things.by_iri[iri].label

    def _reference(self, fact: Fact) -> tuple[str, tuple[str, ...]]:
        """The claim that states a fact, and its reference: the source's item or address, or else the claim's IRI."""
        ends = {fact.subject, fact.value, self.things.roles.get((fact.subject, fact.value))}
        plays = [(person, character) for (_, person), character in self.things.roles.items() if character in ends]
        kg, query = self.things.kg, self.things.linkable.claim_query([(fact.subject, fact.value), *plays])
        rows: list[Any] = kg.sparql(query).rows
        if not rows:
            return "", ()
        row = rows[0]
        claim = row["claim"].value
        item = (entity_id(row["source"].value) if "source" in row else None) or ""
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
