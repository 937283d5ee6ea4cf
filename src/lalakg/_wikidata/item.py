"""An item: what Wikidata says of one thing, read from its JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_RANKS: Final = ("preferred", "normal")


@dataclass(frozen=True)
class Statement:
    """A statement: its value as text (an item's id, a date, `latitude,longitude` …), and its qualifiers."""

    value: str
    rank: str = "normal"
    qualifiers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Item:
    """An item. `asked` is the id that was asked for, `id` the one that it has; they differ where it was merged."""

    id: str
    asked: str
    retrieved: str
    labels: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sitelinks: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str, asked: str, retrieved: str) -> Item:
        """Read Special:EntityData's JSON. Raises ValueError where it is not in Wikidata's shape."""
        try:
            ((name, entity),) = json.loads(text)["entities"].items()
            return cls(
                entity.get("id", name),
                asked,
                retrieved,
                {language: label["value"] for language, label in _object(entity.get("labels")).items()},
                {lang: tuple(a["value"] for a in many) for lang, many in _object(entity.get("aliases")).items()},
                {site: link["title"] for site, link in _object(entity.get("sitelinks")).items()},
                {name: tuple(_statements(many)) for name, many in _object(entity["claims"]).items()},
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no item in the shape that Wikidata gives it ({error})") from None

    def statements(self, name: str) -> list[Statement]:
        """The statements of a property that Wikidata holds to be right: all but the deprecated."""
        return [statement for statement in self.claims.get(name, ()) if statement.rank in _RANKS]

    def values(self, name: str) -> list[str]:
        """The values of a property, without the deprecated."""
        return [statement.value for statement in self.statements(name)]

    def label(self, language: str = "en") -> tuple[str, str]:
        """The name, and where it stands: in that language, in `mul`, or as the title of that Wikipedia's article."""
        if language in self.labels:
            return self.labels[language], language
        if "mul" in self.labels:
            return self.labels["mul"], "mul"
        site = f"{language}wiki"
        return self.sitelinks.get(site, "").partition(" (")[0], f"title in {site}"

    def names(self, language: str) -> set[str]:
        """The other names in that language, or in `mul`."""
        return {*self.aliases.get(language, ()), *self.aliases.get("mul", ())}


def _object(value: Any) -> Mapping[str, Any]:
    """PHP writes an empty object as an empty list."""
    return value or {}


def _statements(claims: list[Any]) -> list[Statement]:
    made = []
    for claim in claims:
        if (value := _value(claim["mainsnak"])) is not None:
            qualifiers = {
                name: tuple(text for snak in snaks if (text := _value(snak)) is not None)
                for name, snaks in _object(claim.get("qualifiers")).items()
            }
            made.append(Statement(value, claim["rank"], qualifiers))
    return made


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
