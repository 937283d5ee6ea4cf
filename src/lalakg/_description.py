"""One thing of the graph, described: what it is, in which world, what is said of it, and on whose word."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from lalakg._engine import Engine
from lalakg._result import Rows
from lalakg._terms import LALA, WELL_KNOWN, Prefixes, compact, natural

_LABEL = "OPTIONAL { ?%s rdfs:label|skos:prefLabel ?%sLabel . FILTER(LANGMATCHES(LANG(?%sLabel), 'en')) }"


def _label(variable: str) -> str:
    return _LABEL % (variable, variable, variable)


_TYPES = f"""
SELECT DISTINCT ?type ?typeLabel WHERE {{
  %(thing)s a ?type .
  FILTER NOT EXISTS {{ %(thing)s a ?narrower . ?narrower rdfs:subClassOf ?type . FILTER(?narrower != ?type) }}
  FILTER(STRSTARTS(STR(?type), "{LALA}") || NOT EXISTS {{ %(thing)s a ?own . FILTER(STRSTARTS(STR(?own), "{LALA}")) }})
  {_label("type")}
}} ORDER BY ?type"""
_OUTGOING = f"""
SELECT DISTINCT ?property ?object ?objectLabel WHERE {{
  %(thing)s ?property ?object .
  FILTER(?property != rdf:type)
  {_label("object")}
}} ORDER BY ?property ?object"""
_INCOMING = f"""
SELECT DISTINCT ?subject ?subjectLabel ?property WHERE {{
  ?subject ?property %(thing)s .
  FILTER NOT EXISTS {{ ?subject a lala:Claim }}
  {_label("subject")}
}} ORDER BY ?property ?subject"""
_CLAIMS = """
SELECT ?id ?claim ?text ?voice ?basis ?reporter ?source ?paragraph ?start ?end WHERE {
  { ?claim lala:about|lala:takesPosition %(thing)s } UNION { BIND(%(thing)s AS ?claim) ?claim a lala:Claim }
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
    """A claim on the thing: its id, text, voice, basis, and where it stands, all in words."""

    id: str
    text: str
    voice: str
    basis: str
    place: str


@dataclass(frozen=True)
class Description:
    """One thing. `outgoing` and `incoming` are pairs of a property and the other end, in words and short names."""

    iri: str
    name: str
    label: str
    types: tuple[str, ...]
    outgoing: tuple[tuple[str, str], ...]
    incoming: tuple[tuple[str, str], ...]
    claims: tuple[Claim, ...]

    def __str__(self) -> str:
        lines = [f"{self.label} ({self.name})" if self.label else self.name, f"  {', '.join(self.types)}"]
        lines += _section("", self.outgoing) + _section("What points here", self.incoming)
        if self.claims:
            lines += ["", "Claims"]
        for claim in self.claims:
            where = " · ".join(part for part in (claim.voice, claim.basis, claim.place) if part)
            lines += [f"  {claim.id:<5} {claim.text}", f"        {where}"]
        return "\n".join(lines) + "\n"


def _section(title: str, pairs: tuple[tuple[str, str], ...]) -> list[str]:
    if not pairs:
        return []
    width = max(len(name) for name, _ in pairs)
    names = [name if i == 0 or pairs[i - 1][0] != name else "" for i, (name, _) in enumerate(pairs)]
    rows = [f"  {name:<{width}}  {value}" for name, (_, value) in zip(names, pairs, strict=True)]
    return ["", *([title] if title else []), *rows]


def describe(engine: Engine, thing: ox.NamedNode, prefixes: Prefixes) -> Description:
    """Describe one thing by plain SPARQL, so that it works on any engine."""
    declared = "".join(f"PREFIX {p}: <{WELL_KNOWN[p]}>\n" for p in ("lala", "oa", "rdf", "rdfs", "skos"))

    def rows(text: str) -> list[dict[str, str]]:
        answer = engine.query(declared + text % {"thing": thing})
        assert isinstance(answer, Rows)
        return [{name: _text(term, prefixes) for name, term in row.items()} for row in answer]

    outgoing = rows(_OUTGOING)
    labels = [r["object"] for r in outgoing if r["property"] in ("rdfs:label", "skos:prefLabel")]
    return Description(
        iri=thing.value,
        name=compact(thing.value, prefixes),
        label=labels[0] if labels else "",
        types=tuple(_both(r, "type") for r in rows(_TYPES)),
        outgoing=tuple(
            (r["property"], _both(r, "object"))
            for r in outgoing
            if r["property"] not in ("rdfs:label", "skos:prefLabel")
        ),
        incoming=tuple((r["property"], _both(r, "subject")) for r in rows(_INCOMING)),
        claims=tuple(_claim(r) for r in sorted(rows(_CLAIMS), key=lambda r: natural(r.get("id", "~")))),
    )


def _text(term: ox.NamedNode | ox.BlankNode | ox.Literal, prefixes: Prefixes) -> str:
    return compact(term.value, prefixes) if isinstance(term, ox.NamedNode) else str(term.value)


def _both(row: dict[str, str], name: str) -> str:
    label = row.get(f"{name}Label")
    return f"{label} ({row[name]})" if label else row[name]


def _claim(row: dict[str, str]) -> Claim:
    span = f", characters {row['start']}–{row['end']}" if "start" in row else ""
    place = (
        f"{row['source']}, paragraph {row['paragraph']}{span}"
        if "paragraph" in row
        else row.get("source", row.get("reporter", ""))
    )
    return Claim(row.get("id", ""), row["text"], row.get("voice", ""), row.get("basis", ""), place)
