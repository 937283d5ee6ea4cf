"""`locate`: print the locator of a place in a source."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
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
    from lalakg._narrative.locators import SourceText

    click.echo(SourceText.read(source).statement(place))
