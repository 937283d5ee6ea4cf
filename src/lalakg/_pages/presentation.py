"""How the terms of a vocabulary are presented: which properties lead, which nodes are parts, which folders there are.

What holds for any RDF is said here; a profile whose vocabulary asks for more extends `Presentation`.
"""

from __future__ import annotations

from collections.abc import Mapping

from lalakg._pages.index import TYPE, Index, Statement
from lalakg._rdf.terms import WELL_KNOWN, natural

_DCTERMS, _OWL, _RDFS, _SCHEMA, _SKOS, _VANN, _VOID = (
    WELL_KNOWN[name] for name in ("dcterms", "owl", "rdfs", "schema", "skos", "vann", "void")
)
_DESCRIPTIONS = (_SKOS + "definition", _DCTERMS + "description", _SCHEMA + "description", _RDFS + "comment")
ONTOLOGY, SHAPES = "ontology/index", "shapes/index"
"""The paths of the pages about the whole ontology and about all shapes."""


class Presentation:
    """What pages need to know of a vocabulary's terms. A part is a node without a page of its own: the page of what it
    belongs to shows it whole."""

    lead: tuple[str, ...] = _DESCRIPTIONS
    """Properties whose text stands below the title of a thing's page."""
    summary: tuple[str, ...] = _DESCRIPTIONS
    """Properties whose text stands beside a thing on the front page."""
    descriptions: tuple[str, ...] = _DESCRIPTIONS
    """Properties whose text describes a thing to search engines, the best first."""
    in_head: frozenset[str] = frozenset({TYPE, _SCHEMA + "sameAs"})
    """Properties that the head of a page, or its margin, shows in whole, so that no row repeats them."""
    codes: frozenset[str] = frozenset({_VOID + "uriSpace"})
    """Properties whose literals are code, not words."""
    unimportant: frozenset[str] = frozenset()
    """Properties that make no neighbour."""
    auxiliary: frozenset[str] = frozenset()
    """Classes of things that are listed last and found by no search."""

    part_kinds: tuple[str, ...] = ()
    """Classes whose instances are parts, where something owns them."""
    to_part: tuple[str, ...] = ()
    """Properties that lead from an owner to its part."""
    to_owner: tuple[str, ...] = ()
    """Properties that lead from a part to its owner."""
    said_by_parts: frozenset[str] = frozenset()
    """Properties of an owner that its parts say in full."""
    said_by_part_text: frozenset[str] = frozenset()
    """Properties of a part that `part_text` says."""

    def part_text(self, index: Index, part: str) -> str:
        """The heading of a part where it is shown; empty for its label."""
        return ""

    def link_text(self, index: Index, statement: Statement) -> str:
        """The words for what a statement leads to, where they say more than its label; else empty."""
        return ""

    def has_section(self, index: Index, property_: str) -> bool:
        """Whether what points at a thing by a property stands in a section of its own on the thing's page."""
        return False

    def list_rank(self, index: Index, kind: str, instance: str) -> int:
        """Where a class is listed: 0 with what the graph is about, more for what only supports that."""
        return 2 if kind in self.auxiliary else 0

    def neighbour_class(self, index: Index, thing: str) -> str:
        """A CSS class for a thing where it is another's neighbour; may be empty."""
        return ""

    # ── the ontologies ────────────────────────────────────────────────────────────────────────────

    def ontologies(self, index: Index) -> Mapping[str, str]:
        """The namespaces of the graph's own ontologies with the IRIs of these; the one with the most terms first."""
        found = {_namespace(index, iri): iri for iri in index.instances(_OWL + "Ontology") if not iri.startswith("_:")}
        size = {namespace: sum(thing.startswith(namespace) for thing in index.out) for namespace in found}
        return {namespace: found[namespace] for namespace in sorted(found, key=lambda one: (-size[one], natural(one)))}

    def folders(self, index: Index) -> Mapping[str, str]:
        """The folders of the site, each with its slash, by the namespace whose terms have their pages there."""
        return dict.fromkeys(list(self.ontologies(index))[:1], "ontology/")

    def wholes(self, index: Index) -> Mapping[str, str]:
        """The paths of pages about a whole, by the IRI of that whole."""
        return dict.fromkeys(list(self.ontologies(index).values())[:1], ONTOLOGY)

    # ── parts ─────────────────────────────────────────────────────────────────────────────────────

    def owners(self, index: Index, base: str) -> dict[str, str]:
        """What each part belongs to directly, by the part's IRI; both lie below `base`. One without is no part."""
        parts = {thing for kind in self.part_kinds for thing in index.instances(kind) if thing.startswith(base)}
        found = {part: owner for part in sorted(parts, key=natural) if (owner := self._owner(index, part, parts, base))}
        return {part: owner for part, owner in found.items() if _ends(found, part)}

    def _owner(self, index: Index, part: str, parts: set[str], base: str) -> str:
        near = {*index.subjects(part, *self.to_part), *index.objects(part, *self.to_owner)} - {part}
        able = (thing for thing in near if thing.startswith(base) and any(index.statements(thing, TYPE)))
        return min(able, key=lambda thing: (thing in parts, natural(thing)), default="")


def _ends(owner: Mapping[str, str], part: str) -> bool:
    """Whether a part leads, from owner to owner, to a thing with a page, and not in a circle."""
    seen: set[str] = set()
    while part in owner:
        if part in seen:
            return False
        seen.add(part)
        part = owner[part]
    return True


def _namespace(index: Index, ontology: str) -> str:
    """The namespace of an ontology's terms: as it says, or else by which of `#` and `/` its terms are set apart."""
    declared = index.text(ontology, _VANN + "preferredNamespaceUri") or index.object(
        ontology, _VANN + "preferredNamespaceUri"
    )
    if declared or ontology.endswith(("#", "/")):
        return declared or ontology
    slash = any(thing.startswith(f"{ontology}/") for thing in index.out)
    return f"{ontology}/" if slash and not any(t.startswith(f"{ontology}#") for t in index.out) else f"{ontology}#"
