"""The server for assistants, as a real process, asked by the official SDK's own client, and byte by byte."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from jsonschema import Draft202012Validator
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import CallToolResult

import lalakg
from conftest import ROOT, Command
from lalakg._mcp.label_search import search_labels
from mcp import MCPError

pytestmark = pytest.mark.slow

RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
GENERAL = {"schema", "search", "describe", "sparql"}
KG = lalakg.load(ROOT)
QUESTIONS = [query for group in ("questions", "debate", "explore") for query in KG.catalogue.group(group)]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def said(result: CallToolResult) -> str:
    (content,) = result.content
    assert content.type == "text"
    return content.text


class Asked:
    """A client at its server; a call waits for the answer."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self.portal, self.client = portal, client
        self.tools = {tool.name: tool for tool in portal.call(client.list_tools).tools}

    def __call__(self, name: str, /, **arguments: Any) -> CallToolResult:
        return self.portal.call(self.client.call_tool, name, arguments)

    def wrong(self, name: str, /, **arguments: Any) -> str:
        """What is said to be wrong with a call."""
        result = self(name, **arguments)
        assert result.is_error
        assert result.structured_content is None
        return said(result)


@contextmanager
def asking(*words: str, mode: str = "auto") -> Iterator[Asked]:
    told = StdioServerParameters(
        command=sys.executable, args=["-m", "lalakg", *words], env={"PYTHONPATH": ENVIRONMENT["PYTHONPATH"]}, cwd=ROOT
    )
    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal())
        client = stack.enter_context(portal.wrap_async_context_manager(Client(stdio_client(told), mode=mode)))
        yield Asked(portal, client)


@pytest.fixture(scope="module")
def ask() -> Iterator[Asked]:
    with asking("mcp", "--timeout", "3", "--rows", "200") as asked:
        yield asked


# The tools


def test_there_is_a_tool_for_each_question_that_is_for_readers(ask: Asked) -> None:
    assert set(ask.tools) == GENERAL | {query.name for query in QUESTIONS}


def test_every_tool_only_reads_and_says_what_it_takes(ask: Asked) -> None:
    for tool in ask.tools.values():
        assert tool.annotations
        assert tool.annotations.read_only_hint
        assert tool.annotations.open_world_hint is False
        Draft202012Validator.check_schema(tool.input_schema)


@pytest.mark.parametrize("query", QUESTIONS, ids=lambda query: query.name)
def test_a_question_has_the_answer_that_the_library_gives(ask: Asked, query: Any) -> None:
    tool, expected = ask.tools[query.name], KG.query(query.name)
    assert (tool.description or "").startswith(query.summary)
    fields = tool.input_schema["properties"]
    assert list(fields) == [parameter.name for parameter in query.parameters]
    defaults = {name: field["default"] for name, field in fields.items()}
    Draft202012Validator(tool.input_schema).validate(defaults)
    graph = query.form in ("CONSTRUCT", "DESCRIBE")
    for arguments in [{}, defaults]:
        result = ask(query.name, **arguments)
        assert said(result) == expected.render("ttl" if graph else "md")
        assert result.structured_content == (None if graph else json.loads(expected.to_json()))
        assert not result.is_error


@pytest.mark.parametrize(
    "about", ["mia", "lkg:mia", "<https://w3id.org/lalakg/id/mia>", "Mia (story)", ["mia", "film"]]
)
def test_a_thing_has_several_names(ask: Asked, about: str | list[str]) -> None:
    names: list[str] = ["mia-story"] if about == "Mia (story)" else about if isinstance(about, list) else ["mia"]
    assert said(ask("who-claims", about=about)) == KG.query("who-claims", about=names).render("md")


def test_null_is_no_value(ask: Asked) -> None:
    assert said(ask("who-claims", about=None)) == said(ask("who-claims"))


def test_the_schema_has_every_term_and_prefix(ask: Asked) -> None:
    text = said(ask("schema"))
    assert "PREFIX lkg: <https://w3id.org/lalakg/id/>\n" in text
    defined = KG.sparql(
        "SELECT ?term ?text { ?term a ?kind ; skos:definition ?text FILTER(?kind IN (owl:Class, owl:ObjectProperty)) }"
    )
    assert len(defined) > 100
    for term, definition in defined.cells():
        assert re.search(rf"^\| {term} \|.*\| {re.escape(definition)} \|$", text, re.MULTILINE)


def test_searching_finds_by_label_and_the_name_found_can_be_described(ask: Asked) -> None:
    found = ask("search", text="SEB'S").structured_content["found"]
    assert found[0] == {"label": "Seb's", "name": "lkg:sebs", "kind": "story place"}
    assert said(ask("describe", name=found[0]["name"])) == str(KG.describe("sebs"))
    assert said(ask("search", text="xyzzy")) == "No label holds xyzzy.\n"


