"""Export: the same triples in every format, the same bytes for the same input, and what describes them."""

import os
import shutil
import subprocess
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

import lalakg
from conftest import ROOT, Command, copy_of_the_film
from lalakg._check.report import Report
from lalakg._errors import OutputError
from lalakg._narrative.terms import LALA, PREFIXES
from lalakg._publish.export import published_files
from lalakg._rdf.formats import MEDIA_TYPES
from lalakg._rdf.terms import WELL_KNOWN
from support.folders import digests

SCHEMA = "https://schema.org/"
NOBODY = 65534
ODD = """\
@prefix lala: <https://w3id.org/lalakg/ontology#> .
@prefix lkg: <https://w3id.org/lalakg/id/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

lkg:odd-1
  rdfs:comment "01"^^xsd:integer , "x"@en-GB , "7"^^xsd:nonNegativeInteger , "007"^^xsd:positiveInteger , +1 , -0 ,
    "2016-12-09T00:00:00Z"^^xsd:dateTimeStamp , "2016-12-09T00:00:00.000+00:00"^^xsd:dateTime , 1.50 , .5 , 1E3 ,
    "1"^^xsd:boolean , true , "5"^^xsd:int , "5"^^xsd:long , "5"^^xsd:byte , 5 , "P1Y0M"^^xsd:duration , "" , "  " ,
    "two\\nlines, a \\ttab, a \\"quote\\", a \\\\, an é and a 🎹" , "]]>&<a/>" , "wrong"^^xsd:date , "line\\r\\nend" ,
    "x"^^<http://elsewhere.example/kind> ;
  rdfs:seeAlso <http://elsewhere.example/a?b=c&d=%20#e> ;
  .
"""


