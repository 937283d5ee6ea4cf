"""Enrichment: a bounded slice of Wikidata's statements about the linked items, as TriG with a named graph of its own.

The statements are unchanged: their subjects are its entities, statements and sitelinks, their properties its own, and
labels. Nothing of ours is a subject, so that the slice can be told apart wherever the two are merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from lalakg._errors import EndpointError
from lalakg._rdf.formats import write_dataset
from lalakg._rdf.terms import WELL_KNOWN, natural
from lalakg._wikidata.client import Client, GoneError
from lalakg._wikidata.identifiers import ENTITY, PREFIXES, is_item, why_no_item
from lalakg._wikidata.link_check import fetch_item
from lalakg._wikidata.things import Things

if TYPE_CHECKING:
    from lalakg._check import Progress

LICENSE: Final = "https://creativecommons.org/publicdomain/zero/1.0/"
LIMIT: Final = 5_000  # statements of one kind, in one answer
_BATCH: Final = 300  # entities that are asked about together
_QUALIFIED: Final = ("P161", "P166", "P577")  # cast with roles, awards, publication: with qualifiers and rank
_DIRECT: Final = (
    *_QUALIFIED,
    "P18",
    "P31",
    "P57",
    "P58",
    "P86",
    "P345",
    "P569",
    "P625",
    "P674",
    "P840",
    "P915",
    "P1476",
)

_ASPECTS: Final = {
    "statements": """
  VALUES ?s {{ {items} }}
  VALUES ?p {{ {direct} }}
  ?s ?p ?o .""",
    "statements with qualifiers": """
  {{ VALUES ?s {{ {items} }} VALUES ?p {{ {claims} }} ?s ?p ?o }}
  UNION
  {{ VALUES ?item {{ {items} }} VALUES ?claim {{ {claims} }} ?item ?claim ?s . ?s ?p ?o .
    FILTER (?p = wikibase:rank || STRSTARTS(STR(?p), STR(ps:)) || STRSTARTS(STR(?p), STR(pq:)))
    FILTER (!CONTAINS(STR(?p), "/value")) }}""",
    "films of the directors": """
  VALUES ?director {{ {items} }}
  VALUES ?p {{ wdt:P31 wdt:P57 wdt:P577 wdt:P1476 }}
  ?s wdt:P57 ?director ; ?p ?o .""",
    "sitelinks": """
  VALUES ?item {{ {items} }}
  VALUES ?p {{ schemahttp:about schemahttp:inLanguage }}
  ?s schemahttp:about ?item ; schemahttp:inLanguage ?language ; ?p ?o .
  FILTER (?language IN ({languages}) && CONTAINS(STR(?s), ".wikipedia.org/"))""",
}
_NAMES: Final = """
  VALUES ?s {{ {items} }}
  ?s rdfs:label ?o . BIND (rdfs:label AS ?p)
  FILTER (LANG(?o) IN ({languages}, "mul"))"""


@dataclass(frozen=True)
class Enrichment:
    """The slice: its triples, the day of the oldest answer, the errors for which something is missing, and a sentence
    for each link that leads to no item."""

    triples: frozenset[ox.Triple]
    day: str
    problems: tuple[EndpointError, ...]
    broken: tuple[str, ...]


def enrich(things: Things, client: Client, progress: Progress = lambda _: None) -> Enrichment:
    """Ask for the slice, one kind of statement at a time. An error is kept, and the other kinds are asked for."""
    items = set(things.items.values())
    slice_ = _Slice(client, things, progress)
    for aspect, pattern in _ASPECTS.items():
        slice_.ask(aspect, pattern, items)
    slice_.ask("labels", _NAMES, {name for triple in slice_.triples for name in _entities(triple)} | items)
    names = {link.item for link in things.links if link.item} - slice_.subjects
    broken = tuple(reason for name in sorted(names, key=natural) if (reason := slice_.why_broken(name)))
    return Enrichment(frozenset(slice_.triples), min(slice_.days, default=""), tuple(slice_.problems), broken)


class _Slice:
    """The triples as they are asked for, with the days of the answers and the errors."""

    def __init__(self, client: Client, things: Things, progress: Progress) -> None:
        self.client, self.progress = client, progress
        tags = {tag for thing in things.by_iri.values() for _, tag in thing.labels}
        languages = tags | {tag.partition("-")[0] for tag in tags}  # Wikidata seldom tells regions apart
        self.languages = ", ".join(f'"{language}"' for language in sorted(languages)) or '"en"'
        self.triples: set[ox.Triple] = set()
        self.days: list[str] = []
        self.problems: list[EndpointError] = []

    @property
    def subjects(self) -> set[str]:
        """The ids of the items of which anything is said."""
        return {t.subject.value.removeprefix(ENTITY) for t in self.triples if isinstance(t.subject, ox.NamedNode)}

    def ask(self, aspect: str, pattern: str, items: Iterable[str]) -> None:
        """Add all of one kind that is said of the items."""
        names = sorted(items, key=natural)
        if not names:
            return
        try:
            found = [part for at in range(0, len(names), _BATCH) for part in self._all(pattern, names[at:][:_BATCH])]
        except EndpointError as error:
            self.problems.append(error)
            self.progress(f"{aspect}: not to be had")
            return
        self.triples |= {ox.Triple(row["s"], row["p"], row["o"]) for row in found if _has_known_value(row)}
        self.progress(f"{aspect}: {len(found):,}")

    def _all(self, pattern: str, names: list[str]) -> list[dict[str, Any]]:
        """All rows, by bisection: an answer beyond the limit may lack some, so each half of the items is tried."""
        body = pattern.format(
            items=" ".join(f"wd:{name}" for name in names),
            direct=" ".join(f"wdt:{name}" for name in _DIRECT),
            claims=" ".join(f"p:{name}" for name in _QUALIFIED),
            languages=self.languages,
        )
        answer = self.client.select(f"SELECT DISTINCT ?s ?p ?o WHERE {{{body}\n}} ORDER BY ?s ?p ?o LIMIT {LIMIT + 1}")
        self.days.append(answer.day)
        if len(answer.rows) <= LIMIT:
            return answer.rows
        if len(names) == 1:
            raise EndpointError(
                f"has more than {LIMIT:,} statements of one kind for {names[0]}.", self.client.service.sparql
            )
        half = len(names) // 2
        return self._all(pattern, names[:half]) + self._all(pattern, names[half:])

    def why_broken(self, name: str) -> str:
        """Why Wikidata says nothing of what a link leads to; empty if it merely has none of what was asked for."""
        if not is_item(name):
            return f"{why_no_item(name)}."
        found = fetch_item(self.client, name)
        if isinstance(found, GoneError):
            return found.message
        if isinstance(found, EndpointError):
            self.problems.append(found)
            return ""
        return f"{name} was merged into {found.id}." if found.id != name else ""


def _has_known_value(row: dict[str, Any]) -> bool:
    """Whether the object is a known value: an unknown one is a blank node, or an IRI that stands for one."""
    return not isinstance(row["o"], ox.BlankNode) and "/.well-known/genid/" not in row["o"].value


def _entities(triple: ox.Triple) -> Iterator[str]:
    for term in (triple.subject, triple.object):
        if isinstance(term, ox.NamedNode) and is_item(name := term.value.removeprefix(ENTITY)):
            yield name


def render(found: Enrichment, things: Things, source: str) -> str:
    """The slice as TriG: its statements in a named graph, and beside it where, when and under what licence."""
    graph = ox.NamedNode(things.kg.folder.dataset.graphs + "wikidata")
    day = ox.Literal(found.day, datatype=ox.NamedNode(WELL_KNOWN["xsd"] + "date"))
    terms = {name: ox.NamedNode(WELL_KNOWN["dcterms"] + name) for name in ("created", "license", "source")}
    about = [
        ox.Quad(graph, terms["created"], day),
        ox.Quad(graph, terms["license"], ox.NamedNode(LICENSE)),
        ox.Quad(graph, terms["source"], ox.NamedNode(source)),
    ]
    quads = [ox.Quad(t.subject, t.predicate, t.object, graph) for t in found.triples]
    return write_dataset([*about, *quads], "trig", {**WELL_KNOWN, **PREFIXES})
