"""The model of a finding: one thing that is wrong, with its rule, place and remedy."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from lalakg._shacl import ShapeResult

SEVERITIES: Final = ("violation", "warning", "info")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    `kind` is what was checked (shapes, hygiene, answers, passages, texts), `rule` the shape or query, `thing` the short
    name of what is at fault and `label` its label, `path` and `line` where it stands in what an author wrote, `remedy`
    what mends it, `result` the validation result of a shape.
    """

    kind: str
    severity: str
    rule: str
    message: str
    thing: str = ""
    label: str = ""
    path: Path | None = None
    line: int | None = None
    remedy: str = ""
    result: ShapeResult | None = field(default=None, repr=False, compare=False)

    @property
    def order(self) -> tuple[str, int, str, str, str]:
        """Sorts findings as files are read; what stands in no file comes last."""
        return str(self.path or "~"), self.line or 0, self.rule, self.thing, self.message

    @property
    def place(self) -> str:
        """file:line, or nothing."""
        return f"{self.path}:{self.line}" if self.path and self.line else str(self.path or "")

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        name = f"{self.thing} “{self.label}”: " if self.label else f"{self.thing}: " if self.thing else ""
        remedy = f"\n    {self.remedy}" if self.remedy else ""
        return _in_one_line(f"{where}{self.severity}: {name}{self.message} [{self.rule}]") + remedy


StepResult: TypeAlias = tuple[list[Finding], int]
"""What one step of a check found, and how many shapes, queries or texts it looked at."""


def in_order(findings: list[Finding]) -> list[Finding]:
    """Findings in the order of a report."""
    return sorted(findings, key=lambda finding: finding.order)


def _in_one_line(text: str) -> str:
    """Text without line breaks and control characters: a value must not look like a second finding."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in text)
