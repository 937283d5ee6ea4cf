"""Finding out what answers at an address: the kind of store, where it is asked, and where it is written to."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from typing import Final

from lalakg._errors import EndpointError
from lalakg._sparql.http import RefusedError, Session, checked
from lalakg._stores.store import (
    ABSENT,
    FORM,
    FUSEKI,
    GENERIC,
    JSON,
    OXIGRAPH,
    RDF4J,
    VIRTUOSO,
    NoResultError,
    Store,
    form,
    rows,
)

_KINDS: Final = (FUSEKI, OXIGRAPH, VIRTUOSO)
_UPDATES: Final = ("/update", "/statements", "")
_GRAPHS: Final = ("/data", "/store", "/rdf-graphs/service", "")
_QUERIES: Final = ("/query", "/sparql")
_WRITES: Final = ("/update", "/store", "/data", "/sparql-auth", "/sparql-graph-crud-auth")
_FINAL: Final = {401, 403, 429, 500, 502, 503, 504}  # answers that no other path will better


def probe(url: str, session: Session) -> Store:
    """What answers at `url`: the address of a store, a dataset, a repository, or one of its endpoints.

    Raises EndpointError when nothing there answers SPARQL.
    """
    exact = checked(url)
    url = exact.rstrip("/")
    if "/repositories/" in url:
        url = url.removesuffix("/rdf-graphs/service").removesuffix("/statements")
        return _recognised(Store(RDF4J, url, session, union=True))
    base = next((url.removesuffix(end) for end in (*_QUERIES, *_WRITES) if url.endswith(end)), url)
    given = () if url.endswith(_WRITES) else (exact, url)
    for address in dict.fromkeys((*given, *(base + path for path in _QUERIES))):
        store = Store(replace(GENERIC, query=address.removeprefix(base)), base, session)
        try:
            store.ask("ASK { ?s ?p ?o }")
            return _recognised(store)
        except NoResultError:
            continue
        except RefusedError as error:
            if error.status in _FINAL:
                raise
    raise EndpointError(f"does not answer SPARQL, nor do /query and /sparql below it; {_hint(url, session)}", url)


def _hint(url: str, session: Session) -> str:
    """What to do about an address that is no endpoint: it may be that of a server of repositories."""
    found = "is it the address of a store?"
    with contextlib.suppress(EndpointError, ValueError, KeyError):
        answer = session.send("GET", f"{url}/repositories", headers={"Accept": JSON})
        names = [row["id"]["value"] for row in rows(json.loads(answer.content), url)]
        found = f"give the address of a repository: {', '.join(f'{url}/repositories/{name}' for name in names)}."
    return found


def _recognised(store: Store) -> Store:
    answer = store.session.send("POST", store.query_url, lambda: form("query", "ASK {}"), {**FORM, "Accept": JSON})
    server = answer.headers.get("Server", "").lower()
    if store.kind is RDF4J:
        return replace(store, kind=replace(RDF4J, name="GraphDB")) if "graphdb" in server else store
    for kind in _KINDS:
        if kind.name.lower() in server or (kind is FUSEKI and "fuseki-request-id" in answer.headers):
            return replace(store, kind=kind, union=bool(kind.union))
    return store


def begun(store: Store) -> Store:
    """The store, once a transaction was tried: what speaks RDF4J's protocol may have none."""
    try:
        store.begin().roll_back()
    except RefusedError as error:
        if error.status not in ABSENT:
            raise
        return replace(store, kind=replace(store.kind, graphs="/rdf-graphs/service", transactions=""))
    return store


def writing(store: Store, graph: str, statement: str) -> Store:
    """The store after a first statement: it then knows where it takes updates, and whether it takes anything else."""
    is_known = store.kind.name != GENERIC.name
    for path in [store.kind.update] if is_known else dict.fromkeys((*_UPDATES, store.kind.query)):
        candidate = replace(store, kind=replace(store.kind, update=path))
        try:
            candidate.insert(graph, statement)
        except RefusedError as error:
            if error.status in _FINAL - {500} or (is_known and error.status not in ABSENT):
                raise
        else:
            return candidate if not is_known or store.has_graph(graph) else _with_updates_only(store)
    for path in [store.kind.graphs] if is_known else _GRAPHS:
        candidate = replace(store, kind=replace(store.kind, graphs=path, chunk=None, updates=False, puts=True))
        with contextlib.suppress(RefusedError):
            candidate.insert(graph, statement)
            if store.ask(f"ASK {{ GRAPH <{graph}> {{ {statement} }} }}"):
                return candidate
    raise EndpointError("answers queries, but takes updates nowhere that was tried; may it be written?", store.base)


def _with_updates_only(store: Store) -> Store:
    kind = replace(store.kind, graphs="", chunk=GENERIC.chunk, bulk="", streams=1, moves=None, puts=False)
    return replace(store, kind=kind)
