"""Two worlds side by side: what stands on each line, in which row, where they part, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from lalakg._narrative.pages.claims import telling
from lalakg._narrative.pages.story_order import Order
from lalakg._narrative.terms import LALA
from lalakg._pages.index import TYPE, Index
from lalakg._rdf.terms import natural

_MOST = 80  # events on a line; a longer story is drawn by the events that matter to the other world, then the first


@dataclass
class Moment:
    """Something on a world's line: an event, a gap, or at its end a state. `sure`: it is known to follow the last."""

    iri: str
    kind: str
    row: int = 0
    sure: bool = True


@dataclass
class Line:
    """One world and what stands on its line; `left_out` events are not drawn."""

    world: str
    moments: list[Moment] = field(default_factory=list)
    left_out: int = 0

    def row(self, iri: str) -> int | None:
        """The row in which a thing stands, if it does."""
        return next((moment.row for moment in self.moments if moment.iri == iri), None)


@dataclass(frozen=True)
class Difference:
    """A divergence between two rows; a row of None is what is not there. `implied`: no source states it."""

    iri: str
    base: int | None
    inner: int | None
    implied: bool


@dataclass(frozen=True)
class Plan:
    """The drawing's content: the base world's line, the inner one's if there is one, and what joins them."""

    base: Line
    inner: Line | None
    branch: int | None
    trigger: int | None
    differences: tuple[Difference, ...]
    rows: int
    end: int


def pairs(index: Index, world: str = "") -> list[tuple[str, str]]:
    """The worlds of the graph, each base world with a world inside it, or with none; the fullest first.

    With `world`, only those pairs in which it is.
    """
    worlds = index.instances(LALA + "World")
    if world:
        worlds = [world, *index.objects(world, LALA + "embeddedIn"), *index.subjects(world, LALA + "embeddedIn")]
    size = {one: sum(1 for _ in index.pointing(one, LALA + "inWorld")) for one in worlds}
    found = [(outer, one) for one in worlds for outer in index.objects(one, LALA + "embeddedIn")]
    paired = {one for pair in found for one in pair}
    alone = [(one, "") for one in worlds if one not in paired]
    ranked = sorted(set(found), key=lambda pair: (-size.get(pair[0], 0) - size[pair[1]], pair))
    ranked += sorted(alone, key=lambda pair: (-size[pair[0]], pair))
    return [pair for pair in ranked if not world or world in pair]


def plan(index: Index, base: str, inner: str = "") -> Plan | None:
    """Plan the drawing of one pair of worlds; None when no event lies in the base world."""
    records = _records(index, base, inner)
    first = _line(index, base, records)
    if not first.moments:
        return None
    for number, moment in enumerate(first.moments):
        moment.row = number
    if not inner:
        end = len(first.moments)
        _end(index, first, None, [], end)
        return Plan(first, None, None, None, (), _rows(first), end)
    second = _line(index, inner, records)
    branch = first.row(index.object(inner, LALA + "branchesAt"))
    trigger = next((row for e in index.subjects(inner, LALA + "triggers") if (row := first.row(e)) is not None), None)
    _align(index, first, second, records, -1 if branch is None else branch)
    end = max([m.row for m in (*first.moments, *second.moments)], default=0) + 1
    _end(index, first, second, records, end)
    differences = tuple(d for record in records if (d := _difference(index, first, second, record)))
    return Plan(first, second, branch, trigger, differences, _rows(first, second), end)


def _rows(*lines: Line) -> int:
    return 1 + max((moment.row for line in lines for moment in line.moments), default=0)


def _records(index: Index, base: str, inner: str) -> list[tuple[str, str, str]]:
    """The divergences between two worlds: each with what it departs from and what stands in its place, or nothing."""
    found = [d for d in index.subjects(inner, LALA + "alternativeWorld") if inner]
    found = [d for d in found if index.object(d, LALA + "baseWorld") in (base, "")]
    return [(d, index.object(d, LALA + "baseEntity"), index.object(d, LALA + "alternativeEntity")) for d in found]


def _line(index: Index, world: str, records: list[tuple[str, str, str]]) -> Line:
    inside = index.subjects(world, LALA + "inWorld")
    events = [thing for thing in inside if index.is_a(thing, LALA + "Event")]
    chosen = _chosen(index, events, records)
    order = Order(index, chosen)
    moments = [Moment(iri, "gap" if iri in order.gaps else "event") for iri in order.sequence()]
    for before, after in pairwise(moments):
        after.sure = order.known(before.iri, after.iri)
    return Line(world, moments, len(events) - len(chosen))


