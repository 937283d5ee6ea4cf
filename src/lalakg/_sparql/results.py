"""What a query gives: rows, a yes or no, or a graph, in every usual format."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, overload

import pyoxigraph as ox

from lalakg._errors import PATH, LalakgError, OutputError, require_type, why
from lalakg._rdf.formats import GRAPH_FORMATS, canonical_name, write_graph
from lalakg._rdf.terms import Node, Prefixes, compact, to_rdflib

if TYPE_CHECKING:
    import pandas
    import rdflib

_HTML_ROWS: Final = 50  # that a notebook shows
_W3C: Final = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}


class Result(ABC):
    """A query's answer: `Rows`, `Boolean` or `Graph`."""

    kind: str
    formats: tuple[str, ...]

    def render(self, format_name: str | None = None) -> str:
        """The answer as text in one of its `formats` (default: the first), by that name or another usual one.

        Rows and booleans: table, md (markdown), csv, tsv, json, xml. Graphs: ttl (turtle), jsonld (json-ld),
        nt (ntriples), rdf (rdfxml, xml). Raises LalakgError for another, and InvalidValue for what is no text.
        """
        if format_name is None:
            return self._render(self.formats[0])
        require_type("format_name", format_name, str, "the name of a format")
        name = canonical_name(format_name, self.formats)
        if name is None:
            has = ", ".join(self.formats)
            raise LalakgError(f"The answer is {self.kind}, which has no format {format_name}; it has {has}.")
        return self._render(name)

    @abstractmethod
    def _render(self, format_name: str) -> str: ...

    @property
    def rows(self) -> list[dict[str, Node]]:
        """The rows of a SELECT, each a mapping from variable to term. Raises LalakgError for another answer."""
        raise LalakgError(f"The answer is {self.kind}, which has no rows.")

    def __iter__(self) -> Iterator[Any]:
        """Rows, or a graph's triples."""
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def to_json(self, path: None = None) -> str: ...

    @overload
    def to_json(self, path: Path | str) -> None: ...

    def to_json(self, path: Path | str | None = None) -> str | None:
        """SPARQL 1.1 Query Results JSON; for a graph, JSON-LD. With `path` it is written there instead of returned.

        Raises OutputError when it cannot be written.
        """
        return _written(self.render("jsonld" if "jsonld" in self.formats else "json"), path)

    @overload
    def to_csv(self, path: None = None) -> str: ...

    @overload
    def to_csv(self, path: Path | str) -> None: ...

    def to_csv(self, path: Path | str | None = None) -> str | None:
        """SPARQL 1.1 CSV, lines ended by a line feed. With `path` it is written there, in UTF-8, instead of returned.

        Raises OutputError when it cannot be written, and LalakgError for a graph.
        """
        return _written(self.render("csv"), path)

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a data frame, a column for each variable, typed where all its values are of one kind.

        =======================================  ===============================================================
        integers                                 int64, or Int64 where some are unbound; beyond 64 bits, objects (int)
        xsd:decimal                              objects (decimal.Decimal)
        xsd:double, xsd:float                    float64, or Float64 where some are unbound; NaN beside gaps: objects
        xsd:boolean                              bool, or boolean where some are unbound
        xsd:date                                 datetime64[s]
        xsd:dateTime                             datetime64[us], with the time zone if it is one for all; else objects
        all else                                 text: strings, IRIs as prefixed names, other datatypes as written
        =======================================  ===============================================================

        A column of several kinds has objects, each value in its own type. What Python's types cannot hold whole stays
        text as it was written, and makes its column one of objects: years before 1 or after 9999, dates with a time
        zone, parts of a microsecond, ill-typed literals. What is unbound is None, NA, NaT or NaN, as the type has it.
        Language tags, datatypes and the way in which a number is written (`1.0`, `01`) are in `rows`, not here. Raises
        LalakgError without pandas, and for what has no rows.
        """
        raise LalakgError(f"The answer is {self.kind}, which has no rows.")

    def to_rdflib(self) -> rdflib.Graph:
        """A CONSTRUCT's or DESCRIBE's triples as an rdflib graph. Raises LalakgError for another answer."""
        raise LalakgError(f"The answer is {self.kind}, which has no triples.")


@dataclass(frozen=True)
class Table(Result):
    """An answer in the SPARQL 1.1 results model, kept as its JSON, from which every other format is made."""

    source: bytes = field(repr=False)
    prefixes: Prefixes = field(default_factory=dict, repr=False)
    formats = ("table", "md", *_W3C)

    def _render(self, format_name: str) -> str:
        if format_name in _W3C:
            parsed = ox.parse_query_results(self.source, format=ox.QueryResultsFormat.JSON)
            data = parsed.serialize(format=_W3C[format_name])
            assert data is not None
            text = data.decode().replace("\r\n", "\n")
            return text if text.endswith("\n") else text + "\n"
        return self._drawn(markdown=format_name == "md")

    @abstractmethod
    def _drawn(self, *, markdown: bool) -> str: ...


class Rows(Table):
    """The answer to SELECT: rows, each a mapping from variable to term; what is unbound is left out."""

    kind = "a table of rows"

    def __repr__(self) -> str:
        return f"<Rows: {len(self)} of {', '.join(self.variables)}>"

    @cached_property
    def _parsed(self) -> tuple[list[str], list[dict[str, Node]]]:
        solutions = ox.parse_query_results(self.source, format=ox.QueryResultsFormat.JSON)
        assert isinstance(solutions, ox.QuerySolutions)
        names = [variable.value for variable in solutions.variables]
        return names, [{n: row[n] for n in names if row[n] is not None} for row in solutions]

    @property
    def variables(self) -> list[str]:
        """The columns' names."""
        return self._parsed[0]

    @property
    def rows(self) -> list[dict[str, Node]]:
        """All rows."""
        return self._parsed[1]

    def cells(self, columns: list[str] | None = None) -> list[list[str | None]]:
        """The rows as text, IRIs as prefixed names, None where unbound; `columns` chooses some."""
        names = self.variables if columns is None else columns
        return [[self._text(row[name]) if name in row else None for name in names] for row in self.rows]

    def _text(self, term: Node) -> str:
        return compact(term.value, self.prefixes) if isinstance(term, ox.NamedNode) else str(term.value)

    def to_pandas(self) -> pandas.DataFrame:
        """See Result."""
        from lalakg._sparql.data_frame import data_frame

        return data_frame(self.variables, self.rows, self._text)

    def _repr_html_(self) -> str:
        """A table for notebooks, which call this by the name: the first rows, and how many more there are."""
        from html import escape

        def row(cells: list[str], tag: str) -> str:
            return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"

        body = "".join(row([cell or "" for cell in cells], "td") for cells in self.cells()[:_HTML_ROWS])
        more = f"<p>… {len(self) - _HTML_ROWS:,} more rows</p>" if len(self) > _HTML_ROWS else ""
        return f"<table><thead>{row(self.variables, 'th')}</thead><tbody>{body}</tbody></table>{more}"

    def _drawn(self, *, markdown: bool) -> str:
        rows = [[(cell or "").replace("\n", " ") for cell in row] for row in self.cells()]
        return markdown_table(self.variables, rows) if markdown else table(self.variables, rows)


