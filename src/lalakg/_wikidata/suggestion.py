"""Reconciliation: candidate items for the things without a link, scored, for a person to decide.

It looks in four places, the surest first: by an identifier of another catalogue, by a fact that Wikidata shares with
us, by the Reconciliation Service API, by search. Candidates are compared as a check compares links; the evidence gives
the score.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Final

from lalakg._errors import EndpointError
from lalakg._wikidata.client import Client
from lalakg._wikidata.comparison import ClassHierarchy, Evidence, compare
from lalakg._wikidata.identifiers import ENTITY, is_item
from lalakg._wikidata.item import Item, languages
from lalakg._wikidata.link_check import fetch_item
from lalakg._wikidata.mappings import Link
from lalakg._wikidata.things import Fact, Thing, Things

if TYPE_CHECKING:
    from lalakg._check import Progress

MOST: Final = 5  # candidates for a thing
WEIGHTS: Final = {"identifier": 0.5, "relation": 0.25, "label": 0.2, "class": 0.15, "value": 0.15, "title": 0.1}
OBJECTION: Final = 0.3
LIKELY: Final = 0.5  # what the best must have
LEAD: Final = 0.2  # and by how much it must be ahead
_DATES: Final = frozenset({"P569", "P577", "P625"})  # and places: values that name nothing
_SIMILARITY: Final = 0.6  # names, for an item that is found by a fact

_CANDIDATES: Final = """
SELECT DISTINCT ?item ?key ?label WHERE {{
  VALUES ?key {{ {keys} }}
  {pattern}
  OPTIONAL {{ ?item rdfs:label ?label . FILTER (LANG(?label) IN ({languages})) }}
}} ORDER BY ?item ?key ?label LIMIT 2000
"""

CandidateIds = dict[str, dict[str, None]]
"""The ids of candidates, in the order in which they were found, by the thing's IRI."""


@dataclass(frozen=True)
class Candidate:
    """An item that a thing may be, what speaks for and against it, and a score from 0 to 1."""

    thing: Thing
    item: Item
    evidence: tuple[Evidence, ...]
    score: float
    advice: str = ""

    @property
    def link(self) -> Link:
        """The link, should somebody accept it."""
        return Link(self.thing.iri, self.thing.kind.predicate, ENTITY + self.item.id)


