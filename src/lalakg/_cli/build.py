"""`build`: derive, check, and export into a folder."""

from __future__ import annotations

from pathlib import Path

import click

from lalakg._cli.group import SOURCE, graph_of, say


@click.command()
@click.argument("out", type=click.Path(path_type=Path), default=Path("dist"))
@SOURCE
@click.option("--site", is_flag=True, help="Build a web site, with a page for each thing in the graph.")
@click.option(
    "--address", default="", metavar="URL", help="Public URL of the site, if it is not the base of the graph's IRIs."
)
@click.option("-q", "--quiet", is_flag=True, help="Print no progress.")
@click.pass_context
def build(context: click.Context, out: Path, source: Path | None, site: bool, address: str, quiet: bool) -> None:
    """Derive, check and export the graph into the folder OUT (default: dist); on an error nothing is written.

    \b
    Example:
      lalakg build
    """
    from lalakg._publish.build import NotConforming
    from lalakg._publish.build import build as run

    progress = (lambda _: None) if quiet else say
    try:
        made = run(graph_of(context), out, source=source, site=site, address=address, progress=progress)
    except NotConforming as error:
        click.echo(str(error))
        context.exit(1)
    click.echo(str(made.report), nl=False)
    if site:
        total = sum(made.files.values()) / 1e6
        click.echo(
            f"Built {made.triples:,} triples into {made.folder}/: a site of {len(made.files):,} files, {total:.1f} MB."
        )
        return
    click.echo(f"Built {made.triples:,} triples into {made.folder}/:")
    for name, size in made.files.items():
        click.echo(f"  {size:>9,}  {name}")
