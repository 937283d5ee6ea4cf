"""Clients that we did not write ask the server: SPARQLWrapper, rdflib's SPARQLStore, Comunica, and lalakg elsewhere."""

import shutil
from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
import SPARQLWrapper as Sparql
from rdflib.plugins.stores.sparqlstore import SPARQLStore

import lalakg
from conftest import ROOT, missing
from support.browsing import drive
from support.serving import serving

pytestmark = pytest.mark.slow

CLIENTS = ROOT / "tests" / "clients"
FILM = "SELECT ?film WHERE { ?film a <https://w3id.org/lalakg/ontology#Film> } ORDER BY ?film"
MIA = "https://w3id.org/lalakg/id/mia"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
MONTAGE = "https://w3id.org/lalakg/graph/world-fantasy"
ALL_OF_MIA = f"CONSTRUCT {{ <{MIA}> ?p ?o }} WHERE {{ <{MIA}> ?p ?o }}"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with serving("serve", "-q") as (address, _):
        yield address


def films() -> list[str]:
    return [row["film"].value for row in lalakg.load().sparql(FILM).rows]


def of_mia() -> set[str]:
    return {str(triple) for triple in lalakg.load().triples if triple.subject == ox.NamedNode(MIA)}


METHODS = [(Sparql.GET, Sparql.URLENCODED), (Sparql.POST, Sparql.URLENCODED), (Sparql.POST, Sparql.POSTDIRECTLY)]


def wrapper(server: str, query: str, form: str) -> Any:
    found = Sparql.SPARQLWrapper(f"{server}/sparql", returnFormat=form)
    found.setQuery(query)
    return found


@pytest.mark.parametrize(("method", "request_method"), METHODS)
def test_sparqlwrapper_by_every_method(server: str, method: str, request_method: str) -> None:
    asking = wrapper(server, FILM, Sparql.JSON)
    asking.setMethod(method)
    asking.setRequestMethod(request_method)
    assert [row["film"]["value"] for row in asking.queryAndConvert()["results"]["bindings"]] == films()


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # SPARQLWrapper uses it
def test_sparqlwrapper_in_every_format(server: str) -> None:
    for form in (Sparql.CSV, Sparql.TSV):
        lines = wrapper(server, FILM, form).queryAndConvert().decode().splitlines()
        assert [line.strip("<>") for line in lines[1:]] == films()
    rows = wrapper(server, FILM, Sparql.XML).queryAndConvert().getElementsByTagName("uri")
    assert [row.firstChild.data for row in rows] == films()
    assert wrapper(server, f"ASK {{ <{MIA}> ?p ?o }}", Sparql.JSON).queryAndConvert()["boolean"] is True
    for form in (Sparql.RDFXML, Sparql.JSONLD):
        graph = wrapper(server, ALL_OF_MIA, form).queryAndConvert()
        assert len(graph) == len(of_mia())
    turtle = wrapper(server, ALL_OF_MIA, Sparql.TURTLE).queryAndConvert()
    assert {str(quad.triple) for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)} == of_mia()


def test_rdflib_s_store(server: str) -> None:
    mia, label = rdflib.URIRef(MIA), rdflib.URIRef(LABEL)
    graph = rdflib.Graph(SPARQLStore(f"{server}/sparql"))
    assert [str(row[0]) for row in graph.query(FILM)] == films()  # type: ignore[index]  # rows, as it is a SELECT
    assert len(graph) == len(lalakg.load().triples)
    assert (mia, label, rdflib.Literal("Mia", lang="en")) in graph
    assert len(list(graph.predicate_objects(mia))) == len(of_mia())
    assert len(graph.query(ALL_OF_MIA)) == len(of_mia())
    assert graph.query(f"ASK {{ <{MIA}> ?p ?o }}").askAnswer is True
    assert graph.query("SELECT ?l { ?s ?p ?l }", initBindings={"s": mia, "p": label}).bindings
    named = rdflib.Graph(SPARQLStore(f"{server}/sparql", context_aware=True), rdflib.URIRef(MONTAGE))
    assert 0 < len(named) < len(graph)


def test_lalakg_elsewhere(server: str) -> None:
    there = lalakg.load(endpoint=f"{server}/sparql")
    assert [row["film"].value for row in there.sparql(FILM).rows] == films()


def comunica(*cases: tuple[str, list[Any]]) -> list[Any]:
    """Comunica's answers to queries, each with where to look."""
    if not shutil.which("node") or not (CLIENTS / "node_modules").is_dir():
        missing("Comunica is not there; `make clients` gets it, which needs npm")
    found = drive(CLIENTS / "comunica.mjs", cases=[{"query": query, "sources": sources} for query, sources in cases])
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("told", [True, False], ids=["told what it is", "finding out from the service description"])
def test_comunica_asks_the_endpoint(server: str, told: bool) -> None:
    source = {"type": "sparql", "value": f"{server}/sparql"} if told else f"{server}/sparql"
    labels = f"SELECT ?film ?l {{ ?film a <https://w3id.org/lalakg/ontology#Film> OPTIONAL {{ ?film <{LABEL}> ?l }} }}"
    asked = (FILM, labels, f"ASK {{ <{MIA}> ?p ?o }}", "ASK { <urn:none> ?p ?o }", ALL_OF_MIA)
    rows, labelled, yes, no, triples = comunica(*((query, [source]) for query in asked))
    assert [row["film"]["value"] for row in rows] == films()
    assert {(row["film"]["value"], row["l"]["value"], row["l"].get("xml:lang")) for row in labelled} == {
        (row["film"].value, row["l"].value, row["l"].language) for row in lalakg.load().sparql(labels).rows
    }
    assert (yes, no) == (True, False)
    assert read(triples) == of_mia()


def test_comunica_follows_its_nose(server: str) -> None:
    """From a thing's own address, by content negotiation, to what is said of it; alone, and beside the endpoint."""
    thing = f"{server}/id/mia"
    both = [thing, {"type": "sparql", "value": f"{server}/sparql"}]
    played = f"SELECT DISTINCT ?type {{ <{MIA}> a ?kind . ?kind a ?type }}"
    alone, together = comunica((ALL_OF_MIA, [thing]), (played, both))
    assert read(alone) >= of_mia()
    assert {row["type"]["value"] for row in together} == {
        row["type"].value for row in lalakg.load().sparql(played).rows
    }


def read(lines: list[str]) -> set[str]:
    return {str(quad.triple) for quad in ox.parse("\n".join(lines), format=ox.RdfFormat.N_TRIPLES)}