def test_what_begins_with_the_text_is_found_before_what_holds_it() -> None:
    entries = [
        ("The café", "b", ""),
        ("Decaffeinated", "c", ""),
        ("Other", "cafe-1", ""),
        ("Café", "a", ""),
        ("X", "x", ""),
    ]
    assert [name for _, name, _ in search_labels(entries, "CAFE")] == ["a", "b", "cafe-1"]
    assert [name for _, name, _ in search_labels(entries, "caf")] == ["a", "b", "c", "cafe-1"]
    assert len(search_labels([(str(n), str(n), "") for n in range(1000)], "1")) == 12


# SPARQL


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?film WHERE { ?film a lala:Film } ORDER BY ?film",
        "PREFIX x: <https://w3id.org/lalakg/ontology#> ASK { ?film a x:Film }",
        "SELECT ?nothing WHERE { ?nothing a lala:Nothing }",
        "DESCRIBE lkg:mia",
    ],
)
def test_sparql_has_the_answer_that_the_library_gives(ask: Asked, text: str) -> None:
    assert said(ask("sparql", query=text)) == KG.sparql(text).render("ttl" if "DESCRIBE" in text else "md")


WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "an unknown thing": ("who-claims", {"about": "lkg:montge"}, "nothing is called lkg:montge. Did you mean montage"),
    "an unknown prefix": ("who-claims", {"about": "foo:bar"}, "the prefix foo: is not declared"),
    "nothing": ("who-claims", {"about": ""}, "nothing is called ''"),
    "no value": ("who-claims", {"about": []}, "about needs a value"),
    "syntax": ("who-claims", {"about": "x> } DROP ALL #"}, "nothing is called x> } DROP ALL #"),
    "an unknown parameter": ("who-claims", {"abuot": "mia"}, "no parameter abuot. It has about. Did you mean about?"),
    "an object": (
        "who-claims",
        {"about": {"a": 1}},
        "about takes an IRI or a name, not {'a': 1}.",
    ),
    "a truth value": ("who-claims", {"about": [True]}, "not True."),
    "arguments for none": ("schema", {"all": "x"}, "this takes nothing"),
    "a text that is missing": ("sparql", {}, "this takes query, a text"),
    "a text too many": ("describe", {"name": "mia", "form": "x"}, "this takes name, a text, and nothing else"),
    "a thing that is not there": ("describe", {"name": "mio"}, "nothing is called mio. Did you mean mia"),
    "bad SPARQL": (
        "sparql",
        {"query": "SELECT *\nWHERE { ?x a lala:Film "},
        "query, line 2, column 24: this is not valid SPARQL.\n  WHERE { ?x a lala:Film",
    ),
    "an update": ("sparql", {"query": "INSERT DATA { lkg:a lkg:b lkg:c }"}, "query, line 1, column 10: "),
    "SERVICE": ("sparql", {"query": "SELECT * { SERVICE <http://127.0.0.1/> { ?a ?b ?c } }"}, "no query here may"),
    "many rows": ("sparql", {"query": "SELECT ?s { ?s a lala:Claim }"}, "more than 200 rows"),
    "a large answer": ("sparql", {"query": "CONSTRUCT WHERE { ?a ?b ?c }"}, "more than 1,048,576 bytes"),
    "a long query": ("sparql", {"query": "#" * 100_001}, "100,001 characters; 100,000 are the limit"),
}


