"""The documentation is true: sessions give what they print, snippets run, links lead somewhere."""

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import util
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest
import yaml

import lalakg
from conftest import SOURCE
from lalakg._cli import main
from lalakg._rdf.parser import read
from support.fakestore import running
from support.serving import serving
from support.wikidata.service import Wikidata

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
OUR_PAGES = [page for page in PAGES if page.name not in ("tutorial.md", "cli.md", "catalogue.md")]
ENDPOINT = "http://localhost:7878"  # what stands in the pages for the tests' own,
SERVER = "http://localhost:8000"  # for a server that is started for the page
CLONE = "/home/you/lalakg"  # and for the folder in which they work
SLOW = "$ pyshacl "
LONG = (
    "site.md",
    "server.md",
    "python.md",
    "diff.md",
    "debate.md",
    "wikidata.md",
)  # seconds, for whole sites and servers
REPORT = re.compile(r"(make\b|lalakg (-C \S+ )?(build|check|derive)\b)")
ADDED = re.compile(r"below the others in `(\S+)`:\n\n$")  # what a page adds is put there, and not looked for
UNRUN = ("make test",)  # would run this test again


def name(page: Path) -> str:
    """Give a page's path in the repository."""
    return page.relative_to(ROOT).as_posix()


# A page as a list of blocks


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the words right before it."""

    language: str
    text: str
    before: str

    @property
    def commands(self) -> list[tuple[str, str]]:
        """The commands of a session, each with what it is said to print."""
        parts = re.split(r"^\$ ", self.text, flags=re.MULTILINE)
        return [(command, output) for command, _, output in (part.partition("\n") for part in parts[1:])]


def blocks(page: Path) -> list[Block]:
    """Give the fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Block(match[1], match[2], text[: match.start()][-200:]) for match in found]


def agree(said: str, given: str, *, numbers: bool = True) -> bool:
    """Whether an output is what a page says; a line of `…` there stands for any lines, and times do not count."""

    def plain(text: str) -> str:
        text = re.sub(r"\d+(\.\d+)? s\b", "# s", text.rstrip() + "\n")
        return text if numbers else re.sub(r"[ \d,]*\d", " #", text)

    pattern = re.escape(plain(said)).replace("…\n", "(.*\n)*?").replace("…\\\n", "(.*\n)*?")
    return re.fullmatch(pattern, plain(given)) is not None


