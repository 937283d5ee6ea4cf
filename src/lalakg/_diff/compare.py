"""Comparing: two sides read, their blank nodes aligned, and what remains told apart."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyoxigraph as ox

from lalakg._diff.alignment import align, places
from lalakg._diff.difference import Change, Diff, Setting
from lalakg._diff.inputs import Comparable, Side, read
from lalakg._diff.literals import without_rewritten
from lalakg._errors import SymmetryError
from lalakg._rdf.labels import labels_of
from lalakg._rdf.terms import WELL_KNOWN, Prefixes


def diff(a: Comparable, b: Comparable, *, graph: str | None = None) -> Diff:
    """What must be added to `a`, removed from it and changed in it to make it `b`.

    Each is a graph or where one is kept: a KnowledgeGraph, an rdflib graph, triples, or the path of an RDF file or of a
    folder, or the URL of a store; there, `graph` is the named graph to compare instead of that of the folder's data.
    Literals are compared as they are written, unless one side is a store that rewrites them: then a note counts those
    that differ in writing only. Raises FolderError for a file or folder, ParseError for what is not RDF, EndpointError
    for an endpoint that cannot be read whole, SymmetryError for blank nodes that are too much alike to be told apart,
    InvalidValue for what is no graph.
    """
    return _compare(read(a, graph, "a"), read(b, graph, "b"))


def _compare(a: Side, b: Side) -> Diff:
    before, after = _aligned(a, b)
    removed, added = before - after, after - before
    rewritten: tuple[str, ...] = ()
    if a.rewrites or b.rewrites:
        removed, added, rewritten = without_rewritten(removed, added, before, after, store_first=a.rewrites)
    changes = _changes(removed, added, before, after)
    removed -= {ox.Triple(c.subject, c.predicate, c.before) for c in changes}
    added -= {ox.Triple(c.subject, c.predicate, c.after) for c in changes}
    prefixes = {**WELL_KNOWN, **a.prefixes, **b.prefixes}
    setting = _setting((a.name, b.name), prefixes, before, after, {t.subject for t in (before ^ after)})
    notes = (*(note for side in (a, b) for note in side.notes), *rewritten)
    return Diff.of(added, removed, changes, notes, setting)


def _aligned(a: Side, b: Side) -> tuple[set[ox.Triple], set[ox.Triple]]:
    try:
        return align(a.triples, b.triples)
    except SymmetryError as error:
        raise SymmetryError(f"{a.name} cannot be compared with {b.name}: {error}") from None


def _setting(
    names: tuple[str, str], prefixes: Prefixes, before: set[ox.Triple], after: set[ox.Triple], subjects: set[Any]
) -> Setting:
    """What the telling needs; of equal graphs next to nothing, which spares looking."""
    if not subjects:
        return Setting(names, len(after), prefixes)
    has_blank = any(isinstance(subject, ox.BlankNode) for subject in subjects)
    return Setting(
        names,
        len(after),
        prefixes,
        labels={**labels_of(before), **labels_of(after)},
        places=places(before | after) if has_blank else {},
        new=frozenset(subjects) - {t.subject for t in before},
        gone=frozenset(subjects) - {t.subject for t in after},
    )


def _changes(
    removed: set[ox.Triple], added: set[ox.Triple], before: set[ox.Triple], after: set[ox.Triple]
) -> list[Change]:
    """The statements that have one value on both sides, but not the same."""
    lost = {(t.subject, t.predicate): t.object for t in removed}
    won = {(t.subject, t.predicate): t.object for t in added}
    if not (both := lost.keys() & won.keys()):
        return []
    single = _single(before, both) & _single(after, both)
    return [Change(s, p, lost[s, p], won[s, p]) for s, p in single]


def _single(triples: set[ox.Triple], keys: set[tuple[Any, ox.NamedNode]]) -> set[tuple[Any, ox.NamedNode]]:
    count = Counter(key for t in triples if (key := (t.subject, t.predicate)) in keys)
    return {key for key, n in count.items() if n == 1}
