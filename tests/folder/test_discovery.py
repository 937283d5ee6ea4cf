"""Which files of a folder are data: every ending of RDF, at any depth; and what is left out is told."""

import gzip
import os
import tempfile
from pathlib import Path

import pytest

import lalakg
from conftest import Command
from lalakg._folder.discovery import MARKER, Bounds, find

ONE = '<http://e/a> <http://e/p> "x" .'
RDF_XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
    '<rdf:Description rdf:about="http://e/a"><e:p>x</e:p></rdf:Description></rdf:RDF>'
)
TRIX = (
    '<TriX xmlns="http://www.w3.org/2004/03/trix/trix-1/"><graph><triple><uri>http://e/a</uri><uri>http://e/p</uri>'
    "<plainLiteral>x</plainLiteral></triple></graph></TriX>"
)
JSON_LD = '{"@id": "http://e/a", "http://e/p": "x"}'
FILES = {
    "a.ttl": ONE,
    "a.TTL": ONE,
    "a.nt": ONE,
    "a.nq": ONE,
    "a.trig": ONE,
    "a.n3": ONE,
    "a.jsonld": JSON_LD,
    "a.json": JSON_LD,
    "a.rdf": RDF_XML,
    "a.xml": RDF_XML,
    "trix.xml": TRIX,
    "a.owl": RDF_XML,
    "turtle.owl": ONE,
    "sub/deep/a.ttl": ONE,
}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("packed", [False, True])
def test_every_ending_is_found_and_read_alike(tmp_path: Path, name: str, packed: bool) -> None:
    write(tmp_path, {name: FILES[name]})
    if packed:
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress((tmp_path / name).read_bytes()))
        (tmp_path / name).unlink()
    kg = lalakg.load(tmp_path)
    assert [str(triple) for triple in kg.triples] == ['<http://e/a> <http://e/p> "x"']
    assert kg.notes == ()


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.ttl": ONE,
            "package.json": "{}",
            "pom.xml": "<project/>",
            ".hidden.ttl": ONE,
            ".git/x.ttl": ONE,
            "node_modules/x/y.ttl": ONE,
            f"dist/{MARKER}": "",
            "dist/a.nt": ONE,
            "x.owl": "Ontology(<http://e/>)",
            "readme.md": "no RDF at all",
        },
    )
    (tmp_path / "gone.nt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = find(tmp_path)
    assert [path.name for path in found.files] == ["a.ttl"]
    assert found.notes == [
        "gone.nt: not read, the link leads nowhere",
        "x.owl: not read, it is OWL in functional syntax; save it as RDF/XML or Turtle",
        "left out: 2 JSON or XML but no RDF, 1 generated, 2 hidden, 1 made by `lalakg build`",
    ]


def test_bounds_are_told_when_they_are_met(tmp_path: Path) -> None:
    write(tmp_path, {"a/b/c.ttl": ONE, "d.ttl": ONE, "e.ttl": ONE})
    assert find(tmp_path, Bounds(depth=1)).notes == ["a/b: not read, it lies more than 1 folders deep"]
    assert find(tmp_path, Bounds(size=len(ONE))).named[0].startswith("e.ttl: not read, beyond ")
    assert find(tmp_path, Bounds(entries=2)).named == [". and what follows: not read, beyond 2 files"]


def test_a_folder_that_may_not_be_read_is_told() -> None:
    """Asked as nobody where root runs the tests, who may read anything."""
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        top.chmod(0o755)
        write(top, {"a.ttl": ONE, "shut/b.ttl": ONE})
        (top / "shut").chmod(0)
        os.seteuid(user or 65534)
        try:
            found = find(top)
        finally:
            os.seteuid(user)
            (top / "shut").chmod(0o755)
    assert (len(found.files), found.notes) == (1, ["shut: not read: Permission denied"])


# The working directory


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path, {"mine.ttl": ONE, "other/more.nt": '<http://e/b> <http://e/p> "y" .'})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_where_rdf_lies_that_is_meant(plain: Path, run: Command) -> None:
    done = run("query", "-e", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "--format", "csv")
    assert (done.status, done.out.split(), done.err) == (0, ["n", "2"], "")
    assert run("export", "--format", "nt").out == ('<http://e/a> <http://e/p> "x" .\n<http://e/b> <http://e/p> "y" .\n')


def test_given_shapes_check_it(plain: Path, run: Command, tmp_path: Path) -> None:
    write(
        tmp_path / ".aside",
        {
            "shapes.ttl": "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:s> a sh:NodeShape ; "
            "sh:targetSubjectsOf <http://e/p> ; sh:property [ sh:path <http://e/q> ; sh:minCount 1 ] ."
        },
    )
    done = run("check", "--shapes", tmp_path / ".aside/shapes.ttl", "-q")
    assert done.status == 1
    assert done.out.count("violation: ") == 2


@pytest.mark.parametrize("words", ["check", "build", "derive", "serve --port 0", "mcp", "check --explain S08"])
def test_what_needs_more_is_refused_in_one_line_and_not_answered_by_the_film(
    plain: Path, run: Command, words: str
) -> None:
    before = sorted(plain.rglob("*"))
    done = run(*words.split())
    assert done.status == 2
    assert done.out == ""
    assert "Traceback" not in done.err
    assert "mine.ttl" in done.err or str(plain) in done.err
    assert sorted(plain.rglob("*")) == before


def test_format_is_for_what_lies_here(plain: Path, run: Command) -> None:
    done = run("format", "--check")
    assert (done.status, done.err.splitlines()) == (1, ["mine.ttl: not in canonical form", "1 files, 1 to format."])


def test_where_nothing_lies_the_film_answers_and_says_so(
    tmp_path: Path, run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("query", "-e", "ASK { ?film a lala:Film }")
    line = "No RDF lies here, nor above: this is about the graph that lalakg carries.\n"
    assert (done.out, done.err) == ("yes\n", line)
    assert run("derive").status == 2
    assert run("format").status == 2


def test_rdf_that_cannot_be_read_is_not_nothing(tmp_path: Path, run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"x.owl": "Ontology(<http://e/>)"})
    monkeypatch.chdir(tmp_path)
    done = run("query", "-e", "ASK {}")
    assert done.status == 2
    assert "x.owl: not read, it is OWL in functional syntax" in done.err


# The data of a folder with a description


def test_all_endings_are_data_and_what_is_hidden_is_told(small: Path, run: Command) -> None:
    base = lalakg.load(small).base
    line = f'<{base}x> <http://www.w3.org/2000/01/rdf-schema#label> "one of another ending"@en .'
    write(small, {"data/a.nt": line, "data/.b.ttl": line, "data/c.json": "{}"})
    done = run("-C", small, "query", "-e", 'ASK { ?x rdfs:label "one of another ending"@en }')
    assert done.out == "yes\n"
    assert done.err == f"{small}: left out: 1 JSON or XML but no RDF, 1 hidden\n"
