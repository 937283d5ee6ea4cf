"""Triple stores: the kinds that there are, and how one asks them and writes to them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

from lalakg._errors import EndpointError
from lalakg._sparql.http import RefusedError, Session

FORM: Final = {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
JSON: Final = "application/sparql-results+json"
ABSENT: Final = {400, 404, 405, 415, 501}  # answers where there is no such service
_NTRIPLES: Final = {"Content-Type": "application/n-triples"}
Block = bytes | Iterable[bytes]


class NoResultError(EndpointError):
    """An answer that is none to a SPARQL query."""


@dataclass(frozen=True)
class Kind:
    """A kind of store: where it answers, below the address of the dataset, and what it can do."""

    name: str
    query: str
    update: str
    graphs: str = ""
    graph_key: str = "graph"
    updates: bool = True  # whether it takes SPARQL updates
    chunk: int | None = None  # triples a request; None takes a stream of any length
    bulk: str = ""  # what to add to a write into an empty graph that need not be a transaction
    streams: int = 1  # how many such writes, and questions, it takes at once
    moves: int | None = None  # up to how many triples it moves a graph in good time; None for any number
    inserts: bool = False  # whether a graph is moved by an INSERT
    puts: bool = False  # whether it replaces a graph in one transaction
    transactions: str = ""  # where it begins a transaction of several requests
    union: bool | None = None  # whether its default graph shows its named ones; None where that is a setting
    own_default: bool = True  # whether it has a default graph that can be written
    nil: str = ""  # what a union store calls that graph of its own
    twice: bool = False  # whether its MD5 encodes text as UTF-8 two times
    guarded: str = ""  # where it answers those who log in, if not at the same address


OXIGRAPH: Final = Kind(
    "Oxigraph", "/query", "/update", "/store", bulk="&no_transaction", streams=2, moves=100_000, puts=True
)
# TDB2's MOVE (Jena 5.6.0) reads and writes one index at a time, and may lose triples where the target held some.
FUSEKI: Final = Kind("Fuseki", "/query", "/update", "/data", inserts=True, puts=True)
RDF4J: Final = Kind(
    "RDF4J", "", "/statements", transactions="/transactions", union=True, nil="http://www.openrdf.org/schema/sesame#nil"
)
VIRTUOSO: Final = Kind(
    "Virtuoso",
    "/sparql",
    "/sparql-auth",
    "/sparql-graph-crud-auth",
    graph_key="graph-uri",
    chunk=20_000,
    union=True,
    own_default=False,
    twice=True,
    guarded="/sparql-auth",
)
GENERIC: Final = Kind("SPARQL store", "", "", chunk=2_000)


@dataclass(frozen=True)
class Store:
    """A store at an address; `union`: whether its default graph shows what lies in its named graphs.

    Within a `transaction`, which has an address of its own, nobody else sees what is written.
    """

    kind: Kind
    base: str
    session: Session
    union: bool = False
    transaction: str = ""

    @property
    def query_url(self) -> str:
        """Where it answers queries."""
        return self.base + self.kind.query

    def pattern(self, graph: str | None, inside: str) -> str:
        """A graph pattern that holds in one graph; None for the default graph."""
        name = graph or (self.kind.nil if self.union else "")
        return f"GRAPH <{name}> {{ {inside} }}" if name else inside

    def ask(self, query: str) -> bool:
        """The answer to an ASK."""
        answer = self._json(query)
        if isinstance(answer, dict) and "boolean" in answer:
            return bool(answer["boolean"])
        return any(cell["value"] in ("1", "true") for row in rows(answer, self.query_url) for cell in row.values())

    def select(self, query: str) -> list[dict[str, dict[str, str]]]:
        """The rows of a SELECT, in the form of SPARQL's JSON."""
        return rows(self._json(query), self.query_url)

    def count(self, graph: str | None) -> int:
        """The number of triples in a graph."""
        found = self.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ {self.pattern(graph, '?s ?p ?o')} }}")
        try:
            return int(found[0]["n"]["value"])
        except (LookupError, ValueError):
            raise _no_result(self.query_url) from None

    def _json(self, query: str) -> Any:
        accept = {"Accept": JSON}
        if self.transaction:
            answer = self._within("QUERY", query.encode(), {"Content-Type": "application/sparql-query", **accept})
        else:
            answer = self.session.send("POST", self.query_url, lambda: form("query", query), {**FORM, **accept})
        try:
            return json.loads(answer.content)
        except ValueError:
            raise _no_result(self.query_url) from None

    def update(self, text: str) -> None:
        """Run a SPARQL update. It is not sent again when it may have been carried out."""
        if self.transaction:
            self._within("UPDATE", text.encode(), {"Content-Type": "application/sparql-update"})
        else:
            url = self.base + self.kind.update
            self.session.send("POST", url, lambda: form("update", text), FORM, again=False)

    def write(self, graph: str | None, body: Callable[[], Block], *, how: str = "POST", again: bool = False) -> None:
        """Send N-Triples into a graph: POST adds, PUT replaces, `bulk` adds to an empty graph as fast as can be.

        `again`: may the same be sent twice, when the connection breaks?
        """
        if self.transaction:
            context = f"&context={quote(f'<{graph}>', safe='')}" if graph else ""
            self.session.send("PUT", f"{self.transaction}?action=ADD{context}", body, _NTRIPLES, again=False)
        elif self.kind.graphs or not self.kind.updates:
            url = self._graph_url(graph) + (self.kind.bulk if how == "bulk" else "")
            self.session.send("PUT" if how == "PUT" else "POST", url, body, _NTRIPLES, again=again)
        else:
            block = body()
            lines = (block if isinstance(block, bytes) else b"".join(block)).decode()
            self.update(f"INSERT DATA {{ {f'GRAPH <{graph}> {{ {lines} }}' if graph else lines} }}")

    def insert(self, graph: str, statement: str) -> None:
        """Add a statement to a small named graph."""
        if self.kind.updates:
            self.update(f"INSERT DATA {{ GRAPH <{graph}> {{ {statement} }} }}")
        else:
            self.write(graph, f"{statement} .\n".encode, again=True)

    def clear(self, graph: str | None) -> None:
        """Empty a graph."""
        if self.kind.updates:
            self.update(clearing(graph))
        else:
            self.session.send("DELETE", self._graph_url(graph), again=False)

    def has_graph(self, graph: str) -> bool:
        """Whether the Graph Store Protocol, too, shows a graph."""
        try:
            self.session.send("GET", self._graph_url(graph), headers={"Accept": "application/n-triples"})
        except RefusedError as error:
            return error.status not in ABSENT
        return True

    def _graph_url(self, graph: str | None) -> str:
        key = f"{self.kind.graph_key}={quote(graph, safe='')}" if graph else "default"
        return f"{self.base}{self.kind.graphs}?{key}"

    def begin(self) -> Store:
        """The store within a new transaction."""
        answer = self.session.send("POST", self.base + self.kind.transactions, again=False)
        if not (address := answer.headers.get("Location")):
            raise EndpointError("began no transaction; is it a repository of RDF4J's?", self.base)
        return replace(self, transaction=address)

    def commit(self) -> None:
        """Let everybody see what was written in the transaction."""
        self.session.send("PUT", f"{self.transaction}?action=COMMIT", again=False)

    def roll_back(self) -> None:
        """Forget what was written in the transaction."""
        self.session.send("DELETE", self.transaction, again=False)

    def _within(self, action: str, text: bytes, headers: dict[str, str]) -> Any:
        return self.session.send("PUT", f"{self.transaction}?action={action}", lambda: text, headers, again=False)


def clearing(graph: str | None) -> str:
    """The update that empties a graph."""
    return f"DROP SILENT {f'GRAPH <{graph}>' if graph else 'DEFAULT'}"


def form(key: str, value: str) -> bytes:
    """The body of a form with one field."""
    return f"{key}={quote(value, safe='')}".encode()


def rows(answer: Any, url: str) -> list[dict[str, dict[str, str]]]:
    """The rows of an answer in the form of SPARQL's JSON. Raises NoResultError."""
    try:
        found = list(answer["results"]["bindings"])
        is_result = all(isinstance(cell["value"], str) for row in found for cell in row.values())
    except (KeyError, TypeError, AttributeError):
        is_result = False
    if not is_result:
        raise _no_result(url)
    return found


def _no_result(url: str) -> EndpointError:
    return NoResultError("answered something that is no SPARQL result; is it a SPARQL endpoint?", url)
