"""The ontology: well described, used as declared, OWL 2 DL, and as strict about worlds as it claims to be."""

import json
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest

import lalakg
from conftest import ROOT, missing

ONTOLOGY = ROOT / "ontology"
PUBLISHED = ROOT / "data" / "published" / "lalakg.ttl"
OWL_API = ROOT / "build" / "owl"

LALA = "https://w3id.org/lalakg/ontology#"
LKG = "https://w3id.org/lalakg/id/"
LV = "https://w3id.org/lalakg/vocab#"
OWL = "http://www.w3.org/2002/07/owl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
TIME = "http://www.w3.org/2006/time#"
BUILT_IN = (OWL, RDF, RDFS)
PREFIXES = {"lala": LALA, "lkg": LKG, "owl": OWL, "schema": "https://schema.org/", "time": TIME}

Triple = tuple[str, str, str]


def read(*paths: Path) -> list[ox.Triple]:
    """Give the statements of several files."""
    return [quad.triple for path in paths for quad in ox.parse(path=path)]


def plain(triples: Iterable[ox.Triple]) -> set[Triple]:
    """Give the statements between IRIs as plain strings."""
    return {
        (t.subject.value, t.predicate.value, t.object.value)
        for t in triples
        if isinstance(t.subject, ox.NamedNode) and isinstance(t.object, ox.NamedNode)
    }


def described(path: Path, namespace: str) -> dict[str, dict[str, list[ox.Literal]]]:
    """Give the literals of every term of a namespace, by property."""
    terms: dict[str, dict[str, list[ox.Literal]]] = defaultdict(lambda: defaultdict(list))
    for triple in read(path):
        if isinstance(triple.subject, ox.NamedNode) and triple.subject.value.startswith(namespace):
            values = terms[triple.subject.value]
            if isinstance(triple.object, ox.Literal):
                values[triple.predicate.value].append(triple.object)
    return terms


def authored() -> list[Path]:
    """Give the files that people write about the story, with the vocabulary that they use."""
    return [ONTOLOGY / "vocab.ttl", *lalakg.load(ROOT).folder.data]


def labels(values: dict[str, list[ox.Literal]]) -> list[ox.Literal]:
    """Give the labels of a term, which a concept has by the name of prefLabel."""
    return values[f"{RDFS}label"] + values[f"{SKOS}prefLabel"]


TERMS = described(ONTOLOGY / "lala.ttl", LALA)
CONCEPTS = described(ONTOLOGY / "vocab.ttl", LV)
DESCRIBED = TERMS | CONCEPTS
LINKS = plain(read(ONTOLOGY / "lala.ttl"))
SCHEMES = plain(read(ONTOLOGY / "vocab.ttl"))
KINDS: dict[str, set[str]] = defaultdict(set)
for _subject, _property, _object in LINKS:
    if _property == f"{RDF}type":
        KINDS[_subject].add(_object)


# How terms are described


@pytest.mark.parametrize("iri", sorted(DESCRIBED))
def test_term_has_one_label_and_one_definition(iri: str) -> None:
    assert [label.language for label in labels(DESCRIBED[iri])] == ["en"]
    assert [text.language for text in DESCRIBED[iri][f"{SKOS}definition"]] == ["en"]


@pytest.mark.parametrize("iri", sorted(DESCRIBED))
def test_definition_is_a_sentence_that_says_more_than_the_label(iri: str) -> None:
    (label,) = labels(DESCRIBED[iri])
    (definition,) = DESCRIBED[iri][f"{SKOS}definition"]
    text = definition.value
    assert re.fullmatch(r"[A-Z].{20,}[^ ]\.", text)
    assert not re.match(rf"(an? |the |is )?{re.escape(label.value)}\b", text, re.IGNORECASE)


