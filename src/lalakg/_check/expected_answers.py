"""Expected answers: regression tests of ready-made queries, each by a file beside the query.

`NAME.expected.yaml` has `columns` (those that are compared: ids, not English), `rows`, and `order`: list, set, or
partial, in which `chains` give the orders that must hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from lalakg._check.findings import Finding, StepResult
from lalakg._errors import LalakgError, ParseError
from lalakg._folder.catalogue import Query
from lalakg._graph.graph import KnowledgeGraph
from lalakg._rdf.parser import read_text
from lalakg._rdf.terms import XSD
from lalakg._sparql.results import Boolean, Result, Rows

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class Expectation:
    """The answer that a query must give."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    order: str
    chains: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def read(cls, path: Path) -> Expectation:
        """Read an expected answer. Raises FolderError when it is no text, ParseError when it is not of that form."""
        import yaml

        try:
            content: dict[str, Any] = yaml.load(read_text(path), _loader())
            rows = tuple(tuple(None if c is None else str(c) for c in _list(row)) for row in _list(content["rows"]))
            chains = tuple(tuple(map(str, _list(chain))) for chain in _list(content.get("chains", [])))
            expectation = cls(tuple(_list(content["columns"])), rows, content["order"], chains)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            reason = getattr(error, "problem", None) or getattr(error, "reason", "")
            raise ParseError(f"not YAML: {str(reason).rstrip('.')}.", path, mark.line + 1 if mark else 1) from None
        except (KeyError, TypeError) as error:
            raise ParseError(
                f"an expected answer has columns, order and rows; {error} is missing or not a list.", path, 1
            ) from None
        if any(len(row) != len(expectation.columns) for row in rows):
            raise ParseError("a row has as many cells as columns are named.", path, 1)
        if expectation.order not in ("list", "set", "partial"):
            raise ParseError(f"order is list, set or partial, not {expectation.order}.", path, 1)
        return expectation

    def differences(self, result: Result) -> list[str]:
        """What is wrong with an answer, in sentences; nothing when it is as expected.

        A number is as expected in any writing: some stores make 5.0 of 5.
        """
        expected: list[Row] = list(self.rows)
        if isinstance(result, Boolean):
            result_rows: list[Row] = [("yes" if result else "no",)]
        elif isinstance(result, Rows):
            if unknown := set(self.columns) - set(result.variables):
                return [f"the answer has no column {', '.join(sorted(unknown))}"]
            numbers = [_has_numbers(result, column) for column in self.columns]
            result_rows = [_plain(cells, numbers) for cells in result.cells(list(self.columns))]
            expected = [_plain(row, numbers) for row in self.rows]
        else:
            return ["the answer is a graph, which has no rows to compare"]
        missing, surplus = Counter(expected) - Counter(result_rows), Counter(result_rows) - Counter(expected)
        found = [f"{_show(row)} is missing" for row in missing] + [f"{_show(row)} is not expected" for row in surplus]
        return found or self._disorder(result_rows, expected)

    def _disorder(self, rows: list[Row], expected: list[Row]) -> list[str]:
        if self.order == "list" and rows != expected:
            first = next(i for i, row in enumerate(rows) if row != expected[i])
            return [f"row {first + 1} is {_show(rows[first])}; {_show(expected[first])} is expected there"]
        place = {row[0]: number for number, row in enumerate(rows)}
        pairs = ((a, b) for chain in self.chains for a, b in pairwise(chain))
        return [f"{a} must come before {b}" for a, b in pairs if place.get(a, -1) >= place.get(b, -1)]


_NUMERIC = frozenset(XSD + name for name in ("integer", "decimal", "double", "float"))


def _has_numbers(result: Rows, column: str) -> bool:
    terms = [row[column] for row in result.rows if column in row]
    return all(isinstance(term, ox.Literal) and term.datatype.value in _NUMERIC for term in terms)


def _plain(row: Iterable[str | None], numbers: list[bool]) -> Row:
    """A row with its numbers in one writing."""
    return tuple(_number(cell) if cell and is_number else cell for cell, is_number in zip(row, numbers, strict=True))


def _number(text: str) -> str:
    try:
        return f"{Decimal(text).normalize():f}"
    except InvalidOperation:
        return text


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def _loader() -> Any:
    """YAML in which a plain scalar is the text that it is, save for null: yes is no boolean, 007 no number."""
    import yaml

    resolvers = {
        first: [(tag, pattern) for tag, pattern in found if tag == "tag:yaml.org,2002:null"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return type("_Loader", (base,), {"yaml_implicit_resolvers": resolvers})


def _show(row: Row) -> str:
    return "(" + ", ".join(cell if cell is not None else "–" for cell in row) + ")"


def check_expected_answers(kg: KnowledgeGraph) -> StepResult:
    """The differences from what was expected, of each query of which something was."""
    queries = [query.checked() for query in kg.catalogue.values()]
    queries = [query for query in queries if query.expected_path.is_file()]
    return [finding for query in queries for finding in _wrong_answers(kg, query)], len(queries)


def _wrong_answers(kg: KnowledgeGraph, query: Query) -> Iterator[Finding]:
    try:
        differences = Expectation.read(query.expected_path).differences(kg.sparql(query.text))
    except ParseError as error:
        differences = [error.message.rstrip(".")]
    except LalakgError as error:
        differences = [str(error).rstrip(".")]
    for difference in differences:
        message = f"{query.summary} {difference}."
        yield Finding("answers", "violation", query.name, message, path=query.expected_path, line=1)
