"""The slice as RDF, in the shape of Wikidata's documents, and in the slightly other one of its query service."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox

from support.wikidata.slice import Entity, Slice, Snak, Statement

WIKIDATA = "http://www.wikidata.org/"
PREFIXES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "http://schema.org/",  # http: here Wikidata and we differ
    "cc": "http://creativecommons.org/ns#",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "wikibase": "http://wikiba.se/ontology#",
    "wd": WIKIDATA + "entity/",
    "data": "https://www.wikidata.org/wiki/Special:EntityData/",
    "wds": WIKIDATA + "entity/statement/",
    "wdref": WIKIDATA + "reference/",
    "wdv": WIKIDATA + "value/",
    "wdt": WIKIDATA + "prop/direct/",
    "p": WIKIDATA + "prop/",
    "ps": WIKIDATA + "prop/statement/",
    "psv": WIKIDATA + "prop/statement/value/",
    "pq": WIKIDATA + "prop/qualifier/",
    "pqv": WIKIDATA + "prop/qualifier/value/",
    "pr": WIKIDATA + "prop/reference/",
    "prv": WIKIDATA + "prop/reference/value/",
    "wdno": WIKIDATA + "prop/novalue/",
}
GENID = WIKIDATA + ".well-known/genid/"
TYPES = {
    "commonsMedia": "CommonsMedia",
    "external-id": "ExternalId",
    "globe-coordinate": "GlobeCoordinate",
    "monolingualtext": "Monolingualtext",
    "quantity": "Quantity",
    "string": "String",
    "time": "Time",
    "url": "Url",
    "wikibase-item": "WikibaseItem",
}
_WITH_NODE = ("time", "globe-coordinate", "quantity")
_CALENDAR, _EARTH = "wd:Q1985727", "wd:Q2"


def n(name: str) -> ox.NamedNode:
    """The IRI of a prefixed name."""
    prefix, _, local = name.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)


def typed(value: object, datatype: str) -> ox.Literal:
    """A literal of a datatype of XML Schema."""
    return ox.Literal(str(value), datatype=n(f"xsd:{datatype}"))


def document(content: Slice, asked: str, *, full: bool = True) -> list[ox.Triple]:
    """What Special:EntityData gives for an id: the entity itself, redirects that lead to it and, when `full`, what it
    names: labels of items, and the properties. Nothing, when there is no such entity."""
    entity = content.resolve(asked)
    if entity is None:
        return []
    triples = list(entity_triples(entity))
    same = n("owl:sameAs")
    if asked in content.redirects:
        triples.append(ox.Triple(n(f"wd:{asked}"), same, n(f"wd:{content.redirects[asked]}")))
    if full:
        incoming = [old for old, new in content.redirects.items() if new == entity.id]
        triples += [ox.Triple(n(f"wd:{old}"), same, n(f"wd:{entity.id}")) for old in incoming]
        named = {t.object.value.removeprefix(PREFIXES["wd"]) for t in triples if isinstance(t.object, ox.NamedNode)}
        named |= {snak.property for snak in _snaks(entity)}
        others = (content.entities[id_] for id_ in sorted(named - {entity.id}) if id_ in content.entities)
        triples += [triple for other in others for triple in _presented(other)]
    return list(dict.fromkeys(triples))


def served(content: Slice) -> Iterator[ox.Quad]:
    """Everything as the query service holds it: its loader merges an entity's document into the entity, keeps one of
    three copies of each label, drops the types that are plain from the shape, and gives blank nodes names."""
    for id_ in [*content.entities, *content.redirects]:
        for triple in document(content, id_, full=False):
            yield from (ox.Quad(*munged) for munged in _munged(triple))


def _munged(triple: ox.Triple) -> Iterator[tuple[Any, Any, Any]]:
    s, p, o = triple.subject, triple.predicate, triple.object
    is_data = isinstance(s, ox.NamedNode) and s.value.startswith(PREFIXES["data"])
    is_entity = isinstance(s, ox.NamedNode) and s.value.startswith(PREFIXES["wd"])
    dropped = [n("cc:license"), n("schema:softwareVersion"), n("schema:about")] if is_data else []
    if is_entity:
        dropped = [n("skos:prefLabel"), n("schema:name")]
    kept_types = [n("wikibase:Property"), n("wikibase:BestRank"), n("schema:Article")]
    is_plain_type = p == n("rdf:type") and o not in kept_types and not str(o.value).startswith(PREFIXES["wdno"])
    if p in dropped or is_plain_type:
        return
    subject = n(f"wd:{s.value.removeprefix(PREFIXES['data'])}") if is_data else s
    yield subject, p, ox.NamedNode(GENID + o.value) if isinstance(o, ox.BlankNode) else o


def entity_triples(entity: Entity) -> Iterator[ox.Triple]:
    """All of one entity: its document, its terms, its statements, its sitelinks."""
    yield from _data(entity)
    yield from _presented(entity)
    me = n(f"wd:{entity.id}")
    for language, names in entity.aliases.items():
        yield from (ox.Triple(me, n("skos:altLabel"), ox.Literal(name, language=language)) for name in names)
    for statement in entity.best():
        yield from _truthy(me, statement.snak)
    best = {statement.id for statement in entity.best()}
    for statement in entity.statements:
        yield ox.Triple(me, n(f"p:{statement.snak.property}"), n(f"wds:{statement.id}"))
        yield from _statement(statement, is_best=statement.id in best)
    for site, title in entity.sitelinks.items():
        yield from _sitelink(me, site, title)


def _data(entity: Entity) -> Iterator[ox.Triple]:
    me = n(f"data:{entity.id}")
    yield ox.Triple(me, n("rdf:type"), n("schema:Dataset"))
    yield ox.Triple(me, n("schema:about"), n(f"wd:{entity.id}"))
    yield ox.Triple(me, n("cc:license"), ox.NamedNode("http://creativecommons.org/publicdomain/zero/1.0/"))
    yield ox.Triple(me, n("schema:softwareVersion"), ox.Literal("1.0.0"))
    yield ox.Triple(me, n("schema:version"), typed(entity.revision, "integer"))
    yield ox.Triple(me, n("schema:dateModified"), typed(entity.modified, "dateTime"))
    identifiers = sum(statement.snak.datatype == "external-id" for statement in entity.statements)
    counts = {"statements": len(entity.statements), "sitelinks": len(entity.sitelinks), "identifiers": identifiers}
    for name, count in counts.items():
        yield ox.Triple(me, n(f"wikibase:{name}"), typed(count, "integer"))


def _presented(entity: Entity) -> Iterator[ox.Triple]:
    """Type, labels and descriptions: as much as a document says of an entity that it only names."""
    me = n(f"wd:{entity.id}")
    yield ox.Triple(me, n("rdf:type"), n("wikibase:Property" if entity.datatype else "wikibase:Item"))
    for language, label in entity.labels.items():
        for name in ("rdfs:label", "skos:prefLabel", "schema:name"):
            yield ox.Triple(me, n(name), ox.Literal(label, language=language))
    for language, text in entity.descriptions.items():
        yield ox.Triple(me, n("schema:description"), ox.Literal(text, language=language))
    if entity.datatype:
        yield from _property(entity, me)


def _property(entity: Entity, me: ox.NamedNode) -> Iterator[ox.Triple]:
    yield ox.Triple(me, n("wikibase:propertyType"), n(f"wikibase:{TYPES[entity.datatype]}"))
    roles = {
        "directClaim": "wdt",
        "claim": "p",
        "statementProperty": "ps",
        "statementValue": "psv",
        "qualifier": "pq",
        "qualifierValue": "pqv",
        "reference": "pr",
        "referenceValue": "prv",
        "novalue": "wdno",
    }
    for role, prefix in roles.items():
        yield ox.Triple(me, n(f"wikibase:{role}"), n(f"{prefix}:{entity.id}"))


def _truthy(me: ox.NamedNode, snak: Snak) -> Iterator[ox.Triple]:
    if snak.kind == "novalue":
        yield ox.Triple(me, n("rdf:type"), n(f"wdno:{snak.property}"))
    else:
        yield ox.Triple(me, n(f"wdt:{snak.property}"), _value(snak, me.value))


def _statement(statement: Statement, *, is_best: bool) -> Iterator[ox.Triple]:
    me = n(f"wds:{statement.id}")
    yield ox.Triple(me, n("rdf:type"), n("wikibase:Statement"))
    if is_best:
        yield ox.Triple(me, n("rdf:type"), n("wikibase:BestRank"))
    yield ox.Triple(me, n("wikibase:rank"), n(f"wikibase:{statement.rank.capitalize()}Rank"))
    yield from _said(me, "ps", statement.snak)
    for qualifier in statement.qualifiers:
        yield from _said(me, "pq", qualifier)
    for reference in statement.references:
        node = n(f"wdref:{_hash(reference)}")
        yield ox.Triple(me, n("prov:wasDerivedFrom"), node)
        yield ox.Triple(node, n("rdf:type"), n("wikibase:Reference"))
        for snak in reference:
            yield from _said(node, "pr", snak)


def _said(subject: ox.NamedNode, prefix: str, snak: Snak) -> Iterator[ox.Triple]:
    """A snak under `ps`, `pq` or `pr`, and its full value node where the datatype has one."""
    if snak.kind == "novalue":
        yield ox.Triple(subject, n("rdf:type"), n(f"wdno:{snak.property}"))
        return
    yield ox.Triple(subject, n(f"{prefix}:{snak.property}"), _value(snak, subject.value))
    if snak.datatype in _WITH_NODE and snak.kind == "value":
        node = n(f"wdv:{_hash((snak.datatype, snak.value))}")
        yield ox.Triple(subject, n(f"{prefix}v:{snak.property}"), node)
        yield from (ox.Triple(node, n(name), value) for name, value in _node(snak))


def _value(snak: Snak, owner: str) -> Any:
    """The plain value of a snak; an unknown one is a blank node of its own."""
    if snak.kind == "somevalue":
        return ox.BlankNode(_hash((owner, snak.property)))
    simple = {
        "wikibase-item": lambda v: n(f"wd:{v}"),
        "url": ox.NamedNode,
        "commonsMedia": lambda v: ox.NamedNode(f"http://commons.wikimedia.org/wiki/Special:FilePath/{quote(v)}"),
        "time": lambda v: typed(f"{day(v)}T00:00:00Z", "dateTime"),
        "globe-coordinate": lambda v: ox.Literal(f"Point({v[1]} {v[0]})", datatype=n("geo:wktLiteral")),
        "quantity": lambda v: typed(f"{v[0]:+}", "decimal"),
        "monolingualtext": lambda v: ox.Literal(*v.values(), language=next(iter(v))),
    }
    return simple.get(snak.datatype, ox.Literal)(snak.value)


def _node(snak: Snak) -> list[tuple[str, Any]]:
    value = snak.value
    if snak.datatype == "time":
        return [
            ("rdf:type", n("wikibase:TimeValue")),
            ("wikibase:timeValue", _value(snak, "")),
            ("wikibase:timePrecision", typed(precision(value), "integer")),
            ("wikibase:timeTimezone", typed(0, "integer")),
            ("wikibase:timeCalendarModel", n(_CALENDAR)),
        ]
    if snak.datatype == "quantity":
        return [
            ("rdf:type", n("wikibase:QuantityValue")),
            ("wikibase:quantityAmount", _value(snak, "")),
            ("wikibase:quantityUnit", n(f"wd:{value[1]}")),
        ]
    return [
        ("rdf:type", n("wikibase:GlobecoordinateValue")),
        ("wikibase:geoLatitude", typed(value[0], "double")),
        ("wikibase:geoLongitude", typed(value[1], "double")),
        ("wikibase:geoPrecision", typed(0.01, "double")),
        ("wikibase:geoGlobe", n(_EARTH)),
    ]


def _sitelink(me: ox.NamedNode, site: str, title: str) -> Iterator[ox.Triple]:
    language = site.removesuffix("wiki")
    home = f"https://{language}.wikipedia.org/"
    page = ox.NamedNode(f"{home}wiki/{quote(title.replace(' ', '_'), safe='()')}")
    yield ox.Triple(page, n("rdf:type"), n("schema:Article"))
    yield ox.Triple(page, n("schema:about"), me)
    yield ox.Triple(page, n("schema:inLanguage"), ox.Literal(language))
    yield ox.Triple(page, n("schema:isPartOf"), ox.NamedNode(home))
    yield ox.Triple(page, n("schema:name"), ox.Literal(title, language=language))
    yield ox.Triple(ox.NamedNode(home), n("wikibase:wikiGroup"), ox.Literal("wikipedia"))


def day(time: str) -> str:
    """The first day of a year, or the day itself."""
    return f"{time}-01-01" if precision(time) == 9 else time


def precision(time: str) -> int:
    """Wikidata's number for how exact a date is: 9 is a year, 11 a day."""
    return 11 if "-" in time else 9


def _snaks(entity: Entity) -> Iterator[Snak]:
    for statement in entity.statements:
        yield statement.snak
        yield from statement.qualifiers
        for reference in statement.references:
            yield from reference


def _hash(value: object) -> str:
    return hashlib.sha1(repr(value).encode(), usedforsecurity=False).hexdigest()
