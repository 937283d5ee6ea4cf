"""`lalakg link check`: whether the links to Wikidata still hold."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from conftest import Command
from support.linking import LINKS, relink, rows, verdicts
from support.wikidata.service import Wikidata
from support.wikidata.slice import Snak

PAIRED = ("casablanca", "chazelle", "emma-stone", "film", "whiplash")  # those that an identifier of IMDb confirms
TODAY = datetime.now(UTC).strftime("%Y-%m-%d")


def test_the_links_hold(folder: Path, run: Command, at: list[str]) -> None:
    found = verdicts(run, folder, *at)
    assert len(found) == 12
    assert {name for name, (verdict, _) in found.items() if verdict in ("drifted", "unchecked")} == set()
    for name in PAIRED:
        verdict, evidence = found[name]
        assert verdict == "holds"
        assert "P345" in evidence
    assert "P57 Q18350026" in found["film"][1]
    assert "P161 of Q20856802" in found["emma-stone"][1]


def test_a_table_for_people(folder: Path, run: Command, wikidata: Wikidata) -> None:
    done = run("-C", folder, "link", "check", "--wikidata", wikidata.url, "--fail-on", "doubtful")
    assert done.status == 0
    lines = {line.split()[1]: line for line in done.out.splitlines()[2:]}
    assert lines["lkg:film"].startswith("holds    lkg:film          Q20856802  film (P31 Q11424); “La La Land” (mul);")
    assert f"Q20856802: as of {TODAY}\n" in done.err
    assert run("-C", folder, "link", "check", "-q", "--wikidata", wikidata.url).err == ""


def test_a_table_for_programs(folder: Path, run: Command, wikidata: Wikidata) -> None:
    done = run("-C", folder, "link", "check", "-q", "--wikidata", wikidata.url, "--format", "tsv")
    head, *lines = (line.split("\t") for line in done.out.splitlines())
    assert head == ["verdict", "thing", "item", "evidence"]
    assert lines[0] == ["holds", "lkg:casablanca", "Q132689", "film (P31 Q11424); “Casablanca” (en); P345 tt0034583"]


def deleted(content: Any) -> None:
    content.deleted.append("Q20856802")
    del content.entities["Q20856802"]


def renamed(content: Any) -> None:
    content.change("Q20856802", labels={"mul": "La La"}, sitelinks={}, aliases={})


def nameless(content: Any) -> None:
    content.change("Q20856802", labels={}, sitelinks={}, aliases={})


def of_another_class(content: Any) -> None:
    state(content, "P31", "Q5")


def of_another_director(content: Any) -> None:
    state(content, "P57", "Q9000000302")


def of_another_number(content: Any) -> None:
    state(content, "P345", "tt0000001")


def state(content: Any, name: str, value: str) -> None:
    """Let the film's statements of a property have another value."""

    def other(snak: Snak) -> Snak:
        return replace(snak, value=value) if snak.property == name else snak

    statements = content.entities["Q20856802"].statements
    content.change("Q20856802", statements=tuple(replace(s, snak=other(s.snak)) for s in statements))


def without_facts(content: Any) -> None:
    statements = content.entities["Q20856802"].statements
    content.change("Q20856802", statements=tuple(s for s in statements if s.snak.property == "P31"), sitelinks={})


@pytest.mark.parametrize(
    ("change", "verdict", "words"),
    [
        (deleted, "drifted", "Q20856802 is not there (HTTP 404): deleted, or never made"),
        (renamed, "drifted", "called “La La” (mul), not “La La Land”"),
        (nameless, "drifted", "without a name"),
        (of_another_class, "doubtful", "no film: P31 Q5"),
        (of_another_director, "doubtful", "P57 Q9000000302, not Q18350026"),
        (of_another_number, "doubtful", "P345 tt0000001, not tt3783958"),
        (without_facts, "doubtful", "“La La Land” (mul)"),
    ],
)
def test_what_has_become_of_an_item(
    folder: Path, run: Command, wikidata: Wikidata, change: Callable[[Any], None], verdict: str, words: str
) -> None:
    change(wikidata.content)
    wikidata.reload()
    found = verdicts(run, folder, "--wikidata", wikidata.url)
    assert found["film"][0] == verdict
    assert words in found["film"][1]
    assert found["casablanca"][0] == "holds"