def triples_of(path: Path) -> set[ox.Triple]:
    kind = ox.RdfFormat.from_media_type(MEDIA_TYPES[path.suffix[1:]])
    assert kind is not None
    return {quad.triple for quad in ox.parse(path=path, format=kind)}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The film's folder, and in it a thing with the literals that engines like to rewrite."""
    folder = copy_of_the_film(tmp_path_factory.mktemp("odd") / "film")
    (folder / "data/odd.ttl").write_text(ODD, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def dist(odd: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:  # the odd thing breaks rules, and this is not about these
        patch.setattr("lalakg._publish.build.check", lambda *_, **__: Report([]))
        lalakg.build(lalakg.load(odd), odd.parent / "dist")
    return odd.parent / "dist"


@pytest.fixture
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lalakg._publish.build.check", lambda *_, **__: Report([]))


# The same triples, literal for literal


def test_there_is_a_file_of_every_form(dist: Path) -> None:
    names = {path.name for path in dist.iterdir()}
    assert names == {*(f"lalakg.{form}" for form in MEDIA_TYPES), "void.ttl", "ontology", "SHA256SUMS"}


def test_what_an_author_wrote_is_in_the_graph(odd: Path) -> None:
    written = {quad.triple for quad in ox.parse(ODD, format=ox.RdfFormat.TURTLE)}
    assert len(written) == 26
    assert written <= set(lalakg.load(odd).triples)


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_every_form_carries_the_same_triples(dist: Path, odd: Path, form: str) -> None:
    assert triples_of(dist / f"lalakg.{form}") == set(lalakg.load(odd).triples)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
@pytest.mark.parametrize("form", ["ttl", "nt", "rdf", "jsonld"])
def test_rdflib_reads_the_same_triples(small: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second opinion: another parser, on a smaller graph with the same odd literals."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    base = "https://example.org/my-film/id/"
    (small / "data/odd.ttl").write_text(ODD.replace("https://w3id.org/lalakg/id/", base), encoding="utf-8")
    kg = lalakg.load(small)
    names = {"jsonld": "json-ld", "rdf": "xml"}
    found = rdflib.Graph().parse(data=lalakg.export(kg, form), format=names.get(form, form))
    assert {tuple(map(written, t)) for t in found} == {tuple(map(written, t)) for t in kg.to_rdflib()}


def written(term: rdflib.term.Node) -> tuple[str, ...]:
    if isinstance(term, rdflib.Literal):
        return (str(term), str(term.language or "").lower(), str(term.datatype or rdflib.XSD.string))
    return (str(term),)


def test_the_published_files_carry_the_same_triples_too(kg: lalakg.KnowledgeGraph) -> None:
    assert triples_of(kg.folder.published.with_suffix(".jsonld")) == triples_of(kg.folder.published)
    assert triples_of(kg.folder.published) == set(kg.triples)


def test_turtle_says_it_as_authors_do(dist: Path) -> None:
    text = (dist / "lalakg.ttl").read_text("utf-8")
    for literal in (
        '"01"^^xsd:integer',
        '"7"^^xsd:nonNegativeInteger',
        '"2016-12-09T00:00:00Z"^^xsd:dateTimeStamp',
        "1.50",
        "1E3",
    ):
        assert f" {literal} " in text.replace("\n", " \n")


# Named graphs

RULES = {
    "D1: a world-bound thing sits in the graph of its own world": """
        SELECT ?s ?g WHERE { GRAPH ?g { ?s lala:inWorld ?w }
          FILTER(?g != IRI(REPLACE(STR(?w), "id/w-", "graph/world-"))) }""",
    "D2: nothing else is said about it in another world's graph": """
        SELECT ?s ?g WHERE { GRAPH ?g { ?s ?p ?o } GRAPH ?h { ?s lala:inWorld ?w }
          FILTER(?g != ?h && STRSTARTS(STR(?g), "https://w3id.org/lalakg/graph/world-")) }""",
    "D3: no link out of the montage's graph except divergesFrom": """
        SELECT ?s ?o WHERE { GRAPH <https://w3id.org/lalakg/graph/world-fantasy> { ?s ?p ?o }
          GRAPH ?h { ?o lala:inWorld ?w } FILTER(?w != lkg:w-fantasy && ?p != lala:divergesFrom) }""",
}
SPACES = {"lala": LALA, "lkg": "https://w3id.org/lalakg/id/"}


@pytest.fixture(scope="module", params=["nq", "trig"])
def quads(dist: Path, request: pytest.FixtureRequest) -> ox.Store:
    store = ox.Store()
    store.load(path=dist / f"lalakg.{request.param}")
    return store


@pytest.mark.parametrize("rule", RULES)
def test_named_graphs_keep_the_worlds_apart(quads: ox.Store, rule: str) -> None:
    answer = quads.query(RULES[rule], prefixes=SPACES)
    assert isinstance(answer, ox.QuerySolutions)
    assert [str(row) for row in answer] == []


def test_d4_the_quads_are_the_triples(dist: Path) -> None:
    kind = ox.RdfFormat.N_QUADS
    quads = list(ox.parse(path=dist / "lalakg.nq", format=kind))
    assert {quad.triple for quad in quads} == triples_of(dist / "lalakg.ttl")
    assert set(quads) == set(ox.parse(path=dist / "lalakg.trig", format=ox.RdfFormat.TRIG))
    assert len({quad.triple for quad in quads}) == len(quads), "no triple lies in two graphs"


def test_each_graph_bears_the_name_of_its_world_or_file(quads: ox.Store) -> None:
    names = {str(name.value).removeprefix("https://w3id.org/lalakg/graph/") for name in quads.named_graphs()}
    assert {
        "world-story",
        "world-fantasy",
        "world-casablanca",
        "crossworld",
        "derived",
        "claims",
        "debate-facts",
        "lala",
        "vocab",
    } <= names
    assert all("/" not in name for name in names)
    assert not list(quads.quads_for_pattern(None, None, None, ox.DefaultGraph()))


# Reproducible, and true of itself


@pytest.mark.slow
def test_a_build_is_reproducible_on_any_machine(tmp_path: Path, spawn: Command) -> None:
    """Two folders, whose files were written in another order, from other places and with other hash seeds."""
    found = []
    for number in (0, 1):
        folder = tmp_path / f"folder {number}"
        paths = sorted(p for part in ("data", "ontology", "queries") for p in (ROOT / part).rglob("*.*"))
        for path in reversed(paths) if number else paths:
            target = folder / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.is_file():
                target.write_bytes(path.read_bytes())
                os.utime(target, (number * 10**8, number * 10**8))
        if number:
            shutil.rmtree(folder / "data/published")  # one reads the published graph, the other derives it anew
        place = folder / "data" if number else tmp_path
        options = () if number else ("-C", folder)
        env = {"PYTHONHASHSEED": str(number), "LC_ALL": ("C", "C.UTF-8")[number], "TZ": ("UTC", "Asia/Tokyo")[number]}
        done = spawn(*options, "build", "-q", tmp_path / f"dist{number}", cwd=place, env=env)
        assert (done.status, done.err) == (0, "")
        found.append(digests(tmp_path / f"dist{number}"))
    assert found[0] == found[1]


def test_no_file_names_this_machine(dist: Path, odd: Path) -> None:
    for path in dist.rglob("*"):
        if path.is_file():
            assert str(odd.parent) not in path.read_text("utf-8")


def test_editors_leavings_are_not_published(odd: Path, dist: Path, unchecked: None, tmp_path: Path) -> None:
    (odd / "ontology/.lala.ttl.swp").write_bytes(b"\x00")
    (odd / "ontology/lala.ttl~").write_text("old", encoding="utf-8")
    lalakg.build(lalakg.load(odd), tmp_path / "dist")
    assert digests(tmp_path / "dist") == digests(dist)


def test_the_sums_are_true(dist: Path) -> None:
    lines = (dist / "SHA256SUMS").read_text("ascii").splitlines()
    listed = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    assert listed == {name: digest for name, digest in digests(dist).items() if name != "SHA256SUMS"}
    assert list(listed) == sorted(listed)
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=dist, check=True)


# The description of the dataset


@pytest.fixture(scope="module")
def described(dist: Path) -> ox.Store:
    """The data in the default graph, its description in the graph urn:void."""
    store = ox.Store()
    store.load(path=dist / "lalakg.nt")
    store.load(path=dist / "void.ttl", to_graph=ox.NamedNode("urn:void"))
    return store


def rows(store: ox.Store, text: str) -> set[tuple[str, ...]]:
    spaces = {**WELL_KNOWN, **PREFIXES, "ext": "http://ldf.fi/void-ext#", "spdx": "http://spdx.org/rdf/terms#"}
    answer = store.query(text, prefixes=spaces)
    assert isinstance(answer, ox.QuerySolutions)
    return {tuple(str(term.value) for term in row if not isinstance(term, ox.Triple | None)) for row in answer}


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("triples", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        ("distinctSubjects", "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"),
        ("properties", "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }"),
        ("classes", "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s a ?o }"),
        (
            "entities",
            "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o FILTER(STRSTARTS(STR(?s), 'https://w3id.org/lalakg/id/')) }",
        ),
    ],
)
def test_void_totals_are_true(described: ox.Store, dist: Path, name: str, count: str) -> None:
    told = rows(described, f"SELECT ?n {{ GRAPH <urn:void> {{ ?dataset a void:Dataset ; void:{name} ?n }} }}")
    if name == "triples":  # the store has rewritten some of the odd literals
        assert told == {(str(len(triples_of(dist / "lalakg.nt"))),)}
    else:
        assert told == rows(described, count)


PARTITIONS = {
    "classes": (
        "?d void:classPartition ?c . ?c void:class ?class ; void:entities ?n",
        "SELECT ?class (COUNT(DISTINCT ?s) AS ?n) { ?s a ?class } GROUP BY ?class",
    ),
    "properties": (
        """?d void:classPartition ?c . ?c void:class ?class ;
             void:propertyPartition [ void:property ?p ; void:triples ?n ]""",
        "SELECT ?class ?p (COUNT(*) AS ?n) { ?s a ?class ; ?p ?o } GROUP BY ?class ?p",
    ),
    "objects": (
        """?d void:classPartition ?c . ?c void:class ?class ; void:propertyPartition [ void:property ?p ;
             void:classPartition [ void:class ?range ; void:triples ?n ] ]""",
        "SELECT ?class ?p ?range (COUNT(*) AS ?n) { ?s a ?class ; ?p ?o . ?o a ?range } GROUP BY ?class ?p ?range",
    ),
}


@pytest.mark.parametrize("name", PARTITIONS)
def test_void_partitions_are_true(described: ox.Store, name: str) -> None:
    told, count = PARTITIONS[name]
    variables = " ".join(v for v in ("?class", "?p", "?range", "?n") if v in told)
    found = rows(described, f"SELECT {variables} {{ GRAPH <urn:void> {{ {told} }} }}")
    assert found == rows(described, count)
    assert found


def test_void_datatypes_are_those_that_were_written(dist: Path) -> None:
    store = ox.Store()
    store.load(path=dist / "void.ttl")
    kinds = {
        kind for (kind,) in rows(store, "SELECT DISTINCT ?kind { ?p ext:datatypePartition [ ext:datatype ?kind ] }")
    }
    literals = {t.object for t in triples_of(dist / "lalakg.nt") if isinstance(t.object, ox.Literal)}
    typed = {t.subject for t in triples_of(dist / "lalakg.nt") if t.predicate.value.endswith("#type")}
    used = {t.object for t in triples_of(dist / "lalakg.nt") if t.subject in typed and t.object in literals}
    assert kinds == {literal.datatype.value for literal in used if isinstance(literal, ox.Literal)}


def test_the_distributions_are_the_files(described: ox.Store, dist: Path) -> None:
    told = rows(
        described,
        """SELECT ?label ?size ?sum ?type { GRAPH <urn:void> { ?d dcat:distribution ?file .
             ?file rdfs:label ?label ; dcat:byteSize ?size ; dcat:mediaType ?type ;
               spdx:checksum/spdx:checksumValue ?sum } }""",
    )
    assert told == {
        (
            f"lalakg.{form}",
            str((dist / f"lalakg.{form}").stat().st_size),
            digests(dist)[f"lalakg.{form}"],
            f"https://www.iana.org/assignments/media-types/{media_type}",
        )
        for form, media_type in MEDIA_TYPES.items()
    }


def test_the_description_has_what_the_authors_say_of_the_dataset(described: ox.Store) -> None:
    titles = rows(
        described, "SELECT ?title ?licence { GRAPH <urn:void> { ?d dcterms:title ?title ; dcterms:license ?licence } }"
    )
    assert titles == {
        ("lalakg: how La La Land ends, as a knowledge graph", "https://creativecommons.org/licenses/by/4.0/")
    }


def test_names_without_a_prefix_can_be_described(small: Path, unchecked: None, tmp_path: Path) -> None:
    other = "http://other.example/ns#"
    text = f"<https://example.org/my-film/id/x> a <{other}C> ; <{other}p> 'x'^^<{other}d> ."
    (small / "data/more.ttl").write_text(text, encoding="utf-8")
    made = lalakg.build(lalakg.load(small), tmp_path / "dist")
    assert "void.ttl" in made.files


# The published graph, and single serialisations


def test_what_is_published_is_up_to_date(kg: lalakg.KnowledgeGraph) -> None:
    for name, text in published_files(kg).items():
        assert (kg.folder.published.parent / name).read_text("utf-8") == text, f"{name}: run `lalakg derive`"


def test_publishing_does_not_hang_on_what_was_published(folder: Path, tmp_path: Path) -> None:
    before = published_files(lalakg.load(folder))
    shutil.rmtree(folder / "data/published")
    assert published_files(lalakg.load(folder)) == before


@pytest.mark.parametrize("form", MEDIA_TYPES)
def test_export_gives_the_text_that_a_build_writes(dist: Path, odd: Path, form: str) -> None:
    assert lalakg.export(lalakg.load(odd), form) == (dist / f"lalakg.{form}").read_text("utf-8")


def test_a_form_that_is_none(kg: lalakg.KnowledgeGraph) -> None:
    with pytest.raises(OutputError, match="there is no format xlsx; there are ttl, jsonld, nt, rdf, nq, trig"):
        lalakg.export(kg, "xlsx")
