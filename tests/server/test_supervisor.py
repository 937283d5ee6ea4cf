"""The supervisor: what dies is replaced, what dies at once is tried again ever later, and not for ever."""

import os
import re
import subprocess
import sys
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import httpx
import pytest

import lalakg
from conftest import ROOT
from lalakg._server.supervisor import ProcessSlot


@pytest.mark.slow
def test_processes_that_die_at_once_are_one_visible_failure(tmp_path: Path) -> None:
    broken = tmp_path / "uvicorn" / "__init__.py"
    broken.parent.mkdir()
    broken.write_text('raise ImportError("this uvicorn is broken")', encoding="utf-8")
    path = os.pathsep.join([str(tmp_path), *(path for path in sys.path if path)])
    command = [sys.executable, "-m", "lalakg", "serve", "-q", "--port", "0", "--processes", "2"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=100, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.returncode == 2
    *_, last = done.stderr.splitlines()
    assert last.startswith("lalakg: no process of the server stays alive: 4 in a row ended as they started (")
    assert "this uvicorn is broken" in last
    assert str(broken) in last
    assert "Traceback" not in done.stderr
    assert len([line for line in done.stderr.splitlines() if "another one starts in" in line]) <= 2 * 4


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class FakeProcess:
    """A process as far as a slot looks at it."""

    exitcode = 1

    def __init__(self, *, alive: bool) -> None:
        self.alive = alive

    def is_alive(self) -> bool:
        return self.alive


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("lalakg._server.supervisor.time.monotonic", clock)
    return clock


def test_the_pause_before_a_new_try_doubles_up_to_a_minute(clock: Clock) -> None:
    starts: list[float] = []

    def start(status: Connection) -> Any:
        starts.append(clock.now)
        return FakeProcess(alive=False)

    slot = ProcessSlot(start)
    while len(starts) < 11:
        clock.now += 0.25
        slot.check()
    pauses = [later - earlier for earlier, later in pairwise(starts)]
    assert pauses == pytest.approx([0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60], abs=0.5)
    assert slot.deaths == 10


def test_a_process_that_has_lived_for_a_while_is_replaced_at_once(clock: Clock) -> None:
    started: list[FakeProcess] = []

    def start(status: Connection) -> Any:
        started.append(FakeProcess(alive=True))
        return started[-1]

    slot = ProcessSlot(start)
    clock.now += 3600
    slot.check()
    assert len(started) == 1
    started[0].alive = False
    slot.check()
    assert len(started) == 2
    assert slot.deaths == 0


def test_the_reason_that_a_process_gave_is_known(clock: Clock) -> None:
    def start(status: Connection) -> Any:
        status.send("no more disk")
        return FakeProcess(alive=False)

    slot = ProcessSlot(start)
    slot.check()
    assert slot.reason == "no more disk"


def test_on_windows_it_says_in_one_line_that_it_does_not_run() -> None:
    path = os.pathsep.join([str(ROOT / "tests/support/windows"), *(path for path in sys.path if path)])
    command = [sys.executable, "-m", "lalakg", "serve"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": path})
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert "`lalakg serve` does not run on Windows" in line
    assert "WSL" in line


@pytest.mark.slow
def test_no_module_of_the_working_directory_is_run(tmp_path: Path) -> None:
    """A folder of data is no folder of code, though multiprocessing would look there for itself."""
    lalakg.init(tmp_path / "film")
    for name in ("multiprocessing", "uvicorn", "csv"):
        (tmp_path / "film" / f"{name}.py").write_text("open('run', 'w')\n", encoding="utf-8")
    program = Path(sys.executable).with_name("lalakg")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [program, "serve", "-q", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path / "film", env=environment)
    assert process.stderr
    try:
        address = re.search(r"http://\S+", process.stderr.readline())
        assert address
        assert httpx.get(f"{address[0]}readyz", timeout=30).status_code == 200
    finally:
        process.terminate()
        process.communicate(timeout=40)
    assert not (tmp_path / "film" / "run").exists()