@pytest.mark.parametrize(
    ("item", "verdict", "words"),
    [
        ("Q9000000901", "drifted", "merged into Q15648198"),  # by way of a second redirect
        ("Q9000000111", "doubtful", "called “First Man” (en), not “La La Land”"),
    ],
)
def test_a_link_that_leads_elsewhere(
    folder: Path, run: Command, wikidata: Wikidata, item: str, verdict: str, words: str
) -> None:
    relink(folder, "film", item)
    run("-C", folder, "derive")
    found = verdicts(run, folder, "--wikidata", wikidata.url)
    assert found["film"][0] == verdict
    assert words in found["film"][1]


@pytest.mark.parametrize(
    ("name", "words"), [("P31", "P31 is a property, not an item"), ("L42-S1", "L42-S1 is a lexeme")]
)
def test_a_link_to_what_is_no_item(folder: Path, run: Command, wikidata: Wikidata, name: str, words: str) -> None:
    with (folder / "data/people.ttl").open("a") as file:
        file.write(f"\nlkg:curators <https://schema.org/sameAs> <http://www.wikidata.org/entity/{name}> .\n")
    found = verdicts(run, folder, "--wikidata", wikidata.url)
    assert found["curators"] == ("doubtful", f"{words}" if "not an item" in words else f"{words}, not an item")


def test_a_thing_of_the_story_is_not_to_be_linked(folder: Path, run: Command, wikidata: Wikidata) -> None:
    with (folder / "data/people.ttl").open("a") as file:
        file.write("\nlkg:sebs <https://schema.org/sameAs> <http://www.wikidata.org/entity/Q65> .\n")
        file.write("\nlkg:mia <https://schema.org/sameAs> <http://www.wikidata.org/entity/Q9000000101> .\n")
    found = verdicts(run, folder, "--wikidata", wikidata.url)
    assert found["sebs"] == ("doubtful", "a thing of this kind has no counterpart at Wikidata")
    assert found["mia"][0] == "doubtful"
    assert "a character is linked by rdfs:seeAlso" in found["mia"][1]


@pytest.mark.parametrize(
    ("name", "tag", "where"),
    [
        ("Los Angeles", "de", "“Los Angeles” (en)"),
        ("Netflix", "en-GB", "“Netflix” (en)"),
        ("Casablanca", "pt-BR", "“Casablanca” (mul)"),
        ("Los Angeles", "fr-CA", "“Los Angeles” (fr)"),
    ],
)
def test_a_name_in_another_language(
    folder: Path, run: Command, wikidata: Wikidata, name: str, tag: str, where: str
) -> None:
    for path in (folder / "data").glob("*.ttl"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(f'rdfs:label "{name}"@en ', f'rdfs:label "{name}"@{tag} '), encoding="utf-8")
    verdict, evidence = verdicts(run, folder, "--wikidata", wikidata.url)[name.lower().replace(" ", "-")]
    assert verdict == "holds"
    assert where in evidence
    assert "enwiki" in evidence if tag == "en-GB" else "enwiki" not in evidence


def test_two_things_are_not_one(folder: Path, run: Command, wikidata: Wikidata) -> None:
    with (folder / "data/people.ttl").open("a") as file:
        file.write("\nlkg:ryan-gosling <https://schema.org/sameAs> <https://www.wikidata.org/wiki/Q147077> .\n")
    done = run("-C", folder, "link", "check", "-q", "--format", "tsv", "--wikidata", wikidata.url)
    found = [line.split("\t") for line in done.out.splitlines()]
    said = {(row[1], row[2]): (row[0], row[3]) for row in found}
    assert said["lkg:emma-stone", "Q147077"][0] == said["lkg:ryan-gosling", "Q147077"][0] == "doubtful"
    assert "also the item of lkg:ryan-gosling" in said["lkg:emma-stone", "Q147077"][1]
    assert "also the item of lkg:emma-stone" in said["lkg:ryan-gosling", "Q147077"][1]
    assert said["lkg:ryan-gosling", "Q193815"][0] == "holds"


@pytest.mark.parametrize(
    ("change", "fail_on", "status"),
    [
        (deleted, "drifted", 1),
        (deleted, "doubtful", 1),
        (of_another_class, "drifted", 0),
        (of_another_class, "doubtful", 1),
    ],
)
def test_what_fails(
    folder: Path, run: Command, wikidata: Wikidata, change: Callable[[Any], None], fail_on: str, status: int
) -> None:
    change(wikidata.content)
    assert run("-C", folder, "link", "check", "-q", "--wikidata", wikidata.url, "--fail-on", fail_on).status == status


# Writing it down


