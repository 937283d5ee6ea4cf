"""SHACL-SPARQL constraints: a SELECT that is asked for all focus nodes at once where that is safe.

SHACL pre-binds `$this` everywhere in a query. The same holds when each group that mentions `$this` begins with the
pattern of the focus nodes, except for queries that count, cut off or nest in a way that would mix focus nodes: those
are asked once per focus node.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from lalakg._errors import ShapesError
from lalakg._service import asked
from lalakg._shacl.graph import ShapesGraph
from lalakg._shacl.paths import Path
from lalakg._syntax import unreadable
from lalakg._terms import WELL_KNOWN, XSD, Node
from lalakg._tokens import Token, tokens

_FORBIDDEN = ("MINUS", "SERVICE", "VALUES")
_AGGREGATES = {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"}
_CUTS = {"LIMIT", "OFFSET", "REDUCED"}
_THIS = {"$this", "?this"}
SHAPES_GRAPH = ox.NamedNode("urn:x-lalakg:shapes")  # where a query finds the shapes as $shapesGraph
NOTHING = ox.Store()  # asking an empty store is how a query is parsed
_VARIABLE = re.compile(r"[?$](\w+)")


@dataclass(frozen=True)
class Select:
    """A query of a constraint: `text` with prefixes declared and `$PATH` replaced; `messages` may hold {?var}."""

    text: str
    messages: tuple[str, ...]

    def for_set(self, focus: str) -> str | None:
        """The query for all focus nodes of the pattern `focus`, which binds ?this; None when that is not safe."""
        return _joined(self.text, focus)


def current(shape: Node) -> dict[str, Node]:
    """What `$currentShape` is bound to: a shape's IRI; a blank node has no name that a query could use."""
    return {"currentShape": shape} if isinstance(shape, ox.NamedNode) else {}


def read_select(graph: ShapesGraph, node: Node, path: Path | None, shape: Node) -> Select:
    """Read a `sh:sparql` constraint. Raises ShapesError for what SHACL forbids and what is not SPARQL."""
    text = graph.string(node, graph.only(node, "select"), "select")
    messages = tuple(str(m.value) for m in graph.values(node, "message"))
    return prepare(graph, node, text, messages, path, current(shape))


def prepare(
    graph: ShapesGraph, node: Node, text: str, messages: tuple[str, ...], path: Path | None, bound: Mapping[str, Node]
) -> Select:
    """A SELECT ready to be asked: prefixes declared, `$PATH` and the parameters in `bound` put in."""
    where = graph.place(node)
    if path is not None:
        text = replace(text, {"PATH": path.sparql()}, keep_projection=True)
    refuse(text, where, {"this", *bound})
    given = {**{name: str(term) for name, term in bound.items()}, "shapesGraph": str(SHAPES_GRAPH)}
    text = prefixes(graph, node) + replace(text, given, keep_projection=True)
    names = {t.text[1:] for t in tokens(text) if t.text[:1] in ("?", "$")}
    if "PATH" in names and path is None:
        raise ShapesError(f"{where}: $PATH stands in the query of a node shape, which has no path.")
    if not isinstance(parsed(text, f"{where}: the constraint's"), ox.QuerySolutions):
        raise ShapesError(f"{where}: the constraint's query must be a SELECT.")
    return Select(text, messages)


def parsed(text: str, whose: str) -> Any:
    """The answer of an empty store to a query. Raises ShapesError for what cannot be run."""
    try:
        return NOTHING.query(text)
    except SyntaxError as error:
        raise ShapesError(f"{whose} {unreadable(error, text)}") from None
    except (RuntimeError, ValueError) as error:
        raise ShapesError(f"{whose} query cannot be run: {error}.") from None


def prefixes(graph: ShapesGraph, node: Node) -> str:
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


def refuse(text: str, where: str, bound: set[str]) -> None:
    words = [t for t in tokens(text) if t.kind != "comment"]
    upper = [t.text.upper() for t in words]
    for word in _FORBIDDEN:
        if word in upper or (word == "SERVICE" and asked(text)):
            raise ShapesError(f"{where}: SHACL does not allow {word} in a constraint's query.")
    for first, second in zip(upper, words[1:], strict=False):
        if first == "AS" and second.text[1:] in bound:
            raise ShapesError(f"{where}: SHACL does not allow AS {second.text}, which is bound before the query runs.")
    for index, names in _projections(words)[1:]:
        if "this" not in names and not ("*" in names and _is_visible(words, index)):
            raise ShapesError(f"{where}: a sub-select must return $this, which is bound before the query runs.")


