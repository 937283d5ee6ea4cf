"""`serve`: the graph over HTTP."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import click

from lalakg._cli.group import SECONDS, say
from lalakg._errors import LalakgError

_NUMBER = click.IntRange(min=1)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for all.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port to listen on; 0 for any free one.",
)
@click.option(
    "--store", type=click.Path(path_type=Path), help="Serve this Oxigraph database instead of the folder's data."
)
@click.option("--endpoint", metavar="URL", help="Serve the data of this SPARQL endpoint instead.")
@click.option("--processes", type=_NUMBER, help="Number of HTTP processes. [default: number of CPU cores]")
@click.option(
    "--workers", type=_NUMBER, default=4, show_default=True, help="Maximum number of queries at once, in each process."
)
@click.option("--timeout", type=SECONDS, default=10, show_default=True, help="Time limit of a query, in seconds.")
@click.option("--rows", type=_NUMBER, default=100_000, show_default=True, help="Maximum number of rows in an answer.")
@click.option("--size", type=_NUMBER, default=32, show_default=True, help="Maximum size of an answer, in MiB.")
@click.option("--memory", type=_NUMBER, default=2048, show_default=True, help="Memory limit of a query, in MiB.")
@click.option(
    "--budget",
    type=SECONDS,
    default=60,
    show_default=True,
    help="Query time that one client may use in a minute, in seconds, in each process.",
)
@click.option(
    "--patience", type=SECONDS, default=20, show_default=True, help="Time limit for receiving a request, in seconds."
)
@click.option(
    "--allow-service", multiple=True, metavar="URL", help="Allow queries to use this endpoint by SERVICE. Repeatable."
)
@click.option(
    "--behind-proxy",
    is_flag=True,
    help="Trust X-Forwarded-For and -Proto from a proxy on this machine, or at FORWARDED_ALLOW_IPS (environment).",
)
@click.option("-q", "--quiet", is_flag=True, help="Do not log requests.")
@click.pass_context
def serve(
    context: click.Context,
    host: str,
    port: int,
    store: Path | None,
    endpoint: str | None,
    processes: int | None,
    workers: int,
    timeout: float,
    rows: int,
    size: int,
    memory: int,
    budget: float,
    patience: float,
    allow_service: tuple[str, ...],
    behind_proxy: bool,
    quiet: bool,
) -> None:
    """Serve the graph over HTTP: web pages, SPARQL at /sparql, and every ready-made query under /api/.

    Read-only. SIGHUP loads the data again; SIGTERM or Ctrl-C stops it once running requests are done.

    \b
    Example:
      lalakg serve --port 8000
    """
    if store and endpoint:
        raise click.UsageError("Give --store or --endpoint, not both.")
    if sys.platform == "win32":
        raise LalakgError(
            "`lalakg serve` does not run on Windows, which lacks the signals and file locks that it needs;"
            " use WSL, or `lalakg build` for the pages and `lalakg mcp` for assistants."
        )
    from lalakg._server.settings import Settings
    from lalakg._server.supervisor import serve as run
    from lalakg._workers.messages import Limits

    settings = Settings(
        folder=context.obj,
        store=store,
        endpoint=endpoint,
        host=host,
        port=port,
        processes=processes or os.cpu_count() or 1,
        limits=Limits(
            workers=workers,
            timeout=timeout,
            rows=rows,
            bytes=size * 2**20,
            memory=memory,
            services=allow_service,
        ),
        budget=budget,
        patience=patience,
        behind_proxy=behind_proxy,
        log=not quiet,
    )
    logging.basicConfig(format="%(message)s", level=logging.ERROR)
    run(settings, lambda address: say(f"Serving at {address} (Ctrl-C ends it)"))
