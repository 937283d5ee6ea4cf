"""An item of Wikidata, read from the JSON of Special:EntityData."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_RANKS: Final = ("preferred", "normal")


@dataclass(frozen=True)
class ItemStatement:
    """A statement of an item: its value as text (an item's id, a date, `latitude,longitude` …), and its qualifiers.

    The value is None where it says that there is none (`is_none`), or one that nobody knows.
    """

    value: str | None
    rank: str = "normal"
    qualifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_none: bool = False


@dataclass(frozen=True)
class Item:
    """An item. `requested_id` is the id that was asked for, `id` the one that it has; they differ after a merge.

    `retrieved` is the day on which Wikidata gave it, or last confirmed it. `claims` has statements by property.
    """

    id: str
    requested_id: str
    retrieved: str
    labels: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sitelinks: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, tuple[ItemStatement, ...]] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str, requested_id: str, retrieved: str) -> Item:
        """Read Special:EntityData's JSON. Raises ValueError where it is not in Wikidata's shape."""
        try:
            ((name, entity),) = json.loads(text)["entities"].items()
            return cls(
                entity.get("id", name),
                requested_id,
                retrieved,
                {language: label["value"] for language, label in _object(entity.get("labels")).items()},
                {lang: tuple(a["value"] for a in many) for lang, many in _object(entity.get("aliases")).items()},
                {site: link["title"] for site, link in _object(entity.get("sitelinks")).items()},
                {name: tuple(_statements(many)) for name, many in _object(entity["claims"]).items()},
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no item in the shape that Wikidata gives it ({error})") from None

    def statements(self, name: str) -> list[ItemStatement]:
        """The statements of a property, without the deprecated."""
        return [statement for statement in self.claims.get(name, ()) if statement.rank in _RANKS]

    def values(self, name: str) -> list[str]:
        """The values of a property, without the deprecated."""
        return [statement.value for statement in self.statements(name) if statement.value is not None]

    def denies(self, name: str, value: str) -> bool:
        """Whether it has `novalue` for a property, or this value as a deprecated statement."""
        is_wrong = any(s.value == value and s.rank not in _RANKS for s in self.claims.get(name, ()))
        return is_wrong or any(statement.is_none for statement in self.statements(name))

    def label(self, language: str = "en") -> tuple[str, str]:
        """The label, and where it is found: in that language, in the next best, or as an article's title."""
        for near in languages(language):
            if near in self.labels:
                return self.labels[near], near
        site = wiki(language)
        return self.sitelinks.get(site, "").partition(" (")[0], f"title in {site}"

    def names(self, language: str) -> set[str]:
        """The other names in that language and the next best."""
        return {name for near in languages(language) for name in self.aliases.get(near, ())}


def languages(tag: str) -> list[str]:
    """Fallback languages for a tag, best first: as written, in lower case, without region, `mul` (all), English."""
    return list(dict.fromkeys((tag, tag.lower(), _primary(tag), "mul", "en")))


def wiki(tag: str) -> str:
    """The site id of the Wikipedia in a language, regions aside: `de-AT` gives `dewiki`."""
    return f"{_primary(tag)}wiki"


def _primary(tag: str) -> str:
    return tag.partition("-")[0].lower()


def _object(value: Any) -> Mapping[str, Any]:
    """An object of the JSON, in which PHP writes an empty one as an empty list."""
    return value or {}


def _statements(claims: list[Any]) -> list[ItemStatement]:
    statements = []
    for claim in claims:
        snak = claim["mainsnak"]
        qualifiers = {
            name: tuple(text for snak in snaks if (text := _value(snak)) is not None)
            for name, snaks in _object(claim.get("qualifiers")).items()
        }
        statements.append(ItemStatement(_value(snak), claim["rank"], qualifiers, snak["snaktype"] == "novalue"))
    return statements


def _value(snak: Any) -> str | None:
    """A value as text; None for an unknown one, and for none."""
    if snak["snaktype"] != "value":
        return None
    value = snak["datavalue"]["value"]
    if not isinstance(value, dict):
        return str(value)
    if "latitude" in value:
        return f"{value['latitude']},{value['longitude']}"
    return str(value[next((key for key in ("time", "text", "amount") if key in value), "id")])
