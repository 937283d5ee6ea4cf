"""The two worlds drawn as one timeline: story time runs down, the story on the left, what might have been on the right.

Two drawings come of one plan, a wide and a narrow one; the style sheet shows the one that fits.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from itertools import pairwise

from lalakg._narrative.pages import svg
from lalakg._narrative.pages.timeline_layout import NARROW, SINGLE, WIDE, Layout, Style
from lalakg._narrative.pages.worlds import Difference, Line, Moment, Plan
from lalakg._pages.index import Index

Href = Callable[[str], str]


def draw(plan: Plan, index: Index, href: Href) -> list[str]:
    """The drawings of a plan: wide and narrow; a single world has one that fits both."""
    styles = (WIDE, NARROW) if plan.inner else (SINGLE,)
    return [_Drawing(plan, index, href, style).svg() for style in styles]


class _Drawing(Layout):
    def __init__(self, plan: Plan, index: Index, href: Href, style: Style) -> None:
        super().__init__(plan, index, style)
        self.href = href

    # ── parts ─────────────────────────────────────────────────────────────────────────────────────

    def svg(self) -> str:
        plan, style = self.plan, self.style
        parts = [self._world(plan.base, False)]
        if plan.inner:
            joints, pills = self._differences()
            parts = [*self._branch(), *joints, parts[0], self._world(plan.inner, True), *self._trigger(), *pills]
        ids = f"timeline-{style.name}"
        return svg.tag(
            "svg",
            svg.tag("title", escape(self._title()), id=f"{ids}-title"),
            svg.tag("desc", escape(self._description()), id=f"{ids}-desc"),
            self._rule(),
            *parts,
            class_=f"timeline {style.name}" if plan.inner else "timeline single",
            viewBox=f"0 0 {style.width:g} {self.height:g}",
            role="group",
            aria_labelledby=f"{ids}-title",
            aria_describedby=f"{ids}-desc",
            font_size=style.size,
        )

    def _title(self) -> str:
        names = [self.index.label(line.world) for line in (self.plan.base, self.plan.inner) if line]
        return f"Timeline: {' and '.join(names)}"

    def _description(self) -> str:
        plan, label = self.plan, self.index.label
        text = "Story time runs down. Each event is a link; a dashed stretch means that nothing says which came first."
        if plan.inner:
            at = next((m.iri for m in plan.base.moments if m.row == plan.branch), "")
            text += f" On the left: {label(plan.base.world)}. On the right: {label(plan.inner.world)}"
            text += f", which branches off at: {label(at)}." if at else "."
            text += f" {len(plan.differences)} differences join the two lines."
        return text

    def _rule(self) -> str:
        if not any(moment.kind == "state" for moment in self.plan.base.moments):
            return ""
        x = self.style.width / 2 if self.plan.inner else self.style.left + 18
        anchor = "middle" if self.plan.inner else "start"
        return svg.text(["How it ends"], x, self.rule, 0, class_="t-rule", text_anchor=anchor)

    def _world(self, line: Line, right: bool) -> str:
        side = "inner" if right else "base"
        stations = [self._moment(moment, right) for moment in line.moments]
        track = self._track(line, right)
        left = [] if not line.left_out else [self._left_out(line, right)]
        return svg.tag("g", *track, self._heading(line, right), *stations, *left, class_=side)

    def _left_out(self, line: Line, right: bool) -> str:
        x, anchor = self.text_at(right)
        words = f"and {line.left_out:,} more events"
        return svg.text([words], x, self.more, 0, class_="t-head-small", text_anchor=anchor)

    def _heading(self, line: Line, right: bool) -> str:
        style = self.style
        x, anchor = self.text_at(right)
        words, names, height = self.heads(line, right)
        centre = self.y[self.plan.branch] if right and self.plan.branch is not None else height / 2 + 2
        tall = len(words) * style.head * 1.2
        top = centre - height / 2 + tall / 2
        low = centre + tall / 2
        big = svg.text(words, x, top, style.head * 1.2, class_="t-head", text_anchor=anchor, font_size=style.head)
        name = svg.text(names, x, low, style.small * 1.25, class_="t-head-small", text_anchor=anchor)
        return svg.link(self.href(line.world), big, name)

    def _track(self, line: Line, right: bool) -> list[str]:
        """The line itself: solid where the order is known, dashed where it is not, dotted across a gap."""
        x, found = self.x(right), []
        moments = sorted(line.moments, key=lambda moment: moment.row)
        if not right and moments:
            found.append(
                self._stretch(x, self.y[moments[0].row] - self.style.leading * 1.5, self.y[moments[0].row], "t-line")
            )
        for before, after in pairwise(moments):
            kind = "t-line" if after.sure else "t-line t-unsure"
            if "gap" in (before.kind, after.kind):
                kind = "t-line t-gap"
            found.append(self._stretch(x, self.y[before.row], self.y[after.row], kind))
        return found

    @staticmethod
    def _stretch(x: float, top: float, bottom: float, kind: str) -> str:
        return svg.tag("path", d=f"M{x:g} {top:g}V{bottom:g}", class_=kind)

    def _moment(self, moment: Moment, right: bool) -> str:
        style, y, x = self.style, self.y[moment.row], self.x(right)
        lines = self.lines(moment, right)
        at, anchor = self.text_at(right)
        label = svg.text(lines, at, y, style.leading, text_anchor=anchor)
        if moment.kind == "gap":
            return svg.link(self.href(moment.iri), self._hit(at, y, lines, anchor), label, class_="t-pause")
        joined = any(moment.row == (d.inner if right else d.base) for d in self.plan.differences)
        radius = 6.5 if joined else 4.5
        mark = svg.tag("circle", cx=x, cy=y, r=radius)
        if moment.kind == "state":
            mark = svg.tag("rect", x=x - radius, y=y - radius, width=2 * radius, height=2 * radius, rx=2)
        return svg.link(self.href(moment.iri), self._hit(at, y, lines, anchor), mark, label, class_="t-moment")

    def _hit(self, x: float, y: float, lines: list[str], anchor: str) -> str:
        """The ground of a label, which takes clicks and shows the keyboard's focus."""
        width = max(self.label_width(anchor == "start"), 20) + 4
        height = len(lines) * self.style.leading + 5
        left = x - 5 if anchor == "start" else x - width + 5
        return svg.tag("rect", x=left, y=y - height / 2, width=width, height=height, rx=4, class_="t-hit")

    # ── between the lines ─────────────────────────────────────────────────────────────────────────

    def _branch(self) -> list[str]:
        plan, style = self.plan, self.style
        if plan.branch is None or not plan.inner or not plan.inner.moments:
            return []
        top, bottom = self.y[plan.branch], self.y[min(m.row for m in plan.inner.moments)]
        bend = (style.right - style.left) * 0.6
        curve = (
            f"M{style.left:g} {top:g}C{style.left + bend:g} {top:g} {style.right:g} {top:g} {style.right:g} {bottom:g}"
        )
        return [svg.tag("g", svg.tag("path", d=curve, class_="t-line"), class_="inner")]

    def _trigger(self) -> list[str]:
        plan, style = self.plan, self.style
        if plan.trigger is None or not plan.inner:
            return []
        y = self.y[plan.trigger]
        words = svg.text(
            svg.wrap("sets it off", style.pill, style.small),
            (style.left + style.right) / 2,
            y - style.small,
            style.small,
            class_="t-trigger",
            text_anchor="middle",
        )
        start, stop = style.left + 11, style.right - 6
        arrow = f"M{start:g} {y:g}H{stop:g}M{stop - 6:g} {y - 4:g}L{stop:g} {y:g}L{stop - 6:g} {y + 4:g}"
        return [svg.tag("path", d=arrow, class_="t-arrow"), words]

    def _differences(self) -> tuple[list[str], list[str]]:
        """What joins the lines, and the words upon it, moved down where they would overlap."""
        style, joints, pills = self.style, [], []
        taken = 0.0
        for one in sorted(self.plan.differences, key=lambda d: (self._middle(d), d.iri)):
            lines = svg.wrap(self.index.label(one.iri), style.pill - 12, style.small)
            height = len(lines) * style.small * 1.25 + 10
            y = max(self._middle(one), taken + height / 2 + 8)
            taken = y + height / 2
            joints.append(self._joint(one, y))
            pills.append(self._pill(one, lines, y, height))
        return joints, pills

    def _middle(self, one: Difference) -> float:
        rows = [self.y[row] for row in (one.base, one.inner) if row is not None]
        return sum(rows) / len(rows)

    def _joint(self, one: Difference, y: float) -> str:
        style = self.style
        centre, half = (style.left + style.right) / 2, style.pill / 2
        kind = "t-joint t-implied" if one.implied else "t-joint"
        found = []
        for row, x, edge in ((one.base, style.left, centre - half), (one.inner, style.right, centre + half)):
            there = self.y[row if row is not None else (one.base if one.base is not None else one.inner or 0)]
            bend = (x + edge) / 2
            found.append(
                svg.tag("path", d=f"M{x:g} {there:g}C{bend:g} {there:g} {bend:g} {y:g} {edge:g} {y:g}", class_=kind)
            )
            if row is None:
                found.append(svg.tag("circle", cx=x, cy=there, r=7.5, class_="t-nothing"))
        return svg.tag("g", *found)

    def _pill(self, one: Difference, lines: list[str], y: float, height: float) -> str:
        style = self.style
        centre = (style.left + style.right) / 2
        box = svg.tag(
            "rect", x=centre - style.pill / 2, y=y - height / 2, width=style.pill, height=height, rx=9, class_="t-pill"
        )
        words = svg.text(lines, centre, y, style.small * 1.25, text_anchor="middle", font_size=style.small)
        return svg.link(self.href(one.iri), box, words, class_="t-difference")
