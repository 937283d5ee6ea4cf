"""Profiles: what a package that is installed beside lalakg adds to its rooms, and what is done where there is none."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import lalakg
from conftest import Command
from lalakg._errors import FolderError
from lalakg._folder.folder import Folder
from lalakg._folder.profile import NARRATIVE, PLAIN, Profile, profile_named
from lalakg._graph.description import Describer, Description
from lalakg._narrative.description import StoryDescription

TINY = "https://example.org/profile/tiny"
CODE = """
from dataclasses import dataclass

import pyoxigraph as ox

from lalakg._check.profile_checks import ProfileChecks
from lalakg._check.report import Finding
from lalakg._folder.profile import Profile
from lalakg._graph.description import Describer, Description
from lalakg._publish.named_graphs import NamedGraphs
from lalakg._wikidata.linkable_kinds import Kind, LinkableKinds

SHIPS = "https://example.org/ships#"


@dataclass(frozen=True)
class Ship(Description):
    def lines(self):
        return [*super().lines(), "", "She sails."]


class ShipDescriber(Describer):
    def describe(self, engine, thing, prefixes):
        return Ship(**vars(super().describe(engine, thing, prefixes)))


class Seaworthiness(ProfileChecks):
    def steps(self, kg, source):
        leaks = kg.sparql("SELECT ?ship { ?ship ship:leaks true }").rows
        return {"hulls": lambda: ([Finding("hulls", "violation", "no-leaks", "it leaks", "my:boat") for _ in leaks], 1)}


class Fleets(NamedGraphs):
    def graph_name(self, kg):
        return lambda triple, file: "fleet" if triple.predicate.value.startswith(SHIPS) else file


class Ships(LinkableKinds):
    kinds = {SHIPS + "Ship": Kind("ship", "https://schema.org/sameAs", ("Q11446",))}


PROFILE = Profile(
    "https://example.org/profile/tiny",
    {
        "Describer": "tiny_profile:ShipDescriber",
        "LinkableKinds": "tiny_profile:Ships",
        "NamedGraphs": "tiny_profile:Fleets",
        "ProfileChecks": "tiny_profile:Seaworthiness",
    },
    prefixes={"ship": SHIPS},
    closed_namespaces=(SHIPS,),
)
NO_PROFILE = {}
WRONG = Profile("https://example.org/profile/tiny", {"Describer": "tiny_profile:Seaworthiness"})
GONE = Profile("https://example.org/profile/tiny", {"Describer": "tiny_profile:Nonsense"})
"""
BOAT = """@prefix my: <https://example.org/my-film/id/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix ships: <https://example.org/ships#> .

my:boat
  a ships:Ship ;
  rdfs:label "the boat"@en ;
  ships:leaks true ;
  .
"""

Install = Callable[[str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install the tiny profile as a package beside lalakg: a module, and the metadata with its entry point."""

    def do(place: str = "tiny_profile:PROFILE") -> None:
        site = tmp_path / "site-packages"
        metadata = site / "tiny_profile-1.0.dist-info"
        metadata.mkdir(parents=True)
        (site / "tiny_profile.py").write_text(CODE, encoding="utf-8")
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: tiny-profile\nVersion: 1.0\n", "utf-8")
        (metadata / "entry_points.txt").write_text(f"[lalakg.profiles]\n{TINY} = {place}\n", "utf-8")
        monkeypatch.syspath_prepend(site)

    yield do
    sys.modules.pop("tiny_profile", None)


def conforming(folder: Path, *profiles: str) -> Path:
    """The folder, its data set said to conform to other profiles."""
    path = folder / "data/dataset.ttl"
    names = " , ".join(f"<{profile}>" for profile in profiles)
    path.write_text(path.read_text("utf-8").replace(f"<{NARRATIVE}>", names), encoding="utf-8")
    return folder


@pytest.fixture
def fleet(small: Path, install: Install) -> Path:
    """A folder that conforms to the tiny profile, which is installed."""
    install("tiny_profile:PROFILE")
    (small / "data/boat.ttl").write_text(BOAT, encoding="utf-8")
    return conforming(small, TINY)


@pytest.fixture
def plain(small: Path) -> Path:
    """A folder whose profile nobody has installed."""
    return conforming(small, "https://example.org/none")


# A profile of somebody else's


def test_an_installed_profile_is_found_by_what_the_data_conform_to(fleet: Path) -> None:
    assert Folder(fleet).profile.iri == TINY


def test_the_first_profile_that_is_known_is_taken(small: Path, install: Install) -> None:
    install("tiny_profile:PROFILE")
    assert Folder(conforming(small, "https://example.org/none", TINY)).profile.iri == TINY


def test_its_description_has_what_it_adds(fleet: Path, run: Command) -> None:
    assert run("-C", fleet, "describe", "boat").out.splitlines() == [
        "the boat (my:boat)",
        "  ship:Ship",
        "",
        "  ship:leaks  true",
        "",
        "She sails.",
    ]


def test_its_checks_are_part_of_the_report(fleet: Path) -> None:
    report = lalakg.check(lalakg.load(fleet))
    assert report.checked["hulls"] == 1
    (leak,) = (finding for finding in report.results if finding.kind == "hulls")
    assert (leak.message, leak.label, str(leak.path), leak.line) == ("it leaks", "the boat", "data/boat.ttl", 5)
    assert not report.conforms


