"""Regular expressions of sh:pattern: read, and refused where regular expression engines would disagree."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import pyoxigraph as ox

from lalakg._errors import ShapesError
from lalakg._rdf.terms import Node
from lalakg._shacl.shapes_graph import ShapesGraph
from lalakg._shacl.sparql_constraints import EMPTY_STORE

_COUNT: Final = re.compile(r"\{[0-9]+(,[0-9]*)?\}")
_CLASS: Final = re.compile(r"\\.|\[(?P<inside>(?:\\.|[^\]\\])*)\]", re.DOTALL)
_OPERATOR: Final = re.compile(r"(?:\\.|[^\\])*?(\[|&&|--|~~)", re.DOTALL)
_END: Final = re.compile(r"(\\.|\[(?:\\.|[^\]\\])*\])|\$", re.DOTALL)
_FLAGS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}


class Pattern(NamedTuple):
    """A regular expression with its flags; `compiled` where the store's engine has no room for it, so that Python's
    matches it instead."""

    text: str
    flags: str
    compiled: re.Pattern[str] | None = None


def read_pattern(graph: ShapesGraph, node: Node, value: Node) -> Pattern:
    """The pattern of a shape. Raises ShapesError when it is none, or none that means the same everywhere."""
    text = graph.string(node, value, "pattern")
    given = graph.optional(node, "flags")
    flags = graph.string(node, given, "flags") if given is not None else ""
    whose = f"{graph.place(node)}: sh:pattern {text!r}"
    if operator := "" if "q" in flags else _operator(text):
        raise ShapesError(
            f"{whose} has {operator} in a class, which engines read in different ways; write it otherwise."
        )
    if _is_taken(text, flags):
        return Pattern(text, flags)
    if not _is_taken(_COUNT.sub("{1}", text), flags):
        raise ShapesError(f"{whose} is not a regular expression, or its flags {flags!r} are not.")
    return Pattern(text, flags, _compiled(text, flags, whose))


def _is_taken(text: str, flags: str) -> bool:
    test = f"ASK {{ BIND(REGEX('', {ox.Literal(text)}, {ox.Literal(flags)}) AS ?ok) FILTER(BOUND(?ok)) }}"
    return bool(EMPTY_STORE.query(test))


def _operator(text: str) -> str:
    """What an engine may take for an operator between classes, as XPath has it or not."""
    for found in _CLASS.finditer(text):
        if operator := _OPERATOR.match(found["inside"] or ""):
            return operator[1]
    return ""


def _compiled(text: str, flags: str, whose: str) -> re.Pattern[str]:
    """An expression whose counts are too large for the store's engine."""
    try:
        known = [_FLAGS[flag] for flag in flags]
        ended = (
            text if "m" in flags else _END.sub(lambda found: found[1] or r"\Z", text)
        )  # not before a last line break
        return re.compile(ended, sum(set(known)))
    except (KeyError, re.error):
        words = "counts further than there is room for; say how long a text may be with sh:minLength and sh:maxLength"
        raise ShapesError(f"{whose} {words}.") from None
