"""`link`: the graph and Wikidata."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lalakg._cli.group import cli, graph_of, say, shown

if TYPE_CHECKING:
    from lalakg._wikidata.client import Client


@cli.group()
def link() -> None:
    """Link the graph with Wikidata, both ways.

    \b
    Example:
      lalakg link check --contact you@example.org
    """


def asking(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that asks Wikidata."""
    options = (
        click.option(
            "--contact",
            metavar="ADDRESS",
            envvar="LALAKG_CONTACT",
            show_envvar=True,
            help="Your e-mail address or page, which Wikimedia asks for; it is sent with every request.",
        ),
        click.option(
            "--wikidata",
            metavar="URL",
            envvar="LALAKG_WIKIDATA",
            show_envvar=True,
            help="Ask what stands for Wikidata at this address instead.",
        ),
        click.option("--offline", is_flag=True, help="Ask nobody; what was answered before is all there is."),
        click.option("-q", "--quiet", is_flag=True, help="No progress."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _client(contact: str | None, wikidata: str | None, *, offline: bool) -> Client:
    from lalakg._wikidata.cache import Cache
    from lalakg._wikidata.client import Client
    from lalakg._wikidata.service import Service

    return Client(Service.of(wikidata, contact, offline=offline), Cache(), offline=offline)


@link.command()
@asking
@click.option(
    "--fail-on",
    type=click.Choice(["doubtful", "drifted"]),
    default="drifted",
    show_default=True,
    help="What is bad enough for exit 1; doubtful includes drifted.",
)
@click.option("--format", "form", type=click.Choice(["text", "json", "tsv"]), default="text", show_default=True)
@click.option("--write", is_flag=True, help="Write into the table of links when and how each was checked.")
@click.pass_context
def check(
    context: click.Context,
    contact: str | None,
    wikidata: str | None,
    offline: bool,
    quiet: bool,
    fail_on: str,
    form: str,
    write: bool,
) -> None:
    """Check every link against Wikidata: the item is there, of a fitting class, called so, and a fact fits.

    A link holds, is doubtful, or has drifted (deleted, merged, renamed). What could not be asked is unchecked, which
    is exit 1 as well, and exit 2 when it is all of them.

    \b
    Example:
      lalakg link check --contact you@example.org --fail-on doubtful
    """
    from lalakg._wikidata import checking, recording
    from lalakg._wikidata.things import Things

    kg = graph_of(context)
    with _client(contact, wikidata, offline=offline) as client:
        checks = checking.check(Things(kg), client, (lambda _: None) if quiet else say)
    click.echo(checking.render(checks, form, client.service.name), nl=False)
    if write:
        changed = recording.record(kg.folder, checks, client.service)
        say(f"{shown(kg.folder.root / 'data')}: {_wrote(changed)}")
    context.exit(checking.status(checks, fail_on))


def _wrote(changed: list[str]) -> str:
    return f"wrote {', '.join(changed)}. Next: lalakg derive" if changed else "nothing to write."


@link.command()
@asking
@click.option(
    "--known",
    metavar="THING=ADDRESS",
    multiple=True,
    help="What a thing is in another catalogue, to find it by: IMDb, TMDB, GeoNames and the like.",
)
@click.option("--accept", metavar="FILE", type=click.Path(path_type=Path), help="Take over what was decided in FILE.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write the file for review here.")
@click.pass_context
def suggest(
    context: click.Context,
    contact: str | None,
    wikidata: str | None,
    offline: bool,
    quiet: bool,
    known: tuple[str, ...],
    accept: Path | None,
    out: Path | None,
) -> None:
    """Suggest items for what has no link yet, as a table in which you decide; nothing else is written.

    Write yes or no into its first column, and hand it back with --accept.

    \b
    Example:
      lalakg link suggest --contact you@example.org -o review.tsv
      lalakg link suggest --accept review.tsv
    """
    from lalakg._export import write_files
    from lalakg._wikidata import recording, review, suggestion, things

    kg = graph_of(context)
    if accept:
        links, denials, changed = review.accept(things.Things(kg), accept)
        say(f"{links} accepted, {denials} turned down. {_wrote(changed)}")
        return
    known_things = things.Things(kg, things.known(kg, known))
    denied = [row.link for row in recording.opened(kg.folder).rows if row.is_denied]
    with _client(contact, wikidata, offline=offline) as client:
        search = suggestion.Suggestions(known_things, client, denied, (lambda _: None) if quiet else say)
        found = search.candidates()
        text = review.render(found, kg.folder, client.service)
    if out is None:
        click.echo(text, nl=False)
    else:
        write_files(out.absolute().parent, {out.name: text})
    say(f"{len(found)} candidates for {len({one.thing.iri for one in found})} of {len(search.open)} things.")
    if search.failed:
        context.exit(1)
