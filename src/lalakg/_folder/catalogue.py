"""The catalogue: `.rq` files and their headers as queries with typed parameters.

A header is grlc's (lines that start with `#+`, together YAML) and has one decorator more, `parameters`. A
parameter is a variable whose default stands in the query as `VALUES ?name { … }`, so that the file gives its
answer when it is pasted into any store; a caller's values replace that block, as serialised and checked terms.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pyoxigraph as ox

from lalakg._errors import (
    InvalidValue,
    ParseError,
    QueryError,
    ResourceNotFound,
    UnknownParameter,
    UnknownQuery,
    nearest,
    why,
)
from lalakg._rdf.terms import XSD, Node, Prefixes, expand

if TYPE_CHECKING:
    from lalakg._rdf.tokens import Token

# What reads a query's text is imported where it is needed: to run a query as it stands takes none of it.

Value: TypeAlias = str | int | float | Node
Values: TypeAlias = Value | Sequence[Value]

_LEXICAL = {
    "integer": (r"[+-]?[0-9]+", "a whole number, such as 13"),
    "decimal": (r"[+-]?[0-9]*\.?[0-9]+", "a number, such as 0.5"),
    "date": (r"-?[0-9]{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", "a date, such as 2016-12-09"),
    "string": (r"[^\ud800-\udfff]*", "any text that is Unicode"),
}
_NO_QUESTION = "a query begins with its question: `#+ summary: Who …?`"
_ESCAPE = r"\\(?:\\([uU])|.)"


@dataclass(frozen=True)
class Parameter:
    """A typed parameter of a query: `type` is iri, string, integer, decimal or date.

    `values`, where given, are the only ones allowed.
    """

    name: str
    type: str
    description: str = ""
    values: tuple[str, ...] = ()

    def term(self, value: Value, prefixes: Prefixes, base: str) -> Node:
        """The value as an RDF term of this parameter's type. Raises InvalidValue."""
        if isinstance(value, ox.NamedNode | ox.Literal):
            value = value.value
        pattern, wanted = _LEXICAL.get(self.type, (None, "an IRI or a name"))
        if value is None or (isinstance(value, bool | Collection) and not isinstance(value, str)):
            raise InvalidValue(f"{self.name} takes {wanted}, not {value!r}.")
        if self.values and str(value) not in self.values:
            raise InvalidValue(
                f"{self.name} takes one of {', '.join(self.values)}, not {value!r}.{nearest(str(value), self.values)}"
            )
        if pattern is None:
            if not str(value).strip():
                raise InvalidValue(f"{self.name} takes an IRI or a name, not nothing.")
            try:
                return expand(str(value), prefixes, base)
            except ResourceNotFound as error:
                raise InvalidValue(f"{self.name} takes an IRI or a name. {error}") from None
        if not re.fullmatch(pattern, str(value)):
            raise InvalidValue(f"{self.name} takes {wanted}; {value!r} is not.")
        return ox.Literal(str(value), datatype=ox.NamedNode(XSD + self.type))


@dataclass(frozen=True)
class Query:
    """One ready-made query: its `name` (the file's stem), `group` (the folder), `text`, and what its header says.

    The header is read when it is asked for, since to ask a query as it stands takes only its text; what needs it
    raises ParseError when it is not YAML, or does not fit the query.
    """

    name: str
    group: str
    path: Path
    text: str = field(repr=False)

    @cached_property
    def header(self) -> Mapping[str, Any]:
        """The header's YAML."""
        return _header(self.text, self.path)

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters that the header declares."""
        found = tuple(_parameter(entry, self.text, self.path) for entry in self.header.get("parameters", []))
        names = [parameter.name for parameter in found]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ParseError(f"the parameter {twice} is declared twice.", self.path, _line(self.text, twice))
        return found

    def checked(self) -> Query:
        """The query itself, its whole header read."""
        _ = self.parameters
        return self

    @property
    def summary(self) -> str:
        """The question that the query answers."""
        return str(self.header["summary"])

    @property
    def description(self) -> str:
        """What to know about the answer; may be empty."""
        return str(self.header.get("description", ""))

    @property
    def id(self) -> str:
        """The number of a competency question, such as Q07; may be empty."""
        return str(self.header.get("id", ""))

    @property
    def severity(self) -> str:
        """How bad a row of a hygiene query is: violation or warning."""
        return str(self.header.get("severity", "violation"))

    @cached_property
    def form(self) -> str:
        """SELECT, ASK, CONSTRUCT or DESCRIBE."""
        from lalakg._sparql.text import query_form

        return query_form(self.text)

    @property
    def expected_path(self) -> Path:
        """Where the expected answer stands, if there is one."""
        return self.path.with_suffix(".expected.yaml")

    def defaults(self, name: str) -> list[str]:
        """The values that a parameter has in the query's text: names, IRIs without brackets, the text of literals."""
        from lalakg._rdf.tokens import tokens
        from lalakg._sparql.text import values_blocks

        (start, end), *_ = values_blocks(self.text, name)
        found = [t for t in tokens(self.text[start:end]) if t.kind in ("iri", "string", "word")][2:]
        return [_plain(t) for t in found if not t.text.startswith(("@", "^"))]

    def bind(self, values: Mapping[str, Values], prefixes: Prefixes, base: str) -> str:
        """The query's text with `values` in the place of the defaults.

        A list gives several values at once. Raises UnknownParameter and InvalidValue.
        """
        if not values:
            return self.text
        from lalakg._sparql.text import values_blocks

        known = {p.name: p for p in self.parameters}
        text = self.text
        for name, given in values.items():
            if name not in known:
                has = f"It has {', '.join(known)}." if known else "It has none."
                raise UnknownParameter(f"{self.name} has no parameter {name}. {has}{nearest(name, known)}")
            many: Sequence[Any] = given if isinstance(given, list | tuple) else [given]
            if not many:
                raise InvalidValue(f"{name} needs a value.")
            terms = [_written(known[name].term(value, prefixes, base)) for value in many]
            (start, end), *_ = values_blocks(text, name)
            text = f"{text[:start]}VALUES ?{name} {{ {' '.join(terms)} }}{text[end:]}"
        return text


