"""The neighbourhood of a thing as a drawing: what points to it above, itself in the middle, what it points to below."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

import pyoxigraph as ox

from lalakg._pages import svg
from lalakg._pages.display import Showing
from lalakg._pages.edition import Edition
from lalakg._pages.index import TYPE, Statement, key
from lalakg._terms import LALA, natural

_MOST = 7  # neighbours on either side
_LEAST = 3  # a drawing of less would say what the page has said
_WIDTH, _SPINE, _TEXT = 320.0, 12.0, 64.0
_SIZE = 13.5
_UNTOLD = ("basis", "certainty", "polarity", "category", "hasTime", "aboutWorld", "involvesCharacter", "isDefinedBy")


class _Neighbour(NamedTuple):
    iri: str
    word: str
    inside: bool


def draw(edition: Edition, thing: str, here: str) -> str:
    """Draw it, or nothing where a thing stands alone or nearly so."""
    outgoing, incoming = _neighbours(edition, thing, False), _neighbours(edition, thing, True)
    if len(outgoing) + len(incoming) < _LEAST:
        return ""
    index = edition.index
    above, below = incoming[:_MOST], outgoing[:_MOST]
    y = 6.0
    parts: list[str] = []
    places = []
    for neighbour in above:
        part, height = _drawn(edition, neighbour, here, y)
        places.append((y + height / 2, neighbour.inside))
        parts.append(part)
        y += height
    name = svg.wrap(index.label(thing), _WIDTH - 44, _SIZE + 1.5, 3)
    middle = y + len(name) * 9.5 + (10 if above else 2)
    y = middle + len(name) * 9.5 + (10 if below else 2)
    for neighbour in below:
        part, height = _drawn(edition, neighbour, here, y)
        places.append((y + height / 2, neighbour.inside))
        parts.append(part)
        y += height
    edges = [
        svg.tag("path", d="".join(_edge(middle, y) for y, within in places if within == inside), class_=kind)
        for inside, kind in ((False, "n-edge"), (True, "n-edge inner"))
        if any(within == inside for _, within in places)
    ]
    centre = svg.tag("circle", cx=_SPINE, cy=middle, r=6, class_="n-centre")
    words = svg.text(name, _SPINE + 16, middle, 19, class_="n-name", font_size=_SIZE + 1.5)
    rest = len(incoming) - len(above) + len(outgoing) - len(below)
    said = f"{len(incoming)} point to it, it points to {len(outgoing)}" + (f"; {rest} are not drawn." if rest else ".")
    return svg.tag(
        "svg",
        svg.tag("title", escape(f"Neighbourhood of {index.label(thing)}"), id="neighbours-title"),
        svg.tag("desc", escape(said), id="neighbours-desc"),
        *edges,
        *parts,
        centre,
        words,
        class_="neighbours",
        viewBox=f"0 0 {_WIDTH:g} {y + 4:g}",
        role="group",
        aria_labelledby="neighbours-title",
        aria_describedby="neighbours-desc",
        font_size=_SIZE,
    )


def _neighbours(edition: Edition, thing: str, backwards: bool) -> list[_Neighbour]:
    """The things on one side with a page of their own, the most telling properties first, one of each before more."""
    index = edition.index
    given = index.pointing(thing) if backwards else index.statements(thing)
    links = [s for s in given if not isinstance(s.object, ox.Literal) and _telling(s.property)]
    rows: list[tuple[tuple[bool, Showing, int], _Neighbour]] = []
    count: dict[str, int] = {}
    seen = {thing}

    def showing(property_: str) -> Showing:
        return edition.display.showing(property_, backwards=backwards)

    def end(statement: Statement) -> str:
        return statement.subject if backwards else key(statement.object)

    for statement in sorted(edition.narrow(links), key=lambda s: (showing(s.property), natural(end(s)))):
        other = end(statement)
        if other in seen or not edition.path(other):
            continue
        seen.add(other)
        count[statement.property] = count.get(statement.property, 0) + 1
        how = showing(statement.property)
        inside = bool(index.object(index.object(other, LALA + "inWorld"), LALA + "embeddedIn"))
        rows.append(
            ((count[statement.property] > 2, how, count[statement.property]), _Neighbour(other, how.name, inside))
        )
    return [neighbour for _, neighbour in sorted(rows, key=lambda row: row[0])]


def _telling(property_: str) -> bool:
    return property_ != TYPE and property_.rpartition("#")[2] not in _UNTOLD


def _drawn(edition: Edition, neighbour: _Neighbour, here: str, y: float) -> tuple[str, float]:
    lines = svg.wrap(edition.index.label(neighbour.iri), _WIDTH - _TEXT - 14, _SIZE, 2)
    height = 21.0 + 17.0 * len(lines)
    word = svg.text([neighbour.word], _TEXT + 12, y + 9, 0, class_="n-word")
    label = svg.text(lines, _TEXT + 12, y + 17 + 8.5 * len(lines), 17)
    dot = svg.tag("circle", cx=_TEXT, cy=y + height / 2, r=4)
    kind = "inner" if neighbour.inside else None
    return svg.link(edition.href(neighbour.iri, here), dot, word, label, class_=kind), height


def _edge(middle: float, y: float) -> str:
    turn = 14 if y > middle else -14
    return f"M{_SPINE:g} {middle:g}C{_SPINE:g} {middle + turn * 2:g} {_SPINE:g} {y:g} {_TEXT:g} {y:g}"
