"""SERVICE in a query: found when written plainly, refused in every spelling that an engine takes for one."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from lalakg._errors import ParseError, QueryError
from lalakg._folder.derivation import derive
from lalakg._rdf.terms import WELL_KNOWN
from lalakg._sparql.engine import LocalEngine
from lalakg._sparql.service import service_addresses, service_clauses
from support.fakestore import running

SPELLINGS = [
    "SELECT * { SERVICE <U> {} }",
    "SELECT * { service silent <U> { ?s ?p ?o } }",
    "SELECT * { ?a ?b ?c SERVICE<U>{} }",
    "SELECT * { ?a ?b ?c.SERVICE <U> {} }",
    "SELECT * { ?a ?b 5SERVICE <U> {} }",
    "SELECT * { ?a ?b 5.SERVICE <U> {} }",
    "SELECT * { ?a ?b trueSERVICE <U> {} }",
    'SELECT * { ?a ?b "x"SERVICE <U> {} }',
    "SELECT * { ?a ?b <a:d>SERVICE <U> {} }",
    "SELECT * { ?a ?b-5SERVICE <U> {} }",
    "SELECT * { ?a <a:b> ?c, 5SERVICE <U> {} }",
    "PREFIX a: <a:d> SELECT * { <a:c> <a:b> a:.SERVICE <U> {} }",
    "PREFIX a: <a:b> SELECT * { ?x a:.5SERVICE <U> {} }",
    "PREFIX a: <a:b> SELECT * { ?x a:-5SERVICE <U> {} }",
    "PREFIX a: <a:d> SELECT * { <a:c> <a:b> a:\nSERVICE <U> {} }",
    "PREFIX e: <U> SELECT * { SERVICEe: {} }",
    "PREFIX e: <U> SELECT * { SERVICESILENTe: {} }",
    "PREFIX e: <U> SELECT * { SERVICE #x\n  SILENT # }y\n e: #z\n {} }",
    "PREFIX a·: <U> SELECT * { SERVICE a·: {} }",
    "PREFIX a·: <U/> SELECT * { SERVICE SILENT a·:x·y {} }",
    "PREFIX e\u0301: <U> SELECT * { SERVICEe\u0301:{} }",
    "PREFIX a‿: <U/> SELECT * { SERVICE a‿:b:c {} }",
    "PREFIX e: <U/> SELECT * { SERVICE #x\n e:a· # { y\n {} }",
    "PREFIX e: <U/> SELECT * { SERVICE e:x\\#y {} }",
    "PREFIX e: <U/> SELECT * { SERVICE e:%7B#x y\n{} }",
    "SELECT * { { SELECT * { SERVICE <U> {} } } }",
    "ASK { FILTER NOT EXISTS { SERVICE <U> {} } }",
    "SELECT * { ?a ?b ?c FILTER(?a<?b#>'''\n|| true) SERVICE <U> {} }#'''",
    "SELECT * { ?a ?b ?c FILTER(?a IN (1))SERVICE <U> {} }",
    "SELECT * {{}UNION{}SERVICE <U> {} }",
    "CONSTRUCT { ?a ?b ?c } { ?a ?b ?c . SERVICE <U> {} }",
]
IN_VAIN = [  # Oxigraph wants the address itself
    "SELECT * { VALUES ?x { <U> } SERVICE ?x {} }",
    "SELECT * { VALUES ?x· { <U> } SERVICE ?x·{} }",
    "SELECT * { VALUES ?x\u0301 { <U> } SERVICE $x\u0301#y\n{} }",
]
HARMLESS = [
    "SELECT * { ?service a ?SERVICE { ?x ?y ?z } }",
    "PREFIX schema: <https://schema.org/> SELECT * { ?s schema:service ?y { ?s ?p ?o } }",
    "PREFIX service: <https://schema.org/> SELECT * { ?s service:type ?y . ?y service: ?z }",
    'SELECT * { ?s ?p "the service <is> good"@en }',
    "SELECT * { ?s a <https://schema.org/Service> . { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o } # SERVICE is for others",
    "SELECT * { _:service ?p ?o OPTIONAL { _:service2 ?p ?q } }",
]


@pytest.fixture
def store() -> ox.Store:
    store = ox.Store()
    store.update("INSERT DATA { <a:a> <a:b> 5, .5, -5, true, 'x' . <a:c> <a:b> <a:d> }")
    return store


@pytest.mark.parametrize("query", [*SPELLINGS, *IN_VAIN])
def test_every_spelling_is_refused_before_anybody_is_asked(query: str) -> None:
    with running() as other:
        engine = LocalEngine([], WELL_KNOWN, {})
        with pytest.raises(QueryError, match="no other host is asked unless you name it: --service "):
            engine.query(query.replace("<U", f"<{other.url}"))
        assert other.asked == []


@pytest.mark.parametrize("query", SPELLINGS)
def test_the_spellings_are_such_that_an_engine_asks(query: str, store: ox.Store) -> None:
    """Or else the test above would test nothing."""
    with running() as other:
        with suppress(OSError, RuntimeError):
            answer: Any = store.query(query.replace("<U", f"<{other.url}"))
            bool(answer) if isinstance(answer, ox.QueryBoolean) else list(answer)
        assert other.asked


def test_a_rule_asks_nobody(tmp_path: Path) -> None:
    rule = tmp_path / "rule.rq"
    with running() as other:
        rule.write_text(f"CONSTRUCT {{ ?a ?b ?c }} {{ ?a ?b ?c.SERVICE <{other.url}> {{}} }}", encoding="utf-8")
        with pytest.raises(ParseError, match="no other host is asked"):
            derive([ox.Triple(ox.NamedNode("a:a"), ox.NamedNode("a:b"), ox.Literal("x"))], [rule])
        assert other.asked == []


@pytest.mark.parametrize("query", HARMLESS)
def test_what_is_no_service_is_let_through(query: str) -> None:
    assert not service_addresses(query)
    LocalEngine([], WELL_KNOWN, {}).query(query)


def test_a_clause_and_what_stands_in_it() -> None:
    text = "SELECT * { ?a ?b ?c . SERVICE SILENT <http://x/y> { ?c ?d '}' # }\n { ?e ?f ?g } } ?g ?h ?i }"
    (clause,) = service_clauses(text)
    assert clause.address == "http://x/y"
    assert clause.silent
    assert clause.pattern == " ?c ?d '}' # }\n { ?e ?f ?g } "
    assert text[: clause.start] + text[clause.end :] == "SELECT * { ?a ?b ?c .  ?g ?h ?i }"


def test_a_clause_inside_another_belongs_to_it() -> None:
    text = "SELECT * { SERVICE <a:a> { SERVICE <a:b> {} } SERVICE <a:c> {} SERVICE ?x {} SERVICE a:d {} }"
    assert [clause.address for clause in service_clauses(text)] == ["a:a", "a:c"]


def test_clauses_of_text_that_ends_too_early() -> None:
    for text in ("SERVICE", "SERVICE SILENT", "SERVICE <a:a>", "SERVICE <a:a> { {", "SELECT * { SERVICE"):
        assert service_clauses(text) == []
