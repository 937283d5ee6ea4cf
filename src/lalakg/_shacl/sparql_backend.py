"""SPARQL backend: set-at-a-time evaluation, each constraint compiled to one SELECT query for all focus nodes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import pyoxigraph as ox

from lalakg._rdf.terms import RDF
from lalakg._shacl.backend import Pair, Row, Source, Term
from lalakg._shacl.constraint_components import AskValidator
from lalakg._shacl.paths import Path
from lalakg._shacl.shape import Constraint, Shape
from lalakg._shacl.value_tests import breaks, variable

_TYPE, _SUBCLASS = f"<{RDF}type>", "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"


@dataclass(frozen=True)
class FocusPattern:
    """A focus as a graph pattern: `{v}` in its text stands for the variable's name."""

    text: str

    def bind(self, name: str) -> str:
        """The pattern, binding `name`."""
        return self.text.replace("{v}", name)


class SparqlBackend:
    """The backend of whatever runs SPARQL; it sees literals as the store keeps them."""

    def __init__(self, source: Source) -> None:
        self.source, self.ask = source, source.rows
        self._numbers = count(1)
        self._classes: dict[str, list[str]] = {}

    def targets(self, shape: Shape) -> FocusPattern:
        """The shape's focus nodes."""
        parts = [self.target(kind, node) for kind, node in shape.targets]
        if len(parts) == 1 and shape.targets[0][0] == "targetClass":
            return FocusPattern(parts[0])
        return FocusPattern(
            "{ SELECT DISTINCT ?{v} WHERE { " + " UNION ".join(f"{{ {part} }}" for part in parts) + " } }"
        )

    def target(self, kind: str, node: Term) -> str:
        """One target as a graph pattern."""
        if kind == "targetNode":
            return f"VALUES ?{{v}} {{ {node} }}"
        if kind == "targetSubjectsOf":
            return f"?{{v}} {node} ?any{next(self._numbers)} ."
        if kind == "targetObjectsOf":
            return f"?any{next(self._numbers)} {node} ?{{v}} ."
        return self._instances("{v}", node.value)

    def _instances(self, name: str, class_: str) -> str:
        """A pattern that binds `name` to the instances of a class and its subclasses, each once."""
        classes = self.subclasses(class_)
        if len(classes) == 1:
            return f"?{name} {_TYPE} <{class_}> ."
        listed = " ".join(f"<{iri}>" for iri in classes)
        variable_ = f"class{next(self._numbers)}"
        return (
            f"{{ SELECT DISTINCT ?{name} WHERE {{ VALUES ?{variable_} {{ {listed} }} ?{name} {_TYPE} ?{variable_} }} }}"
        )

    def subclasses(self, class_: str) -> list[str]:
        """A class and its subclasses in the data."""
        if class_ not in self._classes:
            rows = self.ask(f"SELECT DISTINCT ?c WHERE {{ ?c {_SUBCLASS}+ <{class_}> . FILTER(isIRI(?c)) }}")
            self._classes[class_] = sorted({class_, *(row[0].value for row in rows)})
        return self._classes[class_]

    def value_nodes(self, focus: FocusPattern, path: Path | None) -> FocusPattern:
        """A sub-select of the distinct values."""
        if path is None:
            return focus
        inner = f"t{next(self._numbers)}"
        return FocusPattern(f"{{ SELECT DISTINCT ?{{v}} WHERE {{ {_walk(focus, path, inner, '{v}')} }} }}")

    def excluding(self, focus: FocusPattern, nodes: set[Term]) -> FocusPattern:
        """The focus as it is: a list of nodes would make the query longer, not faster."""
        return focus

    def focus_nodes(self, focus: FocusPattern) -> list[Term]:
        """One SELECT DISTINCT of the focus."""
        return [row[0] for row in self.ask(f"SELECT DISTINCT ?this WHERE {{ {focus.bind('this')} }}")]

    def _values(self, focus: FocusPattern, path: Path | None) -> str:
        if path is None:
            return f"{focus.bind('this')} BIND(?this AS ?value)"
        return _walk(focus, path, "this", "value")

    def _pairs(self, where: str, columns: str = "?this ?value") -> list[Row]:
        return list(self.ask(f"SELECT DISTINCT {columns} WHERE {{ {where} }}"))

    def value_pairs(self, focus: FocusPattern, path: Path | None) -> list[Pair]:
        """One SELECT DISTINCT along the path."""
        return self._pairs(self._values(focus, path))

    def failing_values(self, focus: FocusPattern, path: Path | None, constraint: Constraint) -> list[Pair]:
        """One query with the value test as a FILTER."""
        return self._pairs(self.failing_pattern(focus, path, constraint))

    def failing_pattern(self, focus: FocusPattern, path: Path | None, constraint: Constraint) -> str:
        """The graph pattern of the pairs that fail a value test."""
        if path is None:
            return f"{focus.bind('this')} FILTER{breaks(constraint, variable('this'))} BIND(?this AS ?value)"
        return f"{self._values(focus, path)} FILTER{breaks(constraint, variable('value'))}"

    def non_instances(self, focus: FocusPattern, path: Path | None, class_: str) -> list[Pair]:
        """An anti-join (MINUS) with the instances of the class."""
        values = self._values(focus, path)
        return self._pairs(f"{values} MINUS {{ {self._instances('value', class_)} }}")

    def below_min_count(self, focus: FocusPattern, path: Path, number: int) -> list[Term]:
        """An anti-join for nodes without a value, and GROUP BY for those with too few."""
        this = focus.bind("this")
        if number == 0:
            return []
        none = f"SELECT DISTINCT ?this WHERE {{ {this} MINUS {{ ?this {path.sparql()} ?value }} }}"
        found = [] if path.may_be_empty else [row[0] for row in self.ask(none)]
        if number > 1:
            found += self._with_count(focus, path, f"< {number}")
        return found

    def above_max_count(self, focus: FocusPattern, path: Path, number: int) -> list[Term]:
        """GROUP BY and COUNT(DISTINCT); for 0, a semi-join."""
        if number == 0:
            return [row[0] for row in self.ask(f"SELECT DISTINCT ?this WHERE {{ {self._values(focus, path)} }}")]
        return self._with_count(focus, path, f"> {number}")

    def _with_count(self, focus: FocusPattern, path: Path, bound: str) -> list[Term]:
        grouped = (
            f"{{ SELECT ?this (COUNT(DISTINCT ?value) AS ?n) WHERE {{ {self._values(focus, path)} }} GROUP BY ?this }}"
        )
        return [row[0] for row in self.ask(f"SELECT ?this WHERE {{ {grouped} FILTER(?n {bound}) }}")]

    def without_value(self, focus: FocusPattern, path: Path | None, value: Term) -> list[Term]:
        """An anti-join with the nodes that have the value."""
        # No sameTerm with a literal, nor a literal at the end of a path: Virtuoso gets both wrong.
        itself = f"FILTER(!COALESCE({variable('this').same(value)}, false))"
        if path is None:
            query = f"SELECT DISTINCT ?this WHERE {{ {focus.bind('this')} {itself} }}"
        elif isinstance(value, ox.BlankNode):
            return self.focus_nodes(focus)
        else:
            reached = f"?this {path.sparql()} {value}"
            if isinstance(value, ox.Literal) and path.kind != "predicate":
                reached = f"?this {path.sparql()} ?value . FILTER({variable('value').same(value)})"
            absent = f"MINUS {{ {reached} }}{itself if path.may_be_empty else ''}"
            query = f"SELECT DISTINCT ?this WHERE {{ {focus.bind('this')} {absent} }}"
        return [row[0] for row in self.ask(query)]

    def unequal_values(self, focus: FocusPattern, path: Path | None, predicate: str) -> list[Pair]:
        """Two anti-joins, one in each direction."""
        this, other = focus.bind("this"), f"?this <{predicate}> ?value"
        only_mine = self._pairs(f"{self._values(focus, path)} MINUS {{ {other} }}")
        if path is None:
            return only_mine + self._pairs(f"{this} {other} FILTER(!sameTerm(?this, ?value))")
        itself = " FILTER(!sameTerm(?this, ?value))" if path.may_be_empty else ""
        return only_mine + self._pairs(f"{this} {other} MINUS {{ ?this {path.sparql()} ?value }}{itself}")

    def shared_values(self, focus: FocusPattern, path: Path | None, predicate: str) -> list[Pair]:
        """A join of both properties on node and value."""
        if path is None:
            return self._pairs(f"{focus.bind('this')} ?this <{predicate}> ?this . BIND(?this AS ?value)")
        return self._pairs(f"{self._values(focus, path)} ?this <{predicate}> ?value .")

    def unordered_values(self, focus: FocusPattern, path: Path, predicate: str, operator: str) -> list[Pair]:
        """A join of both properties, filtered by the order."""
        where = f"{self._values(focus, path)} ?this <{predicate}> ?other ."
        where += f" FILTER(!COALESCE(?value {operator} ?other, false))"
        return [(this, value) for this, value, _ in self._pairs(where, "?this ?value ?other")]

    def duplicate_languages(self, focus: FocusPattern, path: Path) -> list[Pair]:
        """A self-join of the values on their language tag."""
        walk = path.sparql()  # a focus node that is no node of the graph has no other value, and needs no care
        values = f"{focus.bind('this')} ?this {walk} ?a . ?this {walk} ?b ."
        other = "(STR(?a) != STR(?b) || LANG(?a) != LANG(?b))"  # Virtuoso's sameTerm fails beside other tests
        test = f'LANG(?a) != "" && LCASE(LANG(?a)) = LCASE(LANG(?b)) && {other}'
        return self._pairs(f"{values} FILTER({test}) BIND(LCASE(LANG(?a)) AS ?language)", "?this ?language")

    def disallowed_statements(self, focus: FocusPattern, allowed: tuple[str, ...]) -> list[Row]:
        """All statements of the focus nodes, filtered by predicate."""
        test = f" FILTER(?path NOT IN ({', '.join(f'<{iri}>' for iri in allowed)}))" if allowed else ""
        return self._pairs(f"{focus.bind('this')} ?this ?path ?value .{test}", "?this ?path ?value")

    def rejected_by_ask(self, focus: FocusPattern, path: Path | None, validator: AskValidator) -> list[Pair]:
        """The pairs that a component's ASK validator does not accept."""
        where = f"{self._values(focus, path)} FILTER NOT EXISTS {{ {validator.group} }}"
        return list(self.ask(f"{validator.prologue}SELECT DISTINCT ?this ?value WHERE {{ {where} }}"))


def _walk(focus: FocusPattern, path: Path, start: str, end: str) -> str:
    """A pattern that binds `start` to the focus nodes and `end` to their value nodes.

    SPARQL finds the empty path only at nodes of the graph, SHACL at every focus node.
    """
    step = f"?{start} {path.sparql()} ?{end}"
    if not path.may_be_empty:
        return f"{focus.bind(start)} {step} ."
    return f"{{ {focus.bind(start)} {step} }} UNION {{ {focus.bind(start)} BIND(?{start} AS ?{end}) }}"
