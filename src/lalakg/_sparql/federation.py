"""A query across two stores in two steps: what stands in a SERVICE is asked there, and the answer put in its place.

That is what SERVICE means: the pattern has its solutions at the other store, whatever stands around it, and VALUES
with these solutions joins in the same way.
"""

from __future__ import annotations

from urllib.parse import urljoin

import pyoxigraph as ox

from lalakg._errors import EndpointError, QueryError
from lalakg._rdf.terms import Node
from lalakg._sparql.engine import Engine
from lalakg._sparql.results import Rows
from lalakg._sparql.service import Clause, service_clauses
from lalakg._sparql.text import prologue

_MOST = 10_000  # rows that go back into a query


def in_two_steps(text: str, other: Engine, url: str) -> str:
    """The query with each SERVICE replaced by what the engine `other`, which is at `url`, answers.

    It is asked whatever address the query names, since a mirror is as good. Raises QueryError for two addresses, and
    EndpointError.
    """
    found = service_clauses(text)
    if len(addresses := sorted({clause.address for clause in found})) > 1:
        raise QueryError(f"the query asks {' and '.join(addresses)}; --service answers for one of them only.")
    answers = [_values(text, clause, other, url) for clause in found]
    for clause, values in reversed(list(zip(found, answers, strict=True))):
        text = f"{text[: clause.start]}{values}{text[clause.end :]}"
    return text


def _values(text: str, clause: Clause, other: Engine, url: str) -> str:
    try:
        answer = other.query(f"{prologue(text)}SELECT * WHERE {{{clause.pattern}}}")
    except EndpointError:
        if clause.silent:
            return "VALUES () { () }"
        raise
    if not isinstance(answer, Rows):
        raise EndpointError(f"answers a SELECT with {answer.kind}; is it a SPARQL endpoint?", url)
    if len(answer) > _MOST:
        raise QueryError(f"{url} answers {len(answer)} rows, and no more than {_MOST} go into a query; ask for less.")
    names = answer.variables
    rows = [f"({' '.join(_written(row[n], url) if n in row else 'UNDEF' for n in names)})" for row in answer.rows]
    return f"VALUES ({' '.join(f'?{name}' for name in names)}) {{ {' '.join(rows)} }}"


def _written(term: Node, url: str) -> str:
    """The term in SPARQL. A blank node cannot be asked for again, so it becomes an IRI of its own at that store."""
    if isinstance(term, ox.BlankNode):
        return str(ox.NamedNode(urljoin(url, f"/.well-known/genid/{term.value}")))
    return str(term)
