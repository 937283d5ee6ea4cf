"""The namespaces of the narrative vocabularies, and the prefixes by which queries and data refer to them."""

from __future__ import annotations

from typing import Final

from lalakg._rdf.terms import Prefixes

LALA: Final = "https://w3id.org/lalakg/ontology#"
LV: Final = "https://w3id.org/lalakg/vocab#"
LSH: Final = "https://w3id.org/lalakg/shapes#"

PREFIXES: Final[Prefixes] = {"lala": LALA, "lsh": LSH, "lv": LV}
VOCABULARIES: Final = (LALA, LV)  # every name in them is defined in the ontology or in a concept scheme
