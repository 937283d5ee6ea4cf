"""How statements are shown: SHACL's names, groups and order for properties, read from a folder's shapes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pyoxigraph as ox

from lalakg._pages.index import Index
from lalakg._rdf.terms import WELL_KNOWN

_SH = WELL_KNOWN["sh"]
_LAST = 1e9


@dataclass(frozen=True, order=True)
class Showing:
    """Where and in which words one property is shown."""

    group_order: float
    order: float
    name: str
    group: str = field(compare=False)


class Display:
    """The showing of every property, read from either end.

    What no shape orders comes last, under the property's own label.
    """

    def __init__(self, shapes: Iterable[ox.Triple], index: Index) -> None:
        self._index = index
        self._shapes = Index(shapes, index.prefixes)
        self._known: dict[tuple[str, bool], Showing] = {}
        for statements in list(self._shapes.out.values()):
            for path in (s for s in statements if s.property == _SH + "path"):
                self._read(path.subject, path.object)

    def _read(self, shape: str, path: object) -> None:
        backwards = isinstance(path, ox.BlankNode)
        of = self._shapes.object(f"_:{path.value}", _SH + "inversePath") if isinstance(path, ox.BlankNode) else ""
        iri = of or (path.value if isinstance(path, ox.NamedNode) else "")
        name, order = self._shapes.text(shape, _SH + "name"), self._shapes.text(shape, _SH + "order")
        group = self._shapes.object(shape, _SH + "group")
        if iri and (name or order or group):
            showing = Showing(self._order(group), _number(order), name or self._index.label(iri), self._title(group))
            self._known[iri, backwards] = min(showing, self._known.get((iri, backwards), showing))

    def _order(self, group: str) -> float:
        return _number(self._shapes.text(group, _SH + "order"))

    def _title(self, group: str) -> str:
        return self._shapes.label(group) if group else ""

    def showing(self, property_: str, *, backwards: bool = False) -> Showing:
        """How a property is shown; `backwards`, on the page of what it points to."""
        if (property_, backwards) not in self._known:
            label = self._index.label(property_)
            name = f"is “{label}” of" if backwards else label
            self._known[property_, backwards] = Showing(_LAST, _LAST, name, "")
        return self._known[property_, backwards]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return _LAST
