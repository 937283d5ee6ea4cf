"""`lalakg serve`, started at a free port of this machine and ended when done."""

import contextlib
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator

import httpx

from conftest import ROOT


@contextlib.contextmanager
def serving(*words: str, **environment: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A server at a free port, ended when done; its address, and its first process."""
    command = [sys.executable, "-m", "lalakg", *words, "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, **environment})
    assert process.stderr
    reader = threading.Thread()
    try:
        line = process.stderr.readline()
        match = re.search(r"http://\S+", line)
        assert match, line + process.stderr.read()
        address = match[0].rstrip("/")
        reader = threading.Thread(target=process.stderr.read)
        reader.start()
        httpx.get(f"{address}/readyz", timeout=30).raise_for_status()
        yield address, process
    finally:
        process.terminate()
        process.wait(40)
        with contextlib.suppress(RuntimeError):  # never started
            reader.join(5)
        process.stderr.close()
