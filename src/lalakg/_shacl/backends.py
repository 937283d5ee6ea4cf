"""What the evaluation of shapes asks of data, in two forms: whole sets by SPARQL, and single nodes one by one.

A focus is a set of nodes. `SetBackend` keeps it as a graph pattern and asks one query for all its nodes; `PointBackend`
keeps it as the nodes themselves, and sees literals as they were parsed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol, TypeAlias

import pyoxigraph as ox

from lalakg._shacl.custom import Ask
from lalakg._shacl.lexical import Lexical
from lalakg._shacl.paths import Path
from lalakg._shacl.shapes import Constraint, Shape
from lalakg._shacl.values import breaks, constant, variable
from lalakg._terms import RDF

_TYPE, _SUBCLASS = f"<{RDF}type>", "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
_DEFAULT = ox.DefaultGraph()
Term: TypeAlias = Any
Row: TypeAlias = tuple[Any, ...]
Pair: TypeAlias = tuple[Term, Term]


class Source(Protocol):
    """What runs a SELECT: a store here, or an endpoint elsewhere."""

    def rows(self, query: str) -> Iterator[Row]:
        """The rows, in the order of the variables; None where unbound."""

    def solutions(self, query: str, this: Term | None = None) -> list[dict[str, Term]]:
        """The rows by the names of their variables; with `this`, for that one focus node."""


class Backend(Protocol):
    """The questions that the evaluation of a shape asks. `path` is None where the values are the focus nodes."""

    def step(self, focus: Any, path: Path | None) -> Any:
        """The value nodes of all focus nodes, as a focus."""

    def nodes(self, focus: Any) -> list[Term]:
        """The focus nodes."""

    def pairs(self, focus: Any, path: Path | None) -> list[Pair]:
        """Every focus node with each of its value nodes."""

    def failing(self, focus: Any, path: Path | None, constraint: Constraint) -> list[Pair]:
        """Those pairs whose value breaks a value test."""

    def outside(self, focus: Any, path: Path | None, class_: str) -> list[Pair]:
        """Those pairs whose value is no instance of a class."""

    def fewer(self, focus: Any, path: Path, number: int) -> list[Term]:
        """The focus nodes with fewer values than `number`."""

    def more(self, focus: Any, path: Path, number: int) -> list[Term]:
        """The focus nodes with more values than `number`."""

    def lacking(self, focus: Any, path: Path | None, value: Term) -> list[Term]:
        """The focus nodes without this value."""

    def unequal(self, focus: Any, path: Path | None, predicate: str) -> list[Pair]:
        """Focus nodes with a value at just one of `path` and `predicate`."""

    def shared(self, focus: Any, path: Path | None, predicate: str) -> list[Pair]:
        """Focus nodes with a value at both."""

    def unordered(self, focus: Any, path: Path, predicate: str, operator: str) -> list[Pair]:
        """Pairs, one for each value at `predicate` that the pair's value does not stand to in the order."""

    def same_language(self, focus: Any, path: Path) -> list[Pair]:
        """Focus nodes with a language that two of their values share."""

    def strange(self, focus: Any, allowed: tuple[str, ...]) -> list[Row]:
        """Focus nodes, predicates that are not allowed, values."""


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


