"""Identifiers of Wikidata's entities, and those of other catalogues that Wikidata has a property for."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

WIKIDATA: Final = "http://www.wikidata.org/"
ENTITY: Final = WIKIDATA + "entity/"
PREFIXES: Final = {
    "dcterms": "http://purl.org/dc/terms/",
    "p": WIKIDATA + "prop/",
    "pq": WIKIDATA + "prop/qualifier/",
    "prov": "http://www.w3.org/ns/prov#",
    "ps": WIKIDATA + "prop/statement/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schemahttp": "http://schema.org/",  # as Wikidata writes it: not ours, which is https
    "wd": ENTITY,
    "wds": ENTITY + "statement/",
    "wdt": WIKIDATA + "prop/direct/",
    "wikibase": "http://wikiba.se/ontology#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_ITEM: Final = re.compile(r"Q[1-9]\d*")
_KINDS: Final = {"P": "a property", "L": "a lexeme", "M": "a media file", "E": "a schema"}
_LINK: Final = re.compile(r"https?://(?:www[.]|m[.])?wikidata[.]org/(?:entity/(\S+)|wiki/(?:\w+:)?([A-Za-z]\d+\S*))")


class ExternalCatalogue(NamedTuple):
    """Another catalogue: its name, Wikidata's property for its identifiers, the pattern of its web addresses."""

    name: str
    property: str
    address: re.Pattern[str]


CATALOGUES: Final = (
    ExternalCatalogue(
        "IMDb", "P345", re.compile(r"https?://(?:www[.]|m[.])?imdb[.]com/(?:title|name|company)/((?:tt|nm|co)\d+)/?")
    ),
    ExternalCatalogue("TMDB", "P4947", re.compile(r"https?://(?:www[.])?themoviedb[.]org/movie/(\d+)[\w-]*/?")),
    ExternalCatalogue("Rotten Tomatoes", "P1258", re.compile(r"https?://(?:www[.])?rottentomatoes[.]com/(m/[\w-]+)/?")),
    ExternalCatalogue("Letterboxd", "P6127", re.compile(r"https?://(?:www[.])?letterboxd[.]com/film/([\w-]+)/?")),
    ExternalCatalogue("GeoNames", "P1566", re.compile(r"https?://(?:sws|www)[.]geonames[.]org/(\d+)/?\S*")),
    ExternalCatalogue("VIAF", "P214", re.compile(r"https?://(?:www[.])?viaf[.]org/viaf/(\d+)/?")),
)


def is_item(name: str) -> bool:
    """Whether this is the id of an item: Q and a number."""
    return _ITEM.fullmatch(name) is not None


def entity_id(iri: str) -> str | None:
    """The id of the Wikidata entity, of whatever kind, that a web address is about; None for any other address."""
    match = _LINK.fullmatch(iri)
    return match[1] or match[2] if match else None


def why_no_item(name: str) -> str:
    """Why an id is no item's, in words."""
    is_other = name[:1] in _KINDS and name[1:2].isdigit()
    return f"{name} is {_KINDS[name[0]]}, not an item" if is_other else f"{name} is no item: that is Q and a number"


def external_identifier(iri: str) -> tuple[ExternalCatalogue, str] | None:
    """The catalogue that a web address belongs to, and the identifier in it, without query and fragment."""
    page = re.split("[?#]", iri, maxsplit=1)[0]
    matches = ((catalogue, catalogue.address.fullmatch(page)) for catalogue in CATALOGUES)
    return next(((catalogue, match[1]) for catalogue, match in matches if match), None)
