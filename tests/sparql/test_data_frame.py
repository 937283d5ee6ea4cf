"""Rows as a data frame: a dtype for each column, and no value that is not what the literal says."""

import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pyoxigraph as ox
import pytest

from lalakg._rdf.terms import XSD
from lalakg._sparql.data_frame import data_frame, python_value

pandas = pytest.importorskip("pandas", reason="pandas is not installed")


def literal(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))


def column(datatype: str, *texts: str | None) -> Any:
    rows = [{} if text is None else {"x": literal(text, datatype)} for text in texts]
    return data_frame(["x"], rows, lambda term: str(term.value))["x"]


EAST = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("datatype", "texts", "dtype", "values"),
    [
        ("integer", ["1", "+2", "-03"], "int64", [1, 2, -3]),
        ("nonNegativeInteger", ["9007199254740993", None], "Int64", [9007199254740993, None]),
        ("integer", [str(2**63 - 1), str(-(2**63))], "int64", [2**63 - 1, -(2**63)]),
        ("integer", [str(2**63), None], "object", [2**63, None]),
        ("unsignedLong", [str(2**64 - 1)], "object", [2**64 - 1]),
        ("decimal", ["0.1", "1.10", None], "object", [Decimal("0.1"), Decimal("1.10"), None]),
        ("decimal", ["123456789012345678901234567890.5"], "object", [Decimal("123456789012345678901234567890.5")]),
        ("boolean", ["true", "0"], "bool", [True, False]),
        ("boolean", ["true", None, "1"], "boolean", [True, None, True]),
        ("double", ["1.5e3", "-INF", ".5"], "float64", [1500.0, -math.inf, 0.5]),
        ("double", ["1.5", None], "Float64", [1.5, None]),
        ("date", ["2016-12-09", "0001-01-01"], "datetime64[s]", [datetime(2016, 12, 9), datetime(1, 1, 1)]),
        ("date", ["2016-12-09", None], "datetime64[s]", [datetime(2016, 12, 9), None]),
        ("date", ["2016-12-09Z", "2016-12-09"], "object", ["2016-12-09Z", date(2016, 12, 9)]),
        ("date", ["-0044-03-15", "2016-12-09"], "object", ["-0044-03-15", date(2016, 12, 9)]),
        ("date", ["12016-01-01", "2016-12-09"], "object", ["12016-01-01", date(2016, 12, 9)]),
        ("date", ["2016-02-30", "2016-12-09"], "object", ["2016-02-30", date(2016, 12, 9)]),
        ("dateTime", ["2016-12-09T10:00:00.000001"], "datetime64[us]", [datetime(2016, 12, 9, 10, 0, 0, 1)]),
        ("dateTime", ["9999-12-31T23:59:59"], "datetime64[us]", [datetime(9999, 12, 31, 23, 59, 59)]),
        (
            "dateTime",
            ["2016-12-09T10:00:00Z", None],
            "datetime64[us, UTC]",
            [datetime(2016, 12, 9, 10, tzinfo=UTC), None],
        ),
        (
            "dateTime",
            ["2016-12-09T10:00:00+02:00"],
            "datetime64[us, UTC+02:00]",
            [datetime(2016, 12, 9, 10, tzinfo=EAST)],
        ),
        (
            "dateTime",
            ["2016-12-09T10:00:00+02:00", "2016-12-09T10:00:00Z", "2016-12-09T10:00:00"],
            "object",
            [
                datetime(2016, 12, 9, 10, tzinfo=EAST),
                datetime(2016, 12, 9, 10, tzinfo=UTC),
                datetime(2016, 12, 9, 10),
            ],
        ),
        (
            "dateTime",
            ["2016-12-09T10:00:00.1234567", "2016-12-09T10:00:00"],
            "object",
            ["2016-12-09T10:00:00.1234567", datetime(2016, 12, 9, 10)],
        ),
        ("integer", ["one", "2"], "object", ["one", 2]),
    ],
)
def test_a_column_has_the_type_of_its_values(
    datatype: str, texts: list[str | None], dtype: str, values: list[Any]
) -> None:
    found = column(datatype, *texts)
    assert str(found.dtype) == dtype
    assert [None if value is pandas.NA or value is pandas.NaT else value for value in found] == values


def test_what_is_no_number_is_not_what_is_not_there() -> None:
    found = column("double", "NaN", None, "1")
    assert found.dtype == object
    assert math.isnan(found[0])
    assert found[1] is None
    assert found[2] == 1.0


@pytest.mark.parametrize("text", ["duration", "gYear", "time", "hexBinary", "anyURI"])
def test_other_datatypes_stay_text(text: str) -> None:
    assert column(text, "01", "2").tolist() == ["01", "2"]


def test_mixed_columns_keep_each_value_in_its_own_type() -> None:
    terms = [literal("1", "integer"), literal("1.0", "decimal"), ox.Literal("eins", language="de"), None]
    rows = [{} if term is None else {"x": term} for term in terms]
    found = data_frame(["x"], rows, lambda term: str(term.value))["x"]
    assert found.dtype == object
    assert found.tolist() == [1, Decimal("1.0"), "eins", None]
    assert [type(value) for value in found] == [int, Decimal, str, type(None)]


def test_an_integer_of_more_digits_than_python_reads_stays_text() -> None:
    assert python_value(literal("1" * 5000, "integer"), lambda term: str(term.value)) == "1" * 5000


def test_no_rows_and_no_columns() -> None:
    assert data_frame(["x"], [], str).shape == (0, 1)
    assert data_frame([], [{}, {}], str).shape == (2, 0)
    assert column("integer", None, None).tolist() == [None, None]
