"""`format`: write Turtle files in their canonical form."""

from __future__ import annotations

from pathlib import Path

import click

from lalakg._cli.group import say, shown
from lalakg._errors import FolderError
from lalakg._folder.folder import Folder
from lalakg._rdf.parser import read_text


@click.command("format")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; exit with 1 if a file is not in canonical form."
)
@click.pass_context
def format_(context: click.Context, paths: tuple[Path, ...], only_check: bool) -> None:
    """Rewrite Turtle files in canonical form: PATHS, or all files of the graph's folder.

    \b
    Example:
      lalakg format data/story.ttl
    """
    from lalakg._publish.atomic_files import write_files
    from lalakg._rdf.turtle import reformat

    files = [
        file for path in paths or _own_turtle(context) for file in (_authored_turtle(path) if path.is_dir() else [path])
    ]
    texts = {path: reformat(read_text(path), path) for path in files}
    changed = [path for path, text in texts.items() if read_text(path) != text]
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
