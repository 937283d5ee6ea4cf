"""`lalakg link enrich`: what Wikidata says of the linked things, in a graph of its own."""

import hashlib
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

import lalakg
from conftest import LIVE, ROOT, Command
from lalakg._rdf.terms import WELL_KNOWN
from lalakg._wikidata import enrichment
from support.linking import LINKS, relink
from support.wikidata.faults import at as at_path
from support.wikidata.faults import html
from support.wikidata.rdf import PREFIXES
from support.wikidata.service import Wikidata
from support.wikidata.slice import Snak, Statement

GRAPH = ox.NamedNode("https://w3id.org/lalakg/graph/wikidata")
DCTERMS = WELL_KNOWN["dcterms"]
OWN = ("http://www.wikidata.org/prop/", "http://wikiba.se/ontology#")
BESIDE = {WELL_KNOWN["rdfs"] + "label", "http://schema.org/about", "http://schema.org/inLanguage"}


@pytest.fixture
def trig(run: Command, folder: Path, at: list[str], tmp_path: Path) -> Path:
    done = run("-C", folder, "link", "enrich", "-q", *at, "-o", tmp_path / "wikidata.trig")
    assert done.status == 0, done.err
    return tmp_path / "wikidata.trig"


def quads(path: Path) -> list[ox.Quad]:
    return list(ox.parse(path=path, format=ox.RdfFormat.TRIG))


def test_it_says_when_whence_and_under_what_licence(trig: Path, at: list[str]) -> None:
    beside = {quad.predicate.value: str(quad.object) for quad in quads(trig) if quad.graph_name == ox.DefaultGraph()}
    assert beside.keys() == {DCTERMS + name for name in ("created", "license", "source")}
    assert beside[DCTERMS + "license"] == "<https://creativecommons.org/publicdomain/zero/1.0/>"
    assert beside[DCTERMS + "source"] == ("<http://www.wikidata.org/>" if LIVE else f"<{at[1]}>")


def test_its_statements_are_wikidatas_alone(trig: Path, kg: lalakg.KnowledgeGraph) -> None:
    found = [quad for quad in quads(trig) if quad.graph_name == GRAPH]
    assert len(found) > 150
    for quad in found:
        subject, name = str(quad.subject.value), quad.predicate.value
        assert name.startswith(OWN) or name in BESIDE
        if name.startswith("http://schema.org/"):
            assert ".wikipedia.org/wiki/" in subject
        else:
            assert subject.startswith("http://www.wikidata.org/entity/")
        assert not str(getattr(quad.object, "value", "")).startswith(kg.base)
    ours = {str(triple.predicate.value) for triple in kg.triples} | {str(triple.subject) for triple in kg.triples}
    assert {quad.predicate.value for quad in found} & ours <= {WELL_KNOWN["rdfs"] + "label"}
    assert {str(quad.subject) for quad in found} & ours == set()


def test_it_holds_what_was_asked_for(trig: Path) -> None:
    counts = Counter(quad.predicate.value.rpartition("/")[2] for quad in quads(trig))
    for name in ("P161", "P453", "P166", "P577", "P569", "P625", "P840", "P18", "P57", "P1476", "about"):
        assert counts[name] > 0, name


QUESTIONS = [
    name
    for group in ("questions", "debate", "explore", "hygiene")
    for name in sorted(path.stem for path in (ROOT / "queries" / group).glob("*.rq"))
]
# What keeps our own files clean sees that Wikidata's statements are not ours, nor in our namespaces: as it should.
ASKS_FOR_STRANGERS = {"mistaken-namespaces", "subjects-outside-base", "wikidata-not-entity"}


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> lalakg.KnowledgeGraph:
    from lalakg._wikidata.cache import Cache
    from lalakg._wikidata.client import Client
    from lalakg._wikidata.enrichment import enrich, render
    from lalakg._wikidata.service import Service
    from lalakg._wikidata.things import Things
    from support.wikidata.service import serving

    folder = tmp_path_factory.mktemp("merged")
    kg = lalakg.load(ROOT)
    things = Things(kg)
    with serving() as server:
        service = Service.of(None, LIVE) if LIVE else Service.of(server.url)
        with Client(service, Cache(folder / "cache")) as client:
            found = enrich(things, client)
    assert found.problems == ()
    (folder / "wikidata.trig").write_text(render(found, things, server.url), encoding="utf-8")
    kg.add(folder / "wikidata.trig")
    return kg


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_question_changes_its_answer(name: str, kg: lalakg.KnowledgeGraph, merged: lalakg.KnowledgeGraph) -> None:
    alone, together = (graph.query(name).render() for graph in (kg, merged))
    assert merged.sparql("ASK { ?film <http://www.wikidata.org/prop/direct/P57> ?director }")
    assert (alone == together) is (name not in ASKS_FOR_STRANGERS)


def test_where_wikidata_differs(trig: Path, folder: Path, run: Command) -> None:
    assert run("-C", folder, "query", "where-wikidata-differs", "--format", "csv").out.count("\n") == 1
    done = run("-C", folder, "query", "where-wikidata-differs", "--with", trig, "--format", "csv")
    found = {tuple(line.split(",")) for line in done.out.splitlines()[1:]}
    number = {(row[-1].rpartition("/")[2], row[-2]) for row in found if row[1] == "number among the director's films"}
    assert number == {(name, "3") for name in ("claim-f09", "claim-x03", "claim-v31-3", "claim-v39-2")}
    if not LIVE:
        others = {(row[1], row[2], row[3]) for row in found} - {(row[1], row[2], row[3]) for row in found if "3" in row}
        assert others == {
            ("name of the role", "Mia", "Mia Dolan"),
            ("name of the role", "Sebastian", "Sebastian Wilder"),
            ("no narrative location", "Paris", ""),
        }


