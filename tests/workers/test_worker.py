"""A worker process by itself: how it ends when nobody is there to end it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import ROOT
from lalakg._workers.messages import LENGTH, TABLES, TRIPLES, Job, Limits, Setup, framed

RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o }"
PATH = [path for path in sys.path if path]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "graph.nq"
    path.write_text("\n".join(f"<urn:{n}> <urn:p> <urn:{n + 1}> ." for n in range(500)), encoding="utf-8")
    return path


def started(source: Path, *path: str) -> "subprocess.Popen[bytes]":
    """A worker that has read its data."""
    command = [sys.executable, "-P", "-m", "lalakg._workers.worker"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*path, *PATH])}
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment)
    assert process.stdin
    assert process.stdout
    process.stdin.write(framed(Setup(str(source), Limits(timeout=0.5))))
    process.stdin.flush()
    assert process.stdout.read(LENGTH.size) == LENGTH.pack(0)
    return process


def test_it_ends_with_its_input(source: Path) -> None:
    out, err = started(source).communicate(timeout=20)
    assert (out, err) == (b"", b"")


@pytest.mark.slow
def test_where_no_system_ends_it_with_its_parent_it_ends_itself_over_a_late_query(source: Path) -> None:
    process = started(source, str(ROOT / "tests" / "support" / "windows"))
    begin = time.monotonic()
    process.communicate(framed(Job(RUNAWAY, TABLES[0], TRIPLES[0])), timeout=60)  # which closes the input
    assert process.returncode == 1
    assert time.monotonic() - begin > 5
