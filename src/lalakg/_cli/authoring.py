"""`locate` and `init`: help for who writes a graph."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from lalakg._cli.group import cli, say


@cli.command()
@click.argument("place")
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    envvar="LALAKG_SOURCE",
    required=True,
    help="A local copy of the source text.",
)
def locate(place: str, source: Path) -> None:
    """Print the locator of PLACE in a source: its words, or its characters as START-END.

    \b
    Example:
      lalakg locate 2255-2274 --source article.txt
    """
    from lalakg._evidence import SourceText

    click.echo(f'lala:locator "{SourceText.read(source).locate(place)}" ;')


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--base", metavar="IRI", help="Where the graph's IRIs begin; ends in /id/.")
def init(folder: Path, base: str | None) -> None:
    """Make FOLDER, a small graph of another film to start from.

    \b
    Example:
      lalakg init my-film
    """
    from lalakg._scaffold import init as run

    for name in run(folder, base):
        say(f"{folder / name}")
    say(f"Made {folder}. Next: lalakg -C {shlex.quote(str(folder))} check")
