"""The questions of a shape, each asked by one query for all its focus nodes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import pyoxigraph as ox

from lalakg._rdf.terms import RDF
from lalakg._shacl.backend import Pair, Row, Source, Term
from lalakg._shacl.components import Ask
from lalakg._shacl.paths import Path
from lalakg._shacl.shape import Constraint, Shape
from lalakg._shacl.values import breaks, variable

_TYPE, _SUBCLASS = f"<{RDF}type>", "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"


@dataclass(frozen=True)
class Pattern:
    """A focus as a graph pattern: `{v}` in its text stands for the variable's name."""

    text: str

    def bind(self, name: str) -> str:
        """The pattern, binding `name`."""
        return self.text.replace("{v}", name)


class SetBackend:
    """Answers by one query for each question, on whatever runs SPARQL."""

    def __init__(self, source: Source) -> None:
        self.source, self.ask = source, source.rows
        self._numbers = count(1)
        self._classes: dict[str, list[str]] = {}

    def targets(self, shape: Shape) -> Pattern:
        """The shape's focus nodes."""
        parts = [self.target(kind, node) for kind, node in shape.targets]
        if len(parts) == 1 and shape.targets[0][0] == "targetClass":
            return Pattern(parts[0])
        return Pattern("{ SELECT DISTINCT ?{v} WHERE { " + " UNION ".join(f"{{ {part} }}" for part in parts) + " } }")

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

    def step(self, focus: Pattern, path: Path | None) -> Pattern:
        """See Backend."""
        if path is None:
            return focus
        inner = f"t{next(self._numbers)}"
        return Pattern(f"{{ SELECT DISTINCT ?{{v}} WHERE {{ {_walk(focus, path, inner, '{v}')} }} }}")

    def without(self, focus: Pattern, nodes: set[Term]) -> Pattern:
        """See Backend."""
        return focus

    def nodes(self, focus: Pattern) -> list[Term]:
        """See Backend."""
        return [row[0] for row in self.ask(f"SELECT DISTINCT ?this WHERE {{ {focus.bind('this')} }}")]

    def _values(self, focus: Pattern, path: Path | None) -> str:
        if path is None:
            return f"{focus.bind('this')} BIND(?this AS ?value)"
        return _walk(focus, path, "this", "value")

    def _pairs(self, where: str, columns: str = "?this ?value") -> list[Row]:
        return list(self.ask(f"SELECT DISTINCT {columns} WHERE {{ {where} }}"))

    def pairs(self, focus: Pattern, path: Path | None) -> list[Pair]:
        """See Backend."""
        return self._pairs(self._values(focus, path))

    def failing(self, focus: Pattern, path: Path | None, constraint: Constraint) -> list[Pair]:
        """See Backend."""
        return self._pairs(self.failing_pattern(focus, path, constraint))

    def failing_pattern(self, focus: Pattern, path: Path | None, constraint: Constraint) -> str:
        """The graph pattern of the pairs that fail a value test."""
        if path is None:
            return f"{focus.bind('this')} FILTER{breaks(constraint, variable('this'))} BIND(?this AS ?value)"
        return f"{self._values(focus, path)} FILTER{breaks(constraint, variable('value'))}"

    def outside(self, focus: Pattern, path: Path | None, class_: str) -> list[Pair]:
        """See Backend."""
        values = self._values(focus, path)
        return self._pairs(f"{values} MINUS {{ {self._instances('value', class_)} }}")

    def fewer(self, focus: Pattern, path: Path, number: int) -> list[Term]:
        """See Backend."""
        this = focus.bind("this")
        if number == 0:
            return []
        none = f"SELECT DISTINCT ?this WHERE {{ {this} MINUS {{ ?this {path.sparql()} ?value }} }}"
        found = [] if path.may_be_empty else [row[0] for row in self.ask(none)]
        if number > 1:
            found += self._counted(focus, path, f"< {number}")
        return found

    def more(self, focus: Pattern, path: Path, number: int) -> list[Term]:
        """See Backend."""
        if number == 0:
            return [row[0] for row in self.ask(f"SELECT DISTINCT ?this WHERE {{ {self._values(focus, path)} }}")]
        return self._counted(focus, path, f"> {number}")

    def _counted(self, focus: Pattern, path: Path, bound: str) -> list[Term]:
        grouped = (
            f"{{ SELECT ?this (COUNT(DISTINCT ?value) AS ?n) WHERE {{ {self._values(focus, path)} }} GROUP BY ?this }}"
        )
        return [row[0] for row in self.ask(f"SELECT ?this WHERE {{ {grouped} FILTER(?n {bound}) }}")]

    def lacking(self, focus: Pattern, path: Path | None, value: Term) -> list[Term]:
        """See Backend."""
        # No sameTerm with a literal, nor a literal at the end of a path: Virtuoso gets both wrong.
        itself = f"FILTER(!COALESCE({variable('this').same(value)}, false))"
        if path is None:
            query = f"SELECT DISTINCT ?this WHERE {{ {focus.bind('this')} {itself} }}"
        elif isinstance(value, ox.BlankNode):
            return self.nodes(focus)
        else:
            reached = f"?this {path.sparql()} {value}"
            if isinstance(value, ox.Literal) and path.kind != "predicate":
                reached = f"?this {path.sparql()} ?value . FILTER({variable('value').same(value)})"
            absent = f"MINUS {{ {reached} }}{itself if path.may_be_empty else ''}"
            query = f"SELECT DISTINCT ?this WHERE {{ {focus.bind('this')} {absent} }}"
        return [row[0] for row in self.ask(query)]

    def unequal(self, focus: Pattern, path: Path | None, predicate: str) -> list[Pair]:
        """See Backend."""
        this, other = focus.bind("this"), f"?this <{predicate}> ?value"
        only_mine = self._pairs(f"{self._values(focus, path)} MINUS {{ {other} }}")
        if path is None:
            return only_mine + self._pairs(f"{this} {other} FILTER(!sameTerm(?this, ?value))")
        itself = " FILTER(!sameTerm(?this, ?value))" if path.may_be_empty else ""
        return only_mine + self._pairs(f"{this} {other} MINUS {{ ?this {path.sparql()} ?value }}{itself}")

    def shared(self, focus: Pattern, path: Path | None, predicate: str) -> list[Pair]:
        """See Backend."""
        if path is None:
            return self._pairs(f"{focus.bind('this')} ?this <{predicate}> ?this . BIND(?this AS ?value)")
        return self._pairs(f"{self._values(focus, path)} ?this <{predicate}> ?value .")

    def unordered(self, focus: Pattern, path: Path, predicate: str, operator: str) -> list[Pair]:
        """See Backend."""
        where = f"{self._values(focus, path)} ?this <{predicate}> ?other ."
        where += f" FILTER(!COALESCE(?value {operator} ?other, false))"
        return [(this, value) for this, value, _ in self._pairs(where, "?this ?value ?other")]

    def same_language(self, focus: Pattern, path: Path) -> list[Pair]:
        """See Backend."""
        walk = path.sparql()  # a focus node that is no node of the graph has no other value, and needs no care
        values = f"{focus.bind('this')} ?this {walk} ?a . ?this {walk} ?b ."
        other = "(STR(?a) != STR(?b) || LANG(?a) != LANG(?b))"  # Virtuoso's sameTerm fails beside other tests
        test = f'LANG(?a) != "" && LCASE(LANG(?a)) = LCASE(LANG(?b)) && {other}'
        return self._pairs(f"{values} FILTER({test}) BIND(LCASE(LANG(?a)) AS ?language)", "?this ?language")

    def strange(self, focus: Pattern, allowed: tuple[str, ...]) -> list[Row]:
        """See Backend."""
        test = f" FILTER(?path NOT IN ({', '.join(f'<{iri}>' for iri in allowed)}))" if allowed else ""
        return self._pairs(f"{focus.bind('this')} ?this ?path ?value .{test}", "?this ?path ?value")

    def unaccepted(self, focus: Pattern, path: Path | None, validator: Ask) -> list[Pair]:
        """The pairs that a component's ASK validator does not accept."""
        where = f"{self._values(focus, path)} FILTER NOT EXISTS {{ {validator.group} }}"
        return list(self.ask(f"{validator.prologue}SELECT DISTINCT ?this ?value WHERE {{ {where} }}"))


def _walk(focus: Pattern, path: Path, start: str, end: str) -> str:
    """A pattern that binds `start` to the focus nodes and `end` to their value nodes.

    SPARQL finds the empty path only at nodes of the graph, SHACL at every focus node.
    """
    step = f"?{start} {path.sparql()} ?{end}"
    if not path.may_be_empty:
        return f"{focus.bind(start)} {step} ."
    return f"{{ {focus.bind(start)} {step} }} UNION {{ {focus.bind(start)} BIND(?{start} AS ?{end}) }}"
