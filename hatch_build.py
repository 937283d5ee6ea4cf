"""Puts what runs in the pages (web/: JavaScript, WebAssembly) into the wheel; without npm it goes without."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MISSING = "The scripts of the pages are missing or out of date, and cannot be built: {why}. \
Install Node.js with npm, run `make web`, and build again."


class WebBuildHook(BuildHookInterface[Any]):
    """Builds src/lalakg/_web/ before a wheel is made, unless it is there and up to date."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by Hatchling before it builds."""
        root = Path(self.root)
        if version == "editable" or not _is_stale(root):
            return
        npm = shutil.which("npm")
        if npm is None:
            self.app.display_warning(MISSING.format(why="npm is not installed"))
            return
        try:
            for words in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "build"]):
                subprocess.run([npm, *words], cwd=root / "web", check=True, capture_output=True, text=True)
        except subprocess.CalledProcessError as error:
            self.app.display_warning(
                MISSING.format(why=f"`{' '.join(error.cmd)}` failed\n{error.stdout}{error.stderr}")
            )


def _is_stale(root: Path) -> bool:
    """Whether the bundle is missing, or older than anything that it is made of."""
    built = root / "src/lalakg/_web/query.js"
    sources = [path for pattern in ("*.*", "src/*") for path in (root / "web").glob(pattern)]
    return not built.exists() or built.stat().st_mtime < max(path.stat().st_mtime for path in sources)
