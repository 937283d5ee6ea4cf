"""A difference told: in words, as JSON, as Turtle, and as Markdown for release notes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from lalakg._rdf import turtle
from lalakg._rdf.terms import RDF, RDF_TYPE, XSD, compact

if TYPE_CHECKING:
    from lalakg._diff.difference import Diff, Group, Line, Setting

CS: Final = "http://purl.org/vocab/changeset/schema#"
_BARE: Final = frozenset(XSD + name for name in ("integer", "decimal", "boolean"))
_SIGNS: Final = {"added": "+", "removed": "-", "changed": "~"}
_WIDTH: Final = 100


def _short(term: Any, setting: Setting) -> str:
    """A term as Turtle writes it."""
    if isinstance(term, ox.NamedNode):
        return compact(term.value, setting.prefixes)
    if not isinstance(term, ox.Literal):
        return "[]"
    datatype = term.datatype.value
    if datatype in _BARE and re.fullmatch(r"[+-]?[0-9.]+|true|false", term.value):
        return term.value
    if term.language or datatype == XSD + "string":
        return str(term)
    return f"{ox.Literal(term.value)}^^{compact(datatype, setting.prefixes)}"


def _named(term: Any, setting: Setting) -> str:
    """A term in words: its label, if it has one, and its short name."""
    name = _short(term, setting)
    label = setting.labels.get(term)
    return f"{' '.join(label.split())} ({name})" if label else name


# ── text ──────────────────────────────────────────────────────────────────────────────────────────


def _text(diff: Diff) -> str:
    first, second = diff.setting.names
    blocks = [_block(group, diff.setting) for group in diff.groups]
    head = [f"--- {first}\n+++ {second}\n"] if blocks else []
    notes = "".join(f"Note: {note}.\n" for note in diff.notes)
    return "\n".join([*head, *blocks, f"{notes}{diff.summary}\n"])


def _block(group: Group, setting: Setting) -> str:
    state = "" if group.state == "changed" else f": {group.state}"
    width = max(len(line.path) for line in group.lines)
    lines = [text for line in group.lines for text in _told(line, width, setting)]
    return "\n".join([f"{_named(group.subject, setting)}{state}", *lines]) + "\n"


def _told(line: Line, width: int, setting: Setting) -> Iterator[str]:
    values = [_named(value, setting) for value in (line.before, line.after) if value is not None]
    start = f"  {_SIGNS[line.kind]} {line.path:<{width}}  "
    if len(start) + sum(map(len, values)) > _WIDTH and len(values) == 2:
        yield f"{start}{values[0]}"
        yield f"{'':{len(start) - 2}}→ {values[1]}"
    else:
        yield f"{start}{' → '.join(values)}"


# ── JSON ──────────────────────────────────────────────────────────────────────────────────────────


def _json(diff: Diff) -> str:
    content = {
        "from": diff.setting.names[0],
        "to": diff.setting.names[1],
        "equal": not diff,
        "counts": diff.counts,
        "notes": diff.notes,
        "subjects": [_json_group(group, diff.setting) for group in diff.groups],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _json_group(group: Group, setting: Setting) -> dict[str, Any]:
    lines = {kind: [_json_line(line) for line in group.lines if line.kind == kind] for kind in _SIGNS}
    name = {"name": _short(group.subject, setting), "label": setting.labels.get(group.subject)}
    return {"subject": _json_term(group.subject), **name, "state": group.state, **lines}


def _json_line(line: Line) -> dict[str, Any]:
    triple = {"path": line.path, "subject": _json_term(line.subject), "predicate": _json_term(line.predicate)}
    if line.kind == "changed":
        return {**triple, "before": _json_term(line.before), "after": _json_term(line.after)}
    return {**triple, "object": _json_term(line.after if line.before is None else line.before)}


def _json_term(term: Any) -> dict[str, str]:
    """A term as SPARQL's JSON results write it."""
    if not isinstance(term, ox.Literal):
        return {"type": "uri" if isinstance(term, ox.NamedNode) else "bnode", "value": term.value}
    if term.language:
        return {"type": "literal", "value": term.value, "xml:lang": term.language}
    datatype = term.datatype.value
    return {"type": "literal", "value": term.value, **({} if datatype == XSD + "string" else {"datatype": datatype})}


