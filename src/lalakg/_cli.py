"""The command line: the only room that prints or exits.

Data goes to standard output, words to standard error. Exit 0: good; 1: a check failed; 2: usage or bad input.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import click

from lalakg._errors import InvalidValue, LalakgError, why
from lalakg._folder import Folder
from lalakg._graph import KnowledgeGraph
from lalakg._terms import expand

FORMATS = ("text", "json", "ttl", "sarif", "junit")
_SHOWN = 20  # literals that a store altered
SEVERITIES = ("violation", "warning", "info")

_SOURCE = click.option(
    "--source",
    type=click.Path(path_type=Path),
    envvar="LALAKG_SOURCE",
    show_envvar=True,
    help="A local copy of the source text, for checking hashes and copying.",
)
_OUT = click.option("-o", "--out", type=click.Path(path_type=Path), help="Write to this file instead.")


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


def _graph(context: click.Context, endpoint: str | None = None) -> KnowledgeGraph:
    return KnowledgeGraph(Folder.find(context.obj), endpoint)


def _shown(path: Path) -> Path:
    """A path as its reader would type it: relative, where it lies below the working directory."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _say(words: str) -> None:
    click.echo(words, err=True)


@cli.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", required=False)
@click.argument("parameters", nargs=-1, type=click.UNPROCESSED, metavar="[--PARAMETER VALUE]...")
@click.option("-f", "--file", type=click.Path(path_type=Path), help="Ask the query in this file.")
@click.option("-e", "--execute", metavar="SPARQL", help="Ask this query.")
@click.option(
    "--format",
    "form",
    metavar="FORM",
    help="table, csv, tsv, json, xml, md; for a graph ttl, jsonld, nt, rdf.",
)
@click.option("--endpoint", metavar="URL", help="Ask this SPARQL endpoint instead.")
@click.pass_context
def query(
    context: click.Context,
    name: str | None,
    parameters: tuple[str, ...],
    file: Path | None,
    execute: str | None,
    form: str | None,
    endpoint: str | None,
) -> None:
    """Ask a ready-made query, or one of your own; without a name, list what there is.

    \b
    Example:
      lalakg query who-claims --about lkg:div-kiss
      lalakg query what-differs --format csv
      lalakg query -e 'SELECT ?film WHERE { ?film a lala:Film }'
    """
    kg = _graph(context, endpoint)
    if sum(choice is not None for choice in (name, file, execute)) > 1:
        raise click.UsageError("Give a name, or --file, or --execute: one of them.")
    if file is not None or execute is not None:
        answer = kg.sparql(_read(file) if file is not None else str(execute))
    elif name:
        answer = kg.query(name, **_values(parameters))
    else:
        click.echo(_catalogue(kg), nl=False)
        return
    click.echo(answer.render(form), nl=False)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValue(f"{path} cannot be read: {why(error)}.") from None


def _values(words: tuple[str, ...]) -> dict[str, Any]:
    """`--about x --about y --limit=3` as a mapping; a name given twice has two values."""
    values: dict[str, list[str]] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or (not equals and not rest):
            raise click.UsageError(f"{word}: a parameter is given as --name value.")
        values.setdefault(name, []).append(value if equals else rest.pop(0))
    return dict(values)


def _catalogue(kg: KnowledgeGraph) -> str:
    width = max((len(name) for name in kg.catalogue), default=0)
    blocks = []
    for group in kg.catalogue.groups:
        lines = [f"  {query.name:<{width}}  {query.summary}{_parameters(query)}" for query in kg.catalogue.group(group)]
        blocks.append("\n".join([group, *lines]) + "\n")
    return "\n".join(blocks)


def _parameters(query: Any) -> str:
    return f" ({', '.join('--' + p.name for p in query.parameters)})" if query.parameters else ""


@cli.command()
@click.argument("name")
@click.option("--endpoint", metavar="URL", help="Ask this SPARQL endpoint instead.")
@click.pass_context
def describe(context: click.Context, name: str, endpoint: str | None) -> None:
    """Describe one thing, by its short name, its IRI or its label.

    \b
    Example:
      lalakg describe ev-f-kiss
    """
    click.echo(str(_graph(context, endpoint).describe(name)), nl=False)


