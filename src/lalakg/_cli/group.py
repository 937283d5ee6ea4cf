"""The group of all commands, and what several of them share."""

from __future__ import annotations

from pathlib import Path

import click

from lalakg._errors import InvalidValue, why
from lalakg._folder import Folder
from lalakg._graph import KnowledgeGraph

SOURCE = click.option(
    "--source",
    type=click.Path(path_type=Path),
    envvar="LALAKG_SOURCE",
    show_envvar=True,
    help="A local copy of the source text, for checking hashes and copying.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="lalakg", message="%(prog)s %(version)s")
@click.option(
    "-C",
    "--folder",
    type=click.Path(path_type=Path),
    help="The graph's folder. [default: the nearest at or above this one, else the film's own]",
)
@click.pass_context
def cli(context: click.Context, folder: Path | None) -> None:
    """The ending of La La Land as a knowledge graph, and a publisher for yours.

    \b
    Example:
      lalakg query what-differs
    """
    context.obj = folder


def graph_of(context: click.Context, endpoint: str | None = None, service: str | None = None) -> KnowledgeGraph:
    return KnowledgeGraph(Folder.find(context.obj), endpoint, service)


def shown(path: Path) -> Path:
    """A path as its reader would type it: relative, where it lies below the working directory."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def say(words: str) -> None:
    click.echo(words, err=True)


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValue(f"{path} cannot be read: {why(error)}.") from None
