"""`query`: run a ready-made query, or one of your own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lalakg._cli.group import graph_of, say, there

if TYPE_CHECKING:
    from lalakg._folder.catalogue import Query
    from lalakg._graph.graph import KnowledgeGraph


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("name", required=False)
@click.argument("parameters", nargs=-1, type=click.UNPROCESSED, metavar="[--PARAMETER VALUE]...")
@click.option("-f", "--file", type=click.Path(path_type=Path), help="Run the query in this file.")
@click.option("-e", "--execute", metavar="SPARQL", help="Run this query.")
@click.option(
    "--format",
    "format_name",
    metavar="FORMAT",
    help="Output format: table, csv, tsv, json, xml or md; for a graph ttl, jsonld, nt or rdf.",
)
@click.option("--endpoint", metavar="URL", help="Query this triple store or SPARQL endpoint instead.")
@click.option(
    "--with",
    "also",
    metavar="FILE",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Also query this RDF file; repeatable.",
)
@click.option("--service", metavar="URL", help="Endpoint that answers the query's SERVICE clauses.")
@there
@click.pass_context
def query(
    context: click.Context,
    /,
    name: str | None,
    parameters: tuple[str, ...],
    file: Path | None,
    execute: str | None,
    format_name: str | None,
    also: tuple[Path, ...],
    **place: Any,
) -> None:
    """Run a ready-made query, or one of your own; without a name, list the ready-made ones.

    \b
    Example:
      lalakg query who-claims --about div-kiss
      lalakg query what-differs --format csv
      lalakg query -e 'SELECT ?scheme WHERE { ?scheme a skos:ConceptScheme }'
    """
    if name is not None and name.startswith("--"):
        parameters, name = (name, *parameters), None
    if sum(choice is not None for choice in (name, file, execute)) > 1:
        raise click.UsageError("Give a name, or --file, or --execute: one of them.")
    if parameters and file is None and name is None:
        raise click.UsageError(f"{parameters[0]}: parameters are for a ready-made query, or for --file.")
    values = _values(parameters)
    kg = graph_of(context, **place)
    for path in also:
        kg.add(path)
    if execute is not None:
        answer = kg.sparql(execute)
    elif file is not None or name:
        answer = kg.query(file or str(name), **values)
    else:
        click.echo(_catalogue(kg), nl=False)
        if not len(kg.catalogue):
            say(f"{kg.name} has no ready-made queries; ask one of your own: -e SPARQL, or --file.")
        return
    click.echo(answer.render(format_name), nl=False)


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


def _parameters(query: Query) -> str:
    return f" ({', '.join('--' + p.name for p in query.parameters)})" if query.parameters else ""
