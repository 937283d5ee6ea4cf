"""What of a story may be linked to items of Wikidata, and which claims support a statement there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from lalakg._narrative.terms import LALA, LV
from lalakg._rdf.terms import WELL_KNOWN
from lalakg._wikidata.linkable_kinds import Kind, LinkableKinds
from lalakg._wikidata.mappings import SAME, SEE

_PREFIXES: Final = f"PREFIX lala: <{LALA}>\nPREFIX lv: <{LV}>\nPREFIX schema: <{WELL_KNOWN['schema']}>\n"

# A claim that is about both things, or about something of the one that is at the other.
_CLAIMS: Final = """
SELECT DISTINCT ?claim ?source ?url WHERE {{
  VALUES (?one ?other) {{ {pairs} }}
  {{ ?claim lala:about ?one , ?other }}
  UNION {{
    ?claim lala:about ?at .
    ?at lala:atPlace|lala:locatedIn ?other ; lala:inWorld ?world .
    ?world lala:worldOf ?one
  }}
  ?claim lala:basis lv:stated ; lala:polarity lv:affirmative .
  FILTER NOT EXISTS {{ ?rival lala:contradicts ?claim }}
  OPTIONAL {{ ?claim lala:reportedIn ?in . ?in schema:sameAs ?source }}
  OPTIONAL {{ ?claim lala:reportedIn ?in . ?in schema:url ?url }}
}}
ORDER BY ?claim ?source ?url
LIMIT 1
"""


class StoryKinds(LinkableKinds):
    """The film, who made it, its real places, and its characters; groups of characters have no items.

    Real things are the same as their items. A character is not: see the model's page on links.
    """

    kinds: ClassVar[Mapping[str, Kind]] = {
        LALA + "Film": Kind("film", SAME, ("Q11424",)),
        LALA + "RealPerson": Kind("person", SAME, ("Q5",)),
        LALA + "RealPlace": Kind("place", SAME, ("Q17334923", "Q486972", "Q515")),
        LALA + "Organization": Kind("organisation", SAME, ("Q43229",)),
        LALA + "Character": Kind("character", SEE, ("Q95074", "Q15632617", "Q15773347", "Q14897293"), True),
    }
    relations: ClassVar[Mapping[str, str]] = {
        **LinkableKinds.relations,
        "P674": f"?o <{LALA}appearsIn> ?s .",
        "P1441": f"?s <{LALA}appearsIn> ?o .",
        "P175": f"?s <{LALA}portrayedBy> ?o .",
        "P840": f"""?o a <{LALA}RealPlace> .
            ?thing <{LALA}atPlace>|<{LALA}locatedIn> ?o ; <{LALA}inWorld> ?world . ?world <{LALA}worldOf> ?s .""",
    }
    excluded: ClassVar[str] = f"?s a <{LALA}CharacterGroup> ."
    roles: ClassVar[str] = f"?s <{LALA}appearsIn> ?film ; <{LALA}portrayedBy> ?person ."

    def claim_query(self, pairs: Iterable[tuple[str, str]]) -> str:
        """A SELECT query for one affirmative claim that its source states outright and that no other contradicts."""
        return _PREFIXES + _CLAIMS.format(pairs=" ".join(f"(<{one}> <{other}>)" for one, other in pairs))
