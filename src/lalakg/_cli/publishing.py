"""`build`, `derive`, `export`, `format`: what is written from the graph."""

from __future__ import annotations

from pathlib import Path

import click

from lalakg._cli.group import SOURCE, cli, graph_of, say, shown
from lalakg._errors import FolderError
from lalakg._folder import Folder
from lalakg._text import text_of

_OUT = click.option("-o", "--out", type=click.Path(path_type=Path), help="Write to this file instead.")


@cli.command()
@click.argument("out", type=click.Path(path_type=Path), default=Path("dist"))
@SOURCE
@click.option("--site", is_flag=True, help="Make OUT a web site, with a page for every thing.")
@click.option("--address", default="", metavar="URL", help="Where the site will stand, if not where the IRIs lead.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.pass_context
def build(context: click.Context, out: Path, source: Path | None, site: bool, address: str, quiet: bool) -> None:
    """Derive, check, and export into the folder OUT (default: dist): all or nothing.

    \b
    Example:
      lalakg build
    """
    from lalakg._export import NotConforming
    from lalakg._site import build as run

    progress = (lambda _: None) if quiet else say
    try:
        made = run(graph_of(context), out, source=source, site=site, address=address, progress=progress)
    except NotConforming as error:
        click.echo(str(error))
        context.exit(1)
    click.echo(str(made.report), nl=False)
    if site:
        total = sum(made.files.values()) / 1e6
        click.echo(
            f"Built {made.triples:,} triples into {made.folder}/: a site of {len(made.files):,} files, {total:.1f} MB."
        )
        return
    click.echo(f"Built {made.triples:,} triples into {made.folder}/:")
    for name, size in made.files.items():
        click.echo(f"  {size:>9,}  {name}")


@cli.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 when what is there is out of date.")
@click.pass_context
def derive(context: click.Context, only_check: bool) -> None:
    """Derive what follows, and write the complete graph to data/published/; before that, data/links.ttl from its table.

    \b
    Example:
      lalakg derive
    """
    from lalakg._export import holds, publish, write_files
    from lalakg._wikidata.mappings import derived_links

    for path, text in derived_links(Folder.find(context.obj)).items():
        if only_check and not holds(path, text):
            say(f"{shown(path)} is out of date; run `lalakg derive`.")
            context.exit(1)
        if not only_check and write_files(path.parent, {path.name: text}):
            say(f"{shown(path.parent)}: wrote {path.name}.")
    kg = graph_of(context)
    folder = kg.folder.published.parent
    where = shown(folder)
    texts = publish(kg)
    if only_check:
        stale = [name for name, text in texts.items() if not holds(folder / name, text)]
        say(f"{where}: {', '.join(stale)} out of date; run `lalakg derive`." if stale else f"{where} is up to date.")
        context.exit(1 if stale else 0)
    changed = write_files(folder, texts)
    say(f"{where}: wrote {', '.join(changed)}." if changed else f"{where} was up to date.")


@cli.command()
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
    from lalakg._export import export as run
    from lalakg._export import write_files

    text = run(graph_of(context), form)
    if out is None:
        click.echo(text, nl=False)
    else:
        write_files(out.absolute().parent, {out.name: text})


@cli.command("format")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 when a file is not in canonical form.")
@click.pass_context
def format_(context: click.Context, paths: tuple[Path, ...], only_check: bool) -> None:
    """Write Turtle files in their canonical form: PATHS, or all of the folder's.

    \b
    Example:
      lalakg format data/story.ttl
    """
    from lalakg._export import write_files
    from lalakg._turtle import reformat

    files = [
        file for path in paths or _own_turtle(context) for file in (_authored_turtle(path) if path.is_dir() else [path])
    ]
    texts = {path: reformat(text_of(path), path) for path in files}
    changed = [path for path, text in texts.items() if text_of(path) != text]
    for path in changed:
        if not only_check:
            write_files(path.absolute().parent, {path.name: texts[path]})
        say(f"{shown(path)}: {'not in canonical form' if only_check else 'formatted'}")
    say(f"{len(texts)} files, {len(changed)} {'to format' if only_check else 'formatted'}.")
    context.exit(1 if only_check and changed else 0)


def _authored_turtle(folder: Path) -> list[Path]:
    """The Turtle files at any depth of a folder, save for what is generated. Raises FolderError where there is none."""
    files = sorted(folder.rglob("*.ttl"))
    authored = [file for file in files if "published" not in file.relative_to(folder).parts]
    if not authored:
        raise FolderError(f"{folder} holds no Turtle files to format.")
    return authored


def _own_turtle(context: click.Context) -> list[Path]:
    root = Folder.find(context.obj).root
    return [path for path in (root / "ontology", root / "data") if path.is_dir()]