# ── Turtle ────────────────────────────────────────────────────────────────────────────────────────


def _ttl(diff: Diff) -> str:
    """One change set (purl.org/vocab/changeset) a subject, with the statements that it adds and removes."""
    triples = [t for number, group in enumerate(diff.groups) for t in _change_set(number, group)]
    head = "".join(f"# {line}\n" for line in (f"--- {diff.setting.names[0]}", f"+++ {diff.setting.names[1]}"))
    notes = "".join(f"# Note: {note}.\n" for note in diff.notes)
    return head + notes + turtle.write(triples, {**diff.setting.prefixes, "cs": CS, "rdf": RDF})


def _change_set(number: int, group: Group) -> Iterator[ox.Triple]:
    node = ox.BlankNode(f"set{number}")
    yield ox.Triple(node, RDF_TYPE, ox.NamedNode(CS + "ChangeSet"))
    yield ox.Triple(node, ox.NamedNode(CS + "subjectOfChange"), group.subject)
    for index, line in enumerate(group.lines):
        for role, value in (("removal", line.before), ("addition", line.after)):
            if value is not None:
                statement = ox.BlankNode(f"set{number}{role}{index}")
                yield ox.Triple(node, ox.NamedNode(CS + role), statement)
                yield ox.Triple(statement, RDF_TYPE, ox.NamedNode(RDF + "Statement"))
                for part, term in (("subject", line.subject), ("predicate", line.predicate), ("object", value)):
                    yield ox.Triple(statement, ox.NamedNode(RDF + part), term)


# ── Markdown ──────────────────────────────────────────────────────────────────────────────────────

_HEADINGS: Final = {"new": "Added", "changed": "Changed", "gone": "Removed"}


def _md(diff: Diff) -> str:
    """A section for what is new, one for what has changed, statement by statement, and one for what is gone."""
    sections = [diff.summary]
    for state, heading in _HEADINGS.items():
        groups = [group for group in diff.groups if group.state == state]
        if groups:
            items = (_md_changed(g, diff.setting) if state == "changed" else _md_whole(g, diff.setting) for g in groups)
            sections += [f"### {heading}", "\n".join(items)]
    return "\n\n".join(sections + [f"Note: {_plain(note)}." for note in diff.notes]) + "\n"


def _md_whole(group: Group, setting: Setting) -> str:
    count = len(group.lines)
    types = [line.after or line.before for line in group.lines if line.predicate == RDF_TYPE]
    kind = f", {', '.join(_code(term, setting) for term in types)}" if types else ""
    return f"- {_md_named(group.subject, setting)}{kind}: {count} statement{'s' if count != 1 else ''}"


def _md_changed(group: Group, setting: Setting) -> str:
    lines = [f"  - {line.kind} `{line.path}`: {_md_values(line, setting)}" for line in group.lines]
    return "\n".join([f"- {_md_named(group.subject, setting)}", *lines])


def _md_values(line: Line, setting: Setting) -> str:
    values = [value for value in (line.before, line.after) if value is not None]
    return " → ".join(_md_named(v, setting) if setting.labels.get(v) else _code(v, setting) for v in values)


def _md_named(term: Any, setting: Setting) -> str:
    label = setting.labels.get(term)
    return f"**{_plain(label)}** ({_code(term, setting)})" if label else _code(term, setting)


def _code(term: Any, setting: Setting) -> str:
    """A term as code; the fence is longer than any run of backticks in it."""
    text = _short(term, setting)
    if "`" not in text:
        return f"`{text}`"
    fence = "`" * (1 + max(map(len, re.findall("`+", text))))
    return f"{fence} {text} {fence}"


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_<>\[\]#|&])", r"\\\1", " ".join(text.split()))


WRITERS: Final[dict[str, Callable[[Diff], str]]] = {"text": _text, "json": _json, "ttl": _ttl, "md": _md}