@pytest.mark.parametrize("iri", sorted(DESCRIBED))
def test_notes_and_examples_are_in_english(iri: str) -> None:
    notes = [note for name in ("example", "scopeNote") for note in DESCRIBED[iri][f"{SKOS}{name}"]]
    assert all(note.language == "en" for note in notes)


@pytest.mark.parametrize("terms", [TERMS, CONCEPTS], ids=["ontology", "vocabulary"])
def test_no_two_terms_share_a_label(terms: dict[str, dict[str, list[ox.Literal]]]) -> None:
    counts = Counter(label.value for values in terms.values() for label in labels(values))
    assert [label for label, count in counts.items() if count > 1] == []


def test_names_carry_no_version() -> None:
    assert [iri for iri in DESCRIBED if re.search(r"\d+\.\d+|/v\d|\d{4}", iri)] == []


def test_classes_are_capitalised_and_properties_are_not() -> None:
    for iri in TERMS:
        assert (f"{OWL}Class" in KINDS[iri]) == iri.removeprefix(LALA)[0].isupper()


def test_terms_say_where_they_are_defined() -> None:
    assert {s for s, p, _ in LINKS if p == f"{RDFS}isDefinedBy"} == set(TERMS)


def test_concepts_hang_in_one_scheme_at_the_top_or_below_another() -> None:
    schemes = {s for s, p, o in SCHEMES if (p, o) == (f"{RDF}type", f"{SKOS}ConceptScheme")}
    for concept in set(CONCEPTS) - schemes:
        (scheme,) = {o for s, p, o in SCHEMES if (s, p) == (concept, f"{SKOS}inScheme")}
        above = {(p, o) for s, p, o in SCHEMES if s == concept and p in (f"{SKOS}topConceptOf", f"{SKOS}broader")}
        ((place, upper),) = above
        assert scheme in schemes
        assert upper == scheme if place == f"{SKOS}topConceptOf" else (upper, f"{SKOS}inScheme", scheme) in SCHEMES


# How terms are used


def users() -> list[Path]:
    """Give every file that uses the ontology's terms by their short names."""
    patterns = ("data/*.ttl", "data/debate/*.ttl", "ontology/*.ttl", "ontology/rules/*.rq", "queries/**/*.rq")
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


