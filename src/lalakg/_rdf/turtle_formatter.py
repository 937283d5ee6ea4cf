"""Turtle formatter: a file's canonical text, with the same graph, and every comment where it belongs.

Subjects are sorted where no comment loses its place by that; otherwise the file's order of statements stays, and each
statement alone is laid out anew. The result is read again and compared with the file before it is given back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox

from lalakg._errors import FolderError, SymmetryError
from lalakg._rdf.canonicalisation import canonical, with_blank_nodes
from lalakg._rdf.parser import parse
from lalakg._rdf.terms import Names
from lalakg._rdf.turtle import Layout, Subject, declarations, sorted_subjects, write_document, write_statement
from lalakg._rdf.turtle_source import Piece, comment_counts, has_crlf, labels, language_tags, pieces

_MOST_COMPARED = 10_000  # triples with blank nodes
_INSIDE = "comments stand inside its blocks, and such blocks are left as they are written"
_ENDINGS = (".ttl", ".turtle", "")


class Formatted(NamedTuple):
    """The canonical text of a file, and why the order of its subjects was kept ('' where they are sorted)."""

    text: str
    kept_order: str


@dataclass(frozen=True)
class _Scope:
    """The prefixes and the base that are declared at some place of a file."""

    prefixes: dict[str, str]
    base: str | None = None

    def text(self) -> str:
        return declarations(self.prefixes, self.base)


@dataclass
class _Unit:
    """A statement, or neighbours with one subject: its piece, what is declared there, its triples and its subject."""

    piece: Piece
    scope: _Scope
    triples: set[ox.Triple]
    subject: Subject


def reformat(text: str, path: Path) -> Formatted:
    """The canonical text of one Turtle file. Idempotent; the graph is the same, literals and language tags as written.

    Line ends are those of most of the file's lines. A block with a comment inside stays as it is written. Raises
    ParseError for RDF 1.2; FolderError for a file of another format, which would not be in that format any more.
    """
    if path.suffix.lower() not in _ENDINGS:
        raise FolderError(f"{path} is no Turtle by its ending, and only Turtle has a canonical form.")
    triples = set(parse(text.encode(), path).triples)
    source = pieces(text, path)
    layout = Layout(language_tags(text), has_crlf(text))
    try:
        formatted = _format(source, triples, layout, labels(text), path)
        if layout.crlf:
            formatted = formatted._replace(text=formatted.text.replace("\n", "\r\n"))
        _verify(text, triples, formatted.text, path)
    except SymmetryError as error:
        raise SymmetryError(f"{path}: {error}") from None
    return formatted


def _format(source: list[Piece], triples: set[ox.Triple], layout: Layout, used: set[str], path: Path) -> Formatted:
    top, source = _without_top(source)
    scopes = list(_scopes(source))
    commented = [piece for piece in source if piece.comments or piece.trailing or piece.comment_inside]
    redeclared = _redeclared(scopes)
    if not commented and not redeclared:
        return Formatted(_sorted(top, {}, triples, scopes[-1], layout), "")
    units = _units(source, scopes, path)
    reason = _reason_to_keep(source, units, triples) or ("a prefix or the base changes within it" if redeclared else "")
    if not reason:
        comments = {unit.subject.value: unit.piece.comments for unit in units if unit.piece.comments}
        return Formatted(_sorted(top, comments, triples, scopes[-1], layout), "")
    text = _in_file_order(top, source, units, layout, used, path)
    subjects = [unit.subject for unit in units]
    is_sorted = subjects == sorted_subjects(subjects, triples)
    return Formatted(text, "" if is_sorted and reason != _INSIDE else reason)


def _without_top(source: list[Piece]) -> tuple[list[str], list[Piece]]:
    """The comments at the top of a file, which are about all of it, and the pieces without them."""
    first = source[0]
    attached = first.attached if first.kind == "statement" else []
    top = first.comments[: len(first.comments) - len(attached)]
    while top and not top[-1]:
        top = top[:-1]
    return top, [replace(first, comments=list(attached)), *source[1:]]


def _scopes(source: list[Piece]) -> Iterator[_Scope]:
    """What is declared at each piece, itself included."""
    scope = _Scope({})
    for piece in source:
        if piece.kind == "directive":
            parser = ox.parse(scope.text() + piece.text, format=ox.RdfFormat.TURTLE)
            list(parser)
            scope = _Scope(dict(parser.prefixes), parser.base_iri)
        yield scope


def _redeclared(scopes: list[_Scope]) -> bool:
    """Whether a prefix or the base means different things at different places."""
    meanings = {item for scope in scopes for item in scope.prefixes.items()}
    return len(meanings) > len(scopes[-1].prefixes) or len({scope.base for scope in scopes if scope.base}) > 1


def _units(source: list[Piece], scopes: list[_Scope], path: Path) -> list[_Unit]:
    found: list[_Unit] = []
    before: Piece | None = None
    for piece, scope in zip(source, scopes, strict=True):
        if piece.kind == "statement":
            read = parse((scope.text() + piece.text).encode(), path).triples
            triples = set(read)
            unit = _Unit(piece, scope, triples, _subject(piece, read))
            joins = found and found[-1].piece is before and found[-1].subject == unit.subject
            inside = found and (piece.comment_inside or found[-1].piece.comment_inside)
            if joins and not inside and not piece.comments and not found[-1].piece.trailing:
                found[-1].triples |= triples
                found[-1].piece.trailing = piece.trailing
                piece.kind = "joined"
                continue
            found.append(unit)
        before = piece
    return found


def _subject(piece: Piece, triples: list[ox.Triple]) -> Subject:
    """The subject of a statement: its first IRI, or the blank node that it names or begins with."""
    if piece.words[0].startswith("_:"):
        return ox.BlankNode(piece.words[0][2:])
    subjects = [t.subject for t in triples]
    named = [s for s in subjects if isinstance(s, ox.NamedNode)]
    objects = {t.object for t in triples}
    return named[0] if named else next(s for s in subjects if s not in objects and isinstance(s, ox.BlankNode))


def _reason_to_keep(source: list[Piece], units: list[_Unit], triples: set[ox.Triple]) -> str:
    """Why comments would lose their places if the subjects were sorted; '' where they would not."""
    if any(piece.comment_inside for piece in source):
        return _INSIDE
    if any(piece.comments for piece in source if piece.kind == "directive"):
        return "comments stand among its prefixes"
    if any(piece.detached for piece in source) or not _same_sections(units, triples):
        return "its comments are headings of sections"
    if any(piece.trailing for piece in source):
        return "comments stand at the ends of its blocks"
    return "comments stand at its end" if source[-1].comments else ""


def _same_sections(units: list[_Unit], triples: set[ox.Triple]) -> bool:
    """Whether below each comment, as far as to the next, the same subjects would stand after sorting."""
    subjects = [unit.subject for unit in units]
    owners = {unit.subject for unit in units if unit.piece.comments}
    if not owners:
        return True
    if len(set(subjects)) < len(subjects) or any(isinstance(subject, ox.BlankNode) for subject in subjects):
        return False
    return _sections(subjects, owners) == _sections(sorted_subjects(subjects, triples), owners)


def _sections(subjects: Iterable[Subject], owners: set[Subject]) -> dict[Subject | None, set[Subject]]:
    found: dict[Subject | None, set[Subject]] = {}
    owner: Subject | None = None
    for subject in subjects:
        owner = subject if subject in owners else owner
        found.setdefault(owner, set()).add(subject)
    return found


def _sorted(
    top: list[str], comments: dict[str, list[str]], triples: set[ox.Triple], scope: _Scope, layout: Layout
) -> str:
    head = scope.text()
    body = write_document(triples, Names(dict(sorted(scope.prefixes.items()))), comments, layout)
    return "\n".join(part for part in ("".join(f"{line}\n" for line in top), head, body) if part)


def _in_file_order(
    top: list[str], source: list[Piece], units: list[_Unit], layout: Layout, used: set[str], path: Path
) -> str:
    """The statements in the order of the file, each with its comments as they stand around it."""
    blocks = _blocks(units, layout, used)
    scopes = iter(_scopes(source))
    text, before = "".join(f"{line}\n" for line in top), ""
    for piece, scope in zip(source, scopes, strict=True):
        if piece.kind == "joined" or (piece.kind == "end" and not piece.comments):
            continue
        close = piece.comments and not piece.after_blank_line and (piece.detached or piece.kind == "end")
        if piece.kind == before == "directive":
            close = not piece.after_blank_line
        text += "\n" if text and not close else ""
        text += "".join(f"{line}\n" for line in piece.comments)
        if piece.comment_inside:
            text += _as_written(piece, layout, path)
        else:
            text += _directive(piece, scope) if piece.kind == "directive" else blocks.get(id(piece), "")
        before = piece.kind
    return text


def _as_written(piece: Piece, layout: Layout, path: Path) -> str:
    text = piece.text.replace("\r\n", "\n") if layout.crlf else piece.text
    if layout.crlf and text.replace("\n", "\r\n") != piece.text:
        raise FolderError(f"{path}: a block with a comment inside has line ends of two kinds; give it one kind.")
    return text + (f" {piece.trailing}\n" if piece.trailing else "\n")


def _directive(piece: Piece, scope: _Scope) -> str:
    prefix = piece.words[1].removesuffix(":") if piece.words[0].lower().lstrip("@") == "prefix" else None
    line = declarations({}, scope.base) if prefix is None else declarations({prefix: scope.prefixes[prefix]}, None)
    return line.removesuffix("\n") + (f" {piece.trailing}\n" if piece.trailing else "\n")


def _blocks(units: list[_Unit], layout: Layout, used: set[str]) -> dict[int, str]:
    """The text of each unit by its piece's identity. A blank node keeps its label where it needs one."""
    mentions = Counter(
        node
        for unit in units
        for node in {term for t in unit.triples for term in (t.subject, t.object) if isinstance(term, ox.BlankNode)}
    )
    shared = frozenset(node for node, count in mentions.items() if count > 1)
    fresh = (name for number in range(1, 1 << 62) if (name := f"b{number}") not in used)
    names: dict[int, Names] = {}
    found: dict[int, str] = {}
    for unit in units:
        if unit.piece.comment_inside:
            continue
        scoped = names.setdefault(id(unit.scope), Names(dict(sorted(unit.scope.prefixes.items()))))
        block = write_statement(unit.triples, unit.subject, scoped, shared, used, fresh, layout, unit.piece.trailing)
        found[id(unit.piece)] = block
    return found


