"""`export`: print the graph in one serialisation."""

from __future__ import annotations

from pathlib import Path

import click

from lalakg._cli.group import graph_of

_OUT = click.option("-o", "--out", type=click.Path(path_type=Path), help="Write to this file instead.")


@click.command()
@click.option(
    "--format",
    "form",
    default="ttl",
    show_default=True,
    metavar="FORM",
    help="ttl, jsonld, nt, rdf, nq or trig.",
)
@_OUT
@click.pass_context
def export(context: click.Context, form: str, out: Path | None) -> None:
    """Print the complete graph in one serialisation.

    \b
    Example:
      lalakg export --format trig -o lalakg.trig
    """
    from lalakg._publish.atomic_files import write_files
    from lalakg._publish.export import export as run

    text = run(graph_of(context), form)
    if out is None:
        click.echo(text, nl=False)
    else:
        write_files(out.absolute().parent, {out.name: text})