def test_nothing_is_written_unasked(folder: Path, run: Command, wikidata: Wikidata) -> None:
    before = (folder / LINKS).read_bytes()
    run("-C", folder, "link", "check", "--wikidata", wikidata.url)
    assert (folder / LINKS).read_bytes() == before


def test_a_check_is_written_down_with_its_day_and_whom_was_asked(
    folder: Path, run: Command, wikidata: Wikidata
) -> None:
    wikidata.content.change("Q48340", labels={"en": "Chessie"}, sitelinks={}, aliases={})
    done = run("-C", folder, "link", "check", "--write", "-q", "--wikidata", wikidata.url)
    assert done.err == f"{folder}/data: wrote links.sssom.tsv, links.ttl. Next: lalakg derive\n"
    said = {row["object_id"]: row["ext_checked"] for row in rows(folder / LINKS)}
    held = f"never checked live; checked on {TODAY} against {wikidata.url}: holds"
    assert said["wd:Q20856802"] == said["imdb_title:tt3783958/"] == held
    assert said["wd:Q48340"] == held.replace("holds", "doubtful")
    assert f"Q20856802 and tt3783958: paired in 5 or more stored copies of public data; {held}." in (
        folder / "data/links.ttl"
    ).read_text(encoding="utf-8")
    assert run("-C", folder, "derive").status == 0
    assert run("-C", folder, "check", "-q").status == 0


def test_what_was_not_checked_keeps_what_was_said_of_it(
    folder: Path, run: Command, wikidata: Wikidata, naps: list[float]
) -> None:
    wikidata.faults.append(lambda request: "Q20856802" in request.path and request.answer(503))
    run("-C", folder, "link", "check", "--write", "-q", "--wikidata", wikidata.url)
    said = {row["object_id"]: row["ext_checked"] for row in rows(folder / LINKS)}
    assert said["wd:Q20856802"] == said["imdb_title:tt3783958/"] == "never checked live"
    assert said["wd:Q132689"].endswith("holds")


def test_a_folder_without_a_table_gets_one(small: Path, run: Command, wikidata: Wikidata) -> None:
    (small / "data/links.ttl").write_text(
        "@prefix schema: <https://schema.org/> .\n@prefix our: <https://example.org/my-film/id/> .\n"
        "our:film schema:sameAs <http://www.wikidata.org/entity/Q20856802> .\n"
    )
    done = run("-C", small, "link", "check", "--write", "-q", "--format", "json", "--wikidata", wikidata.url)
    assert [one["item"] for one in json.loads(done.out)["links"]] == ["Q20856802"]
    (row,) = rows(small / LINKS)
    assert row["subject_id"] == "our:film"
    assert row["mapping_justification"] == "semapv:UnspecifiedMatching"
    assert run("-C", small, "derive", "--check").status == 1
    assert run("-C", small, "derive").status == 0
    assert run("-C", small, "derive", "--check").status == 0


def test_links_in_turtle_that_say_more_are_not_lost(small: Path, run: Command, wikidata: Wikidata) -> None:
    text = """@prefix schema: <https://schema.org/> .
<https://example.org/my-film/id/film> schema:sameAs <http://www.wikidata.org/entity/Q20856802> ;
  schema:url <https://example.org/> .
"""
    (small / "data/links.ttl").write_text(text)
    done = run("-C", small, "link", "check", "--write", "-q", "--wikidata", wikidata.url)
    assert done.status == 2
    assert "links.ttl says more than links" in done.err
    assert (small / "data/links.ttl").read_text() == text
    assert not (small / LINKS).exists()


def test_a_graph_without_links(small: Path, run: Command, wikidata: Wikidata) -> None:
    done = run("-C", small, "link", "check", "--wikidata", wikidata.url)
    assert (done.status, done.err) == (0, "Nothing is linked yet; see lalakg link suggest.\n")
    assert wikidata.asked == []
    run("-C", small, "link", "check", "--write", "--wikidata", wikidata.url)
    assert not (small / LINKS).exists()
    assert not (small / "data/links.ttl").exists()


def test_a_table_has_the_folders_own_prefix(small: Path, run: Command, wikidata: Wikidata) -> None:
    (small / "data/links.ttl").write_text(
        "<https://example.org/my-film/id/film> <https://schema.org/sameAs> <http://www.wikidata.org/entity/Q65> .\n"
    )
    run("-C", small, "link", "check", "--write", "-q", "--wikidata", wikidata.url)
    (row,) = rows(small / LINKS)
    assert row["subject_id"] == "my:film"
