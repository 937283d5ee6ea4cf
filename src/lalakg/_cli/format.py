"""`format`: write Turtle files in their canonical form."""

from __future__ import annotations

from pathlib import Path

import click

from lalakg._cli.group import say, shown
from lalakg._errors import FolderError, why
from lalakg._folder.folder import Folder


@click.command("format")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; exit with 1 if a file is not in canonical form."
)
@click.pass_context
def format_(context: click.Context, paths: tuple[Path, ...], only_check: bool) -> None:
    """Rewrite Turtle files in canonical form: PATHS, or all files of the graph's folder.

    The graph stays the same, and so does every comment. Where sorting would misplace comments, the file's order stays,
    and a line says so. Hidden files and folders are passed over unless they are named.

    \b
    Example:
      lalakg format data/story.ttl
    """
    from lalakg._publish.atomic_files import write_files
    from lalakg._rdf.turtle_formatter import reformat

    files = [
        file for path in paths or _own_turtle(context) for file in (_authored_turtle(path) if path.is_dir() else [path])
    ]
    sources = {path: _source(path) for path in files}
    results = {path: reformat(text, path) for path, text in sources.items()}
    texts = {path: result.text for path, result in results.items()}
    changed = [path for path, text in texts.items() if sources[path] != text]
    for path, result in results.items():
        if result.kept_order:
            say(f"{shown(path)}: kept the file's order, since {result.kept_order}.")
    for path in changed:
        if not only_check:
            write_files(path.absolute().parent, {path.name: texts[path]})
        say(f"{shown(path)}: {'not in canonical form' if only_check else 'formatted'}")
    say(f"{len(texts)} files, {len(changed)} {'to format' if only_check else 'formatted'}.")
    context.exit(1 if only_check and changed else 0)


def _source(path: Path) -> str:
    """The text of a file with its line ends as they are, which literals may contain."""
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise FolderError(f"{path} cannot be read: {why(error)}.") from None


def _authored_turtle(folder: Path) -> list[Path]:
    """The Turtle files at any depth of a folder, save for what is generated. Raises FolderError where there is none."""
    files = sorted(folder.rglob("*.ttl"))
    authored = [file for file in files if not _is_passed_over(file.relative_to(folder))]
    if not authored:
        raise FolderError(f"{folder} holds no Turtle files to format.")
    return authored


def _is_passed_over(path: Path) -> bool:
    return "published" in path.parts or any(part.startswith(".") for part in path.parts)


def _own_turtle(context: click.Context) -> list[Path]:
    if context.obj is None and Folder.nearest() is None:
        return [Path()]  # what lies here, and never what lalakg carries
    root = Folder.find(context.obj).root
    return [path for path in (root / "ontology", root / "data") if path.is_dir()]
