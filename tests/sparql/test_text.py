"""The text of a query: what the vectors say, in Python and in the pages' TypeScript, and where groups end."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from conftest import ROOT
from lalakg._errors import InvalidValue, ResourceNotFound
from lalakg._folder.catalogue import Parameter, Query
from lalakg._rdf.terms import compact, expand
from lalakg._rdf.tokens import tokens
from lalakg._sparql.rewriting import in_total_order, one_row_a_solution
from lalakg._sparql.text import (
    declare_prefixes,
    group_end,
    prologue,
    query_form,
    significant_tokens,
    undeclared_prefixes,
)
from support.browsing import WEB, need_the_bundle

VECTORS = json.loads((ROOT / "tests/vectors/sparql_text.json").read_text(encoding="utf-8"))
PREFIXES, BASE = VECTORS["prefixes"], VECTORS["base"]


@pytest.mark.parametrize("case", VECTORS["queries"], ids=lambda case: case["text"])
def test_tokens_form_and_prefixes_are_the_vectors(case: dict[str, Any]) -> None:
    text = case["text"]
    assert [[token.kind, token.text] for token in tokens(text)] == case["tokens"]
    assert query_form(text) == case["form"]
    assert [prefix for prefix, _ in undeclared_prefixes(text)] == case["undeclared"]
    declared = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in case["declared"])
    assert declare_prefixes(PREFIXES, text) == declared + text


@pytest.mark.parametrize("case", VECTORS["short_names"], ids=lambda case: case["iri"])
def test_short_names_are_the_vectors(case: dict[str, Any]) -> None:
    assert compact(case["iri"], case["prefixes"]) == case["name"]


@pytest.mark.parametrize("case", VECTORS["names"], ids=lambda case: case["name"])
def test_names_stand_for_the_vectors_iris(case: dict[str, Any]) -> None:
    if case["iri"] is None:
        with pytest.raises(ResourceNotFound):
            expand(case["name"], PREFIXES, BASE)
    else:
        assert expand(case["name"], PREFIXES, BASE).value == case["iri"]


@pytest.mark.parametrize("case", VECTORS["parameters"], ids=lambda case: f"{case['text']} {case['value']}")
def test_values_are_put_in_as_the_vectors_say(case: dict[str, Any]) -> None:
    query = Query("q", "g", Path("q.rq"), case["text"])
    query.__dict__["parameters"] = (Parameter("x", case["type"], values=tuple(case.get("values", ()))),)
    if case["bound"] is None:
        with pytest.raises(InvalidValue):
            query.bind({"x": case["value"]}, PREFIXES, BASE)
    else:
        assert query.bind({"x": case["value"]}, PREFIXES, BASE) == case["bound"]


def test_the_vectors_queries_are_what_an_engine_sees() -> None:
    kinds = {"SELECT": ox.QuerySolutions, "ASK": ox.QueryBoolean}
    seen = 0
    for case in VECTORS["queries"]:
        try:
            answer: object = ox.Store().query(declare_prefixes(PREFIXES, case["text"]), base_iri=BASE)
        except SyntaxError:
            continue
        seen += 1
        assert isinstance(answer, kinds.get(case["form"], ox.QueryTriples)), case["text"]
    assert seen > len(VECTORS["queries"]) / 2


@pytest.mark.slow
def test_the_pages_typescript_gives_what_the_vectors_say() -> None:
    need_the_bundle()
    command = ["npm", "--prefix", WEB, "test"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"ran {sum(len(VECTORS[kind]) for kind in ('queries', 'short_names', 'names', 'parameters'))} vectors" in (
        done.stdout
    )


@pytest.mark.parametrize(
    ("text", "end"), [("{ a }", "}"), ("{ { } b } }", "}"), ("{ '}' # }\n }", "}"), ("{ { }", None), ("a", "a")]
)
def test_where_a_group_ends(text: str, end: str | None) -> None:
    found = significant_tokens(text)
    at = group_end(found, 0)
    assert (None if at == len(found) else found[at].text) == end
    assert end is None or text[found[0].start : found[at].end].count("{") == text[: found[at].end].count("{")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT?x { ?x a ?y }", ""),
        ("PREFIX a: <b:b> # no\nBASE <c:c>\nSELECT?x { ?x a 'PREFIX' }", "PREFIX a: <b:b>\nBASE <c:c>"),
        ("PREFIX select:<a:b>DESCRIBE?x { BASE <x> }", "PREFIX select: <a:b>"),
    ],
)
def test_what_stands_before_the_query_proper(text: str, expected: str) -> None:
    assert prologue(text).strip() == expected


@pytest.mark.parametrize("text", ["SELECT?s{ ?s ?p ?o }", "SELECT*{?s ?p ?o}", "PREFIX e:<a:b>SELECT?s{?s ?p ?o}"])
def test_a_select_written_closely_can_be_paged(text: str) -> None:
    store = ox.Store()
    store.update("INSERT DATA { <a:b> <a:c> 1 . <a:a> <a:c> 2 }")
    answer: Any = store.query(in_total_order(text, ["s"]) + " LIMIT 1")
    assert [row["s"].value for row in answer] == ["a:a"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("DESCRIBE?s{ ?s ?p ?o }", 2),
        ("DESCRIBE<a:a>", None),
        ("CONSTRUCT{ ?s ?p ?s . ?o ?p ?s }WHERE{ ?s ?p ?o }", 2),
        ("CONSTRUCTWHERE{ ?s ?p 1 }", 1),
        ("describe * from <a:g> where { ?s ?p ?o }", 0),
    ],
)
def test_the_solutions_of_a_query_for_a_graph_can_be_counted(text: str, rows: int | None) -> None:
    store = ox.Store()
    store.update("INSERT DATA { <a:b> <a:c> 1 . <a:a> <a:c> 2 }")
    rewritten = one_row_a_solution(text)
    assert (None if rewritten is None else len(list(store.query(rewritten)))) == rows  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT*{}", "SELECT"),
        ("selectDISTINCT?x{}", "SELECT"),
        ("ASKWHERE{}", "ASK"),
        ("DESCRIBE?f WHERE{ ?f a ?c }", "DESCRIBE"),
        ("DESCRIBE$f{ $f a ?c }", "DESCRIBE"),
        ("PREFIX select: <a:b> DESCRIBE select:x", "DESCRIBE"),
        ("PREFIX # ASK\n asks: <a:b> DESCRIBEasks:x", "DESCRIBE"),
        ("PREFIXselect:<a:b>BASE<a:SELECT>CONSTRUCTWHERE{}", "CONSTRUCT"),
        ("# ASK {}\nBASE<ASK>CONSTRUCT{}{ SELECT * {} }", "CONSTRUCT"),
    ],
)
def test_what_a_query_is_as_an_engine_sees_it(text: str, form: str) -> None:
    assert query_form(text) == form
    answer: object = ox.Store().query(text, base_iri="http://e/")
    kinds = {"SELECT": ox.QuerySolutions, "ASK": ox.QueryBoolean}
    assert isinstance(answer, kinds.get(form, ox.QueryTriples))