class PointBackend:
    """Answers node by node, on a store and the literals that the store rewrote."""

    def __init__(self, store: ox.Store, lexical: Lexical) -> None:
        self.store, self.lexical = store, lexical
        self._tests: dict[Any, bool] = {}

    def targets(self, shape: Shape, sets: SetBackend) -> list[Term]:
        """The shape's focus nodes, literals as they were written."""
        found: dict[Term, None] = {}
        for kind, node in shape.targets:
            if kind == "targetNode":
                found[node] = None
            elif kind == "targetObjectsOf" and isinstance(node, ox.NamedNode):
                quads = self.store.quads_for_pattern(None, node, None, _DEFAULT)
                found |= {o: None for q in quads for o in self.lexical.written(q.subject, node, q.object)}
            else:
                found |= dict.fromkeys(sets.nodes(Pattern(sets.target(kind, node))))
        return list(found)

    def step(self, focus: Iterable[Term], path: Path | None) -> list[Term]:
        """See Backend."""
        return list(dict.fromkeys(value for node in focus for value in self.values(node, path)))

    def nodes(self, focus: Iterable[Term]) -> list[Term]:
        """See Backend."""
        return list(focus)

    def values(self, node: Term, path: Path | None) -> list[Term]:
        """The value nodes of one focus node."""
        if path is None:
            return [node]
        return list(dict.fromkeys(self._walk(node, path)))

    def _walk(self, node: Term, path: Path, backwards: bool = False) -> Iterator[Term]:
        if path.kind == "predicate":
            yield from (
                self.lexical.subjects(self.store, path.node, node)
                if backwards
                else self.lexical.objects(self.store, node, path.node)
            )
        elif path.kind == "inverse":
            yield from self._walk(node, path.parts[0], not backwards)
        elif path.kind == "alternative":
            yield from (value for part in path.parts for value in self._walk(node, part, backwards))
        elif path.kind == "sequence":
            reached = [node]
            for part in reversed(path.parts) if backwards else path.parts:
                reached = list(dict.fromkeys(v for n in reached for v in self._walk(n, part, backwards)))
            yield from reached
        else:
            yield from self._closure(node, path, backwards)

    def _closure(self, node: Term, path: Path, backwards: bool) -> Iterator[Term]:
        if path.kind == "?":
            yield from [node, *self._walk(node, path.parts[0], backwards)]
            return
        seen: dict[Any, None] = {node: None} if path.kind == "*" else {}
        waiting = [node]
        while waiting:
            for value in self._walk(waiting.pop(), path.parts[0], backwards):
                if value not in seen:
                    seen[value] = None
                    waiting.append(value)
        yield from seen

    def pairs(self, focus: Iterable[Term], path: Path | None) -> list[Pair]:
        """See Backend."""
        return [(node, value) for node in focus for value in self.values(node, path)]

    def _holds(self, expression: str) -> bool:
        if expression not in self._tests:
            self._tests[expression] = bool(self.store.query(f"ASK {{ FILTER({expression}) }}"))
        return self._tests[expression]

    def failing(self, focus: Iterable[Term], path: Path | None, constraint: Constraint) -> list[Pair]:
        """See Backend."""
        return [(n, v) for n, v in self.pairs(focus, path) if self._holds(breaks(constraint, constant(v)))]

    def outside(self, focus: Iterable[Term], path: Path | None, class_: str) -> list[Pair]:
        """See Backend."""
        return [(n, v) for n, v in self.pairs(focus, path) if not self._is_instance(v, class_)]

    def _is_instance(self, node: Term, class_: str) -> bool:
        if isinstance(node, ox.Literal):
            return False
        query = f"SELECT ?node WHERE {{ ?node {_TYPE}/{_SUBCLASS}* <{class_}> }}"
        return any(True for _ in self.store.query(query, substitutions={ox.Variable("node"): node}))  # type: ignore[union-attr]

    def fewer(self, focus: Iterable[Term], path: Path, number: int) -> list[Term]:
        """See Backend."""
        return [node for node in focus if len(self.values(node, path)) < number]

    def more(self, focus: Iterable[Term], path: Path, number: int) -> list[Term]:
        """See Backend."""
        return [node for node in focus if len(self.values(node, path)) > number]

    def lacking(self, focus: Iterable[Term], path: Path | None, value: Term) -> list[Term]:
        """See Backend."""
        return [node for node in focus if value not in self.values(node, path)]

    def _others(self, node: Term, predicate: str) -> list[Term]:
        return self.values(node, Path("predicate", ox.NamedNode(predicate)))

    def unequal(self, focus: Iterable[Term], path: Path | None, predicate: str) -> list[Pair]:
        """See Backend."""
        return [
            (node, value)
            for node in focus
            for value in set(self.values(node, path)) ^ set(self._others(node, predicate))
        ]

    def shared(self, focus: Iterable[Term], path: Path | None, predicate: str) -> list[Pair]:
        """See Backend."""
        return [(n, v) for n in focus for v in self.values(n, path) if v in self._others(n, predicate)]

    def unordered(self, focus: Iterable[Term], path: Path, predicate: str, operator: str) -> list[Pair]:
        """See Backend."""
        return [
            (node, value)
            for node, value in self.pairs(focus, path)
            for other in self._others(node, predicate)
            if self._holds(f"!COALESCE({constant(value).term} {operator} {constant(other).term}, false)")
        ]

    def same_language(self, focus: Iterable[Term], path: Path) -> list[Pair]:
        """See Backend."""
        found = []
        for node in focus:
            tags = [v.language.lower() for v in self.values(node, path) if isinstance(v, ox.Literal) and v.language]
            found += [(node, ox.Literal(tag)) for tag, number in Counter(tags).items() if number > 1]
        return found

    def strange(self, focus: Iterable[Term], allowed: tuple[str, ...]) -> list[Row]:
        """See Backend."""
        return [
            (node, quad.predicate, value)
            for node in focus
            if not isinstance(node, ox.Literal)
            for quad in self.store.quads_for_pattern(node, None, None, _DEFAULT)
            if quad.predicate.value not in allowed
            for value in self.lexical.written(quad.subject, quad.predicate, quad.object)
        ]
