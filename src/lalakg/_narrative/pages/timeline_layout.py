"""Where everything stands in the drawing of two worlds: the height of each row, the width of labels, the heads."""

from __future__ import annotations

from dataclasses import dataclass

from lalakg._narrative.pages import svg
from lalakg._narrative.pages.worlds import Line, Moment, Plan
from lalakg._pages.index import Index


@dataclass(frozen=True)
class Style:
    """The measures of one drawing."""

    name: str
    width: float
    left: float  # where the story's line stands, and below, the other's
    right: float
    size: float
    small: float
    pill: float
    head: float

    @property
    def leading(self) -> float:
        """From one line of a label to the next."""
        return round(self.size * 1.3, 1)


WIDE = Style("wide", 760.0, 268.0, 492.0, 15.0, 12.5, 148.0, 21.0)
NARROW = Style("narrow", 360.0, 124.0, 236.0, 13.0, 11.0, 84.0, 16.5)
SINGLE = Style("wide", 480.0, 24.0, 24.0, 15.0, 12.5, 0.0, 21.0)


class Layout:
    """The paths of one plan in one style."""

    def __init__(self, plan: Plan, index: Index, style: Style) -> None:
        self.plan, self.index, self.style = plan, index, style
        self.y, self.more, self.rule, self.height = self._heights()

    def label_width(self, right: bool) -> float:
        """How wide a label may be."""
        style = self.style
        beside = right or self.plan.inner is None
        return (style.width - style.right if beside else style.left) - 18

    def lines(self, moment: Moment, right: bool) -> list[str]:
        """A moment's label, broken into lines."""
        return svg.wrap(self.index.label(moment.iri), self.label_width(right), self.style.size)

    def _heights(self) -> tuple[list[float], float, float, float]:
        """Where each row, what is not drawn, and the rule before the ends stand; and the height of the whole."""
        style, plan = self.style, self.plan
        lines = [1] * plan.rows
        for line in (plan.base, plan.inner):
            for moment in line.moments if line else ():
                lines[moment.row] = max(lines[moment.row], len(self.lines(moment, line is plan.inner)))
        if plan.branch is not None and plan.inner:
            head = self.heads(plan.inner, True)[2]
            lines[plan.branch] = max(lines[plan.branch], round(head / style.leading + 0.5))
        found: list[float] = []
        y = self._rows(found, lines[: plan.end], self.heads(plan.base, False)[2] + style.leading * 1.9)
        more = y + style.leading
        y = more if any(line.left_out for line in (plan.base, plan.inner) if line) else y
        rule = y + style.leading
        y = self._rows(found, lines[plan.end :], y + style.leading * 2.2) if plan.end < plan.rows else y
        return found, more, rule, y + style.leading / 2

    def _rows(self, found: list[float], lines: list[int], y: float) -> float:
        """Where rows of so many lines stand, from `y` on; where they end."""
        for count in lines:
            height = count * self.style.leading + self.style.size * 0.75
            found.append(round(y + height / 2, 1))
            y += height
        return y

    def x(self, right: bool) -> float:
        """Where a line runs."""
        return self.style.right if right else self.style.left

    def heads(self, line: Line, right: bool) -> tuple[list[str], list[str], float]:
        """What stands over a line, the world's name below it, and the height of both."""
        style, width = self.style, self.label_width(right)
        words = svg.wrap("What might have been" if right else "What happens", width, style.head * 1.1)
        names = svg.wrap(self.index.label(line.world), width, style.small)
        return words, names, len(words) * style.head * 1.2 + len(names) * style.small * 1.25

    def text_at(self, right: bool) -> tuple[float, str]:
        """Where a label begins or ends, and which of them."""
        beside = right or self.plan.inner is None
        return (self.x(right) + 16, "start") if beside else (self.x(right) - 16, "end")
