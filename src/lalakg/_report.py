"""What a check found, and how it is told: text, JSON, Turtle, SARIF, JUnit."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from lalakg import _turtle
from lalakg._shacl import ShapeResult
from lalakg._shacl.report import results_graph
from lalakg._terms import WELL_KNOWN, Prefixes

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
    def place(self) -> str:
        """file:line, or nothing."""
        return f"{self.path}:{self.line}" if self.path and self.line else str(self.path or "")

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        name = f"{self.thing} “{self.label}”: " if self.label else f"{self.thing}: " if self.thing else ""
        remedy = f"\n    {self.remedy}" if self.remedy else ""
        return f"{where}{self.severity}: {name}{self.message} [{self.rule}]{remedy}"


@dataclass(frozen=True)
class Report:
    """What a check found. `checked` counts what was looked at, by kind; `notes` say how, where it matters."""

    results: list[Finding]
    checked: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    prefixes: Prefixes = field(default_factory=dict, repr=False, compare=False)

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
        return "".join(f"{text}\n" for text in self._told()) + self.summary

    def _told(self) -> Iterator[str]:
        """The findings, those of one rule about one thing as one: the one whose line is the most exact."""
        alike: dict[tuple[str, str, str], list[Finding]] = {}
        for number, finding in enumerate(self.results):
            key = (finding.rule, finding.thing, "" if finding.thing else str(number))
            alike.setdefault(key, []).append(finding)
        for group in alike.values():
            more = f"\n    ({len(group) - 1} more like this)" if len(group) > 1 else ""
            yield f"{max(group, key=lambda finding: finding.line or 0)}{more}"

    @property
    def summary(self) -> str:
        """One line: what was checked, and how much was found."""
        counts = {severity: sum(f.severity == severity for f in self.results) for severity in SEVERITIES}
        found = (
            ", ".join(f"{n} {s}{'s' if n != 1 and s != 'info' else ''}" for s, n in counts.items() if n) or "no faults"
        )
        checked = ", ".join(f"{count} {kind}" for kind, count in self.checked.items())
        notes = "".join(f"Note: {note}\n" for note in self.notes)
        return f"{notes}Checked {checked}: {found}.\n"

    def render(self, form: str = "text") -> str:
        """The report as text, json, ttl (SHACL's results graph), sarif (2.1.0) or junit."""
        return _WRITERS[form](self)

    def relative_to(self, root: Path) -> Report:
        """The same report with paths relative to `root`, where they lie in it."""
        return replace(self, results=[replace(f, path=_relative(f.path, root)) for f in self.results])


def _relative(path: Path | None, root: Path) -> Path | None:
    if path is None:
        return None
    try:
        return path.resolve().relative_to(root.resolve())
    except ValueError:
        return Path(os.path.relpath(path, root)) if path.is_absolute() else path


def _json(report: Report) -> str:
    findings = [
        {
            "severity": f.severity,
            "kind": f.kind,
            "rule": f.rule,
            "message": f.message,
            "thing": f.thing,
            "label": f.label,
            "path": f.path.as_posix() if f.path else None,
            "line": f.line,
            "remedy": f.remedy,
        }
        for f in report.results
    ]
    content = {"conforms": report.conforms, "checked": report.checked, "notes": report.notes, "results": findings}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _ttl(report: Report) -> str:
    results = [finding.result for finding in report.results if finding.result]
    return _turtle.write(results_graph(results), {**WELL_KNOWN, **report.prefixes})


_LEVELS = {"violation": "error", "warning": "warning", "info": "note"}


def _sarif(report: Report) -> str:
    rules = {f.rule: {"id": f.rule, "help": {"text": f.remedy or f.message}} for f in report.results}
    driver = {"name": "lalakg", "informationUri": "https://w3id.org/lalakg/", "rules": list(rules.values())}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(f) for f in report.results],
    }
    schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _sarif_result(finding: Finding) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS.get(finding.severity, "error"),
        "message": {"text": f"{finding.thing}: {finding.message}" if finding.thing else finding.message},
    }
    if finding.path:
        region = {"region": {"startLine": finding.line}} if finding.line else {}
        result["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": finding.path.as_posix()}, **region}}]
    return result


def _junit(report: Report) -> str:
    """One test case for each finding, and one for each kind without any: what CI servers show as tests."""
    kinds = {kind: [f for f in report.results if f.kind == kind] for kind in _KINDS}
    cases = []
    for name, count in report.checked.items():
        kind = name.rpartition(" ")[2] if name.rpartition(" ")[2] in kinds else name.partition(" ")[0]
        found = [f for f in kinds.get(kind, []) if f.severity == "violation"]
        cases += [_case(f) for f in found] or [
            f'  <testcase classname="lalakg" name={quoteattr(f"{name}: {count}")}/>\n'
        ]
    failures = sum("<failure" in case for case in cases)
    head = f'<testsuite name="lalakg check" tests="{len(cases)}" failures="{failures}" errors="0" skipped="0">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{"".join(cases)}</testsuite>\n'


def _case(finding: Finding) -> str:
    file = f" file={quoteattr(finding.path.as_posix())}" if finding.path else ""
    line = f' line="{finding.line}"' if finding.line else ""
    name = quoteattr(f"{finding.rule} {finding.thing}".strip())
    return (
        f"  <testcase classname={quoteattr(f'lalakg.{finding.kind}')} name={name}{file}{line}>"
        f"<failure message={quoteattr(str(finding))}/></testcase>\n"
    )


_KINDS = ("shapes", "hygiene", "answers", "passages", "texts")
_WRITERS: Final[dict[str, Callable[[Report], str]]] = {
    "text": str,
    "json": _json,
    "ttl": _ttl,
    "sarif": _sarif,
    "junit": _junit,
}
FORMATS: Final = tuple(_WRITERS)
