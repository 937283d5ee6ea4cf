"""`derive`: write what follows from the rules."""

from __future__ import annotations

import click

from lalakg._cli.group import graph_of, say, shown
from lalakg._errors import FolderError
from lalakg._folder.folder import Folder


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 if the files are out of date.")
@click.pass_context
def derive(context: click.Context, only_check: bool) -> None:
    """Run the derivation rules and write the complete graph to data/published/.

    Before that, data/links.ttl is written from its table, if there is one.

    \b
    Example:
      lalakg derive
    """
    from lalakg._publish.atomic_files import has_text, write_files
    from lalakg._publish.export import published_files
    from lalakg._wikidata.mappings import derived_links

    folder = Folder.find(context.obj)
    if folder.is_shipped:
        raise FolderError("there is no folder of a graph here, nor above; `lalakg init` makes one.")
    for path, text in derived_links(folder).items():
        if only_check and not has_text(path, text):
            say(f"{shown(path)} is out of date; run `lalakg derive`.")
            context.exit(1)
        if not only_check and write_files(path.parent, {path.name: text}):
            say(f"{shown(path.parent)}: wrote {path.name}.")
    kg = graph_of(context)
    published = kg.folder.published.parent
    where = shown(published)
    texts = published_files(kg)
    if only_check:
        stale = [name for name, text in texts.items() if not has_text(published / name, text)]
        say(f"{where}: {', '.join(stale)} out of date; run `lalakg derive`." if stale else f"{where} is up to date.")
        context.exit(1 if stale else 0)
    changed = write_files(published, texts)
    say(f"{where}: wrote {', '.join(changed)}." if changed else f"{where} was up to date.")
