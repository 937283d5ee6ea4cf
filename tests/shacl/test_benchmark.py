"""The comparison with other engines: it runs the peers that it names, and stops when one has found nothing."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from conftest import ROOT

FOLDER = ROOT / "benchmarks"
CONFORMS = "[] a <http://www.w3.org/ns/shacl#ValidationReport> ; <http://www.w3.org/ns/shacl#conforms> true ."


@pytest.fixture
def comparison(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(FOLDER))
    spec = importlib.util.spec_from_file_location("benchmark_validate", FOLDER / "validate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def test_no_benchmark_bears_the_name_of_a_peer(comparison: ModuleType) -> None:
    peers = {engine.replace("-", "_") for engine in comparison.COMMANDS}
    assert {path.stem for path in FOLDER.glob("*.py")} & peers == set()


def test_a_report_without_results_says_that_the_data_conforms(comparison: ModuleType, tmp_path: Path) -> None:
    report = tmp_path / "report.ttl"
    report.write_text(CONFORMS)
    assert comparison.results(report, "peer") == Counter()


@pytest.mark.parametrize("text", ["", "<urn:a> <urn:b> <urn:c> ."])
def test_what_is_no_report_stops_the_comparison(comparison: ModuleType, text: str, tmp_path: Path) -> None:
    report = tmp_path / "report.ttl"
    report.write_text(text)
    with pytest.raises(SystemExit, match="peer wrote no validation report"):
        comparison.results(report, "peer")


def test_a_peer_that_finds_nothing_stops_the_comparison(comparison: ModuleType) -> None:
    found = Counter({("a",): 2})
    assert comparison.agreement(found, found, "peer") == "yes"
    assert comparison.agreement(found, Counter({("b",): 1}), "peer") == "2 missing, 1 surplus"
    assert comparison.agreement(Counter(), Counter(), "peer") == "yes"
    with pytest.raises(SystemExit, match="peer found nothing, the first engine 2"):
        comparison.agreement(found, Counter(), "peer")
