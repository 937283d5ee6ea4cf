"""A query's rows as a pandas data frame: the values of RDF literals in Python, and one dtype for each column."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

import pyoxigraph as ox

from lalakg._errors import LalakgError
from lalakg._rdf.terms import XSD, Node

if TYPE_CHECKING:
    import pandas

Value: TypeAlias = bool | int | float | Decimal | date | datetime | str

_INTEGERS: Final = (
    "integer",
    "long",
    "int",
    "short",
    "byte",
    "nonNegativeInteger",
    "positiveInteger",
    "nonPositiveInteger",
    "negativeInteger",
    "unsignedLong",
    "unsignedInt",
    "unsignedShort",
    "unsignedByte",
)
_DATE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME: Final = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
# For each datatype the lexical forms that Python's type holds without loss, and what reads them.
_READERS: Final[dict[str, tuple[str, Callable[[str], Value]]]] = {
    **dict.fromkeys(_INTEGERS, (r"[+-]?[0-9]+", int)),
    "decimal": (r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", Decimal),
    "boolean": (r"true|false|1|0", lambda text: text in ("true", "1")),
    **dict.fromkeys(
        ("double", "float"), (r"[+-]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|INF)|NaN", float)
    ),
    "date": (_DATE, date.fromisoformat),
    **dict.fromkeys(("dateTime", "dateTimeStamp"), (f"{_DATE}T{_TIME}", datetime.fromisoformat)),
}
_INT64: Final = range(-(2**63), 2**63)


def data_frame(
    columns: Sequence[str], rows: Sequence[dict[str, Node]], text: Callable[[Node], str]
) -> pandas.DataFrame:
    """The rows as a data frame, in the types that `Result.to_pandas` lists; `text` writes what stays text.

    Raises LalakgError without pandas.
    """
    try:
        import pandas
    except ImportError:
        raise LalakgError("to_pandas() needs pandas: pip install 'lalakg[pandas]'") from None
    series = {
        name: _series([python_value(row[name], text) if name in row else None for row in rows]) for name in columns
    }
    return pandas.DataFrame(series, columns=list(columns), index=pandas.RangeIndex(len(rows)))


def python_value(term: Node, text: Callable[[Node], str]) -> Value:
    """A term as the Python value that holds all of it, else as text: ill-typed literals, years beyond 9999, a date with
    a time zone, parts of a microsecond."""
    if isinstance(term, ox.Literal) and not term.language and term.datatype.value.startswith(XSD):
        pattern, read = _READERS.get(term.datatype.value.removeprefix(XSD), ("(?!)", str))
        if re.fullmatch(pattern, term.value):
            try:
                return read(term.value)
            except ValueError:  # a day that does not exist, the year 0, an integer of too many digits for Python
                pass
    return text(term)


def _series(values: list[Value | None]) -> pandas.Series:
    import pandas

    present = [value for value in values if value is not None]
    kinds = {type(value) for value in present}
    if kinds == {str}:
        return pandas.Series(values)
    kind = kinds.pop() if len(kinds) == 1 else None
    has_gaps = len(present) < len(values)
    return pandas.Series(values, dtype=_DTYPES.get(kind, _as_objects)(present, has_gaps))


def _as_objects(_present: list[Value], _has_gaps: bool) -> object:
    return object


def _of_booleans(_present: list[Value], has_gaps: bool) -> object:
    return "boolean" if has_gaps else "bool"


def _of_integers(present: list[Value], has_gaps: bool) -> object:
    if not all(value in _INT64 for value in present):
        return object
    return "Int64" if has_gaps else "int64"


def _of_floats(present: list[Value], has_gaps: bool) -> object:
    if not has_gaps:
        return "float64"
    return object if any(value != value for value in present) else "Float64"  # NaN is no gap


def _of_dates(_present: list[Value], _has_gaps: bool) -> object:
    return "datetime64[s]"


def _of_date_times(present: list[Value], _has_gaps: bool) -> object:
    import pandas

    zones = {value.tzinfo for value in present if isinstance(value, datetime)}
    if len(zones) > 1:
        return object
    zone = zones.pop()
    return "datetime64[us]" if zone is None else pandas.DatetimeTZDtype("us", zone)


_DTYPES: Final[dict[type | None, Callable[[list[Value], bool], object]]] = {
    bool: _of_booleans,
    int: _of_integers,
    float: _of_floats,
    date: _of_dates,
    datetime: _of_date_times,
}
