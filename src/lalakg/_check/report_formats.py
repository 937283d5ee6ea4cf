"""Renderers of findings for machines: JSON, SHACL results in Turtle, SARIF and JUnit XML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lalakg._check.findings import Finding
from lalakg._rdf import turtle
from lalakg._rdf.terms import WELL_KNOWN, Prefixes
from lalakg._shacl.results_graph import results_graph


def to_json(findings: Sequence[Finding], summary: Mapping[str, Any]) -> str:
    """JSON with the same keys for every finding, after those of `summary`."""
    results = [
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
        for f in findings
    ]
    return json.dumps({**summary, "results": results}, indent=2, ensure_ascii=False) + "\n"


def to_turtle(findings: Sequence[Finding], prefixes: Prefixes) -> str:
    """SHACL's results graph in Turtle; only shapes have results."""
    results = [finding.result for finding in findings if finding.result]
    return turtle.write(results_graph(results), {**WELL_KNOWN, **prefixes})


_LEVELS = {"violation": "error", "warning": "warning", "info": "note"}


def to_sarif(findings: Sequence[Finding], files: Sequence[Path]) -> str:
    """SARIF 2.1.0, for code scanning; `files` are those that were checked."""
    rules = {f.rule: _sarif_rule(f) for f in findings}
    driver = {"name": "lalakg", "informationUri": "https://w3id.org/lalakg/", "rules": list(rules.values())}
    fallback = files[0] if files else None
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_sarif_result(f, fallback) for f in findings],
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


def to_junit(findings: Sequence[Finding], checked: Mapping[str, int]) -> str:
    """JUnit XML: one test case for each finding, and one for each kind without any.

    A warning or info is a test that passes and has output.
    """
    cases = [_case(finding) for finding in findings]
    broken = {finding.kind for finding in findings}
    for name, count in checked.items():
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