def _verify(text: str, triples: set[ox.Triple], formatted: str, path: Path) -> None:
    """Raise FolderError if formatting changed the graph, a language tag or a comment, as it never should."""
    after = set(parse(formatted.encode(), path).triples)
    same_graph = after == triples or (
        _without_labels(after) == _without_labels(triples) and _isomorphic(after, triples)
    )
    same_comments = comment_counts(text) == comment_counts(formatted)
    if not (same_graph and same_comments and language_tags(text) == language_tags(formatted)):
        raise FolderError(f"{path}: its canonical form would say something else; that is a fault of lalakg's.")


def _without_labels(triples: set[ox.Triple]) -> Counter[tuple[object, ox.NamedNode, object]]:
    """The triples, and how often each occurs, if blank nodes had no labels."""
    return Counter(
        (
            None if isinstance(t.subject, ox.BlankNode) else t.subject,
            t.predicate,
            None if isinstance(t.object, ox.BlankNode) else t.object,
        )
        for t in triples
    )


def _isomorphic(after: set[ox.Triple], before: set[ox.Triple]) -> bool:
    """Whether two graphs are isomorphic; taken for granted of more blank nodes than can be compared in a second."""
    return len(with_blank_nodes(before)) > _MOST_COMPARED or canonical(after) == canonical(before)