class Boolean(Table):
    """The answer to ASK; true or false in Python, too."""

    kind = "a yes or no"

    def __repr__(self) -> str:
        return f"<Boolean: {'yes' if self else 'no'}>"

    def __bool__(self) -> bool:
        return bool(json.loads(self.source)["boolean"])

    def _drawn(self, *, markdown: bool) -> str:
        return "yes\n" if self else "no\n"


@dataclass(frozen=True)
class Graph(Result):
    """The answer to CONSTRUCT or DESCRIBE: triples."""

    triples: list[ox.Triple] = field(repr=False)
    prefixes: Prefixes = field(default_factory=dict, repr=False)
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)
    kind = "a graph"
    formats = GRAPH_FORMATS

    def __repr__(self) -> str:
        return f"<Graph: {len(self)} triples>"

    def __iter__(self) -> Iterator[ox.Triple]:
        return iter(self.triples)

    def __len__(self) -> int:
        return len(self.triples)

    def to_rdflib(self) -> rdflib.Graph:
        """See Result."""
        return to_rdflib(self.triples, self.prefixes)

    def _render(self, format_name: str) -> str:
        return write_graph(self.triples, format_name, self.prefixes, self.context)


def _written(text: str, path: Path | str | None) -> str | None:
    """The text itself, or None when it has been written to `path`."""
    if path is None:
        return text
    require_type("path", path, PATH, "a path")
    try:
        Path(path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {why(error)}.") from None
    return None


def table(head: list[str], rows: list[list[str]]) -> str:
    """Columns aligned by spaces under a ruled head: plain, stable text."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [head, ["-" * width for width in widths], *rows]
    return "".join("  ".join(map(str.ljust, line, widths)).rstrip() + "\n" for line in lines)


def markdown_table(head: list[str], rows: list[list[str]]) -> str:
    """A table in GitHub's Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)