@pytest.mark.parametrize("path", users(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_term_used_is_declared(path: Path) -> None:
    names = re.findall(r"(?<![\w:/.-])(lala|lv):([A-Za-z](?:[\w-]*\w)?)", path.read_text(encoding="utf-8"))
    iris = {(LALA if prefix == "lala" else LV) + name for prefix, name in names}
    assert iris - set(DESCRIBED) == set()


def test_everything_published_is_declared() -> None:
    published = read(PUBLISHED)
    used = {t.predicate.value for t in published} | {o for _, p, o in plain(published) if p == f"{RDF}type"}
    assert {iri for iri in used if not iri.startswith(BUILT_IN)} - set(KINDS) == set()


def test_alignments_commit_to_nothing() -> None:
    links = plain(read(ONTOLOGY / "alignments.ttl"))
    used = {p.rpartition("#")[2] for s, p, _ in links if s.startswith(LALA)}
    assert used == {"broadMatch", "closeMatch", "relatedMatch"}
    assert {s for s, _, _ in links if s.startswith(LALA)} <= set(TERMS)
    assert not {o for s, _, o in links if s.startswith(LALA) and o.startswith(LALA)}


# The JSON-LD context


CONTEXT_TEXT = (ONTOLOGY / "context.jsonld").read_text(encoding="utf-8")
CONTEXT: dict[str, str | float | dict[str, str]] = json.loads(CONTEXT_TEXT)["@context"]


def named(definition: str | float | dict[str, str]) -> str:
    """Give the full IRI that a term of the context stands for."""
    name = definition["@id"] if isinstance(definition, dict) else str(definition)
    prefix, _, local = name.partition(":")
    namespace = CONTEXT.get(prefix)
    return namespace + local if isinstance(namespace, str) else name


def test_context_names_every_term_of_the_ontology_by_its_own_name() -> None:
    assert {iri: named(CONTEXT[iri.removeprefix(LALA)]) for iri in TERMS} == {iri: iri for iri in TERMS}


def test_context_says_what_is_a_link_and_what_is_a_number() -> None:
    for iri in TERMS:
        definition = CONTEXT[iri.removeprefix(LALA)]
        coerced = definition.get("@type") if isinstance(definition, dict) else None
        ranges = {o for s, p, o in LINKS if (s, p) == (iri, f"{RDFS}range")}
        if f"{OWL}ObjectProperty" in KINDS[iri]:
            assert coerced == ("@vocab" if ranges == {f"{SKOS}Concept"} else "@id")
        else:
            assert (coerced == "xsd:integer") == ({iri.rpartition("#")[2] for iri in ranges} == {"integer"})


def test_context_names_every_property_that_is_published() -> None:
    names = {named(definition) for definition in CONTEXT.values()}
    used = {t.predicate.value for t in read(PUBLISHED)} - {f"{RDF}type"}
    assert used - names == set()


def test_context_works_for_any_film() -> None:
    assert "@base" not in CONTEXT
    assert LKG not in CONTEXT_TEXT


# OWL 2 DL


def merged(path: Path, patch: str = "") -> Path:
    """Write the ontology, the published graph and a patch in Turtle into one file of N-Triples."""
    prefixes = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
    added = [quad.triple for quad in ox.parse(prefixes + patch, format=ox.RdfFormat.TURTLE)]
    triples = {*read(ONTOLOGY / "lala.ttl", PUBLISHED), *added}
    path.write_text("".join(sorted(f"{triple} .\n" for triple in triples)), encoding="utf-8")
    return path


def profile(path: Path) -> subprocess.CompletedProcess[str]:
    """Let the OWL API say what keeps a file from being OWL 2 DL."""
    if not OWL_API.is_dir():
        missing("the OWL API is not there; tests/owl/fetch gets it")
    command = ["java", "-cp", f"{OWL_API}/*", str(ROOT / "tests" / "owl" / "Profile.java"), str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
def test_ontology_and_data_are_owl_2_dl(tmp_path: Path) -> None:
    result = profile(merged(tmp_path / "graph.ttl"))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.slow
@pytest.mark.parametrize(
    "patch",
    [
        "lkg:mia lala:undeclared lkg:seb .",
        "lala:atPlace a owl:FunctionalProperty .",
        'lkg:film schema:name "1"^^<urn:undeclared> .',
        "lkg:mia a lala:Undeclared .",
    ],
    ids=["undeclared property", "function on a chain", "undeclared datatype", "undeclared class"],
)
def test_profile_check_notices_what_is_not_owl_2_dl(tmp_path: Path, patch: str) -> None:
    result = profile(merged(tmp_path / "graph.ttl", patch))
    assert result.returncode == 1
    assert result.stdout


# What a reasoner finds


def unsatisfiable(path: Path) -> list[str]:
    """Let HermiT read a file; give the classes that nothing can be in, and raise where it contradicts itself."""
    import owlready2

    world = owlready2.World()
    with path.open("rb") as file:
        world.get_ontology("https://w3id.org/lalakg/ontology").load(fileobj=file)
    with world.get_ontology("https://w3id.org/lalakg/inferred"):
        owlready2.sync_reasoner_hermit(world, debug=0)
    empty = set(world.inconsistent_classes()) - {owlready2.Nothing}
    return sorted(str(entity.iri) for entity in empty)


@pytest.mark.slow
def test_ontology_and_data_are_consistent(tmp_path: Path) -> None:
    assert unsatisfiable(merged(tmp_path / "graph.nt")) == []


CONTRADICTIONS = {
    "a character that is a person": "lkg:mia a schema:Person .",
    "an event in two worlds": "lkg:ev-f-kiss lala:inWorld lkg:w-story .",
    "a counterpart of itself": "lkg:mia-story lala:counterpartOf lkg:mia-story .",
    "two versions that are the same": "lkg:mia-story owl:sameAs lkg:mia-fantasy .",
    "two things that diverge from each other": "lkg:ev-barge-past lala:divergesFrom lkg:ev-f-kiss .",
    "a counterpart that is a divergence": "lkg:ev-f-kiss lala:counterpartOf lkg:ev-barge-past .",
    "a real place in a world": "lkg:paris lala:inWorld lkg:w-fantasy .",
    "a state that is an event": "lkg:rel-romance a lala:Event .",
    "a character that SKOS matches": f"""<{SKOS}closeMatch> a owl:ObjectProperty ;
      <http://www.w3.org/2000/01/rdf-schema#domain> <{SKOS}Concept> .
      lkg:mia <{SKOS}closeMatch> <http://www.wikidata.org/entity/Q9000000101> .""",
    "events in a relation of times": "lkg:ev-ask time:before lkg:ev-answer .",
}


@pytest.mark.slow
@pytest.mark.parametrize("patch", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_contradiction_is_found(tmp_path: Path, patch: str) -> None:
    import owlready2

    with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        unsatisfiable(merged(tmp_path / "graph.nt", patch))


def closure(*paths: Path) -> set[Triple]:
    """Give every statement between IRIs that follows by the rules of OWL 2 RL, which find no contradiction."""
    import owlrl
    import rdflib

    graph = rdflib.Graph()
    for path in paths:
        graph.parse(path)
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    assert list(graph.objects(predicate=rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#error"))) == []
    named_only = (t for t in graph if isinstance(t[0], rdflib.URIRef) and isinstance(t[2], rdflib.URIRef))
    return {(str(s), str(p), str(o)) for s, p, o in named_only}


@pytest.fixture(scope="module")
def entailed() -> set[Triple]:
    """What follows from the ontology and the published graph."""
    return closure(ONTOLOGY / "lala.ttl", PUBLISHED)


@pytest.mark.slow
def test_nothing_leaks_between_worlds(entailed: set[Triple]) -> None:
    places = Counter(s for s, p, _ in entailed if p == f"{LALA}inWorld")
    assert places
    assert [thing for thing, count in places.items() if count > 1] == []
    assert [(s, o) for s, p, o in entailed if p == f"{OWL}sameAs" and s != o and LKG in s + o] == []
    assert [s for s, p, o in entailed if (p, o) == (f"{RDF}type", f"{OWL}Nothing") and s.startswith(LKG)] == []


@pytest.mark.slow
def test_reasoner_gains_what_the_model_promises(entailed: set[Triple]) -> None:
    assert (f"{LKG}t-ev-ask", f"{TIME}before", f"{LKG}t-ev-vow-seb") in entailed
    at_club = {s for s, p, o in entailed if (p, o) == (f"{LALA}atPlace", f"{LKG}sebs")}
    assert at_club
    assert all((thing, f"{LALA}atPlace", f"{LKG}los-angeles") in entailed for thing in at_club)


# What the rules write that an OWL reasoner would find as well; the other rules mint nodes and short links.
REASONED = ("about", "aboutWorld", "atPlace", "bearer", "counterpartOf", "hasParticipant", "involvesCharacter")


@pytest.mark.slow
def test_what_is_published_without_a_reasoner_follows_with_one() -> None:
    by_hand = read(*authored())
    known = {t.subject.value for t in by_hand if isinstance(t.subject, ox.NamedNode)}
    properties = {f"{RDF}type", *(LALA + name for name in REASONED)}
    derived = {(s, p, o) for s, p, o in plain(read(PUBLISHED)) if s in known and p in properties} - plain(by_hand)
    assert properties == {p for _, p, _ in derived}
    assert derived - closure(ONTOLOGY / "lala.ttl", *authored()) == set()
