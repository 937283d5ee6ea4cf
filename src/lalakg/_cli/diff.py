"""`diff`: compare files, folders, stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lalakg._cli.group import FormatChoice, graph_of, refuse_place, shown, there

if TYPE_CHECKING:
    from lalakg._graph.graph import KnowledgeGraph


@click.command()
@click.argument("a")
@click.argument("b", required=False)
@click.option(
    "--format",
    "form",
    type=FormatChoice(["text", "ttl", "json", "md"]),
    default="text",
    show_default=True,
    help="Output format; md is for release notes.",
)
@there
@click.pass_context
def diff(context: click.Context, /, a: str, b: str | None, form: str, **place: Any) -> None:
    """Show what was added, removed and changed between A and B: RDF files, folders or store URLs.

    Without B, compare A with the graph's folder. Exit with 1 if they differ.

    \b
    Example:
      lalakg diff data.ttl
      lalakg diff data.ttl data/published/lalakg.ttl --format md
    """
    from lalakg._diff import diff as run
    from lalakg._diff import is_address

    sides: list[Any] = [a, _here(context) if b is None else b]
    if not any(map(is_address, sides)):
        refuse_place(**place)
    found = run(*(graph_of(context, side, **place) if is_address(side) else side for side in sides))
    click.echo(found.render(form), nl=False)
    context.exit(1 if found else 0)


def _here(context: click.Context) -> KnowledgeGraph | str:
    """What lies here: the folder, by its path, or RDF without a description."""
    kg = graph_of(context)
    return str(shown(kg.folder.root)) if kg.has_folder else kg