def _projections(words: list[Token]) -> list[tuple[int, set[str]]]:
    """Where each SELECT stands and the variables that it returns, the outermost first; * for all."""
    found = []
    for index, word in enumerate(words):
        if word.text.upper() == "SELECT":
            rest = (t.text for t in words[index + 1 :])
            names: set[str] = set()
            for text in rest:
                if text == "{" or text.upper() in ("WHERE", "FROM"):
                    break
                names.add(text.lstrip("?$"))
            found.append((index, names))
    return found


def _is_visible(words: list[Token], select: int) -> bool:
    """Whether the group of a SELECT * mentions $this in its patterns, not just in filters."""
    opening = next(i for i in range(select, len(words)) if words[i].text == "{")
    depth = 0
    for word in words[opening : _closing(words, opening)]:
        depth += {"(": 1, ")": -1}.get(word.text, 0)
        if depth == 0 and word.text in _THIS:
            return True
    return False


def replace(text: str, values: Mapping[str, str], *, keep_projection: bool = False) -> str:
    """The text with variables replaced by terms, as tokens; `bound(?x)` of such a variable becomes (true).

    With `keep_projection`, the variables that a SELECT returns or groups by stay, since a term cannot stand there.
    """
    words = [t for t in tokens(text) if t.kind != "comment"]
    pieces, last, projecting = [], 0, False
    for index, word in enumerate(words):
        if word.text.upper() in ("SELECT", "GROUP", "WHERE", "{", "}", "HAVING", "ORDER", "LIMIT"):
            projecting = keep_projection and word.text.upper() in ("SELECT", "GROUP")
        match = _VARIABLE.match(word.text) if word.kind == "word" else None
        if match is None or match[1] not in values or projecting:
            continue
        start, end, new = word.start, word.start + match.end(), values[match[1]]
        if index >= 2 and words[index - 2].text.upper() == "BOUND":
            start, end, new = words[index - 2].start, words[index + 1].end, "(true)"
        pieces += [text[last:start], new]
        last = end
    return "".join(pieces) + text[last:]


def _joined(text: str, focus: str) -> str | None:
    """`text` with `focus` at the head of every group that mentions $this; None when that could mix focus nodes."""
    words = [t for t in tokens(text) if t.kind != "comment"]
    if _mixes(words):
        return None
    heads: list[int] = []
    for index, word in enumerate(words):
        if word.text == "{" and not _within_exists(words, index) and words[index + 1].text.upper() != "SELECT":
            group = words[index : _closing(words, index)]
            if not heads or any(t.text in _THIS for t in group):
                heads.append(word.end)
    for position in reversed(heads):
        text = f"{text[:position]} {focus} {text[position:]}"
    return text


def _mixes(words: list[Token]) -> bool:
    upper = {t.text.upper() for t in words}
    counts = bool(upper & _AGGREGATES) and not _groups_by_this(words)
    returns_this = all("this" in names or "*" in names for _, names in _projections(words))
    return bool(upper & _CUTS) or counts or not returns_this


def _groups_by_this(words: list[Token]) -> bool:
    """Whether every SELECT that counts does so for each $this; with more than one SELECT we do not look closer."""
    texts = [t.text.upper() for t in words]
    if texts.count("SELECT") != 1 or "GROUP" not in texts:
        return False
    index = len(texts) - 1 - texts[::-1].index("GROUP")
    return texts[index + 1] == "BY" and any(text in ("$THIS", "?THIS") for text in texts[index + 2 : index + 8])


def _closing(words: list[Token], opening: int) -> int:
    depth = 0
    for index in range(opening, len(words)):
        depth += {"{": 1, "}": -1}.get(words[index].text, 0)
        if depth == 0:
            return index
    return len(words)


def _within_exists(words: list[Token], index: int) -> bool:
    """Whether the group at `index` is that of an EXISTS, or lies in one: there $this is bound from outside."""
    depth = 0
    for position in range(index, -1, -1):
        if words[position].text == "{":
            if depth == 0 and position and words[position - 1].text.upper() == "EXISTS":
                return True
            depth = max(depth - 1, 0) if position != index else depth
        elif words[position].text == "}":
            depth += 1
    return False