def _chosen(index: Index, events: list[str], records: list[tuple[str, str, str]]) -> list[str]:
    if len(events) <= _MOST:
        return events
    sides = {side for record in records for side in record[1:]}
    joined = (LALA + "triggers", LALA + "initiates")
    position = telling(index, events)

    def rank(event: str) -> tuple[bool, float, list[tuple[int, int, str]]]:
        matters = event in sides or any(index.subjects(event, LALA + "branchesAt")) or _opens(index, event, joined)
        return not matters, position[event], natural(event)

    return sorted(events, key=rank)[:_MOST]


def _opens(index: Index, event: str, joined: tuple[str, ...]) -> bool:
    return any(index.objects(thing, LALA + "embeddedIn") for thing in index.objects(event, *joined))


def _standing(index: Index, line: Line, thing: str) -> int | None:
    """The row for a thing: its own, that of the event which brings it about, or of the first that has to do with it."""
    own = line.row(thing)
    if own is None:
        own = next((r for e in index.subjects(thing, LALA + "initiates") if (r := line.row(e)) is not None), None)
    if own is None:
        rows = [row for s in index.pointing(thing) if (row := line.row(s.subject)) is not None]
        own = min(rows, default=None)
    return own


def _align(index: Index, base: Line, inner: Line, records: list[tuple[str, str, str]], branch: int) -> None:
    """Rows for the inner line: in its order, below the branch, and as near as may be to what each departs from."""
    wanted: dict[str, int] = {}
    for _, given, other in records:
        row, event = _standing(index, base, given), _event_of(index, inner, other)
        if row is not None and event:
            wanted[event] = row
    last = max((moment.row for moment in base.moments), default=0)
    anchors = [(-1, branch)]
    for number, moment in enumerate(inner.moments):
        if moment.iri in wanted:
            earliest = anchors[-1][1] + number - anchors[-1][0]
            anchors.append((number, max(earliest, wanted[moment.iri])))
    count = len(inner.moments)
    anchors.append((count, max(last + 1, anchors[-1][1] + count - anchors[-1][0])))
    for (first, start), (second, stop) in pairwise(anchors):
        tight = first < 0  # what leads to the first difference follows the branch at once
        for number in range(first + 1, second + 1):
            row = start + number - first if tight else start + (stop - start) * (number - first) // (second - first)
            if number < count:
                inner.moments[number].row = stop if number == second else row


def _event_of(index: Index, line: Line, thing: str) -> str:
    """The moment of a line that stands for a thing, if one does."""
    names = {moment.iri for moment in line.moments}
    if thing in names:
        return thing
    found = [s for s in index.subjects(thing, LALA + "initiates") if s in names] if thing else []
    return (found or [s.subject for s in index.pointing(thing) if s.subject in names] or [""])[0]


def _end(index: Index, base: Line, inner: Line | None, records: list[tuple[str, str, str]], end: int) -> None:
    """How each world ends, below the events: what diverges side by side, then counterparts, then the rest."""
    left = index.objects(base.world, LALA + "hasEndState")
    right = index.objects(inner.world, LALA + "hasEndState") if inner else []
    sides = [(a, b) for _, a, b in records if a in left and (b in right or not b)]
    sides += [(a, b) for a in left for b in index.objects(a, LALA + "counterpartOf") if b in right]
    used: set[str] = set()
    row = end
    for a, b in sides:
        if a not in used and b not in used:
            used |= {a, b} - {""}
            base.moments.append(Moment(a, "state", row))
            if inner and b:
                inner.moments.append(Moment(b, "state", row))
            row += 1
    for line, states in ((base, left), (inner, right)):
        for number, state in enumerate(s for s in states if s not in used):
            if line:
                line.moments.append(Moment(state, "state", row + number))


def _difference(index: Index, base: Line, inner: Line, record: tuple[str, str, str]) -> Difference | None:
    iri, given, other = record
    left = _standing(index, base, given) if given else None
    right = _standing(index, inner, other) if other else None
    if left is None and right is None:
        return None
    bases = {index.object(claim, LALA + "basis") for claim in index.subjects(iri, LALA + "asserts")}
    return Difference(iri, left, right, not any(index.name(basis).endswith(":stated") for basis in bases))


def is_world(index: Index, thing: str) -> bool:
    """Whether a thing is a world."""
    return any(name.startswith(LALA) and name.endswith("World") for name in index.objects(thing, TYPE))
