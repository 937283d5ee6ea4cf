"""`load` and `diff`: what other places hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lalakg._cli.group import SECONDS, USER, bar, cli, graph_name, graph_of, login, refuse_place, say, shown, there
from lalakg._folder import Folder

_SHOWN = 20  # literals that a store altered


@cli.command()
@click.argument("url")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--graph", metavar="IRI", help="Load into this named graph; its name may be short.")
@click.option("--default", is_flag=True, help="Load into the default graph.")
@click.option("--named-graphs", is_flag=True, help="Also load the packaging: a graph for each world, and so on.")
@click.option("--replace", is_flag=True, help="Replace data that is not this graph's.")
@USER
@click.option("--timeout", type=SECONDS, default=3600, show_default=True, help="Seconds for the whole load.")
@click.option("--dry-run", is_flag=True, help="Say what would be done.")
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
    """Load the complete graph, or FILES, into the triple store at URL: all or nothing, and verified.

    \b
    Example:
      lalakg load http://localhost:3030/ds
    """
    from lalakg._loading import load_into

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


@cli.command()
@click.argument("a")
@click.argument("b", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "ttl", "json", "md"]),
    default="text",
    show_default=True,
    help="How to tell it; md is for release notes.",
)
@there
@click.pass_context
def diff(context: click.Context, /, a: str, b: str | None, form: str, **place: Any) -> None:
    """Tell what was added, removed and changed from A to B: RDF files, folders, or URLs of stores.

    Without B, A is compared with the folder. The exit status is 1 when they differ.

    \b
    Example:
      lalakg diff data.ttl
      lalakg diff data.ttl data/published/lalakg.ttl --format md
    """
    from lalakg._diff import diff as run
    from lalakg._diff import is_address

    sides = [a, b or str(shown(Folder.find(context.obj).root))]
    if not any(map(is_address, sides)):
        refuse_place(**place)
    found = run(*(graph_of(context, side, **place) if is_address(side) else side for side in sides))
    click.echo(found.render(form), nl=False)
    context.exit(1 if found else 0)