@pytest.mark.parametrize(("name", "arguments", "message"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_in_one_message(ask: Asked, name: str, arguments: dict[str, Any], message: str) -> None:
    assert message in ask.wrong(name, **arguments)


def test_a_tool_that_is_not_there_is_no_answer_at_all(ask: Asked) -> None:
    with pytest.raises(MCPError, match=r"There is no tool who-claim\. Did you mean who-claims"):
        ask("who-claim")


def test_a_runaway_is_ended_while_the_next_call_is_answered(ask: Asked) -> None:
    started = time.monotonic()
    runaway = ask.portal.start_task_soon(ask.client.call_tool, "sparql", {"query": RUNAWAY})
    assert not ask("which-worlds").is_error
    assert not runaway.done()
    result = runaway.result(20)
    assert time.monotonic() - started >= 3
    assert result.is_error
    assert "stopped after 3 seconds" in said(result)


# The process


class Wire:
    """A server asked byte by byte."""

    def __init__(self, *words: str, path: str = ENVIRONMENT["PYTHONPATH"]) -> None:
        command = [sys.executable, "-m", "lalakg", "mcp", *words]
        environment = {**ENVIRONMENT, "PYTHONPATH": path}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=ROOT, env=environment
        )
        hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "0"}}
        self.send({"id": 0, "method": "initialize", "params": hello})
        assert self.read()["id"] == 0
        self.send({"method": "notifications/initialized"})

    def send(self, message: dict[str, Any]) -> None:
        self.write(json.dumps({"jsonrpc": "2.0", **message}))

    def write(self, line: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def call(self, number: int, name: str, /, **arguments: str) -> None:
        self.send({"id": number, "method": "tools/call", "params": {"name": name, "arguments": arguments}})

    def read(self) -> dict[str, Any]:
        assert self.process.stdout
        message: dict[str, Any] = json.loads(self.process.stdout.readline())
        return message

    def workers(self, count: int) -> list[int]:
        """The processes that it has started, once they are so many."""
        for _ in range(200):
            told = ["ps", "-o", "pid=", "--ppid", str(self.process.pid)]
            found = subprocess.run(told, capture_output=True, text=True, check=False).stdout.split()
            if len(found) >= count:
                return [int(word) for word in found]
            time.sleep(0.05)
        raise AssertionError(found)


@pytest.fixture
def wire() -> Iterator[Wire]:
    wire = Wire("--timeout", "60")
    yield wire
    wire.process.kill()
    wire.process.communicate()


def runs(pid: int) -> bool:
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout.strip()[:1] not in ("", "Z")


@pytest.mark.parametrize("warm", [True, False], ids=["at work", "as it starts to work"])
@pytest.mark.parametrize("end", [0, signal.SIGTERM], ids=["end of input", "SIGTERM"])
def test_at_the_end_nothing_is_left(wire: Wire, end: int, warm: bool) -> None:
    if warm:
        wire.call(1, "which-worlds")
        assert wire.read()["id"] == 1
    wire.call(2, "sparql", query=RUNAWAY)
    workers = wire.workers(1)
    if warm:
        time.sleep(0.3)
    started = time.monotonic()
    if end:
        wire.process.send_signal(end)
        assert wire.process.wait(20) == -end
    out, err = wire.process.communicate(timeout=20)  # which closes the input
    assert time.monotonic() - started < 15
    assert wire.process.returncode == -end
    assert all(json.loads(line)["id"] == 2 for line in out.splitlines())
    assert err == ""
    time.sleep(0.1)
    assert [pid for pid in workers if runs(pid)] == []


def test_calls_that_are_cancelled_leave_the_workers_to_others(wire: Wire) -> None:
    for number in range(1, 7):
        wire.call(number, "sparql", query=RUNAWAY)
    wire.workers(4)
    for number in range(1, 7):
        wire.send({"method": "notifications/cancelled", "params": {"requestId": number}})
    wire.write("no JSON at all")
    for number in range(10, 20):
        wire.call(number, "which-worlds")
    answers = [wire.read() for _ in range(10)]
    assert sorted(answer["id"] for answer in answers) == list(range(10, 20))
    assert all(answer["result"]["isError"] is False for answer in answers)


def test_it_needs_nothing_that_windows_lacks() -> None:
    """As far as one can see elsewhere: the modules, functions and signals are not there, the loop takes no signals."""
    wire = Wire(
        "--timeout", "2", path=os.pathsep.join([str(ROOT / "tests/support/windows"), ENVIRONMENT["PYTHONPATH"]])
    )
    wire.call(1, "which-worlds")
    answer = wire.read()["result"]
    assert answer["content"][0]["text"] == KG.query("which-worlds").render("md")
    wire.call(2, "sparql", query=RUNAWAY)
    (words,) = wire.read()["result"]["content"]
    assert "stopped after 2 seconds" in words["text"]
    wire.call(3, "which-worlds")
    assert wire.read()["result"] == answer
    _, err = wire.process.communicate(timeout=20)
    assert (wire.process.returncode, err) == (0, "")


def test_another_folder_has_tools_of_its_own(small: Path) -> None:
    with asking("-C", str(small), "mcp", mode="legacy") as ask:
        expected = lalakg.load(small).query("what-happens")
        assert said(ask("what-happens")) == expected.render("md")
        assert "which-worlds" not in ask.tools


def test_a_query_must_not_bear_the_name_of_a_tool(small: Path, run: Command) -> None:
    (query,) = small.glob("queries/*/what-happens.rq")
    query.rename(query.with_name("search.rq"))
    outcome = run("-C", small, "mcp")
    assert outcome.status == 2
    assert outcome.out == ""
    assert "search.rq: there is a tool search already; rename the query." in outcome.err


def test_without_the_sdk_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, run: Command) -> None:
    for name in [name for name in sys.modules if name.startswith("lalakg._mcp")]:
        monkeypatch.delitem(sys.modules, name)
    for name in ("mcp", "mcp_types"):
        monkeypatch.setitem(sys.modules, name, None)
    outcome = run("mcp")
    assert outcome.status == 2
    assert outcome.err == "lalakg: `lalakg mcp` needs the official SDK, mcp 2.3 or later: pip install 'lalakg[mcp]'\n"
