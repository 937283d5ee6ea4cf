"""`init`: make a small graph to start from."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from lalakg._cli.group import say


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--base", metavar="IRI", help="Base IRI of the new graph; it ends in /id/.")
def init(folder: Path, base: str | None) -> None:
    """Create FOLDER with a small graph of another film to start from.

    \b
    Example:
      lalakg init my-film
    """
    from lalakg._folder.scaffold import init as run

    for name in run(folder, base):
        say(f"{folder / name}")
    say(f"Made {folder}. Next: lalakg -C {shlex.quote(str(folder))} check")
