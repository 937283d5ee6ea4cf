"""SPARQL-based constraints (SHACL, section 5): a SELECT query asked for all focus nodes at once where that is safe.

SHACL pre-binds `$this` everywhere in a query (appendix A). The same holds when each group that mentions `$this` begins
with the pattern of the focus nodes (a semi-join), except for queries that count, cut off or nest in a way that would
mix focus nodes, or mention it within GRAPH, where the targets are not: those are asked once per focus node.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from lalakg._errors import ShapesError
from lalakg._rdf.terms import WELL_KNOWN, XSD, Node
from lalakg._rdf.tokens import Token
from lalakg._shacl.paths import Path
from lalakg._shacl.query_words import replace, variables, words
from lalakg._shacl.shapes_graph import ShapesGraph
from lalakg._sparql.service import service_addresses
from lalakg._sparql.text import depths, group_end, syntax_error

_FORBIDDEN = ("MINUS", "SERVICE", "VALUES")
_AGGREGATES = {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"}
_CUTS = {"LIMIT", "OFFSET", "REDUCED"}
_THIS = {"$this", "?this"}
SHAPES_GRAPH = ox.NamedNode("urn:x-lalakg:shapes")  # where a query finds the shapes as $shapesGraph
EMPTY_STORE = ox.Store()  # asking an empty store is how a query is parsed


@dataclass(frozen=True)
class SelectQuery:
    """A constraint's query: `text` with prefixes declared and `$PATH` replaced; `messages` may hold {?variable}."""

    text: str
    messages: tuple[ox.Literal, ...]

    def for_focus_nodes(self, focus: str) -> str | None:
        """The query for all focus nodes of the pattern `focus`, which binds ?this; None when that is not safe."""
        return _prebind_focus_nodes(self.text, focus)


def current_shape_binding(shape: Node) -> dict[str, Node]:
    """What `$currentShape` is bound to: a shape's IRI; a blank node has no name that a query could use."""
    return {"currentShape": shape} if isinstance(shape, ox.NamedNode) else {}


def read_select(graph: ShapesGraph, node: Node, path: Path | None, shape: Node) -> SelectQuery:
    """Read a `sh:sparql` constraint. Raises ShapesError for what SHACL forbids and what is not SPARQL."""
    text = graph.string(node, graph.only(node, "select"), "select")
    return prepare_select(graph, node, text, graph.messages(node), path, current_shape_binding(shape))


def prepare_select(
    graph: ShapesGraph,
    node: Node,
    text: str,
    messages: tuple[ox.Literal, ...],
    path: Path | None,
    bound: Mapping[str, Node],
) -> SelectQuery:
    """A SELECT ready to be asked: prefixes declared, `$PATH` and the parameters in `bound` put in."""
    where = graph.place(node)
    if path is not None:
        text = replace(text, {"PATH": path.sparql()})
    elif "PATH" in variables(text):
        raise ShapesError(f"{where}: $PATH stands in the query of a node shape, which has no path.")
    text = prefix_declarations(graph, node) + prebind(text, where, {"this"}, bound)
    if not isinstance(parse_query(text, f"{where}: the constraint's"), ox.QuerySolutions):
        raise ShapesError(f"{where}: the constraint's query must be a SELECT.")
    return SelectQuery(text, messages)


def prebind(text: str, where: str, late_variables: set[str], bound: Mapping[str, Node]) -> str:
    """The text with the terms in `bound` for their variables; refused when it does what SHACL does not allow. The
    variables `late_variables` get their terms when the query is run."""
    _refuse(text, where, {*late_variables, *bound})
    if "currentShape" in variables(text) and "currentShape" not in bound:
        raise ShapesError(f"{where}: $currentShape has no name by which a query could ask for it; give it an IRI.")
    return replace(text, {**{name: str(term) for name, term in bound.items()}, "shapesGraph": str(SHAPES_GRAPH)})


def parse_query(text: str, whose: str) -> Any:
    """The answer of an empty store to a query. Raises ShapesError for what cannot be run."""
    try:
        return EMPTY_STORE.query(text)
    except SyntaxError as error:
        raise ShapesError(f"{whose} {syntax_error(error, text)}") from None
    except (RuntimeError, ValueError) as error:
        raise ShapesError(f"{whose} query cannot be run: {error}.") from None


def prefix_declarations(graph: ShapesGraph, node: Node) -> str:
    """PREFIX lines from `sh:prefixes` and its `sh:declare`, imported ontologies included."""
    waiting = list(graph.values(node, "prefixes"))
    seen: set[Any] = set()
    found: dict[str, str] = {}
    while waiting:
        if (ontology := waiting.pop()) in seen:
            continue
        seen.add(ontology)
        waiting += graph.values(ontology, WELL_KNOWN["owl"] + "imports")
        for declaration in graph.values(ontology, "declare"):
            prefix = graph.string(declaration, graph.only(declaration, "prefix"), "prefix")
            namespace = graph.only(declaration, "namespace")
            if not isinstance(namespace, ox.Literal) or namespace.datatype.value not in (
                XSD + "anyURI",
                XSD + "string",
            ):
                raise ShapesError(f"{graph.place(declaration)}: sh:namespace takes an xsd:anyURI, not {namespace}.")
            if found.setdefault(prefix, namespace.value) != namespace.value:
                raise ShapesError(f"{graph.place(declaration)}: the prefix {prefix}: is declared twice, differently.")
    return "".join(f"PREFIX {prefix}: <{found[prefix]}>\n" for prefix in sorted(found))


