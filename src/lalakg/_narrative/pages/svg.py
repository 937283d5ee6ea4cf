"""SVG as text: elements, and words broken into lines, since SVG breaks none itself."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

_WIDE = 0.55  # a letter's width in ems, on average and on the safe side, in sans-serif fonts that systems bring


def tag(name: str, *content: str, **attributes: object) -> str:
    """One element. Attributes are escaped, content is taken as it is; `class_` is class, `a_b` is a-b."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(content)}</{name}>" if content else f"<{name}{written}/>"


_SPACE = '<tspan font-size="0"> </tspan>'  # between two lines: for readers, and without moving a letter


def text(lines: Iterable[str], x: float, y: float, leading: float, **attributes: object) -> str:
    """Lines of text, centred around y."""
    lines = list(lines)
    if len(lines) == 1:
        return tag("text", escape(lines[0]), x=x, y=y, **attributes)
    top = y - leading * (len(lines) - 1) / 2
    spans = [tag("tspan", escape(line), x=x, y=top + leading * n) for n, line in enumerate(lines)]
    return tag("text", _SPACE.join(spans), **attributes)


def link(href: str, *content: str, **attributes: object) -> str:
    """A link around drawn things; without an address, just a group."""
    return tag("a", *content, href=href, **attributes) if href else tag("g", *content, **attributes)


def wrap(words: str, width: float, size: float, most: int = 4) -> list[str]:
    """Words broken into lines of a width; what needs more than `most` lines ends in an ellipsis."""
    limit = max(4, int(width / (size * _WIDE)))
    lines = _filled(words, limit)
    if len(lines) > most:
        return [*lines[: most - 1], lines[most - 1][: limit - 1] + "…"]
    least = max(4, len(words) // max(1, len(lines)))
    even = (_filled(words, width) for width in range(least, limit if len(lines) > 1 else least))
    return next((found for found in even if len(found) <= len(lines)), lines) or [""]


def _filled(words: str, limit: int) -> list[str]:
    lines: list[str] = []
    for word in (piece for whole in words.split() for piece in _pieces(whole, limit)):
        if lines and len(lines[-1]) + 1 + len(word) <= limit:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _pieces(word: str, limit: int) -> list[str]:
    return [word[i : i + limit] for i in range(0, len(word), limit)]


def _number(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