@cli.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--shapes", type=click.Path(path_type=Path), help="SHACL shapes. [default: the folder's]")
@_SOURCE
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
@click.option("--endpoint", metavar="URL", help="Check what this SPARQL endpoint holds.")
@click.option("--explain", metavar="SHAPE", help="Tell one rule in words and in SPARQL instead.")
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.pass_context
def check(
    context: click.Context,
    files: tuple[Path, ...],
    shapes: Path | None,
    source: Path | None,
    form: str,
    fail_on: str,
    engine: str,
    endpoint: str | None,
    explain: str | None,
    quiet: bool,
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
    from lalakg._explanation import explain as tell

    if explain:
        click.echo(tell(shapes or Folder.find(context.obj).shapes, explain), nl=False)
        return
    if files and (endpoint or source):
        raise click.UsageError("FILES go with --shapes, not with --endpoint or --source.")
    target = files or _graph(context, endpoint)
    report = run(target, shapes=shapes, source=source, engine=engine, progress=(lambda _: None) if quiet else _say)
    click.echo(report.render(form), nl=False)
    context.exit(1 if report.fails(fail_on) else 0)


@cli.command()
@click.argument("out", type=click.Path(path_type=Path), default=Path("dist"))
@_SOURCE
@click.option("-q", "--quiet", is_flag=True, help="No progress.")
@click.pass_context
def build(context: click.Context, out: Path, source: Path | None, quiet: bool) -> None:
    """Derive, check, and export into the folder OUT (default: dist): all or nothing.

    \b
    Example:
      lalakg build
    """
    from lalakg._export import NotConforming
    from lalakg._export import build as run

    try:
        made = run(_graph(context), out, source=source, progress=(lambda _: None) if quiet else _say)
    except NotConforming as error:
        click.echo(str(error))
        context.exit(1)
    click.echo(str(made.report), nl=False)
    click.echo(f"Built {made.triples:,} triples into {made.folder}/:")
    for name, size in made.files.items():
        click.echo(f"  {size:>9,}  {name}")


@cli.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 when data/published is out of date.")
@click.pass_context
def derive(context: click.Context, only_check: bool) -> None:
    """Derive what follows, and write the complete graph to data/published/.

    \b
    Example:
      lalakg derive
    """
    from lalakg._export import holds, publish, write_files

    kg = _graph(context)
    folder = kg.folder.published.parent
    shown = _shown(folder)
    texts = publish(kg)
    if only_check:
        stale = [name for name, text in texts.items() if not holds(folder / name, text)]
        _say(f"{shown}: {', '.join(stale)} out of date; run `lalakg derive`." if stale else f"{shown} is up to date.")
        context.exit(1 if stale else 0)
    changed = write_files(folder, texts)
    _say(f"{shown}: wrote {', '.join(changed)}." if changed else f"{shown} was up to date.")


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

    text = run(_graph(context), form)
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
    texts = {path: reformat(_read(path), path) for path in files}
    changed = [path for path, text in texts.items() if _read(path) != text]
    for path in changed:
        if not only_check:
            write_files(path.absolute().parent, {path.name: texts[path]})
        _say(f"{_shown(path)}: {'not in canonical form' if only_check else 'formatted'}")
    _say(f"{len(texts)} files, {len(changed)} {'to format' if only_check else 'formatted'}.")
    context.exit(1 if only_check and changed else 0)


def _authored_turtle(folder: Path) -> list[Path]:
    """The Turtle files at any depth of a folder, save for what is generated."""
    files = sorted(folder.rglob("*.ttl"))
    return [file for file in files if "published" not in file.relative_to(folder).parts]


def _own_turtle(context: click.Context) -> list[Path]:
    root = Folder.find(context.obj).root
    return [path for path in (root / "ontology", root / "data") if path.is_dir()]


@cli.command()
@click.argument("url")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--graph", metavar="IRI", help="Load into this named graph.")
@click.option("--default", is_flag=True, help="Load into the default graph.")
@click.option("--named-graphs", is_flag=True, help="Also load the packaging: a graph for each world, and so on.")
@click.option("--replace", is_flag=True, help="Replace data that is not this graph's.")
@click.option("--user", help="Log in; the password is in LALAKG_PASSWORD, or asked for.")
@click.option("--timeout", type=float, default=3600, show_default=True, help="Seconds for the whole load.")
@click.option("--dry-run", is_flag=True, help="Say what would be done.")
@click.pass_context
def load(
    context: click.Context,
    url: str,
    files: tuple[Path, ...],
    graph: str | None,
    default: bool,
    named_graphs: bool,
    replace: bool,
    user: str | None,
    timeout: float,
    dry_run: bool,
) -> None:
    """Load the complete graph, or FILES, into the triple store at URL: all or nothing, and verified.

    \b
    Example:
      lalakg load http://localhost:3030/ds
    """
    from lalakg._http import Credentials
    from lalakg._loading import load_into

    if graph and default:
        raise click.UsageError("Give --graph or --default, not both.")
    password = os.environ.get("LALAKG_PASSWORD") or (
        click.prompt("Password", hide_input=True, err=True) if user else ""
    )
    credentials = Credentials(user or "", password, os.environ.get("LALAKG_TOKEN", ""))
    with _bar(sys.stderr.isatty() and not dry_run) as progress:
        done = load_into(
            files or _graph(context),
            url,
            graph=graph,
            default=default,
            named_graphs=named_graphs,
            replace=replace,
            credentials=credentials,
            timeout=timeout,
            dry_run=dry_run,
            progress=progress,
        )
    _say(f"{url}: {done.store}")
    for line in done.plan:
        _say(f"{'would load' if dry_run else 'loaded'} {line}")
    for line in done.altered[:_SHOWN]:
        _say(f"the store altered: {line}")
    if len(done.altered) > _SHOWN:
        _say(f"the store altered: {len(done.altered) - _SHOWN:,} more")


@contextlib.contextmanager
def _bar(shown: bool) -> Iterator[Callable[[int, int], None]]:
    """A progress bar that is told how much of how much is done; nothing where nobody looks."""
    if not shown:
        yield lambda _done, _of: None
        return
    with click.progressbar(length=1, label="loading", file=sys.stderr) as bar:

        def progress(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield progress


@cli.command()
@click.argument("a")
@click.argument("b", required=False)
@click.option("--graph", metavar="IRI", help="The named graph to compare at an endpoint; graph names may be short.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "ttl", "json", "md"]),
    default="text",
    show_default=True,
    help="How to tell it; md is for release notes.",
)
@click.pass_context
def diff(context: click.Context, a: str, b: str | None, graph: str | None, form: str) -> None:
    """Tell what was added, removed and changed from A to B: RDF files, folders, or URLs of SPARQL endpoints.

    Without B, A is compared with the folder. The exit status is 1 when they differ.

    \b
    Example:
      lalakg diff data.ttl
      lalakg diff data.ttl data/published/lalakg.ttl --format md
    """
    from lalakg._diff import diff as run

    if graph is not None:
        kg = _graph(context)
        graph = expand(graph, kg.prefixes, kg.folder.dataset.graphs).value
    found = run(a, b or str(_shown(Folder.find(context.obj).root)), graph=graph)
    click.echo(found.render(form), nl=False)
    context.exit(1 if found else 0)


@cli.command()
@click.argument("place")
@click.option(
    "--source",
    type=click.Path(path_type=Path),
    envvar="LALAKG_SOURCE",
    required=True,
    help="A local copy of the source text.",
)
def locate(place: str, source: Path) -> None:
    """Print the locator of PLACE in a source: its words, or its characters as START-END.

    \b
    Example:
      lalakg locate 2255-2274 --source article.txt
    """
    from lalakg._evidence import SourceText

    click.echo(f'lala:locator "{SourceText.read(source).locate(place)}" ;')


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--base", metavar="IRI", help="Where the graph's IRIs begin; ends in /id/.")
def init(folder: Path, base: str | None) -> None:
    """Make FOLDER, a small graph of another film to start from.

    \b
    Example:
      lalakg init my-film
    """
    from lalakg._scaffold import init as run

    for name in run(folder, base):
        _say(f"{folder / name}")
    _say(f"Made {folder}. Next: lalakg -C {folder} check")


def main(stream: IO[str] | None = None) -> None:
    """Run the command line; every error that we raise on purpose is one message and exit 2."""
    try:
        cli.main(standalone_mode=True)
    except LalakgError as error:
        click.echo(f"lalakg: {error}", err=True, file=stream)
        sys.exit(2)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"lalakg: {where}{why(error)}.", err=True, file=stream)
        sys.exit(2)
