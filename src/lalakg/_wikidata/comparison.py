"""Record linkage: the evidence for and against a thing of ours being an item of Wikidata."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lalakg._errors import EndpointError
from lalakg._wikidata.client import Client
from lalakg._wikidata.identifiers import ENTITY
from lalakg._wikidata.item import Item, wiki
from lalakg._wikidata.linkable_kinds import Kind
from lalakg._wikidata.things import Fact, Thing, Things

SINGLE: Final = frozenset({"P57", "P569", "P577", "P625"})  # where another value is an objection, not one more
_YEARS: Final = frozenset({"P569", "P577"})
_NEAR: Final = 0.5  # degrees: two points of one city

_CLASSES = """
SELECT DISTINCT ?class ?root WHERE {{
  VALUES ?class {{ {classes} }}
  VALUES ?root {{ {roots} }}
  ?class wdt:P279* ?root .
}}
"""


@dataclass(frozen=True)
class Evidence:
    """One comparison: of the class, label, title, an identifier, a relation or a value; whether it agrees, in words."""

    about: str
    agrees: bool
    words: str

    def __str__(self) -> str:
        return self.words if self.agrees else f"but {self.words}"


class ClassHierarchy:
    """Which of the items' classes are subclasses (P279*) of those of the `kinds`; `problem` is why that is unknown."""

    def __init__(self, client: Client, items: Iterable[Item], kinds: Iterable[Kind]) -> None:
        roots = {root for kind in kinds for root in kind.classes}
        self.above: dict[str, set[str]] = {root: {root} for root in roots}
        self.problem: EndpointError | None = None
        wanted = {value for item in items for value in item.values("P31")} - roots
        if wanted:
            query = _CLASSES.format(classes=_names(wanted), roots=_names(roots))
            try:
                for row in client.select(query).rows:
                    name, root = (row[column].value.removeprefix(ENTITY) for column in ("class", "root"))
                    self.above.setdefault(name, set()).add(root)
            except EndpointError as error:
                self.problem = error

    def evidence(self, thing: Thing, item: Item) -> Evidence | None:
        """Whether the item's classes fit the thing's kind; None where that is not known."""
        classes = item.values("P31")
        fitting = [name for name in classes if self.above.get(name, set()) & set(thing.kind.classes)]
        if fitting:
            return Evidence("class", True, f"{thing.kind.name} (P31 {fitting[0]})")
        if self.problem and classes:
            return None
        stated = f"P31 {', '.join(classes)}" if classes else "without P31"
        return Evidence("class", False, f"no {thing.kind.name}: {stated}")


def _names(names: Iterable[str]) -> str:
    return " ".join(f"wd:{name}" for name in sorted(names))


def compare(
    thing: Thing, item: Item, things: Things, items: Mapping[str, Item], classes: ClassHierarchy
) -> list[Evidence]:
    """All evidence for and against a pair; `items` are those that our things are linked to, by their ids."""
    found = [classes.evidence(thing, item), _label(thing, item), *_titles(thing, item)]
    for fact in things.about(thing.iri):
        found += _relation(thing, item, fact, things, items) if fact.is_relation else _value(fact, item)
    found += _role(thing, item, things, items)
    return list(dict.fromkeys(evidence for evidence in found if evidence))


# ── names ─────────────────────────────────────────────────────────────────────────────────────────


def _label(thing: Thing, item: Item) -> Evidence:
    for text, language in thing.labels:
        name, where = item.label(language)
        if _normalised(name) == _normalised(text):
            return Evidence("label", True, f"“{name}” ({where})")
        if _normalised(text) in map(_normalised, item.names(language)):
            return Evidence("label", True, f"“{text}” (another name of “{name}”)")
        if thing.kind.is_fictional and set(_normalised(text).split()) <= set(_normalised(name).split()):
            return Evidence("label", True, f"“{text}” in “{name}” ({where})")
    name, where = item.label(thing.labels[0][1] if thing.labels else "en")
    return Evidence("label", False, f"called “{name}” ({where}), not “{thing.label}”" if name else "without a name")


def _normalised(text: str) -> str:
    """A name for comparison: Unicode NFC, case folded, white space collapsed."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _titles(thing: Thing, item: Item) -> Iterator[Evidence]:
    """Article titles equal to a label, which tell a thing from its namesakes: titles are unique in a Wikipedia."""
    for text, language in thing.labels:
        site = wiki(language)
        if _normalised(item.sitelinks.get(site, "")) == _normalised(text) and not thing.kind.is_fictional:
            yield Evidence("title", True, f"{site} “{text}”")


# ── facts ─────────────────────────────────────────────────────────────────────────────────────────


def _value(fact: Fact, item: Item) -> Iterator[Evidence]:
    values, about = item.values(fact.property), "value" if fact.property in SINGLE else "identifier"
    if any(_matches(fact, value) for value in values):
        yield Evidence(about, True, f"{fact.property} {fact.value}")
    elif values:
        yield Evidence(about, False, f"{fact.property} {', '.join(values)}, not {fact.value}")


def _matches(fact: Fact, value: str) -> bool:
    if fact.property in _YEARS:
        return value.lstrip("+")[:4] == fact.value[:4]
    if fact.property == "P625":
        ours, theirs = (tuple(map(float, text.split(","))) for text in (fact.value, value))
        return all(abs(a - b) <= _NEAR for a, b in zip(ours, theirs, strict=True))
    return value == fact.value


def _relation(thing: Thing, item: Item, fact: Fact, things: Things, items: Mapping[str, Item]) -> Iterator[Evidence]:
    """A relation with another linked thing, compared on the item that has the property."""
    forwards = fact.subject == thing.iri
    other = things.items.get(fact.value if forwards else fact.subject)
    if other is None:
        return
    holder = item if forwards else items.get(other)
    values, wanted = holder.values(fact.property) if holder else [], other if forwards else item.id
    if wanted in values:
        yield Evidence("relation", True, f"{fact.property} {other}" if forwards else f"{fact.property} of {other}")
    elif forwards and values and fact.property in SINGLE:
        yield Evidence("relation", False, f"{fact.property} {', '.join(values)}, not {other}")


def _role(thing: Thing, item: Item, things: Things, items: Mapping[str, Item]) -> Iterator[Evidence]:
    """A character is the role (P453) of its performer in the cast of its film."""
    for (film, person), character in things.roles.items():
        cast = items.get(things.items.get(film, ""))
        performer = things.items.get(person)
        if character == thing.iri and cast and performer:
            for statement in cast.statements("P161"):
                if statement.value == performer and item.id in statement.qualifiers.get("P453", ()):
                    yield Evidence("relation", True, f"role (P453) of {statement.value} in {cast.id}")
