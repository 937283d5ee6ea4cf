"""Pages of the film with some statements more, and what a test reads on them."""

from collections.abc import Iterable
from xml.etree import ElementTree

import html5rdf
import pyoxigraph as ox

import lalakg
from lalakg._pages import Pages, SiteContext

ID = "https://w3id.org/lalakg/id/"
SVG = "{http://www.w3.org/2000/svg}"


def name(local: str) -> ox.NamedNode:
    return ox.NamedNode(local if ":" in local else ID + local)


def say(subject: str, property_: str, value: str | ox.Literal) -> ox.Triple:
    return ox.Triple(name(subject), name(property_), value if isinstance(value, ox.Literal) else name(value))


def pages_of(kg: lalakg.KnowledgeGraph, triples: Iterable[ox.Triple] = (), **options: object) -> Pages:
    """The pages of the film with some triples more."""
    return Pages(SiteContext([*kg.triples, *triples], kg.folder, kg.prefixes, **options), kg.engine)  # type: ignore[arg-type]


def parsed(page: str) -> ElementTree.Element:
    """The page's tree, read as strictly as HTML allows."""
    return html5rdf.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def words(element: ElementTree.Element) -> str:
    return " ".join(" ".join(element.itertext()).split())
