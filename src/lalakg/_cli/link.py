"""`link`: the graph and Wikidata."""

from __future__ import annotations

from pathlib import Path

import click

from lalakg._cli.group import graph_of, say, shown
from lalakg._cli.wikidata_options import asking, client_of, tell, telling

FORMATS = ("text", "json", "tsv")


@click.group()
def link() -> None:
    """Link the graph with Wikidata, in both directions.

    \b
    Example:
      lalakg link check --contact you@example.org
    """


@link.command()
@asking
@click.option(
    "--fail-on",
    type=click.Choice(["doubtful", "drifted"]),
    default="drifted",
    show_default=True,
    help="Exit with 1 for links of this state; doubtful includes drifted.",
)
@click.option(
    "--format", "format_name", type=click.Choice(FORMATS), default="text", show_default=True, help="Output format."
)
@click.option("--write", is_flag=True, help="Record in the table of links when and how each was checked.")
@click.pass_context
def check(
    context: click.Context,
    contact: str | None,
    wikidata: str | None,
    offline: bool,
    quiet: bool,
    fail_on: str,
    format_name: str,
    write: bool,
) -> None:
    """Check every link against Wikidata: the item is there, of a fitting class, called so, and a fact fits.

    A link holds, is doubtful, or has drifted (deleted, merged, renamed). What could not be asked is unchecked, which
    is exit 1 as well, and exit 2 when it is all of them.

    \b
    Example:
      lalakg link check --contact you@example.org --fail-on doubtful
    """
    from lalakg._wikidata import link_check, record
    from lalakg._wikidata.things import Things

    kg = graph_of(context)
    with client_of(contact, wikidata, offline=offline) as client:
        checks = link_check.check_links(Things(kg), client, telling(quiet=quiet))
    click.echo(link_check.render(checks, format_name, client.service.name), nl=False)
    if not checks:
        say("Nothing is linked yet; see lalakg link suggest.")
    if write and checks:
        changed = record.record(kg.folder, checks, client.service)
        say(f"{shown(kg.folder.root / 'data')}: {_wrote(changed)}")
    context.exit(link_check.exit_status(checks, fail_on))


def _wrote(changed: list[str]) -> str:
    return f"wrote {', '.join(changed)}. Next: lalakg derive" if changed else "nothing to write."


@link.command()
@asking
@click.option(
    "--known",
    metavar="THING=ADDRESS",
    multiple=True,
    help="A thing's page in another catalogue (IMDb, TMDB, GeoNames …), to search by; repeatable.",
)
@click.option(
    "--accept", metavar="FILE", type=click.Path(path_type=Path), help="Apply the decisions in this reviewed file."
)
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Write the table for review to this file.")
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
    from lalakg._publish.atomic_files import write_files
    from lalakg._wikidata import record, review, suggestion, things

    if accept and (out or known):
        raise click.UsageError("--accept takes over what was decided; --out and --known are for looking anew.")
    kg = graph_of(context)
    if accept:
        links, denials, changed = review.accept(things.Things(kg), accept)
        say(f"{links} accepted, {denials} turned down. {_wrote(changed)}")
        return
    if out:
        review.refuse_overwriting(out, kg.folder)
    known_things = things.Things(kg, things.known(kg, known))
    denied = [row.link for row in record.mapping_set_of(kg.folder).rows if row.is_denied]
    with client_of(contact, wikidata, offline=offline) as client:
        search = suggestion.CandidateSearch(known_things, client, denied, telling(quiet=quiet))
        found = search.candidates()
        text = review.render(found, kg.folder, client.service)
    tell(search.problems)
    if not found and search.problems:
        say("Nothing could be found out.")
        context.exit(2)
    if out is None:
        click.echo(text, nl=False)
    else:
        write_files(out.absolute().parent, {out.name: text})
    say(f"{len(found)} candidates for {len({one.thing.iri for one in found})} of {len(search.open_things)} things.")
    if search.problems:
        context.exit(1)


@link.command()
@asking
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    default=Path("wikidata.trig"),
    show_default=True,
    help="Output file.",
)
@click.pass_context
def enrich(
    context: click.Context, contact: str | None, wikidata: str | None, offline: bool, quiet: bool, out: Path
) -> None:
    """Fetch a bounded slice of what Wikidata says of the linked things, into a file and a named graph of its own.

    \b
    Example:
      lalakg link enrich --contact you@example.org
      lalakg query where-wikidata-differs --with wikidata.trig
    """
    from lalakg._publish.atomic_files import write_files
    from lalakg._wikidata import enrichment
    from lalakg._wikidata.things import Things

    things = Things(graph_of(context))
    with client_of(contact, wikidata, offline=offline) as client:
        found = enrichment.enrich(things, client, telling(quiet=quiet))
        source = "http://www.wikidata.org/" if client.service.is_live else client.service.name
    tell(found.problems)
    for reason in found.broken:
        say(f"{reason} The slice has nothing of it; see lalakg link check.")
    if found.problems or not found.triples:
        say(f"{out}: not written, since not everything could be had." if found.problems else "Nothing is linked yet.")
        context.exit(1)
    write_files(out.absolute().parent, {out.name: enrichment.render(found, things, source)})
    say(f"{out}: {len(found.triples):,} statements as of {found.day}.")
    context.exit(1 if found.broken else 0)


@link.command()
@asking
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Write the statements to this file instead of standard output."
)
@click.pass_context
def propose(
    context: click.Context, contact: str | None, wikidata: str | None, offline: bool, quiet: bool, out: Path | None
) -> None:
    """Print what we know and Wikidata lacks, as QuickStatements with references. Review it before you send it.

    \b
    Example:
      lalakg link propose --contact you@example.org
    """
    from lalakg._publish.atomic_files import write_files
    from lalakg._wikidata import proposal
    from lalakg._wikidata.things import Things

    with client_of(contact, wikidata, offline=offline) as client:
        proposals, others = proposal.propose(Things(graph_of(context)), client, telling(quiet=quiet))
    text = proposal.render(proposals)
    if out is None:
        click.echo(text, nl=False)
    else:
        write_files(out.absolute().parent, {out.name: text})
    tell(one.problem for one in others if one.problem)
    for one in others:
        if not one.problem:
            say(f"{one.thing}, {one.link.item}: {one.verdict}: {one.objections}. Nothing is proposed of it.")
    say(f"{len(proposals)} statements to review; nothing was sent anywhere.")
    context.exit(1 if others else 0)
