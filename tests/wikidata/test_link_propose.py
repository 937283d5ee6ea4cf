"""`lalakg link propose`: what we know and Wikidata lacks."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conftest import LIVE, Command
from support.linking import LINKS, relink
from support.wikidata.faults import at as at_path
from support.wikidata.faults import failing
from support.wikidata.service import Wikidata
from support.wikidata.slice import Snak, Statement

VALUE = r'(Q\d+|"[^"\t]+"|\+\d{4}-\d\d-\d\dT00:00:00Z/11)'
LINE = re.compile(rf"Q\d+\tP\d+\t{VALUE}(\t[PS]\d+\t{VALUE})+\t/\* [^*]+ \*/")


def lines(run: Command, folder: Path, *options: str) -> list[list[str]]:
    done = run("-C", folder, "link", "propose", "-q", *options)
    assert done.status == 0, done.err
    return [line.split("\t") for line in done.out.splitlines()]


def cast(content: Any, person: str, **changes: Any) -> None:
    """Change what the film's cast says of a person; without changes, leave the person out."""
    film = content.entities["Q20856802"]
    kept = [s for s in film.statements if s.snak.value != person]
    changed = [replace(s, **changes) for s in film.statements if s.snak.value == person and changes]
    content.change("Q20856802", statements=tuple(kept + changed))


def test_every_line_is_a_quickstatement_with_a_reference(run: Command, folder: Path, at: list[str]) -> None:
    done = run("-C", folder, "link", "propose", *at)
    assert done.status == 0 or LIVE  # where a link may be doubtful
    assert done.err.endswith("statements to review; nothing was sent anywhere.\n")
    for line in done.out.splitlines():
        assert LINE.fullmatch(line), line
        assert re.search(r"\tS(854|248)\t", line)


def test_a_place_that_wikidata_lacks(run: Command, folder: Path, wikidata: Wikidata) -> None:
    (line,) = lines(run, folder, "--wikidata", wikidata.url)
    assert line[:3] == ["Q20856802", "P840", "Q90"]
    assert line[3:7] == ["S854", '"https://w3id.org/lalakg/id/claim-f69"', "S813", "+2026-11-22T00:00:00Z/11"]
    assert line[7] == "/* La La Land, P840 Paris: lkg:claim-f69 */"


def test_a_cast_member_with_the_name_of_the_role(run: Command, folder: Path, wikidata: Wikidata) -> None:
    cast(wikidata.content, "Q147077")
    found = {tuple(line[:5]) for line in lines(run, folder, "--wikidata", wikidata.url)}
    assert ("Q20856802", "P161", "Q147077", "P4633", '"Mia"') in found


def test_a_role_for_a_cast_member_who_has_none(run: Command, folder: Path, wikidata: Wikidata) -> None:
    cast(wikidata.content, "Q193815", qualifiers=())
    found = {tuple(line[:5]) for line in lines(run, folder, "--wikidata", wikidata.url)}
    assert ("Q20856802", "P161", "Q193815", "P4633", '"Sebastian"') in found


def test_a_linked_character_is_a_role_and_a_character_of_the_film(
    run: Command, folder: Path, wikidata: Wikidata
) -> None:
    path = folder / LINKS
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "#  schema:", "#  rdfs: http://www.w3.org/2000/01/rdf-schema#\n#  schema:"
        )
        + "lkg:mia\tMia\trdfs:seeAlso\twd:Q9000000101\tMia Dolan\tsemapv:ManualMappingCuration\n",
        encoding="utf-8",
    )
    run("-C", folder, "derive")
    content = wikidata.content
    cast(content, "Q147077", qualifiers=())
    cast(content, "Q9000000101")
    mia = content.entities["Q9000000101"].statements
    content.change("Q9000000101", statements=tuple(s for s in mia if s.snak.property != "P175"))
    found = {tuple(line[:5]) for line in lines(run, folder, "--wikidata", wikidata.url)}
    assert ("Q20856802", "P161", "Q147077", "P453", "Q9000000101") in found
    assert {("Q20856802", "P674", "Q9000000101"), ("Q9000000101", "P175", "Q147077")} <= {line[:3] for line in found}


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ("Q9000000901", "lkg:film, Q9000000901: drifted: merged into Q15648198. Nothing is proposed of it."),
        ("Q9000000903", "lkg:film, Q9000000903: drifted: Q9000000903 is not there (HTTP 404)"),
        ("Q9000000113", "lkg:film, Q9000000113: doubtful: called “Babylon” (en), not “La La Land”; "),
        ("Q9000000123", "lkg:film, Q9000000123: drifted: without a name"),
    ],
)
def test_nothing_is_proposed_for_an_item_that_may_be_another(
    run: Command, folder: Path, wikidata: Wikidata, item: str, words: str
) -> None:
    relink(folder, "film", item)
    run("-C", folder, "derive")
    done = run("-C", folder, "link", "propose", "-q", "--wikidata", wikidata.url)
    assert (done.status, done.out) == (1, "")
    assert words in done.err
    assert done.err.count("\n") == 2
    assert done.err.endswith("\n0 statements to review; nothing was sent anywhere.\n")


