"""What a check found, and how it is told: text, JSON, Turtle, SARIF, JUnit."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from lalakg._rdf import turtle
from lalakg._rdf.terms import WELL_KNOWN, Prefixes
from lalakg._shacl import ShapeResult
from lalakg._shacl.results_graph import results_graph

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


@dataclass(frozen=True)
class Report:
    """What a check found. `checked` counts what was looked at, by kind; `notes` say how, where it matters; `files` are
    those in which faults were looked for."""

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
        return "".join(f"{text}\n" for text in self._told()) + self.summary

    def _told(self) -> Iterator[str]:
        """The findings, those of one rule about one thing as one: the one whose line is the most exact."""
        alike: dict[tuple[str, str, str], list[Finding]] = {}
        for number, finding in enumerate(self.results):
            key = (finding.rule, finding.thing, "" if finding.thing else str(number))
            alike.setdefault(key, []).append(finding)
        told = ((max(group, key=lambda finding: finding.line or 0), len(group) - 1) for group in alike.values())
        for finding, others in sorted(told, key=lambda one: one[0].order):
            yield f"{finding}\n    ({others} more like this)" if others else str(finding)

    @property
    def summary(self) -> str:
        """One line: what was checked, and how much was found."""
        counts = Counter(f.severity for f in self.results)
        severities = dict.fromkeys((*SEVERITIES, *sorted(counts)))
        found = ", ".join(_counted(counts[s], s) for s in severities if counts[s]) or "no faults"
        checked = ", ".join(f"{count} {_one_of(kind) if count == 1 else kind}" for kind, count in self.checked.items())
        notes = "".join(f"Note: {note}\n" for note in self.notes)
        return f"{notes}Checked {checked}: {found}.\n"

    def render(self, form: str = "text") -> str:
        """The report as text, json, ttl (SHACL's results graph), sarif (2.1.0) or junit."""
        return _WRITERS[form](self)

    def relative_to(self, root: Path) -> Report:
        """The same report with paths relative to `root`, where they lie in it."""
        results = [replace(f, path=_relative(f.path, root) if f.path else None) for f in self.results]
        return replace(self, results=results, files=tuple(_relative(path, root) for path in self.files))


def _in_one_line(text: str) -> str:
    """Text without what a terminal would obey: a break in a value must not make two findings of one."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "�" for c in text)


def _one_of(kind: str) -> str:
    return f"{kind[:-3]}y" if kind.endswith("ies") else kind.removesuffix("s")


def _counted(number: int, severity: str) -> str:
    return f"{number} {severity}{'s' if number != 1 and severity in ('violation', 'warning') else ''}"


def _relative(path: Path, root: Path) -> Path:
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
    return turtle.write(results_graph(results), {**WELL_KNOWN, **report.prefixes})


_LEVELS = {"violation": "error", "warning": "warning", "info": "note"}


def _sarif(report: Report) -> str:
    rules = {f.rule: _sarif_rule(f) for f in report.results}
    driver = {"name": "lalakg", "informationUri": "https://w3id.org/lalakg/", "rules": list(rules.values())}
    fallback = report.files[0] if report.files else None
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(f, fallback) for f in report.results],
    }
    schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _sarif_rule(finding: Finding) -> dict[str, Any]:
    words = finding.remedy or finding.message
    texts = {"shortDescription": finding.rule, "fullDescription": words, "help": words}
    return {"id": finding.rule, **{key: {"text": text} for key, text in texts.items()}}


def _sarif_result(finding: Finding, fallback: Path | None) -> dict[str, Any]:
    """A result. GitHub wants a line for each, so that what has no place goes to the first line of the first file."""
    message = f"{finding.thing}: {finding.message}" if finding.thing else finding.message
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": _LEVELS.get(finding.severity, "error"),
        "message": {"text": message},
    }
    if path := finding.path or fallback:
        uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
        region = {"startLine": (finding.path and finding.line) or 1}
        result["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}]
    return result


def _junit(report: Report) -> str:
    """One test case for each finding, and one for each kind without any: what CI servers show as tests. A finding
    that is no violation is a test that passes and has something to say."""
    cases = [_case(finding) for finding in report.results]
    broken = {finding.kind for finding in report.results}
    for name, count in report.checked.items():
        if not broken & set(name.split()):
            cases.append(f'  <testcase classname="lalakg" name={_attribute(f"{name}: {count}")}/>\n')
    failures = sum("<failure" in case for case in cases)
    head = f'<testsuite name="lalakg check" tests="{len(cases)}" failures="{failures}" errors="0" skipped="0">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{"".join(cases)}</testsuite>\n'


def _case(finding: Finding) -> str:
    file = f" file={_attribute(finding.path.as_posix())}" if finding.path else ""
    line = f' line="{finding.line}"' if finding.line else ""
    name = _attribute(f"{finding.rule} {finding.thing}".strip())
    if finding.severity in ("warning", "info"):
        outcome = f"<system-out>{_text(str(finding))}</system-out>"
    else:
        kind, message = _attribute(finding.severity), _attribute(finding.message)
        outcome = f"<failure type={kind} message={message}>{_text(str(finding))}</failure>"
    return (
        f"  <testcase classname={_attribute(f'lalakg.{finding.kind}')} name={name}{file}{line}>{outcome}</testcase>\n"
    )


def _attribute(text: str) -> str:
    from xml.sax.saxutils import quoteattr  # starts slowly, and few ask for JUnit

    return quoteattr(_legal(text))


def _text(text: str) -> str:
    from xml.sax.saxutils import escape

    return escape(_legal(text))


def _legal(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


_WRITERS: Final[dict[str, Callable[[Report], str]]] = {
    "text": str,
    "json": _json,
    "ttl": _ttl,
    "sarif": _sarif,
    "junit": _junit,
}
FORMATS: Final = tuple(_WRITERS)
