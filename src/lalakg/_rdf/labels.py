"""Labels: what a thing is called, chosen in one way by every command, page and tool.

Of all literals of the label properties the language decides first, by RFC 4647's lookup for each language asked for
(`de-AT`, then `de`, then other regions of German), then English, no language, and the others by their tags; then the
property, in the order of LABEL_PROPERTIES; then the text, so that the choice is stable. Text that is empty is no label.
A thing without a label is called by its short name: `terms.compact`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

import pyoxigraph as ox

from lalakg._rdf.terms import RDFS_LABEL, WELL_KNOWN, Node

LABEL_PROPERTIES: Final = (
    RDFS_LABEL.value,
    WELL_KNOWN["skos"] + "prefLabel",
    WELL_KNOWN["dcterms"] + "title",
    "http://purl.org/dc/elements/1.1/title",
    "https://schema.org/name",
    "http://schema.org/name",
    WELL_KNOWN["foaf"] + "name",
)
ENGLISH: Final = ("en",)

Candidate: TypeAlias = tuple[str, ox.Literal]  # the IRI of a property, and its value
_Key: TypeAlias = tuple[int, int, str, int, str]

_PLACES: Final = {iri: place for place, iri in enumerate(LABEL_PROPERTIES)}
_OTHER_REGION = 100  # of a language, after what RFC 4647's lookup finds


def best(literals: Iterable[ox.Literal], languages: tuple[str, ...] = ENGLISH) -> ox.Literal | None:
    """The literal for a reader of `languages`, the first of which is the dearest; None of none."""
    return min(
        literals, key=lambda literal: (*_language_rank(literal.language or "", languages), literal.value), default=None
    )


def best_label(candidates: Iterable[Candidate], languages: tuple[str, ...] = ENGLISH) -> ox.Literal | None:
    """The label among the values of label properties; None where none of them has text."""
    found = [
        (_key(property_, literal, languages), literal) for property_, literal in candidates if literal.value.strip()
    ]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def labels_of(triples: Iterable[ox.Triple], languages: tuple[str, ...] = ENGLISH) -> dict[Any, str]:
    """The label of each thing that has one."""
    found: dict[Any, tuple[_Key, str]] = {}
    for triple in triples:
        property_, literal = triple.predicate.value, triple.object
        if property_ in _PLACES and isinstance(literal, ox.Literal) and literal.value.strip():
            candidate = _key(property_, literal, languages), literal.value
            found[triple.subject] = min(candidate, found.get(triple.subject, candidate))
    return {thing: label for thing, (_, label) in found.items()}


def label_pattern(variable: str) -> str:
    """A SPARQL pattern with which a query has a row for each label of `?variable`, for `with_labels` to choose from.

    It binds `?<variable>Label` and `?<variable>LabelProperty`. The choice is not made in SPARQL, so that it is the same
    at every endpoint.
    """
    properties = " ".join(f"<{iri}>" for iri in LABEL_PROPERTIES)
    label, property_ = f"?{variable}Label", f"?{variable}LabelProperty"
    return f"OPTIONAL {{ VALUES {property_} {{ {properties} }} ?{variable} {property_} {label} }}"


def with_labels(
    rows: Iterable[Mapping[str, Node]], variable: str, languages: tuple[str, ...] = ENGLISH
) -> list[dict[str, Node]]:
    """The rows of a query with `label_pattern(variable)`, one for all labels: `<variable>Label` is the best."""
    label, property_ = f"{variable}Label", f"{variable}LabelProperty"
    candidates: dict[tuple[tuple[str, Node], ...], list[Candidate]] = defaultdict(list)
    for row in rows:
        of_row = candidates[tuple((name, term) for name, term in row.items() if name not in (label, property_))]
        if isinstance(text := row.get(label), ox.Literal):
            of_row.append((str(row[property_].value), text))
    chosen = ((rest, best_label(found, languages)) for rest, found in candidates.items())
    return [dict(rest) if literal is None else {**dict(rest), label: literal} for rest, literal in chosen]


def _key(property_: str, literal: ox.Literal, languages: tuple[str, ...]) -> _Key:
    place = _PLACES.get(property_, len(_PLACES))
    return *_language_rank(literal.language or "", languages), place, literal.value


@lru_cache(maxsize=1 << 12)
def _language_rank(tag: str, languages: tuple[str, ...]) -> tuple[int, int, str]:
    """How far a language tag is from what was asked for; the less, the better."""
    tag, wanted = tag.lower(), [*(language.lower() for language in languages), *ENGLISH]
    for place, language in enumerate(wanted):
        if tag and tag.partition("-")[0] == language.partition("-")[0]:
            truncated = language[len(tag) :].count("-") if f"{language}-".startswith(f"{tag}-") else _OTHER_REGION
            return place, truncated, tag
    return len(wanted) + bool(tag), 0, tag
