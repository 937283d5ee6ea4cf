"""What a query gives: rows, a yes or no, or a graph, in every usual format."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from lalakg._errors import LalakgError
from lalakg._rdf.formats import GRAPH_FORMATS, write_graph
from lalakg._rdf.terms import Node, Prefixes, compact, to_rdflib

if TYPE_CHECKING:
    import pandas
    import rdflib

_W3C = {
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}


class Result(ABC):
    """A query's answer: `Rows`, `Boolean` or `Graph`."""

    kind: str
    formats: tuple[str, ...]

    def render(self, form: str | None = None) -> str:
        """The answer in `form`, one of `formats` (default: the first). Raises LalakgError for another."""
        form = form or self.formats[0]
        if form not in self.formats:
            raise LalakgError(f"The answer is {self.kind}, which has no form {form}; it has {', '.join(self.formats)}.")
        return self._render(form)

    @abstractmethod
    def _render(self, form: str) -> str: ...

    @property
    def rows(self) -> list[dict[str, Node]]:
        """The rows of a SELECT, each a mapping from variable to term. Raises LalakgError for another answer."""
        raise LalakgError(f"The answer is {self.kind}, which has no rows.")

    def __iter__(self) -> Iterator[Any]:
        """Rows, or a graph's triples."""
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def to_json(self) -> str:
        """SPARQL 1.1 Query Results JSON; for a graph, JSON-LD."""
        return self.render("jsonld" if "jsonld" in self.formats else "json")

    def to_csv(self) -> str:
        """SPARQL 1.1 CSV, lines ended by a line feed."""
        return self.render("csv")

    def to_pandas(self) -> pandas.DataFrame:
        """A data frame of text, None where unbound. Raises LalakgError without pandas, and for what has no rows."""
        raise LalakgError(f"The answer is {self.kind}, which has no rows.")

    def to_rdflib(self) -> rdflib.Graph:
        """A CONSTRUCT's or DESCRIBE's triples as an rdflib graph. Raises LalakgError for another answer."""
        raise LalakgError(f"The answer is {self.kind}, which has no triples.")


@dataclass(frozen=True)
class Table(Result):
    """An answer in the SPARQL 1.1 results model, kept as its JSON, from which every other form is made."""

    source: bytes = field(repr=False)
    prefixes: Prefixes = field(default_factory=dict, repr=False)
    formats = ("table", "md", *_W3C)

    def _render(self, form: str) -> str:
        if form in _W3C:
            parsed = ox.parse_query_results(self.source, format=ox.QueryResultsFormat.JSON)
            data = parsed.serialize(format=_W3C[form])
            assert data is not None
            text = data.decode().replace("\r\n", "\n")
            return text if text.endswith("\n") else text + "\n"
        return self._drawn(markdown=form == "md")

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
        names = columns or self.variables
        return [[self._text(row[name]) if name in row else None for name in names] for row in self.rows]

    def _text(self, term: Node) -> str:
        return compact(term.value, self.prefixes) if isinstance(term, ox.NamedNode) else str(term.value)

    def to_pandas(self) -> pandas.DataFrame:
        """See Result."""
        try:
            import pandas
        except ImportError:
            raise LalakgError("to_pandas() needs pandas: pip install 'lalakg[pandas]'") from None
        return pandas.DataFrame(self.cells(), columns=self.variables)

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

    def _render(self, form: str) -> str:
        return write_graph(self.triples, form, self.prefixes, self.context)


def table(head: list[str], rows: list[list[str]]) -> str:
    """Columns aligned by spaces under a ruled head: plain, stable text."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [head, ["-" * width for width in widths], *rows]
    return "".join("  ".join(map(str.ljust, line, widths)).rstrip() + "\n" for line in lines)


def markdown_table(head: list[str], rows: list[list[str]]) -> str:
    """A table in GitHub's Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)
