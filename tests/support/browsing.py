"""What tests in a real browser need: the bundle, Chromium, a site served from a sub-path, and scripts that drive it."""

import functools
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from conftest import ROOT, missing

WEB = ROOT / "web"
PATH = "some/where/"
POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'"


class StrictHandler(SimpleHTTPRequestHandler):
    """A static host that forbids whatever the pages promise to do without."""

    protocol_version = "HTTP/1.1"

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port; gives the address of its root."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(StrictHandler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def need_the_bundle() -> None:
    """Skip where npm or the bundle is missing."""
    if not shutil.which("node") or not (WEB / "node_modules").is_dir():
        missing("the pages' JavaScript is not there; `make web` gets it, which needs npm")


def need_a_browser() -> str:
    """Chromium's path; skip where it is missing."""
    need_the_bundle()
    found = shutil.which("chromium")
    return found or missing("there is no `chromium` on the path; it is a package of Debian's of that name")


def drive(script: str | Path, **job: Any) -> Any:
    """What a script of web/test, or one by its whole path, finds when it does this job."""
    done = subprocess.run(
        ["node", WEB / "test" / script], input=json.dumps(job), capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