def _refuse(text: str, where: str, bound: set[str]) -> None:
    listed = words(text)
    upper = [word.text.upper() for word in listed]
    for word in _FORBIDDEN:
        if word in upper or (word == "SERVICE" and service_addresses(text)):
            raise ShapesError(f"{where}: SHACL does not allow {word} in a constraint's query.")
    if {"FROM", "FROMNAMED"} & set(upper):
        raise ShapesError(f"{where}: FROM names other data than what is checked, so it cannot be followed.")
    for first, second in zip(upper, listed[1:], strict=False):
        if first == "AS" and second.text[1:] in bound:
            raise ShapesError(f"{where}: SHACL does not allow AS {second.text}, which is bound before the query runs.")
        if first == "GRAPH" and second.text not in ("$shapesGraph", "?shapesGraph"):
            raise ShapesError(
                f"{where}: GRAPH {second.text} is not what is checked; only GRAPH $shapesGraph can be asked."
            )
    _refuse_projections_without_this(listed, where)


def _refuse_projections_without_this(listed: list[Token], where: str) -> None:
    for index, names in _projections(listed)[1:]:
        if "this" not in names and not ("*" in names and _is_visible(listed, index)):
            raise ShapesError(f"{where}: a sub-select must return $this, which is bound before the query runs.")


def _projections(listed: list[Token]) -> list[tuple[int, set[str]]]:
    """Where each SELECT stands and the variables that it returns as they are, the outermost first; * for all."""
    found = []
    for index, word in enumerate(listed):
        if word.text.upper() == "SELECT":
            names = set[str]()
            for part, depth in depths(listed[index + 1 :], "()"):
                if part.text == "{" or part.text.upper() == "WHERE":
                    break
                if depth == 0:
                    names.add(part.text.lstrip("?$"))
            found.append((index, names))
    return found


def _is_visible(listed: list[Token], select: int) -> bool:
    """Whether the group of a SELECT * mentions $this in its patterns, not just in filters."""
    opening = next(i for i in range(select, len(listed)) if listed[i].text == "{")
    group = listed[opening : group_end(listed, opening)]
    return any(depth == 0 and word.text in _THIS for word, depth in depths(group, "()"))


def _prebind_focus_nodes(text: str, focus: str) -> str | None:
    """`text` with `focus` at the head of every group that mentions $this; None when that could mix focus nodes."""
    listed = words(text)
    if _mixes_focus_nodes(listed):
        return None
    heads: list[int] = []
    for index, word in enumerate(listed):
        if word.text == "{" and not _within_exists(listed, index) and listed[index + 1].text.upper() != "SELECT":
            group = listed[index : group_end(listed, index)]
            if not heads or _mentions_this(group):
                heads.append(word.end)
    for position in reversed(heads):
        text = f"{text[:position]} {focus} {text[position:]}"
    return text


def _mixes_focus_nodes(listed: list[Token]) -> bool:
    upper = {t.text.upper() for t in listed}
    counts = bool(upper & _AGGREGATES) and not _groups_by_this(listed)
    returns_this = all("this" in names or "*" in names for _, names in _projections(listed))
    return bool(upper & _CUTS) or counts or not returns_this or any(map(_mentions_this, _graphs(listed)))


def _graphs(listed: list[Token]) -> Iterator[list[Token]]:
    """The groups of GRAPH."""
    for index, word in enumerate(listed):
        if word.text.upper() == "GRAPH":
            yield listed[index + 2 : group_end(listed, index + 2)]


def _mentions_this(group: list[Token]) -> bool:
    return any(word.text in _THIS for word in group)


def _groups_by_this(listed: list[Token]) -> bool:
    """Whether every SELECT that counts does so for each $this; with more than one SELECT we do not look closer."""
    texts = [t.text.upper() for t in listed]
    if texts.count("SELECT") != 1 or "GROUP" not in texts:
        return False
    index = len(texts) - 1 - texts[::-1].index("GROUP")
    return texts[index + 1] == "BY" and any(text in ("$THIS", "?THIS") for text in texts[index + 2 : index + 8])


def _within_exists(listed: list[Token], index: int) -> bool:
    """Whether the group at `index` is that of an EXISTS, or lies in one: there $this is bound from outside."""
    keywords = (at for at in range(index) if listed[at].text.upper() == "EXISTS" and listed[at + 1].text == "{")
    return any(group_end(listed, at + 1) > index for at in keywords)