# Running what a page shows


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wikidata: Wikidata) -> Path:
    """Work in a copy of the repository, where Wikidata is the stand-in."""
    monkeypatch.setenv("LALAKG_WIKIDATA", wikidata.url)
    for part in ("data", "ontology", "queries", "docs"):
        shutil.copytree(ROOT / part, tmp_path / part)
    for file in ("Makefile", "pyproject.toml", "README.md"):
        shutil.copyfile(ROOT / file, tmp_path / file)
    if SOURCE:
        shutil.copyfile(SOURCE, tmp_path / "article.txt")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    return tmp_path


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Serve the published graph by the SPARQL protocol, as far as the pages need it."""
    kg = lalakg.load(ROOT)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            answer = kg.sparql(form["query"][0])
            self.send_response(200)
            self.send_header("Content-Type", "application/sparql-results+json")
            self.end_headers()
            self.wfile.write(answer.render("json").encode())

        def log_message(self, *args: Any, **kwargs: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextlib.contextmanager
def served(page: Path) -> Iterator[str]:
    """The address of a real server, if the page shows what one answers."""
    with (
        serving("serve", "-q") if SERVER in page.read_text("utf-8") else contextlib.nullcontext((SERVER, None)) as told
    ):
        yield told[0]


def run(command: str) -> str:
    """Give what a command prints, words and data together."""
    if command.startswith("make"):
        Path(".venv").mkdir(exist_ok=True)
        Path(".venv/ready").touch()
        words = ["make", "--no-print-directory", "-n", *command.split()[1:]]
        lines = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        return "".join(f"{line}\n{run(line.removeprefix('.venv/bin/'))}" for line in lines.splitlines())
    words = shlex.split(command)
    if words[0] != "lalakg" or {"|", ">"} & set(words):
        return subprocess.run(
            command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        ).stdout
    printed = io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        contextlib.suppress(SystemExit),
    ):
        patch.setattr(sys, "argv", words)
        main()
    return printed.getvalue()


def walk(page: Path, endpoint: str, *, slow: bool) -> None:
    """Do what a page shows, from top to bottom."""
    with served(page) as server:
        _walk(page, endpoint, server, slow=slow)


def _walk(page: Path, endpoint: str, server: str, *, slow: bool) -> None:
    names: dict[str, Any] = {}
    printed = ""
    for block in blocks(page):
        if block.language == "console":
            if (slow or SLOW not in block.text) and ("article.txt" not in block.text or SOURCE):
                follow(block, endpoint, server)
        elif block.language == "python":
            printed = execute(block.text.replace(ENDPOINT, endpoint).replace(SERVER, server), names)
        elif block.language == "text" and printed:
            assert agree(block.text, printed), f"the snippet prints:\n{printed}"
            printed = ""
        elif block.language == "turtle" and (place := ADDED.search(block.before)):
            with Path(place[1]).open("a", encoding="utf-8") as file:
                file.write(f"\n{block.text}")


def follow(session: Block, endpoint: str, server: str) -> None:
    for command, output in session.commands:
        if command not in UNRUN:
            given = run(command.replace(ENDPOINT, endpoint).replace(SERVER, server))
            given = given.replace(endpoint, ENDPOINT).replace(server, SERVER).replace(str(Path.cwd()), CLONE)
            assert agree(output, given, numbers=not REPORT.match(command)), f"$ {command}\n{given}"


def execute(code: str, names: dict[str, Any]) -> str:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "snippet", "exec"), names)
    return printed.getvalue()


@pytest.mark.parametrize(
    "page", [pytest.param(p, marks=pytest.mark.slow if p.name in LONG else ()) for p in OUR_PAGES], ids=name
)
@pytest.mark.usefixtures("folder")
def test_what_a_page_shows_is_what_happens(page: Path, endpoint: str) -> None:
    walk(page, endpoint, slow=False)


@pytest.mark.slow
@pytest.mark.parametrize("page", [p for p in OUR_PAGES if SLOW in p.read_text("utf-8")], ids=name)
@pytest.mark.usefixtures("folder")
def test_what_takes_longer_happens_too(page: Path, endpoint: str) -> None:
    walk(page, endpoint, slow=True)


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(line, marks=pytest.mark.slow if line.startswith("lalakg serve") else ())
        for block in blocks(ROOT / "docs/cli.md")
        if block.language == "sh"
        for line in block.text.splitlines()
    ],
)
def test_an_example_of_the_help_runs(command: str, folder: Path) -> None:
    if not SOURCE:
        (folder / "article.txt").write_text("word " * 1000, encoding="utf-8")
    if command.startswith("lalakg serve"):  # which does not end by itself
        with serving("serve", *shlex.split(command)[2:]) as (address, _):
            assert address
        return
    if command.startswith("lalakg mcp"):  # which ends with its input
        words = [sys.executable, "-m", *shlex.split(command)]
        assert subprocess.run(words, stdin=subprocess.DEVNULL, cwd=ROOT, check=False).returncode == 0
        return
    shutil.copyfile("data/published/lalakg.ttl", "data.ttl")
    shutil.copyfile("ontology/shapes.ttl", "shapes.ttl")
    for name, words in {"review.tsv": "suggest", "wikidata.trig": "enrich"}.items():
        if name in command:
            run(f"lalakg link {words} -o {name}")
    with running() as store:
        command = command.replace("http://localhost:3030/ds", store.url)
        assert not re.search(r"^(Usage|Error|lalakg): ", run(command), re.MULTILINE)


# What a page shows of the data


@cache
def known() -> set[str]:
    """Give every statement of the graph, its shapes and its alignments."""
    kg = lalakg.load(ROOT)
    extra = [read(ROOT / "ontology" / name).triples for name in ("shapes.ttl", "alignments.ttl")]
    return {str(triple) for triples in [kg.triples, *extra] for triple in triples}


@pytest.mark.parametrize("page", [page for page in OUR_PAGES if page.name != "CONTRIBUTING.md"], ids=name)
def test_turtle_on_a_page_is_in_the_graph(page: Path) -> None:
    kg = lalakg.load(ROOT)
    prefixes = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in kg.prefixes.items())
    for block in blocks(page):
        if block.language == "turtle" and not ADDED.search(block.before):
            shown = [quad.triple for quad in ox.parse(prefixes + block.text, format=ox.RdfFormat.TURTLE)]
            assert [str(triple) for triple in shown if str(triple) not in known()] == []


@pytest.mark.parametrize("page", OUR_PAGES, ids=name)
def test_sparql_on_a_page_has_an_answer(page: Path) -> None:
    kg = lalakg.load(ROOT)
    for block in blocks(page):
        if block.language == "sparql":
            assert kg.sparql(block.text).render().count("\n") > 2, block.text


# Links, generated pages, citation


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", text)
    for link in (a or b for a, b in links if not (a or b).startswith(("http:", "https:"))):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_generated_pages_are_not_stale() -> None:
    spec = util.spec_from_file_location("generate", ROOT / "docs/generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    assert generate.main(["--check"]) == 0


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    pages = [page.name for page in PAGES if page.parent.name == "docs" and page.name != "README.md"]
    assert [name for name in pages if f"({name})" not in index] == []


def test_the_citation_is_of_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors", "license"} <= citation.keys()
    assert citation["version"] == project["version"]
    assert " AND ".join(citation["license"]) == project["license"]
    assert f"## [{project['version']}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
