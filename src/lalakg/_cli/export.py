"""`export`: print the graph in one serialisation."""

from __future__ import annotations

from pathlib import Path

import click

from lalakg._cli.group import graph_of

_OUT = click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Write to this file instead of standard output."
)


@click.command()
@click.option(
    "--format",
    "format_name",
    default="ttl",
    show_default=True,
    metavar="FORMAT",
    help="Output format: ttl, jsonld, nt, rdf, nq or trig.",
)
@_OUT
@click.pass_context
def export(context: click.Context, format_name: str, out: Path | None) -> None:
    """Print the complete graph in an RDF format.

    \b
    Example:
      lalakg export --format trig -o lalakg.trig
    """
    from lalakg._publish.atomic_files import write_files
    from lalakg._publish.export import export as run

    text = run(graph_of(context), format_name)
    if out is None:
        click.echo(text, nl=False)
    else:
        write_files(out.absolute().parent, {out.name: text})
