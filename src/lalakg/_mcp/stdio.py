"""MCP over standard input and output: one client is served until it closes the input or a signal comes."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, CallToolRequestParams, CallToolResult, ListToolsResult

from lalakg._errors import nearest
from lalakg._folder.folder import Folder
from lalakg._graph.graph import KnowledgeGraph
from lalakg._mcp.tools import Tools
from lalakg._rdf.formats import write_graph
from lalakg._workers.messages import Limits
from lalakg._workers.pool import WorkerPool

_INSTRUCTIONS = (
    "A knowledge graph, {name}. Each ready-made question is a tool; for others, read `schema` and ask by `sparql`. "
    "`search` finds things by their labels, `describe` tells of one. Things may be named by short name, IRI or label."
)


def serve(folder: Path | None, limits: Limits) -> None:
    """Serve a folder's graph until the input ends. Raises FolderError when there is no such folder."""
    kg = KnowledgeGraph(Folder.find(folder))
    _ = kg.triples  # read now, when a signal still ends it as it does any program
    asyncio.run(_serve(kg, limits))


async def _serve(kg: KnowledgeGraph, limits: Limits) -> None:
    with ExitStack() as cleanup:
        _end_by_signals(cleanup)
        source = Path(cleanup.enter_context(TemporaryDirectory(prefix="lalakg-"))) / "graph.nq"
        source.write_text(write_graph(kg.triples, "nt", {}, {}), encoding="utf-8")
        pool = WorkerPool(str(source), limits)
        cleanup.callback(pool.kill)
        tools = Tools(kg, pool)
        server = _server(kg, tools)
        try:
            async with stdio_server() as (read, write):
                await server.run(read, write, server.create_initialization_options())
        except* BrokenPipeError:  # the client has gone without waiting for its answers
            pass
        finally:
            await tools.runner.close()


def _end_by_signals(cleanup: ExitStack) -> None:
    """Clean up before a signal ends this process. Windows has none but Ctrl-C; there, workers end with their input."""
    if sys.platform != "win32":
        for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, _end, number, cleanup)


def _end(number: int, cleanup: ExitStack) -> None:
    """Die of a signal at once, leaving nothing: the thread that reads the input could not be ended otherwise."""
    cleanup.close()
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)


def _server(kg: KnowledgeGraph, tools: Tools) -> Server[Any]:
    async def list_tools(*_: object) -> ListToolsResult:
        return ListToolsResult(tools=[definition.tool for definition in tools.definitions.values()])

    async def call_tool(_: object, call: CallToolRequestParams) -> CallToolResult:
        if call.name not in tools.definitions:
            raise MCPError(INVALID_PARAMS, f"There is no tool {call.name}.{nearest(call.name, tools.definitions)}")
        return await tools.call(call.name, call.arguments or {})

    return Server(
        "lalakg",
        version=version("lalakg"),
        instructions=_INSTRUCTIONS.format(name=kg.folder.dataset.name),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