def test_nothing_is_proposed_with_an_item_that_may_be_another(run: Command, folder: Path, wikidata: Wikidata) -> None:
    relink(folder, "paris", "Q7903")
    run("-C", folder, "derive")
    done = run("-C", folder, "link", "propose", "-q", "--wikidata", wikidata.url)
    assert (done.status, done.out) == (1, "")
    assert "lkg:paris, Q7903: doubtful: called “Casablanca” (en), not “Paris”" in done.err


def test_what_is_not_concerned_is_not_told(run: Command, folder: Path, wikidata: Wikidata) -> None:
    relink(folder, "cnn", "Q9000000903")
    run("-C", folder, "derive")
    done = run("-C", folder, "link", "propose", "-q", "--wikidata", wikidata.url)
    assert (done.status, done.err) == (0, "1 statements to review; nothing was sent anywhere.\n")


def test_nothing_is_proposed_against_what_wikidata_says(run: Command, folder: Path, wikidata: Wikidata) -> None:
    film = wikidata.content.entities["Q20856802"]
    other = [
        replace(s, snak=replace(s.snak, value="Q9000000302")) if s.snak.property == "P57" else s
        for s in film.statements
    ]
    wikidata.content.change("Q20856802", statements=tuple(other))
    done = run("-C", folder, "link", "propose", "-q", "--wikidata", wikidata.url)
    assert (done.status, done.out) == (1, "")
    assert "lkg:film, Q20856802: doubtful: P57 Q9000000302, not Q18350026." in done.err


@pytest.mark.parametrize(
    ("name", "value", "rank", "kind"),
    [
        ("P840", "Q90", "deprecated", "value"),
        ("P840", None, "normal", "novalue"),
        ("P57", None, "normal", "somevalue"),
        ("P57", "Q18350026", "deprecated", "value"),
    ],
)
def test_nothing_is_proposed_that_wikidata_refuses(
    run: Command, folder: Path, wikidata: Wikidata, name: str, value: str | None, rank: str, kind: str
) -> None:
    film = wikidata.content.entities["Q20856802"]
    kept = tuple(s for s in film.statements if s.snak.property != name)
    ours = (name, {"P57": "Q18350026", "P840": "Q90"}[name])
    for said in ([], [Statement("Q20856802-1", Snak(name, "wikibase-item", value, kind), rank)]):
        wikidata.content.change("Q20856802", statements=(*kept, *said))
        found = {(line[1], line[2]) for line in lines(run, folder, "--wikidata", wikidata.url)}
        assert (ours in found) == (not said)


def test_nothing_is_proposed_that_no_claim_states(run: Command, folder: Path, wikidata: Wikidata) -> None:
    path = folder / "data/claims.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("lala:basis lv:stated", "lala:basis lv:implied"), encoding="utf-8")
    assert lines(run, folder, "--wikidata", wikidata.url) == []


@pytest.mark.parametrize(
    ("line", "cited"),
    [
        ("schema:sameAs <http://www.wikidata.org/entity/Q907311>", ("S248", "Q907311")),
        ("schema:url <https://example.org/article>", ("S854", '"https://example.org/article"')),
    ],
)
def test_a_source_is_cited_by_what_it_is_known_by(
    run: Command, folder: Path, wikidata: Wikidata, line: str, cited: tuple[str, str]
) -> None:
    with (folder / "data/sources.ttl").open("a") as file:
        file.write(f"\nlkg:article {line} .\n")
    (found,) = lines(run, folder, "--wikidata", wikidata.url)
    assert tuple(found[3:5]) == cited


def test_of_what_cannot_be_asked_nothing_is_proposed(
    run: Command, folder: Path, wikidata: Wikidata, naps: list[float], tmp_path: Path
) -> None:
    wikidata.faults.append(at_path("/wiki/Special:EntityData/Q20856802", failing(502)))
    done = run("-C", folder, "link", "propose", "--wikidata", wikidata.url, "-o", tmp_path / "out.txt")
    assert done.status == 1
    assert "HTTP 502" in done.err
    assert (tmp_path / "out.txt").read_text() == ""
