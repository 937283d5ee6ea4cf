"""The page of a thing: what it is, what is said of it, what points to it, and its neighbourhood for a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from lalakg._pages.display import Showing
from lalakg._pages.index import TYPE, key
from lalakg._pages.property_rows import PropertyRows
from lalakg._pages.site_context import SiteContext
from lalakg._rdf.terms import WELL_KNOWN, natural

_SAME_AS = WELL_KNOWN["schema"] + "sameAs"
_MOST = 5  # neighbours on either side
_LEAST = 3  # a drawing of less would say what the page has said


def content(site: SiteContext, thing: str, here: str) -> dict[str, Any]:
    """All that the template of a thing's page shows."""
    index = site.index
    rows = PropertyRows(site, here)
    lead = index.text(thing, *site.presentation.lead)
    return {
        "label": index.label(thing),
        "name": index.name(thing),
        "types": [site.kind(kind, here) for kind in site.types(thing)],
        "lead": "" if lead == index.label(thing) else lead,
        "groups": rows.of(thing),
        "incoming": rows.incoming(thing),
        "elsewhere": [site.thing(iri, here) for iri in index.objects(thing, _SAME_AS)],
        "near": neighbourhood(site, thing, here),
    }


# ── the neighbourhood: what points to a thing above it, what it points to below ──────────────────


@dataclass(frozen=True)
class Neighbour:
    """One thing beside another: the word for how they are linked, and a CSS class, which may be empty."""

    text: str
    href: str
    word: str
    css_class: str


@dataclass(frozen=True)
class Neighbourhood:
    """What is drawn; `rest` neighbours are not."""

    above: list[Neighbour]
    below: list[Neighbour]
    rest: int


def neighbourhood(site: SiteContext, thing: str, here: str) -> Neighbourhood | None:
    """What surrounds a thing; None where it stands alone or nearly so."""
    above, below = (_beside(site, thing, backwards=backwards) for backwards in (True, False))
    if len(above) + len(below) < _LEAST:
        return None
    return Neighbourhood(
        [_neighbour(site, *one, here) for one in above[:_MOST]],
        [_neighbour(site, *one, here) for one in below[:_MOST]],
        sum(max(0, len(side) - _MOST) for side in (above, below)),
    )


def _neighbour(site: SiteContext, iri: str, word: str, here: str) -> Neighbour:
    css_class = site.presentation.neighbour_class(site.index, iri)
    return Neighbour(site.index.label(iri), site.href(iri, here), word, css_class)


def _beside(site: SiteContext, thing: str, *, backwards: bool) -> list[tuple[str, str]]:
    """The things on one side that another page shows, with the word for the link; the most telling properties first,
    one of each before more."""
    index, home = site.index, site.home(thing)
    given = index.pointing(thing) if backwards else index.statements(thing)
    links = [s for s in given if s.property != TYPE and s.property not in site.presentation.unimportant]
    found: dict[str, Showing] = {}
    ends = [
        (site.display.showing(s.property, backwards=backwards), s.subject if backwards else key(s.object))
        for s in site.narrow(links)
        if not isinstance(s.object, ox.Literal)
    ]
    for how, other in sorted(ends, key=lambda end: (end[0], natural(end[1]))):
        if site.path(other) and site.home(other) != home:
            found.setdefault(other, how)
    count: dict[Showing, int] = {}
    rows: list[tuple[bool, Showing, int, str]] = []
    for other, how in found.items():
        count[how] = count.get(how, 0) + 1
        rows.append((count[how] > 2, how, count[how], other))
    return [(other, how.name) for _, how, _, other in sorted(rows)]
