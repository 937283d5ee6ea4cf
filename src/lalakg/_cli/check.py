"""`check`: whether everything holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lalakg._cli.group import SOURCE, bar, graph_of, refuse_place, say, there
from lalakg._folder.folder import Folder

FORMATS = ("text", "json", "ttl", "sarif", "junit")
SEVERITIES = ("violation", "warning", "info")
_PATIENCE = 2.0  # seconds before there is a bar


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--shapes", type=click.Path(path_type=Path), help="SHACL shapes. [default: the folder's]")
@SOURCE
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="How to tell it.")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    default="violation",
    show_default=True,
    help="What is bad enough for exit 1.",
)
@click.option(
    "--engine",
    type=click.Choice(["lalakg", "pyshacl"]),
    default="lalakg",
    show_default=True,
    help="What runs the shapes; pyshacl is the slow reference.",
)
@click.option("--endpoint", metavar="URL", help="Check what this store, or SPARQL endpoint, holds.")
@there
@click.option("--explain", metavar="SHAPE", help="Tell one rule in words and in SPARQL instead.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.pass_context
def check(
    context: click.Context,
    /,
    files: tuple[Path, ...],
    shapes: Path | None,
    source: Path | None,
    form: str,
    fail_on: str,
    engine: str,
    explain: str | None,
    quiet: bool,
    **place: Any,
) -> None:
    """Check the folder: shapes, hygiene, expected answers; with --source, hashes and copying as well.

    With FILES, check just these against --shapes; no folder is needed.

    \b
    Example:
      lalakg check
      lalakg check data.ttl --shapes shapes.ttl --format sarif
      lalakg check --explain S08
    """
    from lalakg._check import check as run
    from lalakg._check.explanation import explain as tell

    if explain is not None:
        if files or place["endpoint"]:
            raise click.UsageError("--explain tells of a shape, whatever the data: leave FILES and --endpoint out.")
        click.echo(tell(shapes or Folder.find(context.obj).shapes, explain), nl=False)
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
    with bar("checking", visible=not quiet, patience=_PATIENCE) as shapes_done:
        words = (lambda _: None) if quiet else say
        report = run(target, shapes=shapes, source=source, engine=engine, progress=words, shapes_done=shapes_done)
    click.echo(report.render(form), nl=False)
    context.exit(1 if report.fails(fail_on) else 0)
