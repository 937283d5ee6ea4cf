"""`serve`: the graph over HTTP."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import click

from lalakg._cli.group import SECONDS, say

_NUMBER = click.IntRange(min=1)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; 0.0.0.0 for everywhere.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 picks a free one.")
@click.option(
    "--store", type=click.Path(path_type=Path), help="Serve this Oxigraph database instead of the folder's data."
)
@click.option("--endpoint", metavar="URL", help="Serve what this SPARQL endpoint holds instead.")
@click.option("--processes", type=_NUMBER, help="Processes that answer. [default: the processor's cores]")
@click.option("--workers", type=_NUMBER, default=4, show_default=True, help="Queries at once in each process.")
@click.option("--timeout", type=SECONDS, default=10, show_default=True, help="Seconds that a query may take.")
@click.option("--rows", type=_NUMBER, default=100_000, show_default=True, help="Rows that an answer may have.")
@click.option("--size", type=_NUMBER, default=32, show_default=True, help="MiB that an answer may have.")
@click.option("--memory", type=_NUMBER, default=2048, show_default=True, help="MiB that a query may take.")
@click.option("--budget", type=SECONDS, default=60, show_default=True, help="Seconds of querying a minute and client.")
@click.option("--patience", type=SECONDS, default=20, show_default=True, help="Seconds for a request to arrive.")
@click.option("--allow-service", multiple=True, metavar="URL", help="An endpoint that SERVICE may ask; repeatable.")
@click.option(
    "--behind-proxy",
    is_flag=True,
    help="Believe the X-Forwarded-For of a proxy on this machine, or at FORWARDED_ALLOW_IPS (environment).",
)
@click.option("-q", "--quiet", is_flag=True, help="No log of requests.")
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
    """Serve the graph: its pages, SPARQL at /sparql, each ready-made query below /api/. Read-only.

    SIGHUP reads the data again; SIGTERM or Ctrl-C ends it when running requests are done.

    \b
    Example:
      lalakg serve --port 8000
    """
    if store and endpoint:
        raise click.UsageError("Give --store or --endpoint, not both.")
    from lalakg._server.processes import serve as run
    from lalakg._server.settings import Settings

    settings = Settings(
        folder=context.obj,
        store=store,
        endpoint=endpoint,
        host=host,
        port=port,
        processes=processes or os.cpu_count() or 1,
        workers=workers,
        timeout=timeout,
        rows=rows,
        bytes=size * 2**20,
        memory=memory,
        budget=budget,
        patience=patience,
        services=allow_service,
        behind_proxy=behind_proxy,
        log=not quiet,
    )
    logging.basicConfig(format="%(message)s", level=logging.ERROR)
    run(settings, lambda address: say(f"Serving at {address} (Ctrl-C ends it)"))
