"""Marks that loads leave in a store while they run, so that the next one knows what a killed one left behind.

A mark is a graph of a few triples. Its name tells until when its load may run, and in which process of which machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from lalakg._errors import EndpointError
from lalakg._stores.detect import writing
from lalakg._stores.store import Store

MARK: Final = "urn:x-lalakg:load:"  # how the names of graphs begin that a load under way fills
_FILLS, _INTO = "<urn:x-lalakg:fills>", "<urn:x-lalakg:into>"
_DEFAULT: Final = "urn:x-lalakg:default"
_GRACE: Final = 60  # seconds by which two machines' clocks may differ


def shown(target: str | None) -> str:
    """A graph's name in words."""
    return f"<{target}>" if target else "the default graph"


@contextlib.contextmanager
def marked(store: Store) -> Iterator[tuple[Store, str]]:
    """Mark a load in the store, and take the mark away at the end with all that the load has not put in place.

    The store is given back knowing whether its default graph is a union: does it show the mark?
    """
    until = int(time.time() + store.session.seconds) + 1
    mark = f"{MARK}{until}:{_machine()}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
    try:
        store = writing(store, mark, _says(mark, _INTO, mark))
        if store.kind.union is None:
            store = replace(store, union=store.ask(f"ASK {{ <{mark}> {_INTO} <{mark}> }}"))
        yield store, mark
    finally:
        with contextlib.suppress(EndpointError):  # where that fails, the next load sweeps
            for other, graphs in _marks(store).items():
                if other == mark or _is_dead(other):  # whose last request may have come after its graphs were emptied
                    _sweep(store, other, graphs)


def claim(store: Store, mark: str, targets: Iterable[str | None]) -> None:
    """Tell the store which graphs will be written, and empty what dead loads left.

    Raises EndpointError when another load fills one of them in place.
    """
    names = {target or _DEFAULT for target in targets}
    for name in sorted(names):
        store.insert(mark, _says(mark, _INTO, name))
    for other, filled in _marks(store).items():
        if other != mark and _is_dead(other):
            _empty(store, other, filled, names)
        elif other != mark and (busy := filled & names):
            name = min(busy)
            raise _busy(store, None if name == _DEFAULT else name)


def fill(store: Store, mark: str, graph: str | None) -> None:
    """Tell the store that a graph is being filled: one of the load's own, or one in place."""
    store.insert(mark, _says(mark, _FILLS, graph or _DEFAULT))


def filled(store: Store, mark: str, graph: str | None) -> None:
    """Tell the store that a graph in place is whole."""
    store.update(f"DELETE DATA {{ GRAPH <{mark}> {{ {_says(mark, _FILLS, graph or _DEFAULT)} }} }}")


def is_contested(store: Store, mark: str, target: str | None) -> bool:
    """Whether another load that is under way writes into a graph."""
    name = f"<{target or _DEFAULT}>"
    rows = store.select(f"SELECT DISTINCT ?m WHERE {{ GRAPH ?m {{ ?m {_INTO} {name} }} }}")
    return any(row["m"]["value"] != mark and not _is_dead(row["m"]["value"]) for row in rows)


def _busy(store: Store, target: str | None) -> EndpointError:
    return EndpointError(f"takes another load into {shown(target)} just now; run it again later.", store.base)


def _says(mark: str, predicate: str, graph: str) -> str:
    return f"<{mark}> {predicate} <{graph}>"


def _marks(store: Store) -> dict[str, set[str]]:
    """The marks in the store, each with the graphs that its load fills."""
    both = f"{{ ?m {_INTO} ?into }} UNION {{ ?m {_FILLS} ?g }}"
    found: dict[str, set[str]] = {}
    for row in store.select(f"SELECT ?m ?g WHERE {{ GRAPH ?m {{ {both} }} }}"):
        found.setdefault(row["m"]["value"], set()).update([row["g"]["value"]] if "g" in row else [])
    return {mark: graphs for mark, graphs in found.items() if mark.startswith(MARK)}


def _empty(store: Store, mark: str, graphs: Iterable[str], targets: set[str]) -> None:
    """Empty what a load filled: graphs of its own, and those of `targets`."""
    for graph in sorted(graphs):
        if graph.startswith(mark):
            store.clear(graph)
        elif graph in targets:
            target = None if graph == _DEFAULT else graph
            store.clear(target)
            filled(store, mark, target)


def _sweep(store: Store, mark: str, graphs: Iterable[str]) -> None:
    """Take a load's own graphs away, and its mark, but for what others must know of graphs that it filled in place."""
    _empty(store, mark, graphs, set())
    if all(graph.startswith(mark) for graph in graphs):
        store.clear(mark)


def _machine() -> str:
    """What tells this machine from others, and a container from its neighbours, without naming it."""
    own = Path("/proc/self/ns/pid")
    space = str(own.readlink()) if own.is_symlink() else ""
    return hashlib.sha256(f"{platform.node()} {uuid.getnode()} {space}".encode()).hexdigest()[:12]


def _is_dead(mark: str) -> bool:
    """Whether the load that left a mark is over: its time has passed, or its process, of this machine, is gone."""
    until, machine, process = (*mark.removeprefix(MARK).split(":"), "", "", "")[:3]
    if not until.isdigit() or int(until) + _GRACE < time.time():
        return True
    if machine != _machine() or os.name != "posix" or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
