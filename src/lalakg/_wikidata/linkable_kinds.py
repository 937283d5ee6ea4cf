"""What of a graph may be linked to items of Wikidata: kinds of things, and the statements that both sides can make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from lalakg._rdf.terms import WELL_KNOWN
from lalakg._wikidata.mappings import SAME

_SCHEMA_ORG: Final = (WELL_KNOWN["schema"], "http://schema.org/")
_FOAF: Final = WELL_KNOWN["foaf"]


@dataclass(frozen=True)
class Kind:
    """A class whose things may be linked: by which predicate (an IRI), and of which Wikidata classes the items must be,
    the widest first. A fictional thing is often called by a part of its item's name, and shares it with real ones."""

    name: str
    predicate: str
    classes: tuple[str, ...]
    is_fictional: bool = False


def _schema(name: str) -> str:
    """A property of schema.org, in either of its namespaces, as a SPARQL property path."""
    return "|".join(f"<{namespace}{name}>" for namespace in _SCHEMA_ORG)


class LinkableKinds:
    """The kinds of schema.org and FOAF, for any RDF. Profiles may extend it.

    `kinds` are by the IRI of the class. `relations` and `values` are SPARQL patterns by the Wikidata property that says
    the same: ?s is its subject there, ?o its value, a thing or a text. `excluded` is a pattern for things ?s that have
    no items, and `roles` one for the character ?s that a ?person plays in a ?film; both may be empty.
    """

    kinds: ClassVar[Mapping[str, Kind]] = {
        **{namespace + "Movie": Kind("film", SAME, ("Q11424",)) for namespace in _SCHEMA_ORG},
        **{name + "Person": Kind("person", SAME, ("Q5",)) for name in (*_SCHEMA_ORG, _FOAF)},
        **{name + "Place": Kind("place", SAME, ("Q17334923", "Q486972", "Q515")) for name in _SCHEMA_ORG},
        **{name + "Organization": Kind("organisation", SAME, ("Q43229",)) for name in (*_SCHEMA_ORG, _FOAF)},
    }
    relations: ClassVar[Mapping[str, str]] = {
        "P57": f"?s {_schema('director')} ?o .",
        "P161": f"?s {_schema('actor')} ?o .",
    }
    values: ClassVar[Mapping[str, str]] = {
        "P569": f"?s {_schema('birthDate')} ?o .",
        "P577": f"?s {_schema('datePublished')} ?o .",
        "P625": f"?s {_schema('latitude')} ?lat ; {_schema('longitude')} ?long . "
        'BIND (CONCAT(STR(?lat), ",", STR(?long)) AS ?o)',
    }
    excluded: ClassVar[str] = ""
    roles: ClassVar[str] = ""

    def claim_query(self, pairs: Iterable[tuple[str, str]]) -> str:
        """A SELECT query for one ?claim that relates the two things of a pair, with the ?source that it is reported in
        as another IRI and the ?url of that source, where there are any. Empty: the graph makes no claims."""
        return ""
