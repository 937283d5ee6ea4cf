"""How a story's terms are presented: passages and times are parts, claims come after what they speak of."""

from __future__ import annotations

from collections.abc import Mapping

from lalakg._narrative.pages.claims import place, speaks_of
from lalakg._narrative.terms import LALA, LSH, LV
from lalakg._pages.index import Index, Statement, key
from lalakg._pages.presentation import ONTOLOGY, SHAPES, Presentation
from lalakg._rdf.terms import WELL_KNOWN

_OA, _TIME = WELL_KNOWN["oa"], WELL_KNOWN["time"]
_SKOS, _DCTERMS, _RDFS = (WELL_KNOWN[name] for name in ("skos", "dcterms", "rdfs"))


def _lala(*names: str) -> tuple[str, ...]:
    return tuple(LALA + name for name in names)


class NarrativePresentation(Presentation):
    """The presentation of worlds, events, claims and passages."""

    lead = (LALA + "claimText", _SKOS + "definition", LALA + "gist", _DCTERMS + "description")
    summary = _lala("claimText", "gist")
    descriptions = (_SKOS + "definition", *_lala("claimText", "gist"), _RDFS + "comment")
    in_head = Presentation.in_head.union(_lala("factId"))
    codes = Presentation.codes.union(_lala("sha256", "locator", "textFragment"))
    unimportant = frozenset(
        _lala("basis", "certainty", "polarity", "category", "aboutWorld", "involvesCharacter", "locator")
    )
    part_kinds = (
        *_lala("Passage", "Position", "ClaimRelation"),
        *(_OA + name for name in ("SpecificResource", "TextPositionSelector")),
        *(_TIME + name for name in ("ProperInterval", "Interval", "Duration")),
    )
    auxiliary = frozenset(part_kinds).difference(_lala("Position", "ClaimRelation"))
    to_part = (LALA + "evidence", _OA + "hasSelector", _TIME + "hasTime")
    to_owner = _lala("positionOn", "relationSource")
    said_by_parts = frozenset(_lala("locator"))
    said_by_part_text = frozenset({LALA + "paragraph", _OA + "start", _OA + "end"})

    def part_text(self, index: Index, part: str) -> str:
        """Where a passage stands."""
        return place(index, part)

    def link_text(self, index: Index, statement: Statement) -> str:
        """A passage by where it stands."""
        return place(index, key(statement.object)) if statement.property == LALA + "evidence" else ""

    def has_section(self, index: Index, property_: str) -> bool:
        """Claims have one."""
        return speaks_of(index, property_)

    def list_rank(self, index: Index, kind: str, instance: str) -> int:
        """Claims come after the story, passages last."""
        return super().list_rank(index, kind, instance) or int(index.is_a(instance, LALA + "Claim"))

    def neighbour_class(self, index: Index, thing: str) -> str:
        """What is of a world within another is marked."""
        return "inner" if index.object(index.object(thing, LALA + "inWorld"), LALA + "embeddedIn") else ""

    def ontologies(self, index: Index) -> Mapping[str, str]:
        """The ontology, and its vocabulary of concepts."""
        return {LALA: LALA[:-1], LV: LV[:-1]}

    def folders(self, index: Index) -> Mapping[str, str]:
        """Terms, concepts and shapes lie apart."""
        return {LALA: "ontology/", LV: "vocab/", LSH: "shapes/"}

    def wholes(self, index: Index) -> Mapping[str, str]:
        """The pages of the ontology and of the shapes."""
        return {LALA[:-1]: ONTOLOGY, LSH[:-1]: SHAPES}