class CandidateSearch:
    """The search for candidates. `denied` are links that somebody has turned down, which are not suggested again.

    `open_things` are those without a link, `problems` the errors for which the search may be incomplete.
    """

    def __init__(self, things: Things, client: Client, denied: Iterable[Link], progress: Progress) -> None:
        self.things, self.client, self.progress = things, client, progress
        self.linked_items = set(things.items.values())
        self.denied = {(link.subject, link.item) for link in denied}
        linked = {link.subject for link in things.links}
        self.open_things = [thing for thing in things.by_iri.values() if thing.iri not in linked]
        self.found: CandidateIds = defaultdict(dict)
        self.problems: list[EndpointError] = []

    def candidates(self) -> list[Candidate]:
        """The best candidates for every thing, best first, each with what a person should make of it."""
        for how, search in (("identifier", self._by_identifiers), ("fact", self._by_facts), ("name", self._by_name)):
            search()
            self.progress(f"by {how}: {sum(map(len, self.found.values()))} found so far")
        items = self._items({name for names in self.found.values() for name in list(names)[:MOST]})
        neighbours = self._items({self.things.items[iri] for iri in self._neighbours()})
        classes = ClassHierarchy(self.client, items.values(), self.things.linkable.kinds.values())
        self.problems += [classes.problem] if classes.problem else []
        candidates: list[Candidate] = []
        for thing in self.open_things:
            many = [items[name] for name in list(self.found[thing.iri])[:MOST] if name in items]
            merged = {item.id: item for item in many if item.id not in self.linked_items}
            scored = [self._rate(thing, item, neighbours, classes) for item in merged.values()]
            candidates += _with_advice([one for one in scored if one.score > 0 and _has_name_or_identifier(one)])
        return candidates

    def _rate(self, thing: Thing, item: Item, neighbours: Mapping[str, Item], classes: ClassHierarchy) -> Candidate:
        evidence = compare(thing, item, self.things, neighbours, classes)
        return Candidate(thing, item, tuple(evidence), score(evidence))

    def _items(self, names: Iterable[str]) -> dict[str, Item]:
        found = {}
        for name in sorted(names, key=lambda name: int(name[1:])):
            item = fetch_item(self.client, name)
            if isinstance(item, Item):
                found[name] = item
            else:
                self.problems.append(item)
        return found

    def _neighbours(self) -> set[str]:
        wanted = {thing.iri for thing in self.open_things}
        pairs = ((fact.subject, fact.value) for fact in self.things.facts if fact.is_relation)
        near = {other for pair in pairs if wanted & set(pair) for other in pair}
        roles = {iri for pair, character in self.things.roles.items() if character in wanted for iri in pair}
        return (near | roles) & self.things.items.keys()

    def _add(self, thing: Thing, name: str) -> None:
        if is_item(name) and name not in self.linked_items and (thing.iri, name) not in self.denied:
            self.found[thing.iri][name] = None

    # ── where it looks ────────────────────────────────────────────────────────────────────────────

    def _by_identifiers(self) -> None:
        wanted = {thing.iri: thing for thing in self.open_things}
        facts = [f for f in self.things.facts if f.subject in wanted and not f.is_relation and f.property not in _DATES]
        for name, group in _by_property(facts).items():
            keys = {f'"{fact.value}"': [wanted[fact.subject]] for fact in group}
            self._query(f"?item wdt:{name} ?key .", keys, _always)

    def _by_facts(self) -> None:
        """Items that are related to a linked item as our thing is to the linked thing, and have a similar name."""
        relations = [fact for fact in self.things.facts if fact.is_relation]
        for name, group in _by_property(relations).items():
            pairs = [(fact.subject, fact.value) for fact in group]
            self._query(f"?item wdt:{name} ?key .", self._near(pairs), _has_similar_name)
            self._query(f"?key wdt:{name} ?item .", self._near((o, s) for s, o in pairs), _has_similar_name)

    def _near(self, pairs: Iterable[tuple[str, str]]) -> dict[str, list[Thing]]:
        """Our things without a link, by the item of the linked thing that each is paired with."""
        wanted = {thing.iri: thing for thing in self.open_things}
        near: dict[str, list[Thing]] = defaultdict(list)
        for own, other in pairs:
            if own in wanted and other in self.things.items:
                near[f"wd:{self.things.items[other]}"].append(wanted[own])
        return near

    def _query(self, pattern: str, keys: Mapping[str, list[Thing]], fits: Callable[[Thing, str], bool]) -> None:
        if not keys:
            return
        tags = {near for thing in self.open_things for _, tag in thing.labels for near in languages(tag)} or {
            "mul",
            "en",
        }
        named = ", ".join(f'"{language}"' for language in sorted(tags))
        query = _CANDIDATES.format(keys=" ".join(sorted(keys)), pattern=pattern, languages=named)
        try:
            rows = self.client.select(query).rows
        except EndpointError as error:
            self.problems.append(error)
            return
        for row in rows:
            label = row["label"].value if "label" in row else ""
            for thing in keys[_key(row["key"])]:
                if fits(thing, label):
                    self._add(thing, row["item"].value.removeprefix(ENTITY))

    def _by_name(self) -> None:
        """The Reconciliation API for what nothing else has found; search where it finds nothing, either."""
        left = [thing for thing in self.open_things if not self.found[thing.iri]]
        queries = {
            f"q{n}": {"query": thing.label, "limit": MOST, "type": list(thing.kind.classes[:1])}
            for n, thing in enumerate(left)
        }
        try:
            answers = self.client.reconcile(queries) if queries else {}
        except EndpointError as error:
            self.problems.append(error)
            answers = {}
        for number, thing in enumerate(left):
            for name in answers.get(f"q{number}") or self._search(thing):
                self._add(thing, name)

    def _search(self, thing: Thing) -> list[str]:
        text, language = thing.labels[0] if thing.labels else (thing.label, "en")
        try:
            return self.client.search(text, language)[:MOST]
        except EndpointError as error:
            self.problems.append(error)
            return []


def _by_property(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    groups: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        groups[fact.property].append(fact)
    return groups


def _key(term: Any) -> str:
    return f"wd:{term.value.removeprefix(ENTITY)}" if term.value.startswith(ENTITY) else f'"{term.value}"'


def _always(_thing: Thing, _label: str) -> bool:
    return True


def _has_similar_name(thing: Thing, label: str) -> bool:
    """Whether a thing has a name that is part of this label, or is similar to it (Ratcliff–Obershelp)."""
    other = label.casefold()
    names = [text.casefold() for text, _ in thing.labels]
    return any(
        set(name.split()) <= set(other.split()) or SequenceMatcher(None, name, other).ratio() >= _SIMILARITY
        for name in names
    )


def score(evidence: Iterable[Evidence]) -> float:
    """A score from 0 to 0.99: the weights of the kinds that agree, each once, less OBJECTION for each disagreement."""
    evidence = list(evidence)
    gained = sum(WEIGHTS.get(about, 0) for about in {one.about for one in evidence if one.agrees})
    return round(min(max(gained - OBJECTION * sum(not one.agrees for one in evidence), 0), 0.99), 2)


def _has_name_or_identifier(one: Candidate) -> bool:
    """Whether the label or an identifier agrees, without which nothing is suggested."""
    agreeing = {evidence.about for evidence in one.evidence if evidence.agrees}
    return bool(agreeing & {"label", "identifier"})


def _with_advice(candidates: list[Candidate]) -> list[Candidate]:
    ranked = sorted(candidates, key=lambda one: (-one.score, int(one.item.id[1:])))
    scores = [one.score for one in ranked] + [0.0]
    clear = bool(ranked) and scores[0] >= LIKELY and scores[0] - scores[1] >= LEAD
    advice = ["likely" if clear else "to be decided", *["less likely" if clear else "to be decided"] * len(ranked)]
    return [Candidate(c.thing, c.item, c.evidence, c.score, a) for c, a in zip(ranked, advice, strict=False)]
