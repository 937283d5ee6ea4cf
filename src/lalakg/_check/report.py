"""The report of a check: its findings, a summary, and its rendering as text or in a format for machines."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeAlias

from lalakg._check import report_formats
from lalakg._check.findings import SEVERITIES, Finding
from lalakg._rdf.terms import Prefixes

Progress: TypeAlias = Callable[[str], None]
"""Called with a line of text when a step of the check is done."""


@dataclass(frozen=True)
class Report:
    """What a check found: `results`, the findings in order.

    `checked` counts what was looked at, by kind; `notes` say how, where it matters; `files` are what was checked.
    """

    results: list[Finding]
    checked: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    prefixes: Prefixes = field(default_factory=dict, repr=False, compare=False)
    files: tuple[Path, ...] = field(default=(), repr=False, compare=False)

    @property
    def conforms(self) -> bool:
        """Whether there is no violation; warnings are allowed."""
        return not self.fails("violation")

    def fails(self, severity: str) -> bool:
        """Whether anything was found that is at least as bad as `severity`."""
        worst = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return any(finding.severity in worst or finding.severity not in SEVERITIES for finding in self.results)

    def __bool__(self) -> bool:
        return self.conforms

    def __str__(self) -> str:
        return "".join(f"{text}\n" for text in self._blocks()) + self.summary

    def _blocks(self) -> Iterator[str]:
        """The findings as text; of those of one rule about one thing only the one with the most exact line."""
        alike: dict[tuple[str, str, str], list[Finding]] = {}
        for number, finding in enumerate(self.results):
            key = (finding.rule, finding.thing, "" if finding.thing else str(number))
            alike.setdefault(key, []).append(finding)
        chosen = ((max(group, key=lambda finding: finding.line or 0), len(group) - 1) for group in alike.values())
        for finding, others in sorted(chosen, key=lambda one: one[0].order):
            yield f"{finding}\n    ({others} more like this)" if others else str(finding)

    @property
    def summary(self) -> str:
        """One line: what was checked, and how much was found."""
        counts = Counter(f.severity for f in self.results)
        severities = dict.fromkeys((*SEVERITIES, *sorted(counts)))
        found = ", ".join(_count(counts[s], s) for s in severities if counts[s]) or "no faults"
        checked = ", ".join(
            f"{count} {_singular(kind) if count == 1 else kind}" for kind, count in self.checked.items()
        )
        notes = "".join(f"Note: {note}\n" for note in self.notes)
        return f"{notes}Checked {checked}: {found}.\n"

    def render(self, format_name: str = "text") -> str:
        """The report as text, json, ttl (SHACL's results graph), sarif (2.1.0) or junit."""
        return _RENDERERS[format_name](self)

    def _json(self) -> str:
        summary = {"conforms": self.conforms, "checked": self.checked, "notes": self.notes}
        return report_formats.to_json(self.results, summary)

    def relative_to(self, root: Path) -> Report:
        """The same report with paths relative to `root`, where they lie in it."""
        results = [replace(f, path=_relative(f.path, root) if f.path else None) for f in self.results]
        return replace(self, results=results, files=tuple(_relative(path, root) for path in self.files))


def _singular(kind: str) -> str:
    return f"{kind[:-3]}y" if kind.endswith("ies") else kind.removesuffix("s")


def _count(number: int, severity: str) -> str:
    return f"{number} {severity}{'s' if number != 1 and severity in ('violation', 'warning') else ''}"


def _relative(path: Path, root: Path) -> Path:
    try:
        return path.resolve().relative_to(root.resolve())
    except ValueError:
        return Path(os.path.relpath(path, root)) if path.is_absolute() else path


_RENDERERS: Final[dict[str, Callable[[Report], str]]] = {
    "text": str,
    "json": Report._json,
    "ttl": lambda report: report_formats.to_turtle(report.results, report.prefixes),
    "sarif": lambda report: report_formats.to_sarif(report.results, report.files),
    "junit": lambda report: report_formats.to_junit(report.results, report.checked),
}
FORMATS: Final = tuple(_RENDERERS)
