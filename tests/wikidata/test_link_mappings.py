"""The table of links: SSSOM, from which data/links.ttl follows."""

import re
from pathlib import Path

import pytest

import lalakg
from conftest import ROOT, Command
from lalakg._errors import FolderError
from lalakg._wikidata.mappings import NEVER, Link, MappingSet, links
from support.linking import LINKS, relink, rows, verdicts
from support.wikidata.service import Wikidata

WD = "http://www.wikidata.org/entity/"
HEAD = "#curie_map:\n#  our: https://example.org/id/\n#  schema: https://schema.org/\n#  wd: http://www.wikidata.org/entity/\n"
COLUMNS = "subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\n"
ROW = "our:a\tschema:sameAs\twd:Q1\tsemapv:ManualMappingCuration\t0.9\n"


def table(text: str) -> MappingSet:
    return MappingSet.parse(text, Path("links.sssom.tsv"))


def test_the_turtle_follows_from_the_table() -> None:
    kept = MappingSet.read(ROOT / LINKS)
    assert kept.turtle() == (ROOT / "data/links.ttl").read_text(encoding="utf-8")
    assert kept.render() == (ROOT / LINKS).read_text(encoding="utf-8")


def test_every_link_says_how_it_was_found_and_whether_it_was_checked() -> None:
    for row in rows(ROOT / LINKS):
        assert row["mapping_justification"].startswith("semapv:")
        assert re.fullmatch(r"paired in \d( or more)? stored copies of public data", row["comment"])
        assert row["ext_checked"] == NEVER
        copies = int(row["comment"].split()[2])
        assert copies >= 2
        assert float(row["confidence"]) == {2: 0.8, 3: 0.9, 4: 0.9, 5: 0.95}[copies]
        assert row["mapping_date"]
        assert row["author_id"]


def test_no_character_and_nothing_of_a_story_is_the_same_as_anything(kg: lalakg.KnowledgeGraph) -> None:
    query = "SELECT ?x WHERE { ?x schema:sameAs|owl:sameAs ?y { ?x a lala:Character } UNION { ?x lala:inWorld ?w } }"
    assert kg.sparql(query).rows == []


def test_a_table_is_read_with_its_prefixes_and_written_as_it_was() -> None:
    text = HEAD + COLUMNS + ROW
    read = table(text)
    assert [row.link for row in read.rows] == [Link("https://example.org/id/a", "https://schema.org/sameAs", f"{WD}Q1")]
    assert read.render() == text


def test_a_table_saved_by_a_spreadsheet_is_read() -> None:
    text = "\ufeff" + "".join(
        f"{line}\t\t\r\n" if line[0] == "#" else f"{line}\r\n" for line in (HEAD + COLUMNS + ROW).splitlines()
    )
    assert [row.link.item for row in table(text.removeprefix("\ufeff")).rows] == ["Q1"]


@pytest.mark.parametrize("text", ["one\ntwo", "one\r\ntwo", "one\u2028two\x85three\x1cfour", 'a "quoted" one'])
def test_a_cell_may_hold_anything(text: str) -> None:
    quoted = text.replace('"', '""')
    read = table(HEAD + "comment\t" + COLUMNS + f'"{quoted}"\t' + ROW + "\t" + ROW.replace("our:a", "our:b"))
    assert [row.cells["comment"] for row in read.rows] == [text, ""]
    assert table(read.render()).rows == read.rows


