"""The description of a thing of a story: with the claims that are about it, that it holds, or that it reports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import pyoxigraph as ox

from lalakg._graph.description import Describer, Description, select, text
from lalakg._narrative.terms import LALA
from lalakg._rdf.terms import WELL_KNOWN, Prefixes, natural
from lalakg._sparql.engine import Engine

_PREFIXES = "".join(
    f"PREFIX {prefix}: <{namespace}>\n"
    for prefix, namespace in {"lala": LALA, **{p: WELL_KNOWN[p] for p in ("oa", "rdfs", "skos")}}.items()
)
_CLAIMS = f"""{_PREFIXES}
SELECT ?as ?id ?claim ?text ?voice ?basis ?reporter ?source ?paragraph ?start ?end WHERE {{
  {{
    VALUES (?property ?as) {{
      (lala:about "claims") (lala:takesPosition "claims") (lala:attributedTo "holds")
      (lala:reportedIn "tells") (lala:primarySource "tells")
    }}
    ?claim ?property %(thing)s
  }} UNION {{ BIND(%(thing)s AS ?claim) ?claim a lala:Claim BIND("claims" AS ?as) }}
  ?claim lala:claimText ?text .
  OPTIONAL {{ ?claim lala:factId ?id }}
  OPTIONAL {{ ?claim lala:attributedTo/rdfs:label ?voice }}
  OPTIONAL {{ ?claim lala:basis/skos:prefLabel ?basis }}
  OPTIONAL {{ ?claim lala:reportedIn/rdfs:label ?reporter }}
  OPTIONAL {{
    ?claim lala:evidence ?passage . ?passage oa:hasSource/rdfs:label ?source .
    OPTIONAL {{ ?passage lala:paragraph ?paragraph }}
    OPTIONAL {{ ?passage oa:hasSelector ?selector . ?selector oa:start ?start ; oa:end ?end }}
  }}
}} ORDER BY ?id ?claim ?start"""

_PARTS = ("claims", "holds", "tells")


@dataclass(frozen=True)
class Claim:
    """A claim: its id, text, voice, basis, and the places where it stands, all in words."""

    id: str
    text: str
    voice: str
    basis: str
    place: str


@dataclass(frozen=True)
class StoryDescription(Description):
    """One thing of a story. `claims` are on the thing; `holds` are those that it holds as a voice, and `tells` those
    that it reports as a source, or is named for."""

    claims: tuple[Claim, ...] = ()
    holds: tuple[Claim, ...] = ()
    tells: tuple[Claim, ...] = ()

    def lines(self) -> list[str]:
        """The general description, and a section for each kind of claim."""
        sections = (("Claims", self.claims), ("Holds", self.holds), ("Tells", self.tells))
        return [*super().lines(), *(line for title, claims in sections for line in _section(title, claims))]


def _section(title: str, claims: tuple[Claim, ...]) -> list[str]:
    if not claims:
        return []
    width = max(len(claim.id) for claim in claims)
    lines = ["", title]
    for claim in claims:
        where = " · ".join(part for part in (claim.voice, claim.basis, claim.place) if part)
        lines += [f"  {claim.id:<{width}} {claim.text}", f"  {'':<{width}} {where}"]
    return lines


class StoryDescriber(Describer):
    """Describes a thing of a story: by its classes in the story's ontology where it has any, and without its claims
    among what points to it, since these follow in sections of their own."""

    type_filter: ClassVar[str] = f"""FILTER(
    STRSTARTS(STR(?type), "{LALA}") || NOT EXISTS {{ %(thing)s a ?own . FILTER(STRSTARTS(STR(?own), "{LALA}")) }})"""
    incoming_filter: ClassVar[str] = f"FILTER NOT EXISTS {{ ?subject a <{LALA}Claim> }}"

    def describe(self, engine: Engine, thing: ox.NamedNode, prefixes: Prefixes) -> StoryDescription:
        """The description of a thing, its names shortened by `prefixes`."""
        general = super().describe(engine, thing, prefixes)
        rows = [{name: text(term, prefixes) for name, term in row.items()} for row in select(engine, _CLAIMS, thing)]
        claims, holds, tells = (_claims(row for row in rows if row["as"] == part) for part in _PARTS)
        return StoryDescription(**vars(general), claims=claims, holds=holds, tells=tells)


def _claims(rows: Iterable[dict[str, str]]) -> tuple[Claim, ...]:
    """The claims in the order of their numbers; a claim has a row for each of its passages."""
    by_claim: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_claim.setdefault(row["claim"], []).append(row)
    ordered = sorted(by_claim.values(), key=lambda rows: natural(rows[0].get("id", "~")))
    return tuple(_claim(rows) for rows in ordered)


def _claim(rows: list[dict[str, str]]) -> Claim:
    def joined(texts: Iterable[str]) -> str:
        return "; ".join(dict.fromkeys(filter(None, texts)))

    first = rows[0]
    return Claim(
        first.get("id", first["claim"]),
        first["text"],
        joined(row.get("voice", "") for row in rows),
        first.get("basis", ""),
        joined(_place(row) for row in rows),
    )


def _place(row: dict[str, str]) -> str:
    span = f", characters {row['start']}–{row['end']}" if "start" in row else ""
    if "paragraph" in row:
        return f"{row['source']}, paragraph {row['paragraph']}{span}"
    return row.get("source", row.get("reporter", ""))
