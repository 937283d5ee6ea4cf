"""`lalakg link suggest`: candidates for what has no link, and the decisions about them."""

from pathlib import Path

import pytest

import lalakg
from conftest import LIVE, Command
from lalakg._wikidata import things
from lalakg._wikidata.mappings import MappingSet
from support.linking import LINKS, rows
from support.wikidata.faults import at as at_path
from support.wikidata.faults import failing, html
from support.wikidata.service import Wikidata

FIRST_MAN = "first-man=https://www.imdb.com/title/tt1213641/"


@pytest.fixture
def review(run: Command, folder: Path, at: list[str], tmp_path: Path) -> Path:
    done = run("-C", folder, "link", "suggest", "-q", *at, "-o", tmp_path / "review.tsv")
    assert done.status == 0, done.err
    return tmp_path / "review.tsv"


def decide(path: Path, decisions: dict[tuple[str, str], str]) -> None:
    """Write decisions into a review file, by subject and object."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    for number, line in enumerate(lines):
        cells = line.split("\t")
        if len(cells) > 5 and (word := decisions.get((cells[2].removeprefix("lkg:"), cells[5].removeprefix("wd:")))):
            lines[number] = "\t".join([word, *cells[1:]])
    path.write_text("".join(lines), encoding="utf-8")


def test_by_an_identifier_of_another_catalogue(run: Command, folder: Path, at: list[str], tmp_path: Path) -> None:
    path = tmp_path / "review.tsv"
    assert run("-C", folder, "link", "suggest", "-q", *at, "--known", FIRST_MAN, "-o", path).status == 0
    best = next(row for row in rows(path) if row["subject_id"] == "lkg:first-man")
    assert best["comment"].startswith("likely: ")
    assert "P345 tt1213641" in best["comment"]
    assert best["object_label"] == "First Man"
    assert float(best["confidence"]) > 0.8
    if not LIVE:
        assert best["object_id"] == "wd:Q9000000111"


def test_by_facts_that_both_know(review: Path) -> None:
    best = {row["subject_id"]: row for row in reversed(rows(review))}
    for name in ("lkg:first-man", "lkg:babylon"):
        assert best[name]["comment"].startswith("likely: ")
        assert "P57 Q18350026" in best[name]["comment"]
        assert best[name]["predicate_id"] == "schema:sameAs"


def test_characters_by_their_roles_and_never_the_same(review: Path) -> None:
    characters = {row["subject_id"]: row for row in rows(review) if row["predicate_id"] == "rdfs:seeAlso"}
    assert {"lkg:mia", "lkg:seb"} <= characters.keys()
    assert "role (P453) of Q147077 in Q20856802" in characters["lkg:mia"]["comment"]


def test_what_is_suggested_is_for_a_person_to_decide(
    run: Command, folder: Path, wikidata: Wikidata, review: Path
) -> None:
    if LIVE:
        pytest.skip("what Wikidata has of two Keiths is not known")
    keiths = [row for row in rows(review) if row["subject_id"] == "lkg:keith"]
    assert [row["object_id"] for row in keiths] == ["wd:Q9000000105", "wd:Q9000000106"]
    assert all(row["comment"].startswith("to be decided: ") for row in keiths)
    assert {row["ext_decision"] for row in rows(review)} == {""}
    assert {row["subject_id"] for row in rows(review)} & {
        "lkg:husband",
        "lkg:child",
        "lkg:band",
        "lkg:curators",
    } == set()


@pytest.mark.parametrize(
    "object_", ["http://www.wikidata.org/entity/L42-S1", "https://www.wikidata.org/wiki/Q90#sitelinks"]
)
def test_a_link_to_no_item_leads_nowhere(
    run: Command, folder: Path, wikidata: Wikidata, tmp_path: Path, object_: str
) -> None:
    (folder / LINKS).unlink()
    path = folder / "data/links.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("wd:Q18350026", f"<{object_}>"), encoding="utf-8")
    at = ("--wikidata", wikidata.url)
    done = run("-C", folder, "link", "suggest", "-q", *at, "-o", tmp_path / "review.tsv")
    assert (done.status, done.err.count("candidates")) == (0, 1)
    assert "lkg:chazelle" not in {row["subject_id"] for row in rows(tmp_path / "review.tsv")}
    done = run("-C", folder, "link", "propose", "-q", *at)
    assert (done.status, object_.rpartition("/")[2] in done.out) == (1, False)
    assert "lkg:chazelle, " in done.err


def test_suggesting_changes_nothing(review: Path, folder: Path, kg: lalakg.KnowledgeGraph) -> None:
    assert MappingSet.read(review).rows
    assert (folder / LINKS).read_bytes() == (kg.folder.root / LINKS).read_bytes()


def test_decisions_are_taken_over(run: Command, folder: Path, wikidata: Wikidata, review: Path) -> None:
    if LIVE:
        pytest.skip("the ids are the stand-in's")
    decide(review, {("babylon", "Q9000000112"): "yes", ("mia", "Q9000000101"): "Yes", ("keith", "Q9000000105"): "no"})
    done = run("-C", folder, "link", "suggest", "--accept", review)
    assert (done.status, done.out) == (0, "")
    assert done.err == "2 accepted, 1 turned down. wrote links.sssom.tsv, links.ttl. Next: lalakg derive\n"
    assert run("-C", folder, "derive").status == 0
    assert run("-C", folder, "check", "-q").status == 0
    kg = lalakg.load(folder)
    assert kg.sparql("ASK { lkg:babylon schema:sameAs wd:Q9000000112 . lkg:mia rdfs:seeAlso wd:Q9000000101 }")
    assert not kg.sparql("ASK { ?s ?p wd:Q9000000105 }")
    denied = [row for row in rows(folder / LINKS) if row["predicate_modifier"] == "Not"]
    assert [(row["subject_id"], row["object_id"]) for row in denied] == [("lkg:keith", "wd:Q9000000105")]
    assert run("-C", folder, "link", "suggest", "-q", "--wikidata", wikidata.url, "-o", review).status == 0
    assert {(row["subject_id"], row["object_id"]) for row in rows(review)} & {
        ("lkg:babylon", "wd:Q9000000112"),
        ("lkg:keith", "wd:Q9000000105"),
    } == set()
    assert (
        run("-C", folder, "link", "suggest", "--accept", review).err == "0 accepted, 0 turned down. nothing to write.\n"
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("\tlkg:keith", "maybe\tlkg:keith"), "lkg:keith: decide by yes or no, not maybe"),
        (("\tlkg:keith", "yes\tlkg:keith"), "lkg:keith would be two items, Q9000000105 and Q9000000106; keep one"),
        (("\tlkg:rick", "yes\tlkg:ev-ask"), "lkg:ev-ask is no thing of this graph that could be linked"),
        (("\tlkg:rick", "yes\tlkg:film"), "lkg:film is a film, which is linked by schema:sameAs"),
        (("\tlkg:babylon", "yes\tlkg:film"), "lkg:film would be two items, Q20856802 and Q9000000112; keep one"),
        (("wd:Q9000000112", "wd:Q18350026"), "lkg:babylon and lkg:chazelle would be one thing, Q18350026"),
        (("wd:Q9000000103", "schema:x"), "lkg:rick: schema:x is no item of Wikidata"),
    ],
)
def test_decisions_that_cannot_be_taken_over(
    run: Command, folder: Path, wikidata: Wikidata, tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    path = tmp_path / "review.tsv"
    run("-C", folder, "link", "suggest", "-q", "--wikidata", wikidata.url, "-o", path)
    old, new = change
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        _, _, rest = line.partition("\t")
        if not line.startswith("#") and old.strip() in rest:
            word, _, name = new.rpartition("\t")
            lines[number] = f"{word or 'yes'}\t{rest.replace(old.strip(), name)}"
    path.write_text("\n".join(lines), encoding="utf-8")
    before = (folder / LINKS).read_bytes()
    done = run("-C", folder, "link", "suggest", "--accept", path)
    assert (done.status, done.out) == (2, "")
    assert words in done.err
    assert (folder / LINKS).read_bytes() == before


def test_a_file_that_is_no_review(run: Command, folder: Path, tmp_path: Path) -> None:
    done = run("-C", folder, "link", "suggest", "--accept", folder / LINKS)
    assert (done.status, "has no column ext_decision" in done.err) == (2, True)
    done = run("-C", folder, "link", "suggest", "--accept", tmp_path / "none.tsv")
    assert (done.status, "cannot be read" in done.err) == (2, True)


@pytest.mark.parametrize("known", ["first-man", "first-man=https://example.org/", "first-man=tt1213641"])
def test_what_is_known_is_an_address_of_a_catalogue(run: Command, folder: Path, at: list[str], known: str) -> None:
    done = run("-C", folder, "link", "suggest", *at, "--known", known)
    assert done.status == 2
    assert "is not thing=address" in done.err


@pytest.mark.parametrize(
    ("address", "catalogue", "value"),
    [
        ("https://www.rottentomatoes.com/m/la-la-land", "P1258", "m/la-la-land"),
        ("https://www.imdb.com/title/tt1213641/?ref_=nm_flmg_t_5", "P345", "tt1213641"),
        ("https://m.imdb.com/name/nm3227090?ref_=x#photos", "P345", "nm3227090"),
        ("https://www.imdb.com/company/co0144901/", "P345", "co0144901"),
        ("https://www.themoviedb.org/movie/313369-la-la-land?language=de", "P4947", "313369"),
    ],
)
def test_addresses_as_browsers_show_them(kg: lalakg.KnowledgeGraph, address: str, catalogue: str, value: str) -> None:
    (fact,) = things.known(kg, [f"netflix={address}"])
    assert (fact.property, fact.value) == (catalogue, value)


@pytest.mark.parametrize("more", [("--known", FIRST_MAN), ("-o", "new.tsv")])
def test_taking_over_is_not_looking(run: Command, folder: Path, review: Path, more: tuple[str, str]) -> None:
    done = run("-C", folder, "link", "suggest", "--accept", review, *more)
    assert done.status == 2
    assert "--out and --known are for looking anew" in done.err


@pytest.mark.parametrize("path", ["/sparql", "/en/api", "/w/api.php"])
def test_one_way_that_fails_leaves_the_others(
    run: Command, folder: Path, wikidata: Wikidata, naps: list[float], tmp_path: Path, path: str
) -> None:
    wikidata.faults.append(at_path(path, html if path == "/sparql" else failing(502)))
    done = run("-C", folder, "link", "suggest", "--wikidata", wikidata.url, "-o", tmp_path / "review.tsv")
    found = {row["subject_id"]: row["object_id"] for row in reversed(rows(tmp_path / "review.tsv"))}
    assert found["lkg:babylon"] == "wd:Q9000000112"
    assert found["lkg:first-man"] == "wd:Q9000000111"
    assert found["lkg:keith"] == "wd:Q9000000105"
    assert done.status == (0 if path == "/w/api.php" and "api.php" not in done.err else 1)


def test_no_network_leaves_no_review(run: Command, folder: Path, tmp_path: Path) -> None:
    done = run("-C", folder, "link", "suggest", "-q", "--wikidata", "http://127.0.0.1:9", "-o", tmp_path / "review.tsv")
    assert (done.status, done.err.count("\n")) == (2, 2)
    assert "127.0.0.1:9/" in done.err
    assert ": cannot be reached: Connection refused; is there a network? " in done.err
    assert done.err.endswith("\nNothing could be found out.\n")
    assert not (tmp_path / "review.tsv").exists()


def test_decisions_are_not_overwritten(run: Command, folder: Path, wikidata: Wikidata, tmp_path: Path) -> None:
    words = ("-C", folder, "link", "suggest", "-q", "--wikidata", wikidata.url, "-o", tmp_path / "review.tsv")
    assert run(*words).status == run(*words).status == 0
    decide(tmp_path / "review.tsv", {("keith", "Q9000000105"): "no"})
    decided = (tmp_path / "review.tsv").read_bytes()
    done = run(*words)
    assert (done.status, "holds decisions" in done.err) == (2, True)
    assert (tmp_path / "review.tsv").read_bytes() == decided


def test_two_things_are_not_accepted_as_one(run: Command, folder: Path, wikidata: Wikidata, tmp_path: Path) -> None:
    path, item = tmp_path / "review.tsv", "Q9000000111"
    run("-C", folder, "link", "suggest", "-q", "--wikidata", wikidata.url, "-o", path)
    path.write_text(path.read_text(encoding="utf-8").replace("wd:Q9000000112", f"wd:{item}"), encoding="utf-8")
    decide(path, {("babylon", item): "yes", ("first-man", item): "yes"})
    before = (folder / LINKS).read_bytes()
    done = run("-C", folder, "link", "suggest", "--accept", path)
    assert (done.status, done.out) == (2, "")
    assert f"lkg:first-man and lkg:babylon would be one thing, {item}; keep one." in done.err
    assert (folder / LINKS).read_bytes() == before


def test_only_a_review_is_overwritten(run: Command, folder: Path, wikidata: Wikidata) -> None:
    before = (folder / LINKS).read_bytes()
    done = run("-C", folder, "link", "suggest", "-q", "--wikidata", wikidata.url, "-o", folder / LINKS)
    assert (done.status, done.out) == (2, "")
    assert "has no column ext_decision, so it is no review; it is not overwritten" in done.err
    assert (folder / LINKS).read_bytes() == before
    assert wikidata.asked == []


def test_a_mind_may_change(run: Command, folder: Path, wikidata: Wikidata, tmp_path: Path) -> None:
    """What was decided last holds, and only what changes is counted."""
    path = tmp_path / "review.tsv"
    run("-C", folder, "link", "suggest", "-q", "--wikidata", wikidata.url, "-o", path)
    keiths = [("keith", f"Q{number}") for number in (9000000105, 9000000106)]
    words = ("-C", folder, "link", "suggest")

    def said() -> dict[str, str]:
        return {row["object_id"]: row["predicate_modifier"] for row in rows(folder / LINKS) if "keith" in str(row)}

    for first, second, counted in (
        ("yes", "no", "1 accepted, 1 turned down. wrote links.sssom.tsv, links.ttl."),
        ("yes", "no", "0 accepted, 0 turned down. nothing to write."),
        ("no", "no", "0 accepted, 1 turned down. wrote links.sssom.tsv, links.ttl."),
        ("no", "yes", "1 accepted, 0 turned down. wrote links.sssom.tsv, links.ttl."),
        ("yes", "no", "1 accepted, 1 turned down. wrote links.sssom.tsv, links.ttl."),
    ):
        decide(path, {keiths[0]: first, keiths[1]: second})
        if "wrote" in counted:
            done = run(*words, "-q", "--wikidata", wikidata.url, "-o", path)
            assert (done.status, "holds decisions" in done.err) == (2, True)
        done = run(*words, "--accept", path)
        assert done.status == 0, done.err
        assert done.err.startswith(counted)
        modifiers = {"yes": "", "no": "Not"}
        assert said() == {"wd:Q9000000105": modifiers[first], "wd:Q9000000106": modifiers[second]}
        assert ("Q9000000105" in (folder / "data/links.ttl").read_text(encoding="utf-8")) == (first == "yes")
