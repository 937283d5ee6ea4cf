"""The group of all commands, and what several of them share."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

import lalakg

if TYPE_CHECKING:
    from lalakg._graph.graph import KnowledgeGraph
    from lalakg._sparql.credentials import Credentials


class _Seconds(click.FloatRange):
    """A length of time: more than nothing, and not without end. A range alone would let `nan` pass."""

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds = float(super().convert(value, param, ctx))
        if not math.isfinite(seconds):
            self.fail(f"{value} is no number of seconds.", param, ctx)
        return seconds


SECONDS = _Seconds()


class FormatChoice(click.Choice[str]):
    """A choice of formats, each by any of its usual names."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from lalakg._rdf.formats import canonical_name

        return super().convert(canonical_name(str(value), self.choices) or value, param, ctx)


Command = TypeVar("Command", bound=Callable[..., Any])

SOURCE = click.option(
    "--source",
    type=click.Path(path_type=Path),
    envvar="LALAKG_SOURCE",
    show_envvar=True,
    help="Local copy of the source text, to check passages and wording against.",
)


USER = click.option(
    "--user", metavar="NAME", help="User name; the password is read from LALAKG_PASSWORD or prompted for."
)
_THERE = (
    click.option("--graph", metavar="IRI", help="Named graph to read at the endpoint; a short name will do."),
    click.option("--default", is_flag=True, help="Read the default graph at the endpoint."),
    USER,
    click.option(
        "--timeout",
        type=SECONDS,
        default=60,
        show_default=True,
        help="Time limit for each answer of the endpoint, in seconds.",
    ),
)


def there(command: Command) -> Command:
    """The options that say how to read what an endpoint holds, for `graph_of`."""
    return reduce(lambda decorated, option: option(decorated), reversed(_THERE), command)


def login(user: str | None) -> Credentials:
    """Who asks a store: a user with the password from the environment or a prompt; a token from the environment."""
    from lalakg._sparql.credentials import Credentials

    password = os.environ.get("LALAKG_PASSWORD") or (
        click.prompt("Password", hide_input=True, err=True) if user else ""
    )
    return Credentials(user or "", password, os.environ.get("LALAKG_TOKEN", ""))


# Each command and its summary, which is the first sentence of its help: to list them all imports none.
COMMANDS = {
    "build": "Derive, check and export the graph into the folder OUT (default: dist); on an error nothing is written.",
    "check": "Check the folder: shapes, hygiene queries and expected answers; with --source, also hashes and copied "
    "text.",
    "derive": "Run the derivation rules and write the complete graph to data/published/.",
    "describe": "Describe one thing, named by its short name, IRI or label.",
    "diff": "Show what was added, removed and changed between A and B: RDF files, folders or store URLs.",
    "export": "Print the complete graph in an RDF format.",
    "format": "Rewrite Turtle files in canonical form: PATHS, or all files of the graph's folder.",
    "init": "Create FOLDER with a small graph of another film to start from.",
    "link": "Link the graph with Wikidata, in both directions.",
    "load": "Load the complete graph, or FILES, into the triple store at URL, whole or not at all, and verify it.",
    "locate": "Print the locator of PLACE in a source: its words, or its characters as START-END.",
    "mcp": "Serve the graph to an AI assistant by the Model Context Protocol (MCP), over standard input and output.",
    "query": "Run a ready-made query, or one of your own; without a name, list the ready-made ones.",
    "serve": "Serve the graph over HTTP: web pages, SPARQL at /sparql, and every ready-made query under /api/.",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called: one module each, of the command's name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"lalakg._cli.{cmd_name}")
        command = getattr(module, f"{cmd_name}_" if cmd_name == "format" else cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands, from the table."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(lalakg.__version__, message="%(prog)s %(version)s")
@click.option(
    "-C",
    "--folder",
    type=click.Path(path_type=Path),
    help="Folder of the graph. [default: the nearest at or above the working directory, else the film's]",
)
@click.pass_context
def cli(context: click.Context, folder: Path | None) -> None:
    """The ending of La La Land as a knowledge graph, and a publisher for yours.

    \b
    Example:
      lalakg query what-differs
    """
    context.obj = folder


def graph_of(
    context: click.Context,
    endpoint: str | None = None,
    graph: str | None = None,
    default: bool = False,
    user: str | None = None,
    timeout: float = 60,
    service: str | None = None,
) -> KnowledgeGraph:
    """The folder's graph, or what an endpoint holds of it; see `there`. Tells on stderr what is not as one may think:
    files that were left out, and that the film's graph answers."""
    from lalakg._folder.folder import Folder
    from lalakg._graph.graph import KnowledgeGraph, load

    if endpoint is None:
        refuse_place(graph=graph, default=default, user=user)
        here = load(context.obj, service=service)
        tell_what_is_meant(here)
        return here
    here = KnowledgeGraph(Folder.of_catalogue(context.obj))
    if graph is not None and default:
        raise click.UsageError("Give --graph or --default, not both.")
    return KnowledgeGraph(
        here.folder,
        endpoint,
        graph=graph_name(here, graph),
        default=default,
        credentials=login(user),
        timeout=timeout,
        service=service,
    )


def tell_what_is_meant(kg: KnowledgeGraph) -> None:
    """Say which files were left out, or that the film's own graph answers since there is no other."""
    for note in kg.notes:
        say(f"{kg.name}: {note}")
    if kg.has_folder and kg.folder.is_shipped:
        say("No RDF lies here, nor above: this is about the graph that lalakg carries.")


def graph_name(here: KnowledgeGraph, given: str | None) -> str | None:
    """The IRI of a named graph, which may be given short: complete is …/graph/complete."""
    from lalakg._rdf.terms import expand

    base = here.folder.dataset.graphs if here.has_folder else here.base
    return None if given is None else expand(given, here.prefixes, base).value


def refuse_place(*, graph: str | None, default: bool, user: str | None, **_: Any) -> None:
    """Raise UsageError where the options of `there` say how to read a store, and there is none."""
    if graph is not None or default or user is not None:
        raise click.UsageError("--graph, --default and --user are for what lies elsewhere; give its address, too.")


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
