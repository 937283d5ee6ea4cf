"""The neighbourhood of a thing, for a drawing: what points to it above it, what it points to below."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from lalakg._pages.display import Showing
from lalakg._pages.index import TYPE, key
from lalakg._pages.site_context import Edition
from lalakg._rdf.terms import LALA, natural

_MOST = 5  # neighbours on either side
_LEAST = 3  # a drawing of less would say what the page has said
_UNTOLD = frozenset(
    LALA + name for name in ("basis", "certainty", "polarity", "category", "aboutWorld", "involvesCharacter", "locator")
)


@dataclass(frozen=True)
class Neighbour:
    """One thing beside another: the word for how they are linked; `inside`, where it is of a world within another."""

    text: str
    href: str
    word: str
    inside: bool


@dataclass(frozen=True)
class Neighbourhood:
    """What is drawn; `rest` neighbours are not."""

    above: list[Neighbour]
    below: list[Neighbour]
    rest: int


def neighbourhood(edition: Edition, thing: str, here: str) -> Neighbourhood | None:
    """What surrounds a thing; None where it stands alone or nearly so."""
    above, below = (_beside(edition, thing, backwards=backwards) for backwards in (True, False))
    if len(above) + len(below) < _LEAST:
        return None
    return Neighbourhood(
        [_neighbour(edition, *one, here) for one in above[:_MOST]],
        [_neighbour(edition, *one, here) for one in below[:_MOST]],
        sum(max(0, len(side) - _MOST) for side in (above, below)),
    )


def _neighbour(edition: Edition, iri: str, word: str, here: str) -> Neighbour:
    index = edition.index
    inside = bool(index.object(index.object(iri, LALA + "inWorld"), LALA + "embeddedIn"))
    return Neighbour(index.label(iri), edition.href(iri, here), word, inside)


def _beside(edition: Edition, thing: str, *, backwards: bool) -> list[tuple[str, str]]:
    """The things on one side that another page shows, with the word for the link; the most telling properties first,
    one of each before more."""
    index, home = edition.index, edition.home(thing)
    given = index.pointing(thing) if backwards else index.statements(thing)
    links = [s for s in given if s.property != TYPE and s.property not in _UNTOLD]
    found: dict[str, Showing] = {}
    ends = [
        (edition.display.showing(s.property, backwards=backwards), s.subject if backwards else key(s.object))
        for s in edition.narrow(links)
        if not isinstance(s.object, ox.Literal)
    ]
    for how, other in sorted(ends, key=lambda end: (end[0], natural(end[1]))):
        if edition.path(other) and edition.home(other) != home:
            found.setdefault(other, how)
    count: dict[Showing, int] = {}
    rows: list[tuple[bool, Showing, int, str]] = []
    for other, how in found.items():
        count[how] = count.get(how, 0) + 1
        rows.append((count[how] > 2, how, count[how], other))
    return [(other, how.name) for _, how, _, other in sorted(rows)]
