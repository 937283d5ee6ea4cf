"""The command `check`: SHACL shapes, hygiene queries and expected answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lalakg._cli.group import SOURCE, bar, graph_of, refuse_place, say, there
from lalakg._folder.folder import Folder
from lalakg._graph.graph import KnowledgeGraph

FORMATS = ("text", "json", "ttl", "sarif", "junit")
SEVERITIES = ("violation", "warning", "info")
_PATIENCE = 2.0  # seconds before there is a bar


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--shapes", type=click.Path(path_type=Path), help="SHACL shapes file. [default: the folder's]")
@SOURCE
@click.option(
    "--format", "format_name", type=click.Choice(FORMATS), default="text", show_default=True, help="Output format."
)
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="violation",
    show_default=True,
    help="Lowest severity that makes the exit status 1.",
)
@click.option(
    "--engine",
    type=click.Choice(["lalakg", "pyshacl"]),
    default="lalakg",
    show_default=True,
    help="Validation engine; pyshacl is the slow reference.",
)
@click.option("--endpoint", metavar="URL", help="Check the data at this SPARQL endpoint or store.")
@there
@click.option("--explain", metavar="SHAPE", help="Explain one shape in words and as SPARQL, and check nothing.")
@click.option("-q", "--quiet", is_flag=True, help="Print no progress.")
@click.pass_context
def check(
    context: click.Context,
    /,
    files: tuple[Path, ...],
    shapes: Path | None,
    source: Path | None,
    format_name: str,
    fail_on: str,
    engine: str,
    explain: str | None,
    quiet: bool,
    **place: Any,
) -> None:
    """Check the folder: shapes, hygiene queries and expected answers; with --source, also hashes and copied text.

    With FILES, check only these against --shapes; no folder is needed.

    \b
    Example:
      lalakg check
      lalakg check data.ttl --shapes shapes.ttl --format sarif
      lalakg check --explain S08
    """
    from lalakg._check import check as run
    from lalakg._check.explanation import explain as explain_shape

    if explain is not None:
        if files or place["endpoint"]:
            raise click.UsageError("--explain tells of a shape, whatever the data: leave FILES and --endpoint out.")
        click.echo(explain_shape(shapes or Folder.find(context.obj).shapes, explain), nl=False)
        return
    if files and place["endpoint"]:
        raise click.UsageError("FILES go with --shapes, not with --endpoint.")
    if files:
        refuse_place(**place)
    elif place["endpoint"] and shapes:  # which need not be about the folder's graph
        place["default"] |= place["graph"] is None
    if files or (place["endpoint"] and shapes):
        if context.get_parameter_source("source") is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError("--source is for the folder's graph: not for FILES, nor --shapes at an --endpoint.")
        source = None
    target = files or graph_of(context, **place)
    _refuse_without_shapes(target, shapes)
    with bar("checking", visible=not quiet, patience=_PATIENCE) as shapes_done:
        words = (lambda _: None) if quiet else say
        report = run(target, shapes=shapes, source=source, engine=engine, progress=words, shapes_done=shapes_done)
    click.echo(report.render(format_name), nl=False)
    context.exit(1 if report.fails(fail_on) else 0)


def _refuse_without_shapes(target: object, shapes: Path | None) -> None:
    if shapes is None and isinstance(target, KnowledgeGraph) and not target.has_folder:
        raise click.UsageError(f"{target.name} has no shapes of its own; name some: --shapes FILE.")
