"""`describe`: describe one thing."""

from __future__ import annotations

from typing import Any

import click

from lalakg._cli.group import graph_of, there


@click.command()
@click.argument("name")
@click.option("--endpoint", metavar="URL", help="Query this triple store or SPARQL endpoint instead.")
@there
@click.pass_context
def describe(context: click.Context, /, name: str, **place: Any) -> None:
    """Describe one thing, named by its short name, IRI or label.

    \b
    Example:
      lalakg describe ev-f-kiss
    """
    click.echo(str(graph_of(context, **place).describe(name)), nl=False)
