"""`load`: load a graph, or files, into a triple store."""

from __future__ import annotations

from pathlib import Path

import click

from lalakg._cli.group import SECONDS, USER, bar, graph_name, graph_of, login, say

_SHOWN = 20  # literals that a store altered


@click.command()
@click.argument("url")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--graph", metavar="IRI", help="Load into this named graph; a short name will do.")
@click.option("--default", is_flag=True, help="Load into the default graph.")
@click.option(
    "--named-graphs",
    is_flag=True,
    help="Also load each part into a named graph of its own, such as one for each world.",
)
@click.option("--replace", is_flag=True, help="Replace other data in the target graph.")
@USER
@click.option(
    "--timeout", type=SECONDS, default=3600, show_default=True, help="Time limit for the whole load, in seconds."
)
@click.option("--dry-run", is_flag=True, help="Only print what would be loaded.")
@click.pass_context
def load(
    context: click.Context,
    url: str,
    files: tuple[Path, ...],
    graph: str | None,
    default: bool,
    named_graphs: bool,
    replace: bool,
    user: str | None,
    timeout: float,
    dry_run: bool,
) -> None:
    """Load the complete graph, or FILES, into the triple store at URL, whole or not at all, and verify it.

    \b
    Example:
      lalakg load http://localhost:3030/ds
    """
    from lalakg._publish.load import load_into

    if graph and default:
        raise click.UsageError("Give --graph or --default, not both.")
    if files and named_graphs:
        raise click.UsageError("--named-graphs is for the folder's graph; FILES have none.")
    here = graph_of(context)
    graph = graph_name(here, graph)
    credentials = login(user)
    with bar("loading", visible=not dry_run) as progress:
        done = load_into(
            files or here,
            url,
            graph=graph,
            default=default,
            named_graphs=named_graphs,
            replace=replace,
            credentials=credentials,
            timeout=timeout,
            dry_run=dry_run,
            progress=progress,
        )
    say(f"{url}: {done.store}")
    for line in done.plan:
        say(f"{'would load' if dry_run else 'loaded'} {line}")
    for line in done.altered[:_SHOWN]:
        say(f"the store altered: {line}")
    if len(done.altered) > _SHOWN:
        say(f"the store altered: {len(done.altered) - _SHOWN:,} more")
