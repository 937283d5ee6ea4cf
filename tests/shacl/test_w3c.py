"""The W3C's tests of SHACL, each by its whole report."""

import subprocess
import sys

import pytest

from conftest import ROOT, missing

SUITE = ROOT / "build/w3c/sht_tests"

pytestmark = pytest.mark.slow


def test_all_tests_of_the_w3c_pass() -> None:
    if not SUITE.is_dir():
        missing("the W3C's tests are not there; `make w3c` gets them")
    command = [sys.executable, str(ROOT / "benchmarks/w3c_shacl.py"), str(SUITE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("core: 98 of 98\nsparql: 23 of 23\n", "")
