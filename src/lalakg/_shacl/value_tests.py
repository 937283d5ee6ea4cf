"""Value tests (SHACL, sections 4.1 to 4.4, and sh:in): constraints on single values, compiled to SPARQL expressions.

One expression serves for a variable and for a literal given by its parts (text, datatype, language), so that a literal
that a store would rewrite is judged in its original form. `Operand` says how either is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from lalakg._rdf.terms import RDF, XSD, Node
from lalakg._shacl.patterns import Pattern
from lalakg._shacl.shape import Constraint


@dataclass(frozen=True)
class Operand:
    """A term in SPARQL text: the term itself, its string, datatype and language, and tests for its kind."""

    term: str
    text: str
    datatype: str
    language: str
    is_iri: str
    is_blank: str
    is_literal: str
    same: Callable[[Node], str]


def variable(name: str) -> Operand:
    """A variable as an operand."""
    term = f"?{name}"
    return Operand(
        term,
        f"STR({term})",
        f"DATATYPE({term})",
        f"LANG({term})",
        f"isIRI({term})",
        f"isBlank({term})",
        f"isLiteral({term})",
        lambda other: _identical(term, other),
    )


def _identical(term: str, other: Node) -> str:
    """sameTerm by other means, for the sake of Virtuoso, where it fails inside larger expressions."""
    if isinstance(other, ox.BlankNode):
        return "false"  # a blank node of the shapes is none of the data, and would be a variable here
    if not isinstance(other, ox.Literal):
        return f"{term} = {other}"
    kind = f"LANG({term}) = {ox.Literal(other.language)}" if other.language else f"DATATYPE({term}) = {other.datatype}"
    return f"(isLiteral({term}) && {kind} && STR({term}) = {ox.Literal(other.value)})"


def parts(literal: ox.Literal) -> tuple[Node, ...]:
    """The text, datatype and language of a literal, as it was parsed."""
    return ox.Literal(literal.value), literal.datatype, ox.Literal(literal.language or "")


def _equal_parts(other: Node) -> str:
    if not isinstance(other, ox.Literal):
        return "false"
    text, datatype, language = parts(other)
    return f"(?text = {text} && ?datatype = {datatype} && ?language = {language})"


LITERAL: Final = Operand(
    "?value", "?text", "?datatype", "?language", is_iri="false", is_blank="false", is_literal="true", same=_equal_parts
)  # one whose parts have variables of their own


def is_of_node_kind(term: Node, kind: str) -> bool:
    """Whether a term is of a kind such as IRIOrLiteral."""
    return _KINDS[type(term)] in kind.split("Or")


_KINDS: Final[dict[type, str]] = {ox.NamedNode: "IRI", ox.BlankNode: "BlankNode", ox.Literal: "Literal"}


def not_matching(values: Iterable[Node], pattern: re.Pattern[str]) -> Iterator[Node]:
    """The values whose text does not match; a blank node has none."""
    return (v for v in values if isinstance(v, ox.BlankNode) or not pattern.search(str(v.value)))


def breaks(constraint: Constraint, operand: Operand) -> str:
    """An expression that is true just when the value breaks the constraint; it never is an error."""
    return f"(!COALESCE({_TESTS[constraint.kind](operand, constraint.value)}, false))"


def _datatype(operand: Operand, iri: str) -> str:
    if iri == RDF + "langString":
        return f'{operand.is_literal} && {operand.language} != ""'  # Virtuoso has no datatype for such a literal
    right = f"{operand.is_literal} && {operand.datatype} = <{iri}>"
    form = _LEXICAL.get(iri.removeprefix(XSD)) if iri.startswith(XSD) else None
    if form is None:
        return right
    pattern, low, high = form
    if pattern:
        right += f" && REGEX({operand.text}, {ox.Literal(f'^({pattern})$')})"
    if low is not None:
        right += f" && <{XSD}decimal>({operand.text}) >= {low}"
    if high is not None:
        right += f" && <{XSD}decimal>({operand.text}) <= {high}"
    return right


def _node_kind(operand: Operand, name: str) -> str:
    kinds = {"IRI": operand.is_iri, "BlankNode": operand.is_blank, "Literal": operand.is_literal}
    return " || ".join(test for kind, test in kinds.items() if kind in name.split("Or"))


def _languages(operand: Operand, ranges: tuple[str, ...]) -> str:
    return " || ".join(f"LANGMATCHES({operand.language}, {ox.Literal(r)})" for r in ranges) or "false"


def _pattern(operand: Operand, value: Pattern) -> str:
    pattern, flags = ox.Literal(value.text), ox.Literal(value.flags)
    test = f"REGEX({operand.text}, {pattern}, {flags})"
    if not value.text.isascii():  # Virtuoso matches it against a literal, but not against the text of one
        test = f"COALESCE(REGEX({operand.term}, {pattern}, {flags}), {test})"
    return f"!{operand.is_blank} && {test}"


def _member(operand: Operand, members: tuple[Node, ...]) -> str:
    return " || ".join(operand.same(member) for member in members) or "false"


_TESTS: Final[dict[str, Callable[[Operand, Any], str]]] = {
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "minExclusive": lambda o, limit: f"{o.term} > {limit}",
    "minInclusive": lambda o, limit: f"{o.term} >= {limit}",
    "maxExclusive": lambda o, limit: f"{o.term} < {limit}",
    "maxInclusive": lambda o, limit: f"{o.term} <= {limit}",
    "minLength": lambda o, n: f"!{o.is_blank} && STRLEN({o.text}) >= {n}",
    "maxLength": lambda o, n: f"!{o.is_blank} && STRLEN({o.text}) <= {n}",
    "pattern": _pattern,
    "languageIn": _languages,
    "in": _member,
}
KINDS: Final = frozenset(_TESTS)

_INTEGER = "[+-]?[0-9]+"
_ZONE = "(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_YEAR = "-?([1-9][0-9]{3,}|0[0-9]{3})"
_DAY = "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
_FOURTH = "([02468][048]|[13579][26])"  # two digits of a number that four divides
_LEAP = f"-?(([1-9][0-9]+|0[0-9])(0[48]|[2468][048]|[13579][26])|([1-9][0-9]*)?{_FOURTH}00)"
_DATE = f"({_YEAR}-{_DAY}|{_LEAP}-02-29)"
_TIME = "(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]+)?|24:00:00(\\.0+)?)"
_FLOAT = "[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([Ee][+-]?[0-9]+)?|[+-]?INF|NaN"
_HOURS = "T([0-9]+H([0-9]+M)?([0-9]+(\\.[0-9]+)?S)?|[0-9]+M([0-9]+(\\.[0-9]+)?S)?|[0-9]+(\\.[0-9]+)?S)"
_MONTHS = "[0-9]+Y([0-9]+M)?|[0-9]+M"
Form = tuple[str | None, int | None, int | None]
_LEXICAL: Final[dict[str, Form]] = {
    "integer": (_INTEGER, None, None),
    "long": (_INTEGER, -(2**63), 2**63 - 1),
    "int": (_INTEGER, -(2**31), 2**31 - 1),
    "short": (_INTEGER, -(2**15), 2**15 - 1),
    "byte": (_INTEGER, -(2**7), 2**7 - 1),
    "nonNegativeInteger": (_INTEGER, 0, None),
    "positiveInteger": (_INTEGER, 1, None),
    "nonPositiveInteger": (_INTEGER, None, 0),
    "negativeInteger": (_INTEGER, None, -1),
    "unsignedLong": (_INTEGER, 0, 2**64 - 1),
    "unsignedInt": (_INTEGER, 0, 2**32 - 1),
    "unsignedShort": (_INTEGER, 0, 2**16 - 1),
    "unsignedByte": (_INTEGER, 0, 2**8 - 1),
    "decimal": ("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)", None, None),
    "double": (_FLOAT, None, None),
    "float": (_FLOAT, None, None),
    "boolean": ("true|false|1|0", None, None),
    "date": (_DATE + _ZONE, None, None),
    "time": (_TIME + _ZONE, None, None),
    "dateTime": (f"{_DATE}T{_TIME}{_ZONE}", None, None),
    "dateTimeStamp": (f"{_DATE}T{_TIME}{_ZONE[:-1]}", None, None),
    "duration": (f"-?P(({_MONTHS})([0-9]+D)?({_HOURS})?|[0-9]+D({_HOURS})?|{_HOURS})", None, None),
    "yearMonthDuration": (f"-?P({_MONTHS})", None, None),
    "dayTimeDuration": (f"-?P([0-9]+D({_HOURS})?|{_HOURS})", None, None),
    "gYear": (_YEAR + _ZONE, None, None),
    "gYearMonth": (f"{_YEAR}-(0[1-9]|1[0-2]){_ZONE}", None, None),
    "gMonth": ("--(0[1-9]|1[0-2])" + _ZONE, None, None),
    "gMonthDay": (f"--({_DAY}|02-29){_ZONE}", None, None),
    "gDay": ("---(0[1-9]|[12][0-9]|3[01])" + _ZONE, None, None),
    "hexBinary": ("([0-9a-fA-F]{2})*", None, None),
    "base64Binary": ("([A-Za-z0-9+/ ]{4})*([A-Za-z0-9+/ ]{2}==|[A-Za-z0-9+/ ]{3}=)?", None, None),
}
