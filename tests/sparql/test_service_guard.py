"""Two barriers before another host: the engine's own parser judges a query, and who runs it can open no connection."""

import socket
import sys
from contextlib import suppress
from random import Random
from typing import Any

import pyoxigraph as ox
import pytest

from lalakg._errors import QueryError
from lalakg._rdf.terms import WELL_KNOWN
from lalakg._sparql.confinement import without_network
from lalakg._sparql.engine import LocalEngine
from lalakg._sparql.service import service_addresses
from support.fakestore import running

# A comment that begins in a string hides a SERVICE from whoever looks for it with an expression.
HIDDEN = [
    'SELECT * { BIND("?SERVICE <http://a/> #" AS ?x) SERVICE <U> { ?s ?p ?secret }\n{} }',
    "SELECT * { BIND('''it's # SERVICE <http://a/> {''' AS ?x) SERVICE <U> { ?s ?p ?o } }",
    'SELECT * { BIND("""a"b#""" AS ?x) SERVICE <U> {} }',
    "SELECT * { ?a ?b ?c FILTER(?a<'>'||'<'>?b) SERVICE <U> {} }",
    "SELECT * { <a:#> ?p ?o . SERVICE <U> {} # }\n }",
    'SELECT * { ?s ?p "SERVICE <http://a/> {" . SERVICE #x\n SILENT #y\r <U> {} }',
]


@pytest.mark.parametrize("query", HIDDEN)
def test_what_hides_a_service_from_a_reader_hides_it_from_no_parser(query: str) -> None:
    with running() as other:
        text = query.replace("<U", f"<{other.url}")
        assert service_addresses(text)
        with pytest.raises(QueryError, match="no other host is asked"):
            LocalEngine([], WELL_KNOWN, {}).query(text)
        assert other.asked == []


def test_a_literal_that_names_an_allowed_address_allows_no_other() -> None:
    text = 'SELECT * { BIND("SERVICE <http://ok/> #" AS ?x) SERVICE <http://127.0.0.1:9/internal> { ?s ?p ?o }\n{} }'
    assert service_addresses(text) == ["http://127.0.0.1:9/internal"]


def test_a_clause_that_is_not_written_plainly_is_of_another_host() -> None:
    assert service_addresses("SELECT * { SERVICE <http://ok/> {} ?a ?b 5SERVICE <http://ok/> {} }") == [
        "http://ok/",
        "another host, or is no SPARQL",
    ]


def test_an_endpoint_is_sent_nothing_that_may_ask_others() -> None:
    """It may resolve codepoint escapes first, as SPARQL 1.1 has it (19.2), or know more than SPARQL."""
    for text in ("SELECT * { \\u0053ERVICE <http://a/> {} }", "SELECT * { SERVICE <http://a/> {} } LATER"):
        assert service_addresses(text, elsewhere=True)
    assert not service_addresses('SELECT * { ?s ?p "SERVICE <http://a/> {}" }', elsewhere=True)


def test_prefixes_that_need_not_be_declared_are_known() -> None:
    prefixes = {"service": "http://a/"}
    assert not service_addresses("SELECT * { ?s service:x ?o }", prefixes)
    assert service_addresses("SELECT * { SERVICE service:x {} }", prefixes)


# The second barrier


def connects(url: str) -> bool:
    host, _, port = url.removeprefix("http://").strip("/").partition(":")
    try:
        socket.create_connection((host, int(port)), 1).close()
    except PermissionError:
        return False
    return True


@pytest.mark.skipif(sys.platform != "linux", reason="a seccomp filter is Linux's")
def test_a_confined_thread_reaches_nobody_and_others_are_free() -> None:
    with running() as other:
        query = f"SELECT * {{ SERVICE <{other.url}> {{}} }}"

        def run() -> None:
            list(ox.Store().query(query))  # type: ignore[arg-type]  # solutions

        assert not without_network(lambda: connects(other.url))
        with pytest.raises(OSError, match="Permission denied"):
            without_network(run)
        assert other.asked == []
        assert connects(other.url)


def test_what_a_confined_thread_gives_and_raises_comes_through() -> None:
    assert without_network(lambda: 1) == 1
    with pytest.raises(ZeroDivisionError):
        without_network(lambda: 1 // 0)


WORDS = "SERVICE service SILENT <U> <http://a/#> <'> ?service $x :service service: @service _:service 5 true ?s ?p a"
MARKS = ". ; , { } ( ) [ ] < > = || && ' \" ''' \"\"\" # \n \r \\u0053ERVICE \\\\ BIND( AS FILTER( OPTIONAL UNION"
PIECES = [*WORDS.split(" "), *MARKS.split(" ")]
FRAMES = [
    "SELECT * {{ BIND({0} AS ?x) {1} {2} }}",
    "SELECT * {{ ?s ?p {0} . {1} }} {2}",
    "SELECT * {{ ?s ?p ?o FILTER(?s<{0}) {1} {2}\n}}",
    "ASK {{ {0} {1} {2} }}",
    "SELECT * {{ ?s ?p {0} {1} }}",
]
CALLS = ["SERVICE <U> {}", "SERVICE<U>{}", "SERVICE #x\n <U> { ?s ?p ?o }", "service silent <U> {}", "?a ?b ?c ."]


def hidden(random: Random) -> str:
    """A query with SERVICE somewhere in a jumble of what SPARQL's lexer tells apart."""
    words = " ".join(random.choice(PIECES) for _ in range(random.randrange(2, 10)))
    quote = random.choice(["'", '"', "'''", '"""'])
    literal = quote + random.choice(["#", "SERVICE <http://a/> {", "it", "\\\\", "{ #", "<"]) + quote
    parts = [random.choice([literal, literal, words]), random.choice(CALLS), random.choice([literal, words, "#", ""])]
    return random.choice(FRAMES).format(*parts)


@pytest.mark.slow
def test_no_query_that_is_let_through_asks_anybody() -> None:
    """100,000 queries: what the guard lets pass is run with the network open, and nobody hears of it."""
    random, store = Random(7), ox.Store()
    store.update("INSERT DATA { <a:a> <a:b> 5, .5, -5, true, 'x' . <a:c> <a:b> <a:d> }")
    ran = refused = 0
    with running() as other:
        for _ in range(100_000):
            text = hidden(random).replace("<U>", f"<{other.url}>")
            if service_addresses(text):
                refused += 1
                continue
            with suppress(SyntaxError, OSError, RuntimeError, ValueError):
                answer: Any = store.query(text)
                ran += 1
                bool(answer) if isinstance(answer, ox.QueryBoolean) else list(answer)
        assert other.asked == []
    assert ran > 1_000
    assert refused > 1_000