def test_a_link_that_was_turned_down_is_no_triple() -> None:
    denied = table(HEAD + "predicate_modifier\t" + COLUMNS + "Not\t" + ROW)
    assert len(denied.rows) == 1
    assert list(denied.triples()) == []


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (HEAD + "subject_id\tobject_id\n", "no column predicate_id", 5),
        (HEAD + COLUMNS + ROW.replace("our:a", "mine:a"), "mine:a is no name with a prefix", 6),
        (HEAD + COLUMNS + ROW.replace("our:a", ""), "nothing is no name with a prefix", 6),
        (HEAD + COLUMNS + ROW.replace("0.9", "90%"), "from 0 to 1, not 90%", 6),
        (HEAD + COLUMNS + ROW + ROW, "our:a has wd:Q1 twice", 7),
        (HEAD + COLUMNS + ROW.replace("0.9", "0.9\tmore"), "6 cells below 5 columns", 6),
        (HEAD + COLUMNS + "our:a\n", "1 cells below 5 columns", 6),
        (HEAD + COLUMNS + ROW + "#license: x\n", "1 cells below 5 columns", 7),
        ("#license: x\n#curie_map: [}\n" + COLUMNS, "the head is no YAML", 2),
        ("#curie_map: 5\n" + COLUMNS, "the head is no YAML", 1),
        ("", "no column subject_id", 1),
    ],
)
def test_a_table_that_is_none_is_told_with_its_line(text: str, message: str, line: int) -> None:
    with pytest.raises(lalakg.ParseError, match=re.escape(message)) as caught:
        table(text)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("P840", "P840 is a property, not an item"),
        ("L123", "L123 is a lexeme, not an item"),
        ("q90", "q90 is no item: that is Q and a number"),
        ("Q09", "Q09 is no item: that is Q and a number"),
        ("Paris", "Paris is no item: that is Q and a number"),
    ],
)
def test_one_link_to_no_item_is_one_link(
    folder: Path, run: Command, wikidata: Wikidata, name: str, reason: str
) -> None:
    """It is doubtful, nothing follows from it, and the rest goes on."""
    relink(folder, "paris", name)
    path = folder / "data/links.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("wd:Q90 ;", f"<{WD}{name}> ;"), encoding="utf-8")
    line = (folder / LINKS).read_text(encoding="utf-8").partition(f"wd:{name}")[0].count("\n") + 1
    at = ("--wikidata", wikidata.url)
    found = verdicts(run, folder, *at)
    assert found["paris"] == ("doubtful", reason)
    assert {verdict for verdict, _ in found.values()} == {"holds", "doubtful"}
    done = run("-C", folder, "link", "propose", "-q", *at)
    assert (done.status, f"lkg:paris, {name}: doubtful: {reason}." in done.err) == (1, True)
    done = run("-C", folder, "link", "enrich", "-q", *at, "-o", folder / "wikidata.trig")
    assert (done.status, f"{reason}. The slice has nothing of it" in done.err) == (1, True)
    assert (folder / "wikidata.trig").exists()
    before = path.read_bytes()
    for words in (["derive"], ["link", "check", "-q", "--write", *at]):
        done = run("-C", folder, *words)
        assert done.status == 2
        assert f"links.sssom.tsv:{line}:1: wd:{name}: {reason}." in done.err
    assert path.read_bytes() == before


def test_a_table_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "links.sssom.tsv").write_bytes(b"\xff\xfe")
    with pytest.raises(FolderError, match="cannot be read"):
        MappingSet.read(tmp_path / "links.sssom.tsv")


def test_links_are_those_of_the_table_and_of_the_files(folder: Path) -> None:
    with (folder / "data/people.ttl").open("a") as file:
        file.write("\nlkg:cnn <https://schema.org/sameAs> <https://www.wikidata.org/wiki/Q1> .\n")
    found = {(link.subject.rpartition("/")[2], link.item) for link in links(lalakg.load(folder))}
    assert {("cnn", "Q1"), ("cnn", "Q48340"), ("film", "Q20856802")} <= found
    assert len(found) == 13


# derive


def test_derive_writes_the_links_before_the_graph(folder: Path, run: Command) -> None:
    path = folder / LINKS
    path.write_text(path.read_text(encoding="utf-8").replace("paired in 2", "seen in 2"), encoding="utf-8")
    stale = run("-C", folder, "derive", "--check")
    assert (stale.status, stale.err) == (1, f"{folder}/data/links.ttl is out of date; run `lalakg derive`.\n")
    done = run("-C", folder, "derive")
    assert "wrote links.ttl" in done.err
    assert "Q48340: seen in 2 stored copies" in (folder / "data/published/lalakg.ttl").read_text(encoding="utf-8")
    assert run("-C", folder, "derive", "--check").status == 0


def test_a_folder_may_have_links_without_a_table(small: Path, run: Command) -> None:
    assert not (small / LINKS).exists()
    (small / "data/links.ttl").write_text(
        "@prefix schema: <https://schema.org/> .\n"
        "<https://example.org/my-film/id/film> schema:sameAs <http://www.wikidata.org/entity/Q42> .\n"
    )
    assert run("-C", small, "derive").status == 0
    assert run("-C", small, "derive", "--check").status == 0
    assert [link.item for link in links(lalakg.load(small))] == ["Q42"]
