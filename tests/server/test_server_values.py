"""Ten thousand values at the door of `/api/`: each comes back as the one term that it is, or is refused as a value."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pyoxigraph as ox
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import lalakg
from lalakg._errors import InvalidValue
from lalakg._rdf.terms import XSD
from support.serving import serving
from support.strategies import attacks

DEFAULTS = {
    "thing": ("iri", "<urn:thing>", "urn:thing"),
    "text": ("string", '"} VALUES ?thing { <urn:evil> "', "} VALUES ?thing { <urn:evil> "),
    "count": ("integer", "1", "1"),
    "share": ("decimal", "0.5", "0.5"),
    "day": ("date", '"2016-12-09"^^xsd:date', "2016-12-09"),
    "level": ("string", '"high"', "high"),
}
LEVELS = ("high", "low")
VALUES = st.one_of(
    attacks,
    attacks.map("https://example.org/{}".format),
    st.from_regex(r"[+-]?[0-9.]*|[0-9]{4}-[0-9]{2}-[0-9]{2}|(lkg|lala|urn):.*|https?://.*"),
    st.sampled_from(LEVELS),
)


def echo() -> str:
    """A query that gives its parameters back."""
    declared = [f"#+   - {{name: {name}, type: {kind}}}" for name, (kind, _, _) in DEFAULTS.items()]
    declared[-1] = declared[-1].replace("}", f", values: [{', '.join(LEVELS)}]}}")
    blocks = [f"  VALUES ?{name} {{ {default} }}" for name, (_, default, _) in DEFAULTS.items()]
    body = [f"PREFIX xsd: <{XSD}>", f"SELECT ?{' ?'.join(DEFAULTS)}", "WHERE {", *blocks, "}", "LIMIT 2"]
    return "\n".join(["#+ summary: What was said?", "#+ parameters:", *declared, *body, ""])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("film") / "film"
    lalakg.init(folder)
    (folder / "queries" / "explore").mkdir(parents=True, exist_ok=True)
    (folder / "queries" / "explore" / "echo.rq").write_text(echo(), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def kg(folder: Path) -> lalakg.KnowledgeGraph:
    return lalakg.load(folder)


@pytest.fixture(scope="module")
def door(folder: Path) -> Iterator[http.client.HTTPConnection]:
    with serving("-C", str(folder), "serve", "-q", "--budget", "100000") as (address, _):
        connection = http.client.HTTPConnection(urlsplit(address).netloc)
        yield connection
        connection.close()


def asked(door: http.client.HTTPConnection, name: str, value: str) -> tuple[int, dict[str, str]]:
    """The status, and the row that comes back or the members of the problem."""
    door.request("GET", f"/api/echo?{name}={quote(value.encode('utf-8', 'surrogatepass'), safe='')}")
    response = door.getresponse()
    body = json.loads(response.read())
    if response.status != 200:
        return response.status, body
    (row,) = body["results"]["bindings"]
    return 200, {column: term["value"] for column, term in row.items()}


def meant(kg: lalakg.KnowledgeGraph, name: str, value: str) -> str | None:
    """What a value stands for; None when it is none for this parameter."""
    (parameter,) = (parameter for parameter in kg.catalogue["echo"].parameters if parameter.name == name)
    try:
        term = parameter.term(value, kg.prefixes, kg.base)
        kg.bound(kg.catalogue["echo"], {name: value})
    except InvalidValue:
        return None
    (row,) = (
        ox.Store().query(f"SELECT ?x {{ VALUES ?x {{ {term} }} }}") if name in ("count", "share") else [{"x": term}]
    )
    return str(row["x"].value)  # numbers come back as Oxigraph keeps them: 7 for 007


def test_the_defaults_come_back(door: http.client.HTTPConnection) -> None:
    assert asked(door, "level", "high") == (200, {name: default for name, (_, _, default) in DEFAULTS.items()})


@pytest.mark.slow
@settings(max_examples=250, phases=[Phase.generate])  # 10,000 values; to shrink them would take minutes
@given(tries=st.lists(st.tuples(st.sampled_from(sorted(DEFAULTS)), VALUES), min_size=40, max_size=40))
def test_no_value_is_ever_more_than_one_term(
    kg: lalakg.KnowledgeGraph, door: http.client.HTTPConnection, tries: list[tuple[str, str]]
) -> None:
    for name, value in tries:
        status, found = asked(door, name, value)
        if (expected := meant(kg, name, value)) is None:
            assert (status, found.get("line")) == (400, None), (name, value)
        else:
            assert status == 200, (name, value, found)
            assert found == {n: d for n, (_, _, d) in DEFAULTS.items()} | {name: expected}
            assert name != "text" or expected == value