def _written(term: Node) -> str:
    r"""The term in SPARQL. A backslash before a u is kept apart from it, since some engines (rdflib is one) undo
    \uXXXX wherever it stands in a query's text, before they look for the ends of strings."""
    return re.sub(_ESCAPE, lambda m: f"\\\\\\U{ord(m[1]):08X}" if m[1] else m[0], str(term))


def _plain(token: Token) -> str:
    if token.kind == "string":
        (parsed,) = ox.parse(f"<x:x> <x:x> {token.text} .", format=ox.RdfFormat.TURTLE)
        return str(parsed.object.value)
    return token.text[1:-1] if token.kind == "iri" else token.text


def read_query(path: Path, group: str) -> Query:
    """Read one `.rq` file. Raises QueryError when it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryError(f"{path} cannot be read: {why(error)}.") from None
    return Query(path.stem, group, path, text)


def _header(text: str, path: Path) -> dict[str, Any]:
    import yaml

    lines = [
        (number, line[2:].removeprefix(" ")) for number, line in enumerate(text.split("\n"), 1) if line.startswith("#+")
    ]
    joined = "\n".join(line for _, line in lines)
    try:
        header = yaml.load(joined, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark, place = getattr(error, "problem_mark", None), getattr(error, "position", 0)
        number, line = lines[min(mark.line if mark else joined.count("\n", 0, place), len(lines) - 1)]
        reason = getattr(error, "problem", None) or getattr(error, "reason", "")
        message = f"the header is not YAML: {reason}; quote text that holds ': ' or '#'."
        raise ParseError(message, path, number, 1, f"#+ {line}") from None
    if not isinstance(header, dict) or not header.get("summary"):
        raise ParseError(_NO_QUESTION, path, 1)
    if not isinstance(header.get("parameters", []), list):
        raise ParseError("`parameters` is a list of name, type and description.", path, _line(text, "parameters"))
    return header


def _parameter(entry: object, text: str, path: Path) -> Parameter:
    from lalakg._sparql.text import values_blocks

    known = {"name", "type", "description", "values"}
    if not isinstance(entry, dict) or not {"name", "type"} <= entry.keys() <= known:
        raise ParseError(
            f"a parameter has name, type, description and perhaps values, not {entry!r}.",
            path,
            _line(text, "parameters"),
        )
    name, kind = str(entry["name"]), str(entry["type"])
    if kind != "iri" and kind not in _LEXICAL:
        raise ParseError(f"{name} has the type {kind}; known are iri, {', '.join(_LEXICAL)}.", path, _line(text, name))
    if len(values_blocks(text, name)) != 1:
        message = f"the parameter {name} needs its default in the query, once: VALUES ?{name} {{ … }}"
        raise ParseError(message, path, _line(text, name))
    if not isinstance(entry.get("values", []), list):
        raise ParseError(f"the values of {name} are a list.", path, _line(text, "values"))
    return Parameter(name, kind, str(entry.get("description", "")), tuple(map(str, entry.get("values", ()))))


def _line(text: str, word: str) -> int:
    return next((n for n, line in enumerate(text.split("\n"), 1) if line.startswith("#+") and word in line), 1)


@dataclass(frozen=True)
class Catalogue(Mapping[str, Query]):
    """The ready-made queries of one or more folders, by name. A file is read when it is asked for."""

    folders: tuple[Path, ...]

    @cached_property
    def _paths(self) -> dict[str, Path]:
        paths: dict[str, Path] = {}
        for path in (p for folder in self.folders for p in sorted(folder.glob("*.rq"))):
            if path.stem in paths:
                raise QueryError(f"{path} and {paths[path.stem]} bear the same name; rename one.")
            paths[path.stem] = path
        return paths

    def __getitem__(self, name: str) -> Query:
        path = self._paths.get(name)
        if path is None:
            raise UnknownQuery(f"there is no query {name}.{nearest(name, self._paths)} `lalakg query` lists them all.")
        query = read_query(path, path.parent.name)
        if not re.search(r"^#\+", query.text, re.MULTILINE):
            raise ParseError(_NO_QUESTION, path, 1)
        return query

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def group(self, name: str) -> list[Query]:
        """The queries of one folder, competency questions in the order of their numbers."""
        queries = [self[stem] for stem, path in self._paths.items() if path.parent.name == name]
        return sorted(queries, key=lambda query: (query.id or "~", query.name))

    @property
    def groups(self) -> list[str]:
        """The folders' names, in the order given."""
        return list(dict.fromkeys(folder.name for folder in self.folders))


__all__ = ["Catalogue", "Parameter", "Query", "Value", "Values", "read_query"]
