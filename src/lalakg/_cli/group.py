"""The group of all commands, and what several of them share."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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


@contextlib.contextmanager
def bar(label: str, *, visible: bool, patience: float = 0) -> Iterator[Callable[[int, int], None]]:
    """A progress bar that is told how much of how much is done, after some seconds of patience; nothing where nobody
    looks."""
    with contextlib.ExitStack() as stack:
        started, drawn = time.monotonic(), list[Any]()

        def progress(done: int, of: int) -> None:
            if not visible or not sys.stderr.isatty() or time.monotonic() - started < patience:
                return
            if drawn and drawn[0].finished:
                return
            if not drawn:
                drawn.append(stack.enter_context(click.progressbar(length=of, label=label, file=sys.stderr)))
            drawn[0].length = of
            drawn[0].update(done - drawn[0].pos)
            if done == of:
                stack.close()  # so that what is said next has a line of its own

        yield progress


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValue(f"{path} cannot be read: {why(error)}.") from None
