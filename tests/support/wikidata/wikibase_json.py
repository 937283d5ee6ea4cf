"""The slice as Wikibase's own JSON."""

from __future__ import annotations

from typing import Any

from support.wikidata.rdf import WIKIDATA, precision
from support.wikidata.slice import Entity, Snak, Statement


def entity_json(entity: Entity) -> dict[str, Any]:
    """An entity, as Special:EntityData/Q….json has it under `entities`."""
    claims: dict[str, list[Any]] = {}
    for statement in entity.statements:
        claims.setdefault(statement.snak.property, []).append(_statement(statement))
    found = {
        "pageid": int(entity.id[1:]),
        "ns": 120 if entity.datatype else 0,
        "title": f"Property:{entity.id}" if entity.datatype else entity.id,
        "lastrevid": entity.revision,
        "modified": entity.modified,
        "type": "property" if entity.datatype else "item",
        "id": entity.id,
        "labels": _texts(entity.labels),
        "descriptions": _texts(entity.descriptions),
        "aliases": {lang: [{"language": lang, "value": v} for v in many] for lang, many in entity.aliases.items()},
        "claims": claims,
    }
    if entity.datatype:
        return {**found, "datatype": entity.datatype}
    return {**found, "sitelinks": {site: _sitelink(site, title) for site, title in entity.sitelinks.items()}}


def _texts(texts: dict[str, str]) -> dict[str, Any]:
    return {language: {"language": language, "value": text} for language, text in texts.items()}


def _sitelink(site: str, title: str) -> dict[str, Any]:
    url = f"https://{site.removesuffix('wiki')}.wikipedia.org/wiki/{title.replace(' ', '_')}"
    return {"site": site, "title": title, "badges": [], "url": url}


def _statement(statement: Statement) -> dict[str, Any]:
    item, _, uuid = statement.id.partition("-")
    found = {"mainsnak": _snak(statement.snak), "type": "statement", "id": f"{item}${uuid}", "rank": statement.rank}
    if statement.qualifiers:
        found["qualifiers"] = _grouped(statement.qualifiers)
        found["qualifiers-order"] = list(found["qualifiers"])
    if statement.references:
        snaks = [_grouped(reference) for reference in statement.references]
        found["references"] = [{"snaks": group, "snaks-order": list(group)} for group in snaks]
    return found


def _grouped(snaks: tuple[Snak, ...]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for snak in snaks:
        groups.setdefault(snak.property, []).append(_snak(snak))
    return groups


def _snak(snak: Snak) -> dict[str, Any]:
    found = {"snaktype": snak.kind, "property": snak.property, "datatype": snak.datatype}
    return {**found, "datavalue": _value(snak)} if snak.kind == "value" else found


def _value(snak: Snak) -> dict[str, Any]:
    value = snak.value
    if snak.datatype == "wikibase-item":
        numeric = {"entity-type": "item", "numeric-id": int(value[1:]), "id": value}
        return {"value": numeric, "type": "wikibase-entityid"}
    if snak.datatype == "time":
        date = f"{value}-00-00" if precision(value) == 9 else value
        time = {"time": f"+{date}T00:00:00Z", "timezone": 0, "before": 0, "after": 0, "precision": precision(value)}
        return {"value": {**time, "calendarmodel": f"{WIKIDATA}entity/Q1985727"}, "type": "time"}
    if snak.datatype == "globe-coordinate":
        place = {"latitude": value[0], "longitude": value[1], "altitude": None, "precision": 0.01}
        return {"value": {**place, "globe": f"{WIKIDATA}entity/Q2"}, "type": "globecoordinate"}
    if snak.datatype == "quantity":
        return {"value": {"amount": f"{value[0]:+}", "unit": f"{WIKIDATA}entity/{value[1]}"}, "type": "quantity"}
    if snak.datatype == "monolingualtext":
        language, text = next(iter(value.items()))
        return {"value": {"text": text, "language": language}, "type": "monolingualtext"}
    return {"value": str(value), "type": "string"}
