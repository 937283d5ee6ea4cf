"""Everything that can go wrong, as one tree.

LalakgError
├── FolderError             a folder or file that is missing, or is not what it should be
│   └── ParseError          a file that is not valid Turtle, YAML or SPARQL: path, line, column
├── QueryError              a query that cannot be run
│   ├── QuerySyntaxError    not SPARQL: line, column
│   ├── UnknownQuery        no ready-made query bears that name
│   ├── UnknownParameter    the query has no such parameter
│   └── InvalidValue        the value does not fit the parameter's or argument's type
├── ResourceNotFound        nothing in the graph bears that name
├── OutputError             a file or folder that cannot be written
├── ShapesError             shapes that no engine can run as they stand
├── SymmetryError           blank nodes that are too much alike to be told apart
└── EndpointError           a SPARQL endpoint that did not answer as it should: url

A graph that does not conform is not an error: it is a `Report`.
"""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from pathlib import Path
from typing import cast

PATH = (str, PathLike)  # the types of a path, for `require_type`
_WIDTH = 160  # characters of a line that are shown


class LalakgError(Exception):
    """The root of the tree: catch this to catch all that lalakg raises on purpose."""


class FolderError(LalakgError):
    """A folder or file is missing, or is not what it should be."""


class ParseError(FolderError):
    """A file that cannot be read: `path`, `line` and `column` (both from 1), and the `text` of that line."""

    def __init__(self, message: str, path: Path | str, line: int, column: int = 1, text: str = "") -> None:
        self.message, self.path, self.line, self.column, self.text = message, Path(path), line, column, text
        super().__init__(f"{path}:{line}:{column}: {message}{_pointed(text, column)}")


class QueryError(LalakgError):
    """A query that cannot be run."""


class QuerySyntaxError(QueryError):
    """Text that is not SPARQL: `line` and `column`, both from 1."""

    def __init__(self, message: str, line: int, column: int, text: str = "") -> None:
        self.message, self.line, self.column, self.text = message, line, column, text
        super().__init__(f"query, line {line}, column {column}: {message}{_pointed(text, column)}")

    def within(self, path: Path) -> ParseError:
        """The same, as the error of a file that holds the query."""
        return ParseError(self.message, path, self.line, self.column, self.text)


class UnknownQuery(QueryError):
    """No ready-made query bears that name."""


class UnknownParameter(QueryError):
    """The query has no parameter of that name."""


class InvalidValue(QueryError):
    """A value that does not fit the type of its parameter, or of the function's argument."""


class ResourceNotFound(LalakgError):
    """Nothing in the graph bears that name."""


class OutputError(LalakgError):
    """A file or folder that cannot be written."""


class ShapesError(LalakgError):
    """Shapes that no engine can run as they stand."""


class SymmetryError(LalakgError):
    """Blank nodes that are too much alike to be told apart in sensible time."""


class EndpointError(LalakgError):
    """A SPARQL endpoint that did not answer as it should."""

    def __init__(self, message: str, url: str) -> None:
        self.message, self.url = message, url
        super().__init__(f"{url}: {message}")


def _pointed(text: str, column: int) -> str:
    """A line, and a mark below a column: of a long line what is near, and of none what a terminal would obey."""
    start = max(column - _WIDTH // 2, 0) if len(text) > _WIDTH else 0
    shown = "".join(c if c.isprintable() else " " if c == "\t" else "�" for c in text[start : start + _WIDTH])
    return f"\n  {shown}\n  {' ' * (column - 1 - start)}^" if text else ""


def require_type(argument: str, value: object, types: type | tuple[type, ...], wanted: str) -> None:
    """Raise InvalidValue, which names the argument, for a value of a type that it does not take."""
    if not isinstance(value, types):
        from reprlib import repr as brief

        raise InvalidValue(f"{argument} takes {wanted}, not {brief(value)}.")


def require_paths(argument: str, value: object, wanted: str) -> list[Path]:
    """The paths that a value is: one, or several. Raises InvalidValue, which names the argument, for all else."""
    several = value if isinstance(value, Iterable) and not isinstance(value, str | bytes) else [value]
    paths: list[Path] = []
    for path in several:
        require_type(argument, path, PATH, wanted)
        paths.append(Path(cast("str", path)))
    return paths


def why(error: Exception) -> str:
    """What went wrong, without the number and the path that Python adds to it."""
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 at byte {error.start + 1:,}"
    return getattr(error, "strerror", None) or str(error)


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence that offers the known names nearest to `name`, or nothing."""
    from difflib import get_close_matches

    close = get_close_matches(name, list(dict.fromkeys(known)), n=3, cutoff=0.5)
    return f" Did you mean {' or '.join(close)}?" if close else ""
