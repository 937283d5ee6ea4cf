"""The slice: entities as `slice.yaml` writes them, apart from any serialisation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("slice.yaml")
_META = ("labels", "descriptions", "aliases", "sitelinks")
_RANKS = ("preferred", "normal", "deprecated")


@dataclass(frozen=True)
class Snak:
    """A property with a value of the property's datatype: `kind` is value, somevalue or novalue."""

    property: str
    datatype: str
    value: Any
    kind: str = "value"


@dataclass(frozen=True)
class Statement:
    """What an entity says, with its rank, qualifiers and references."""

    id: str
    snak: Snak
    rank: str = "normal"
    qualifiers: tuple[Snak, ...] = ()
    references: tuple[tuple[Snak, ...], ...] = ()


@dataclass(frozen=True)
class Entity:
    """An item, or a property, which has a datatype."""

    id: str
    labels: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, list[str]] = field(default_factory=dict)
    sitelinks: dict[str, str] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()
    datatype: str = ""
    revision: int = 2_000_000_001
    modified: str = "2026-01-05T12:00:00Z"

    @property
    def name(self) -> str:
        """The label that a reader of English sees: en, or else mul, or else the id."""
        return self.labels.get("en") or self.labels.get("mul") or self.id

    def best(self) -> list[Statement]:
        """The statements of the best rank of their property; a deprecated one is never best."""
        top: dict[str, int] = {}
        for statement in self.statements:
            rank, name = _RANKS.index(statement.rank), statement.snak.property
            top[name] = min(rank, top.get(name, rank))
        return [s for s in self.statements if _RANKS.index(s.rank) == top[s.snak.property] < 2]


@dataclass
class Slice:
    """All entities by id, redirects from one id to another, and the ids that were deleted."""

    entities: dict[str, Entity]
    redirects: dict[str, str]
    deleted: list[str]

    @classmethod
    def read(cls, path: Path = FILE) -> Slice:
        """The slice as it is written in the file."""
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        types = {id_: entry["type"] for id_, entry in raw["properties"].items()}
        properties = [Entity(id_, {"en": p["label"]}, datatype=p["type"]) for id_, p in raw["properties"].items()]
        items = [_item(id_, entry, types) for id_, entry in raw["items"].items()]
        entities = {entity.id: entity for entity in [*properties, *items]}
        return cls(entities, raw["redirects"], raw["deleted"])

    def resolve(self, id_: str) -> Entity | None:
        """The entity of that id, all redirects followed; None when there is none."""
        while id_ in self.redirects:
            id_ = self.redirects[id_]
        return self.entities.get(id_)

    def change(self, id_: str, **changes: Any) -> None:
        """Edit an entity, which gives it a new revision."""
        entity = self.entities[id_]
        self.entities[id_] = replace(entity, revision=entity.revision + 1, modified="2026-02-01T12:00:00Z", **changes)

    def rename_property(self, old: str, new: str) -> None:
        """Give a property another id, wherever it is used."""

        def moved(snak: Snak) -> Snak:
            return replace(snak, property=new) if snak.property == old else snak

        for id_, entity in self.entities.items():
            statements = tuple(
                replace(
                    s,
                    snak=moved(s.snak),
                    qualifiers=tuple(map(moved, s.qualifiers)),
                    references=tuple(tuple(map(moved, reference)) for reference in s.references),
                )
                for s in entity.statements
            )
            if statements != entity.statements:
                self.change(id_, statements=statements)
        self.entities[new] = replace(self.entities.pop(old), id=new)


def _item(id_: str, entry: dict[str, Any], types: dict[str, str]) -> Entity:
    claims = [(name, value) for name, value in entry.items() if name not in _META]
    values = [(name, value) for name, many in claims for value in _listed(many, types[name])]
    statements = tuple(_statement(id_, n, *value, types) for n, value in enumerate(values, 1))
    return Entity(id_, **{name: entry[name] for name in _META if name in entry}, statements=statements)


def _listed(value: Any, datatype: str) -> list[Any]:
    """A list of values, but for datatypes whose one value is written as a list."""
    return value if isinstance(value, list) and datatype not in ("globe-coordinate", "quantity") else [value]


def _statement(item: str, number: int, name: str, value: Any, types: dict[str, str]) -> Statement:
    extras: dict[str, Any] = dict(value) if isinstance(value, dict) and "is" in value else {"is": value}
    snak, rank = _snak(name, extras.pop("is"), types), extras.pop("rank", "normal")
    references = tuple(tuple(_snaks(source, types)) for source in extras.pop("sources", []))
    id_ = f"{item}-00000000-0000-4000-8000-{number:012}"
    return Statement(id_, snak, rank, tuple(_snaks(extras, types)), references)


def _snaks(values: dict[str, Any], types: dict[str, str]) -> Iterator[Snak]:
    for name, value in values.items():
        yield _snak(name, value, types)


def _snak(name: str, value: Any, types: dict[str, str]) -> Snak:
    if value in ("somevalue", "novalue"):
        return Snak(name, types[name], None, value)
    return Snak(name, types[name], str(value) if types[name] == "time" else value)
