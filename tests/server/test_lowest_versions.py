"""The lowest versions that the package says to work with: the server runs on them."""

import subprocess
import tomllib
import venv
from pathlib import Path

import httpx
import pytest
from packaging.requirements import Requirement

from conftest import ROOT
from support.serving import serving

pytestmark = pytest.mark.slow

SERVER = {"h11", "prometheus-client", "starlette", "uvicorn", "uvloop"}


def lowest(requirement: Requirement) -> str:
    """A requirement as its lowest version."""
    (bound,) = (part.version for part in requirement.specifier if part.operator == ">=")
    return f"{requirement.name}=={bound}"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the lowest versions of what the server stands on, and any of the rest."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    requirements = [Requirement(text) for text in project["dependencies"]]
    assert {requirement.name for requirement in requirements} >= SERVER
    place = tmp_path_factory.mktemp("lowest")
    venv.create(place, with_pip=True)
    words = [lowest(r) if r.name in SERVER else str(r) for r in requirements]
    subprocess.run([place / "bin" / "python", "-m", "pip", "install", "--quiet", *words], check=True)
    return place / "bin" / "python"


def test_the_server_runs_on_them(python: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("support.serving.sys.executable", str(python))
    with serving("serve", "-q", "--processes", "1", PYTHONPATH=str(ROOT / "src")) as (address, _):
        assert httpx.get(f"{address}/sparql", params={"query": "ASK {}"}, timeout=30).json() == {
            "head": {},
            "boolean": True,
        }
        assert httpx.get(f"{address}/id/mia.html", timeout=30).status_code == 200