def test_the_same_answers_give_the_same_bytes(run: Command, folder: Path, wikidata: Wikidata, tmp_path: Path) -> None:
    digests = set()
    for more in ([], ["--offline"]):
        assert run("-C", folder, "link", "enrich", "--wikidata", wikidata.url, *more, "-o", tmp_path / "x").status == 0
        digests.add(hashlib.sha256((tmp_path / "x").read_bytes()).hexdigest())
    assert len(digests) == 1


def test_what_is_not_whole_is_not_written(run: Command, folder: Path, wikidata: Wikidata, trig: Path) -> None:
    before = trig.read_bytes()
    wikidata.faults.append(at_path("/sparql", lambda request: "P1476" in str(request.form) and html(request)))
    done = run("-C", folder, "link", "enrich", "--wikidata", wikidata.url, "-o", trig)
    assert done.status == 1
    assert "\nstatements: not to be had\n" in f"\n{done.err}"
    assert f"{wikidata.sparql}: " in done.err
    assert done.err.endswith(f"{trig}: not written, since not everything could be had.\n")
    assert trig.read_bytes() == before


def actors(wikidata: Wikidata, film: str, many: int) -> None:
    """Give a film so many more actors than it has, each of whom makes three rows of the qualified cast."""
    content = wikidata.content
    extras = tuple(
        Statement(f"{film}-{number:012}", Snak("P161", "wikibase-item", f"Q{9_100_000_000 + number}"))
        for number in range(many)
    )
    content.change(film, statements=(*content.entities[film].statements, *extras))


def test_many_statements_are_asked_for_in_parts(run: Command, folder: Path, wikidata: Wikidata, trig: Path) -> None:
    actors(wikidata, "Q20856802", 1_500)
    actors(wikidata, "Q132689", 1_500)
    wikidata.reload()
    done = run("-C", folder, "link", "enrich", "-q", "--wikidata", wikidata.url, "-o", trig)
    assert done.status == 0, done.err
    assert sum(quad.predicate.value.endswith("prop/statement/P161") for quad in quads(trig)) == 3_005
    differs = run("-C", folder, "query", "where-wikidata-differs", "--with", trig)
    assert "Mia Dolan" in differs.out
    assert "not in the cast" not in differs.out


@pytest.mark.parametrize("more", [0, 1])
def test_no_part_is_taken_for_the_whole(
    run: Command, folder: Path, wikidata: Wikidata, trig: Path, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    actors(wikidata, "Q20856802", 100)
    wikidata.reload()
    query = """SELECT * { { VALUES ?s { wd:Q20856802 } VALUES ?p { p:P161 p:P166 p:P577 } ?s ?p ?o } UNION
        { wd:Q20856802 p:P161|p:P166|p:P577 ?s . ?s ?p ?o FILTER (!CONTAINS(STR(?p), "/value") && (?p = wikibase:rank
        || STRSTARTS(STR(?p), STR(ps:)) || STRSTARTS(STR(?p), STR(pq:)))) } }"""
    there = len(list(wikidata.store.query(query, prefixes=PREFIXES)))  # type: ignore[arg-type]
    monkeypatch.setattr(enrichment, "LIMIT", there - more)
    before = trig.read_bytes()
    done = run("-C", folder, "link", "enrich", "-q", "--wikidata", wikidata.url, "-o", trig)
    assert done.status == more
    assert (f"has more than {there - more:,} statements of one kind for Q20856802." in done.err) == bool(more)
    assert (trig.read_bytes() == before) == bool(more)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("Q9000000901", "Q9000000901 was merged into Q15648198. The slice has nothing of it; see lalakg link check.\n"),
        ("Q9000000903", "Q9000000903 is not there (HTTP 404): deleted, or never made. The slice has"),
    ],
)
def test_what_a_link_has_lost_is_told(
    run: Command, folder: Path, wikidata: Wikidata, tmp_path: Path, item: str, words: str
) -> None:
    relink(folder, "film", item)
    run("-C", folder, "derive")
    done = run("-C", folder, "link", "enrich", "-q", "--wikidata", wikidata.url, "-o", tmp_path / "x.trig")
    assert done.status == 1
    assert words in done.err
    assert len(quads(tmp_path / "x.trig")) > 100


def test_unknown_values_are_left_out(run: Command, folder: Path, wikidata: Wikidata, tmp_path: Path) -> None:
    text = (folder / LINKS).read_text(encoding="utf-8").replace("wd:Q132689", "wd:Q9000000121")
    (folder / LINKS).write_text(text, encoding="utf-8")
    run("-C", folder, "derive")
    run("-C", folder, "link", "enrich", "--wikidata", wikidata.url, "-o", tmp_path / "x.trig")
    found = [quad for quad in quads(tmp_path / "x.trig") if "Q9000000121" in str(quad.subject)]
    assert found
    assert not [quad for quad in found if isinstance(quad.object, ox.BlankNode) or "genid" in str(quad.object)]


def test_asking_along_what_is_no_rdf(run: Command, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text("<a> <b>")
    for path, words in ((tmp_path / "bad.ttl", "bad.ttl:1:"), (tmp_path / "none.ttl", "none.ttl cannot be read")):
        done = run("-C", folder, "query", "cast", "--with", path)
        assert (done.status, done.out) == (2, "")
        assert words in done.err
    done = run("-C", folder, "query", "cast", "--endpoint", "http://localhost:1/", "--with", tmp_path / "bad.ttl")
    assert "not with one at an endpoint" in done.err
