"""Finding an item by its name: wbsearchentities, and the Reconciliation API 0.2."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from support.wikidata.rdf import WIKIDATA
from support.wikidata.slice import Entity, Slice

_LEAST = 50.0  # a score below it is no candidate


def searched(content: Slice, form: dict[str, str]) -> dict[str, Any]:
    """The answer of `action=wbsearchentities`: items whose label or alias begins with the text."""
    if form.get("action") != "wbsearchentities":
        return _error("badvalue", f'Unrecognized value for parameter "action": {form.get("action")}.')
    if not form.get("search"):
        return _error("missingparam", 'The "search" parameter must be set.')
    if not form.get("language"):
        return _error("missingparam", 'The "language" parameter must be set.')
    text, language, limit = form["search"], form["language"], int(form.get("limit", 7))
    kind = form.get("type", "item")
    entities = [entity for entity in content.entities.values() if (kind == "property") == bool(entity.datatype)]
    found = [_hit(entity, match) for entity in entities if (match := _match(entity, text, language))]
    start = int(form.get("continue", 0))
    more = {"search-continue": start + limit} if len(found) > start + limit else {}
    return {"searchinfo": {"search": text}, "search": found[start : start + limit], **more, "success": 1}


def _error(code: str, info: str) -> dict[str, Any]:
    return {"error": {"code": code, "info": info}, "servedby": "a server for tests"}


def _match(entity: Entity, text: str, language: str) -> dict[str, str] | None:
    names = [("label", lang, entity.labels[lang]) for lang in (language, "mul") if lang in entity.labels]
    names += [("alias", lang, name) for lang in (language, "mul") for name in entity.aliases.get(lang, [])]
    for kind, lang, name in names:
        if name.casefold().startswith(text.casefold()):
            return {"type": kind, "language": lang, "text": name}
    return None


def _hit(entity: Entity, match: dict[str, str]) -> dict[str, Any]:
    title = f"Property:{entity.id}" if entity.datatype else entity.id
    found: dict[str, Any] = {
        "id": entity.id,
        "title": title,
        "pageid": int(entity.id[1:]),
        "concepturi": f"{WIKIDATA}entity/{entity.id}",
        "repository": "wikidata",
        "url": f"//www.wikidata.org/wiki/{title}",
        "label": entity.name,
        "match": match,
    }
    if text := entity.descriptions.get("en"):
        found["description"] = text
    return {**found, "aliases": [match["text"]]} if match["type"] == "alias" else found


# ── reconciliation ────────────────────────────────────────────────────────────────────────────────


def reconciled(content: Slice, form: dict[str, str], url: str) -> dict[str, Any]:
    """The candidates for each of `queries`, or the service's manifest."""
    if "queries" not in form:
        return {
            "versions": ["0.1", "0.2"],
            "name": "Wikidata reconciliation for tests (en)",
            "identifierSpace": f"{WIKIDATA}entity/",
            "schemaSpace": f"{WIKIDATA}prop/direct/",
            "view": {"url": "https://www.wikidata.org/wiki/{{id}}"},
            "documentation": url,
        }
    try:
        queries = json.loads(form["queries"])
    except json.JSONDecodeError as error:
        return {"status": "error", "message": "invalid query", "details": str(error)}
    return {key: {"result": _candidates(content, query)} for key, query in queries.items()}


def _candidates(content: Slice, query: dict[str, Any]) -> list[dict[str, Any]]:
    items = [entity for entity in content.entities.values() if not entity.datatype]
    scored = [(_scores(content, entity, query), entity) for entity in items]
    scored = [(scores, entity) for scores, entity in scored if scores["all_labels"] >= _LEAST or _proven(scores)]
    total = {entity.id: _total(content, entity, query, scores) for scores, entity in scored}
    scored.sort(key=lambda pair: (-total[pair[1].id], int(pair[1].id[1:])))
    best = [total[entity.id] for _, entity in scored]
    return [
        {
            "id": entity.id,
            "name": entity.name,
            "description": entity.descriptions.get("en", ""),
            "score": round(total[entity.id], 2),
            "match": total[entity.id] >= 95 and (len(best) == 1 or total[entity.id] > best[1] + 5),
            "type": [{"id": class_, "name": _name(content, class_)} for class_ in _values(entity, "P31")],
            "features": [{"id": name, "value": round(value, 2)} for name, value in scores.items()],
        }
        for scores, entity in scored[: int(query.get("limit", 25))]
    ]


def _scores(content: Slice, entity: Entity, query: dict[str, Any]) -> dict[str, float]:
    """How well names and each given property fit, of 100."""
    text = str(query["query"]).casefold()
    names = [*entity.labels.values(), *(name for many in entity.aliases.values() for name in many)]
    names += entity.sitelinks.values()
    scores = {"all_labels": max((100 * SequenceMatcher(None, text, n.casefold()).ratio() for n in names), default=0)}
    for wanted in query.get("properties", []):
        given = wanted["v"] if isinstance(wanted["v"], list) else [wanted["v"]]
        known = {str(value) for value in _values(entity, wanted["pid"])}
        known |= {_name(content, value) for value in known}
        fits = any(str(v.get("id") if isinstance(v, dict) else v) in known for v in given)
        scores[wanted["pid"]] = 100.0 if fits else 0.0
    return scores


def _proven(scores: dict[str, float]) -> bool:
    return any(value == 100 for name, value in scores.items() if name != "all_labels")


def _total(content: Slice, entity: Entity, query: dict[str, Any], scores: dict[str, float]) -> float:
    """Names weigh as much as two properties and a half; an item of another class is worth half."""
    weights = {name: 1.0 if name == "all_labels" else 0.4 for name in scores}
    total = sum(scores[name] * weight for name, weight in weights.items()) / sum(weights.values())
    wanted = query.get("type") or []
    kinds = {wanted} if isinstance(wanted, str) else set(wanted)
    return total if not kinds or kinds & set(_classes(content, entity)) else total / 2


def _classes(content: Slice, entity: Entity) -> Iterator[str]:
    """The classes of an item, and theirs."""
    waiting = _values(entity, "P31")
    while waiting:
        class_ = waiting.pop()
        yield class_
        waiting += _values(content.entities[class_], "P279") if class_ in content.entities else []


def _values(entity: Entity, name: str) -> list[Any]:
    return [s.snak.value for s in entity.best() if s.snak.property == name and s.snak.kind == "value"]


def _name(content: Slice, id_: str) -> str:
    return content.entities[id_].name if id_ in content.entities else id_