def test_its_graphs_hold_its_statements(fleet: Path, run: Command) -> None:
    lines = run("-C", fleet, "export", "--format", "nq").out.splitlines()
    boat = [line for line in lines if line.startswith("<https://example.org/my-film/id/boat>")]
    assert {line.split()[1].rpartition("/")[2].rstrip(">"): line.split()[-2].rpartition("/")[2] for line in boat} == {
        "22-rdf-syntax-ns#type": "boat>",
        "rdf-schema#label": "boat>",
        "ships#leaks": "fleet>",
    }


def test_its_kinds_may_be_linked(fleet: Path) -> None:
    from lalakg._wikidata.things import Things

    assert [thing.name for thing in Things(lalakg.load(fleet)).by_iri.values()] == ["my:boat"]


def test_its_prefixes_need_not_be_declared(fleet: Path) -> None:
    assert lalakg.load(fleet).sparql("ASK { ?ship a ship:Ship }")


def test_a_name_in_its_closed_namespaces_must_be_in_the_graph(fleet: Path, run: Command) -> None:
    (fleet / "queries/questions/of.rq").write_text(
        "#+ summary: What is of this class?\n#+ parameters:\n#+   - name: class\n#+     type: iri\n"
        "SELECT ?s WHERE { VALUES ?class { ship:Ship } ?s a ?class }",
        encoding="utf-8",
    )
    found = run("-C", fleet, "query", "of", "--class", "ship:Ship", "--format", "csv")
    assert (found.status, found.out) == (0, "s\nhttps://example.org/my-film/id/boat\n")
    wrong = run("-C", fleet, "query", "of", "--class", "ship:Shop")
    assert (wrong.status, wrong.out) == (2, "")
    assert "class takes an IRI or a name, and nothing is called ship:Shop." in wrong.err


# Profiles that are none


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("nowhere_at_all:PROFILE", "nowhere_at_all:PROFILE, which a profile names, cannot be loaded: No module named"),
        ("tiny_profile:NOTHING", "tiny_profile:NOTHING, which a profile names, cannot be loaded"),
        ("tiny_profile:NO_PROFILE", f"the profile {TINY}: tiny_profile:NO_PROFILE is no lalakg profile"),
    ],
)
def test_an_entry_point_that_leads_to_no_profile(install: Install, place: str, words: str) -> None:
    install(place)
    with pytest.raises(FolderError, match=words):
        profile_named(TINY)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("tiny_profile:WRONG", f"the profile {TINY}: tiny_profile:Seaworthiness is no Describer"),
        ("tiny_profile:GONE", "tiny_profile:Nonsense, which a profile names, cannot be loaded"),
    ],
)
def test_an_extension_that_does_not_extend_what_it_says(small: Path, install: Install, place: str, words: str) -> None:
    install(place)
    with pytest.raises(FolderError, match=words):
        lalakg.load(conforming(small, TINY)).describe("hero")


# Without a profile, and the narrative one


def test_what_conforms_to_nothing_known_is_plain(plain: Path) -> None:
    assert Folder(plain).profile == PLAIN == Profile()
    assert type(PLAIN.extension(Describer)) is Describer


def test_plain_data_are_described_as_any_rdf(plain: Path) -> None:
    found = lalakg.load(plain).describe("hero-story")
    assert type(found) is Description
    assert ("lala:asserts", "The hero sets out and comes home again. (my:claim-1)") in found.incoming
    assert "lala:CharacterVersion" in " ".join(found.types)


def test_plain_data_lie_in_the_graphs_of_their_files(plain: Path, run: Command) -> None:
    lines = run("-C", plain, "export", "--format", "nq").out.splitlines()
    assert {line.split()[-2].rpartition("/")[2].rstrip(">") for line in lines} == {
        "dataset",
        "derived",
        "film",
        "lala",
        "story",
        "vocab",
    }


def test_a_source_that_plain_data_are_not_compared_with_is_told(plain: Path, tmp_path: Path) -> None:
    (tmp_path / "source.txt").write_text("A source.", encoding="utf-8")
    report = lalakg.check(lalakg.load(plain), source=tmp_path / "source.txt")
    assert (
        f"{tmp_path / 'source.txt'} was not read: the profile of this graph compares it with no source." in report.notes
    )
    assert "passages" not in report.checked


def test_nothing_can_be_proposed_where_there_are_no_claims(plain: Path, run: Command) -> None:
    done = run("-C", plain, "link", "propose", "--wikidata", "http://127.0.0.1:9/", "-q")
    assert (done.status, done.out) == (2, "")
    assert "a proposal rests on a claim with its source, and the profile of this graph knows no claims." in done.err


def test_what_says_nothing_of_profiles_is_a_story(small: Path) -> None:
    path = small / "data/dataset.ttl"
    path.write_text(path.read_text("utf-8").replace(f"  dcterms:conformsTo <{NARRATIVE}> ;\n", ""), encoding="utf-8")
    assert Folder(small).dataset.conforms_to == ()
    assert Folder(small).profile.iri == NARRATIVE
    assert isinstance(lalakg.load(small).describe("hero"), StoryDescription)
