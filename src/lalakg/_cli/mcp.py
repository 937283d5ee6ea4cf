"""`mcp`: the graph for assistants."""

from __future__ import annotations

import click

from lalakg._cli.group import SECONDS
from lalakg._errors import LalakgError

_NUMBER = click.IntRange(min=1)


@click.command()
@click.option("--timeout", type=SECONDS, default=10, show_default=True, help="Time limit of a query, in seconds.")
@click.option("--rows", type=_NUMBER, default=1000, show_default=True, help="Maximum number of rows in an answer.")
@click.pass_context
def mcp(context: click.Context, timeout: float, rows: int) -> None:
    """Serve the graph to an AI assistant by the Model Context Protocol (MCP), over standard input and output.

    Read-only. It is started by the assistant's program, and stops when its input is closed.

    \b
    Example:
      lalakg mcp --timeout 5
    """
    try:
        from lalakg._mcp import serve as run
    except ImportError as error:
        if not (error.name or "").startswith("mcp"):
            raise
        raise LalakgError("`lalakg mcp` needs the official SDK, mcp 2.3 or later: pip install 'lalakg[mcp]'") from None
    from lalakg._workers.messages import Limits

    run(context.obj, Limits(timeout=timeout, rows=rows, bytes=2**20))
