"""One thing of the graph, described: what it is, in which world, what is said of it, and on whose word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox

from lalakg._rdf.labels import LABEL_PROPERTIES, best_label, label_pattern, with_labels
from lalakg._rdf.terms import LALA, WELL_KNOWN, Node, Prefixes, compact, natural
from lalakg._sparql.engine import Engine
from lalakg._sparql.results import Rows

_SHOWN_AS_LABEL = ("rdfs:label", "skos:prefLabel")
_TYPES = f"""
SELECT DISTINCT ?type ?typeLabel ?typeLabelProperty WHERE {{
  %(thing)s a ?type .
  FILTER NOT EXISTS {{ %(thing)s a ?narrower . ?narrower rdfs:subClassOf ?type . FILTER(?narrower != ?type) }}
  FILTER(STRSTARTS(STR(?type), "{LALA}") || NOT EXISTS {{ %(thing)s a ?own . FILTER(STRSTARTS(STR(?own), "{LALA}")) }})
  {label_pattern("type")}
}} ORDER BY ?type"""
_OUTGOING = f"""
SELECT DISTINCT ?property ?object ?objectLabel ?objectLabelProperty WHERE {{
  %(thing)s ?property ?object .
  FILTER(?property != rdf:type)
  {label_pattern("object")}
}} ORDER BY ?property ?object"""
_INCOMING = f"""
SELECT DISTINCT ?subject ?property ?subjectLabel ?subjectLabelProperty WHERE {{
  ?subject ?property %(thing)s .
  FILTER NOT EXISTS {{ ?subject a lala:Claim }}
  {label_pattern("subject")}
}} ORDER BY ?property ?subject"""
_CLAIMS = """
SELECT ?as ?id ?claim ?text ?voice ?basis ?reporter ?source ?paragraph ?start ?end WHERE {
  {
    VALUES (?property ?as) {
      (lala:about "claims") (lala:takesPosition "claims") (lala:attributedTo "holds")
      (lala:reportedIn "tells") (lala:primarySource "tells")
    }
    ?claim ?property %(thing)s
  } UNION { BIND(%(thing)s AS ?claim) ?claim a lala:Claim BIND("claims" AS ?as) }
  ?claim lala:claimText ?text .
  OPTIONAL { ?claim lala:factId ?id }
  OPTIONAL { ?claim lala:attributedTo/rdfs:label ?voice }
  OPTIONAL { ?claim lala:basis/skos:prefLabel ?basis }
  OPTIONAL { ?claim lala:reportedIn/rdfs:label ?reporter }
  OPTIONAL {
    ?claim lala:evidence ?passage . ?passage oa:hasSource/rdfs:label ?source .
    OPTIONAL { ?passage lala:paragraph ?paragraph }
    OPTIONAL { ?passage oa:hasSelector ?selector . ?selector oa:start ?start ; oa:end ?end }
  }
} ORDER BY ?id ?claim ?start"""


@dataclass(frozen=True)
class Claim:
    """A claim: its id, text, voice, basis, and the places where it stands, all in words."""

    id: str
    text: str
    voice: str
    basis: str
    place: str


@dataclass(frozen=True)
class Description:
    """One thing. `outgoing` and `incoming` are pairs of a property and the other end, in words and short names.

    `claims` are on the thing; `holds` are those of a voice, and `tells` those that a source tells or is named for.
    """

    iri: str
    name: str
    label: str
    types: tuple[str, ...]
    outgoing: tuple[tuple[str, str], ...]
    incoming: tuple[tuple[str, str], ...]
    claims: tuple[Claim, ...]
    holds: tuple[Claim, ...] = ()
    tells: tuple[Claim, ...] = ()

    def __str__(self) -> str:
        lines = [f"{self.label} ({self.name})" if self.label else self.name, f"  {', '.join(self.types)}"]
        lines += _section("", self.outgoing) + _section("What points here", self.incoming)
        for title, claims in (("Claims", self.claims), ("Holds", self.holds), ("Tells", self.tells)):
            lines += _listed(title, claims)
        return "\n".join(lines) + "\n"


def _section(title: str, pairs: tuple[tuple[str, str], ...]) -> list[str]:
    if not pairs:
        return []
    width = max(len(name) for name, _ in pairs)
    names = [name if i == 0 or pairs[i - 1][0] != name else "" for i, (name, _) in enumerate(pairs)]
    rows = [f"  {name:<{width}}  {value}" for name, (_, value) in zip(names, pairs, strict=True)]
    return ["", *([title] if title else []), *rows]


def _listed(title: str, claims: tuple[Claim, ...]) -> list[str]:
    if not claims:
        return []
    width = max(len(claim.id) for claim in claims)
    lines = ["", title]
    for claim in claims:
        where = " · ".join(part for part in (claim.voice, claim.basis, claim.place) if part)
        lines += [f"  {claim.id:<{width}} {claim.text}", f"  {'':<{width}} {where}"]
    return lines


def describe(engine: Engine, thing: ox.NamedNode, prefixes: Prefixes) -> Description:
    """Describe one thing by plain SPARQL, so that it works on any engine."""
    declared = "".join(f"PREFIX {p}: <{WELL_KNOWN[p]}>\n" for p in ("lala", "oa", "rdf", "rdfs", "skos"))

    def terms(text: str, labelled: str = "") -> list[dict[str, Node]]:
        answer = engine.query(declared + text % {"thing": thing})
        assert isinstance(answer, Rows)
        return with_labels(answer.rows, labelled) if labelled else answer.rows

    def words(found: list[dict[str, Node]]) -> list[dict[str, str]]:
        return [{name: _text(term, prefixes) for name, term in row.items()} for row in found]

    about = terms(_OUTGOING, "object")
    values = ((str(row["property"].value), row["object"]) for row in about)
    label = best_label((p, o) for p, o in values if p in LABEL_PROPERTIES and isinstance(o, ox.Literal))
    outgoing, claims = words(about), words(terms(_CLAIMS))
    return Description(
        iri=thing.value,
        name=compact(thing.value, prefixes),
        label=label.value if label else "",
        types=tuple(_both(r, "type") for r in words(terms(_TYPES, "type"))),
        outgoing=tuple((r["property"], _both(r, "object")) for r in outgoing if r["property"] not in _SHOWN_AS_LABEL),
        incoming=tuple((r["property"], _both(r, "subject")) for r in words(terms(_INCOMING, "subject"))),
        **{part: _claims(r for r in claims if r["as"] == part) for part in ("claims", "holds", "tells")},
    )


def _text(term: Node, prefixes: Prefixes) -> str:
    return compact(term.value, prefixes) if isinstance(term, ox.NamedNode) else str(term.value)


def _both(row: dict[str, str], name: str) -> str:
    label = row.get(f"{name}Label")
    return f"{label} ({row[name]})" if label else row[name]


def _claims(rows: Iterable[dict[str, str]]) -> tuple[Claim, ...]:
    """The claims in the order of their numbers; a claim has a row for each of its passages."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        found.setdefault(row["claim"], []).append(row)
    ordered = sorted(found.values(), key=lambda rows: natural(rows[0].get("id", "~")))
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
