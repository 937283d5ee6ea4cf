"""`mcp`: the graph for assistants."""

from __future__ import annotations

import click

from lalakg._cli.group import SECONDS
from lalakg._errors import LalakgError

_NUMBER = click.IntRange(min=1)


@click.command()
@click.option("--timeout", type=SECONDS, default=10, show_default=True, help="Seconds that a query may take.")
@click.option("--rows", type=_NUMBER, default=1000, show_default=True, help="Rows that an answer may have.")
@click.pass_context
def mcp(context: click.Context, timeout: float, rows: int) -> None:
    """Serve the graph to an assistant, by the Model Context Protocol on standard input and output. Read-only.

    The assistant's program starts it, and ends it by closing the input.

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
    from lalakg._server.settings import Settings

    run(Settings(folder=context.obj, timeout=timeout, rows=rows, bytes=2**20))
