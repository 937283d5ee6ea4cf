"""Events in story order: by what the graph says comes earlier, and where it says nothing, by the telling."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable

from lalakg._narrative.pages.claims import NEVER, telling
from lalakg._narrative.terms import LALA
from lalakg._pages.index import Index
from lalakg._rdf.terms import WELL_KNOWN, natural

_TIME = WELL_KNOWN["time"]
_LATER = (LALA + "after", LALA + "during", _TIME + "intervalAfter", _TIME + "intervalIn", _TIME + "after")
_EARLIER = (_TIME + "intervalBefore", _TIME + "before")


class Order:
    """The order of some moments: events, and intervals that are no event's time, such as a gap of years."""

    def __init__(self, index: Index, events: Iterable[str]) -> None:
        self.index = index
        self.events = list(events)
        self._moment = {time: event for event in self.events for time in index.objects(event, _TIME + "hasTime")}
        self.gaps = self._gaps()
        self._moment |= {event: event for event in self.events} | {gap: gap for gap in self.gaps}
        self._later: dict[str, set[str]] = defaultdict(set)
        for time in self._moment:
            self._read(time)

    def _gaps(self) -> list[str]:
        """Intervals beside the events' own, to which these are related."""
        related = {
            other
            for time in self._moment
            for other in (*self.index.objects(time, *_EARLIER, *_LATER), *self.index.subjects(time, *_EARLIER, *_LATER))
        }
        own = (other for other in related - self._moment.keys() if not self.index.subjects(other, _TIME + "hasTime"))
        return sorted((gap for gap in own if self.index.objects(gap, *_EARLIER, *_LATER)), key=natural)

    def _read(self, time: str) -> None:
        for other in self.index.objects(time, *_LATER):
            self._add(other, time)
        for other in self.index.objects(time, *_EARLIER):
            self._add(time, other)

    def _add(self, earlier: str, later: str) -> None:
        first, second = self._moment.get(earlier), self._moment.get(later)
        if first and second and first != second:
            self._later[first].add(second)

    def sequence(self) -> list[str]:
        """All moments, earlier ones first."""
        telling_position = telling(self.index, self.events)
        known = set(self._moment.values())
        waiting = dict.fromkeys(known, 0)
        for followers in self._later.values():
            for moment in followers:
                waiting[moment] += 1
        for gap in self.gaps:  # a gap stands before the first event that follows it
            telling_position[gap] = min((telling_position.get(m, NEVER) for m in self._later[gap]), default=NEVER) - 0.5

        def rank(moment: str) -> tuple[float, list[tuple[int, int, str]]]:
            return telling_position.get(moment, NEVER), natural(moment)

        ready = [(rank(moment), moment) for moment, count in waiting.items() if not count]
        heapq.heapify(ready)
        found: list[str] = []
        while ready:
            moment = heapq.heappop(ready)[1]
            found.append(moment)
            for later in self._later.get(moment, ()):
                waiting[later] -= 1
                if not waiting[later]:
                    heapq.heappush(ready, (rank(later), later))
        return found + sorted(known - set(found), key=rank)  # a circle has no order

    def known(self, earlier: str, later: str) -> bool:
        """Whether the graph itself says that one comes before the other."""
        seen, rest = {earlier}, [earlier]
        while rest:
            for moment in self._later.get(rest.pop(), ()):
                if moment == later:
                    return True
                if moment not in seen:
                    seen.add(moment)
                    rest.append(moment)
        return False
