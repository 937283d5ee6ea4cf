"""The command line: data to standard output, words to standard error, and one clear message for each bad input."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import click
import pyoxigraph as ox
import pytest

import lalakg
from conftest import LALAKG, ROOT, Command, Outcome
from lalakg._cli.group import COMMANDS, cli
from publish.test_export import digests

BASE = "https://example.org/my-film/id/"
# Examples that need a server, which the tests of those commands start themselves.

CARRIED = "No RDF lies here, nor above: this is about the graph that lalakg carries.\n"


def commands(group: click.Group = cli, before: str = "") -> dict[str, click.Command]:
    """Every command by its name, those of a group as `group command`."""
    found: dict[str, click.Command] = {}
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        found[before + name] = command
        if isinstance(command, click.Group):
            found |= commands(command, f"{before}{name} ")
    return found


def snapshot(folder: Path) -> dict[str, str]:
    return digests(folder)


# Help


def test_every_command_has_a_summary_and_an_example() -> None:
    for name, command in commands().items():
        text = str(command.help)
        assert re.match(r"[A-Z][a-z]+,? .*[.:]", text.split("\n\n")[0], re.DOTALL), name
        assert f"lalakg {name}" in text, f"{name} shows no example"
        assert all(isinstance(p, click.Argument) or p.help for p in command.params), name


def test_the_table_of_commands_says_what_they_say_themselves() -> None:
    assert {
        name: command.get_short_help_str(1000) for name, command in commands().items() if " " not in name
    } == COMMANDS


@pytest.mark.parametrize("name", ["", *commands()])
def test_help_is_data(run: Command, name: str) -> None:
    done = run(*name.split(), "--help")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith("Usage: lalakg")
    assert run(*name.split(), "-h").out == done.out


def test_the_version(run: Command) -> None:
    assert re.fullmatch(r"lalakg \d+\.\d+\.\d+\n", run("--version").out)


def test_as_a_module(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lalakg", "--version"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert re.fullmatch(r".*lalakg.* \d+\.\d+\.\d+\n", done.stdout)


# query


def test_a_query_is_a_table_anywhere(spawn: Command, tmp_path: Path) -> None:
    done = spawn("query", "who-plays-whom", cwd=tmp_path)
    assert (done.status, done.err) == (0, CARRIED)
    assert done.out == textwrap.dedent("""\
        character  characterLabel  performer         performerLabel
        ---------  --------------  ----------------  --------------
        lkg:keith  Keith           lkg:john-legend   John Legend
        lkg:mia    Mia             lkg:emma-stone    Emma Stone
        lkg:seb    Sebastian       lkg:ryan-gosling  Ryan Gosling
    """)


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml", "md", "table"])
def test_every_form_of_a_table(run: Command, kg: lalakg.KnowledgeGraph, form: str) -> None:
    done = run("query", "who-plays-whom", "--format", form, cwd=ROOT)
    assert done == Outcome(0, kg.query("who-plays-whom").render(form), "")


@pytest.mark.parametrize("form", ["ttl", "jsonld", "nt", "rdf"])
@pytest.mark.parametrize("text", ["CONSTRUCT WHERE { lkg:film ?p ?o }", "DESCRIBE lkg:film"])
def test_every_form_of_a_graph(run: Command, kg: lalakg.KnowledgeGraph, form: str, text: str) -> None:
    assert run("query", "-e", text, "--format", form, cwd=ROOT) == Outcome(0, kg.sparql(text).render(form), "")


def test_a_yes_or_no(run: Command) -> None:
    assert run("query", "-e", "ASK { lkg:film a lala:Film }", cwd=ROOT) == Outcome(0, "yes\n", "")
    assert run("query", "-e", "ASK { lkg:film a lala:World }", cwd=ROOT) == Outcome(0, "no\n", "")


def test_a_query_of_one_s_own_in_a_file(run: Command, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text(
        "SELECT ?film WHERE { ?film a lala:Film ; rdfs:label 'Whiplash'@en }", encoding="utf-8"
    )
    assert (
        run("query", "--file", tmp_path / "q.rq", "--format", "csv", cwd=ROOT).out
        == f"film\n{lalakg.load(ROOT).base}whiplash\n"
    )


@pytest.mark.parametrize(
    "words",
    [
        ("--about", "lkg:div-kiss"),
        ("--about=lkg:div-kiss",),
        ("--about", "div-kiss"),
        ("--about=A kiss",),
        ("--about=Mia AND seb kiss",),
    ],
)
def test_parameters(run: Command, words: tuple[str, ...]) -> None:
    done = run("query", "who-claims", *words, "--format", "csv", cwd=ROOT)
    if "A kiss" in words[0]:
        assert (done.status, done.out) == (2, "")
    else:
        assert "claim-f63" in done.out


def test_parameters_of_a_file(run: Command) -> None:
    file = ROOT / "queries/explore/who-claims.rq"
    words = ("--about", "lkg:div-kiss", "--format", "csv")
    assert run("query", "-f", file, *words, cwd=ROOT) == run("query", "who-claims", *words, cwd=ROOT)
    assert run("query", *words, "-f", file, cwd=ROOT) == run("query", "who-claims", *words, cwd=ROOT)


def test_a_byte_order_mark_before_a_query_is_no_fault(run: Command, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("ASK { lkg:film a lala:Film }", encoding="utf-8-sig")
    assert run("query", "-f", tmp_path / "q.rq", cwd=ROOT) == Outcome(0, "yes\n", "")


def test_a_parameter_given_twice_has_two_values(run: Command) -> None:
    counts = [
        run("query", "who-claims", *words, "--format", "csv", cwd=ROOT).out.count("\n")
        for words in (("--about", "div-kiss"), ("--about", "div-kiss", "--about", "div-club"))
    ]
    assert counts[1] > counts[0] > 1


def test_without_a_name_everything_is_listed_with_its_question(run: Command, kg: lalakg.KnowledgeGraph) -> None:
    done = run("query", cwd=ROOT)
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert [line for line in lines if line and not line.startswith(" ")] == kg.catalogue.groups
    assert sum(line.startswith("  ") for line in lines) == len(kg.catalogue)
    assert re.search(r"^  who-claims +.*\? \(--about\)$", done.out, re.MULTILINE)
    assert lines[1].startswith("  which-film-is-explained  "), "questions stand in the order of their numbers"


# describe, check, build, derive, export


def test_describe(run: Command, kg: lalakg.KnowledgeGraph) -> None:
    assert run("describe", "ev-f-kiss", cwd=ROOT) == Outcome(0, str(kg.describe("ev-f-kiss")), "")


def test_check_says_what_it_does_and_what_it_found(run: Command, small: Path) -> None:
    done = run("-C", small, "check")
    assert done.status == 0
    assert re.fullmatch(r"Checked \d+ shapes, \d+ hygiene queries, 1 expected answer: no faults\.\n", done.out)
    assert [line.split(":")[0] for line in done.err.splitlines()] == ["shapes", "hygiene queries", "expected answers"]
    assert run("-C", small, "check", "--quiet") == Outcome(0, done.out, "")


def test_a_failed_check_exits_with_1(run: Command, small: Path) -> None:
    path = small / "data/story.ttl"
    path.write_text(path.read_text("utf-8").replace("  lala:certainty lv:asserted ;\n", ""), encoding="utf-8")
    done = run("-C", small, "check", "-q")
    assert (done.status, done.err) == (1, "")
    assert done.out.startswith("data/story.ttl:")
    built = run("-C", small, "build", "-q", small.parent / "dist")
    assert (built.status, built.err) == (1, "")
    assert built.out == f"{done.out}Nothing was written.\n"
    assert not (small.parent / "dist").exists()


def test_build_ends_with_a_readable_summary(run: Command, small: Path) -> None:
    done = run("-C", small, "build", cwd=small)
    assert done.status == 0
    checked, built, *files = done.out.splitlines()
    assert checked.startswith("Checked ")
    assert re.fullmatch(r"Built [\d,]+ triples into dist/:", built)
    assert {line.split()[1] for line in files} == set(digests(small / "dist"))
    assert "my-film.ttl: " in done.err


@pytest.mark.slow
def test_derive_and_its_check(run: Command, folder: Path) -> None:
    published = folder / "data/published"
    assert run("derive", "--check", cwd=folder) == Outcome(0, "", "data/published is up to date.\n")
    before = snapshot(published)
    with (folder / "data/film.ttl").open("a", encoding="utf-8") as file:
        file.write("\n<https://w3id.org/lalakg/id/x> <http://www.w3.org/2000/01/rdf-schema#comment> 'x'@en .\n")
    done = run("derive", "--check", cwd=folder)
    assert (done.status, done.out) == (1, "")
    assert done.err == "data/published: lalakg.ttl, lalakg.jsonld, SHA256SUMS out of date; run `lalakg derive`.\n"
    assert snapshot(published) == before
    assert run("derive", cwd=folder).err == "data/published: wrote lalakg.ttl, lalakg.jsonld, SHA256SUMS.\n"
    assert run("derive", cwd=folder).err == "data/published was up to date.\n"
    assert run("derive", "--check", cwd=folder).status == 0


@pytest.mark.parametrize("spoil", [b"\xff", b"\r\n"])
def test_a_published_file_that_was_spoilt_is_out_of_date(run: Command, folder: Path, spoil: bytes) -> None:
    path = folder / "data/published/lalakg.jsonld"
    path.write_bytes(spoil + path.read_bytes() if spoil == b"\xff" else path.read_bytes().replace(b"\n", spoil))
    done = run("derive", "--check", cwd=folder)
    assert (done.status, done.err) == (1, "data/published: lalakg.jsonld out of date; run `lalakg derive`.\n")


def test_export_prints_or_writes(run: Command, folder: Path) -> None:
    printed = run("export", "--format", "nt", cwd=folder)
    assert run("export", "--format", "nt", "-o", folder / "new/x.nt", cwd=folder) == Outcome(0, "", "")
    assert (folder / "new/x.nt").read_text("utf-8") == printed.out
    assert run("export", cwd=folder).out == (folder / "data/published/lalakg.ttl").read_text("utf-8")


# format

UNTIDY = f"@prefix b: <{BASE}> .\n@prefix a: <http://unused.example/> .\nb:x b:y b:z .\n"
TIDY = f"@prefix a: <http://unused.example/> .\n@prefix b: <{BASE}> .\n\nb:x\n  b:y b:z ;\n  .\n"


def test_format_writes_only_what_is_not_canonical(run: Command, small: Path) -> None:
    (small / "data/more.ttl").write_text(UNTIDY, encoding="utf-8")
    before = snapshot(small)
    done = run("format", "--check", cwd=small)
    assert done == Outcome(1, "", "data/more.ttl: not in canonical form\n4 files, 1 to format.\n")
    assert snapshot(small) == before
    assert run("format", cwd=small) == Outcome(0, "", "data/more.ttl: formatted\n4 files, 1 formatted.\n")
    assert (small / "data/more.ttl").read_text("utf-8") == TIDY
    assert run("format", "--check", cwd=small) == Outcome(0, "", "4 files, 0 to format.\n")


def test_format_says_where_it_kept_the_order_of_a_file(run: Command, tmp_path: Path) -> None:
    sections = "# Classes\n\n<urn:z>\n  a <urn:Class> ;\n  .\n\n# Properties\n\n<urn:a>\n  a <urn:Property> ;\n  .\n"
    (tmp_path / "vocab.ttl").write_text(sections, encoding="utf-8")
    kept = "vocab.ttl: kept the file's order, since its comments are headings of sections.\n"
    assert run("format", "vocab.ttl", cwd=tmp_path) == Outcome(0, "", f"{kept}1 files, 0 formatted.\n")


def test_format_writes_nothing_where_one_file_cannot_be_read(run: Command, tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(UNTIDY, encoding="utf-8")
    (tmp_path / "b.ttl").write_text("oops .", encoding="utf-8")
    (tmp_path / "c.owl").write_text(UNTIDY, encoding="utf-8")
    before = snapshot(tmp_path)
    for names in (("a.ttl", "b.ttl"), ("a.ttl", "c.owl")):
        assert run("format", *names, cwd=tmp_path).status == 2
        assert snapshot(tmp_path) == before


def test_format_keeps_line_ends_in_literals_and_those_of_the_file(run: Command, tmp_path: Path) -> None:
    text = b'@prefix b: <urn:b:> .\r\nb:x b:y """one\r\ntwo""" .\r\n'
    (tmp_path / "a.ttl").write_bytes(text)
    assert run("format", "a.ttl", cwd=tmp_path).status == 0
    written = b'@prefix b: <urn:b:> .\r\n\r\nb:x\r\n  b:y """one\r\ntwo""" ;\r\n  .\r\n'
    assert (tmp_path / "a.ttl").read_bytes() == written


def test_format_takes_files_and_folders(run: Command, tmp_path: Path) -> None:
    (tmp_path / "deep/er").mkdir(parents=True)
    (tmp_path / "deep/.hidden").mkdir()
    (tmp_path / "deep/.hidden/x.ttl").write_text("oops", encoding="utf-8")
    for name in ("a.ttl", "deep/b.ttl", "deep/er/c.ttl"):
        (tmp_path / name).write_text(UNTIDY, encoding="utf-8")
    assert run("format", "a.ttl", "deep", cwd=tmp_path).err.endswith("3 files, 3 formatted.\n")
    assert {(tmp_path / name).read_text("utf-8") for name in ("a.ttl", "deep/b.ttl", "deep/er/c.ttl")} == {TIDY}


def test_format_leaves_alone_what_is_generated_and_only_that(run: Command, tmp_path: Path) -> None:
    """A folder that happens to lie in one called `published` is no exception."""
    lalakg.init(tmp_path / "published/my-film")
    data = tmp_path / "published/my-film/data"
    (data / "published").mkdir()
    for path in (data / "more.ttl", data / "published/my-film.ttl"):
        path.write_text(UNTIDY, encoding="utf-8")
    assert run("-C", tmp_path / "published/my-film", "format").err.endswith("4 files, 1 formatted.\n")
    assert (data / "published/my-film.ttl").read_text("utf-8") == UNTIDY
    assert run("format", data / "published/my-film.ttl").err.endswith("1 files, 1 formatted.\n")


def test_every_file_of_the_repository_is_canonical(run: Command) -> None:
    assert run("-C", ROOT, "format", "--check").status == 0


# Bad input: one message, exit 2, nothing changed

Spoil = Callable[[Path], object]


def append(name: str, text: str) -> Spoil:
    def spoil(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return spoil


def write(name: str, data: bytes) -> Spoil:
    def spoil(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)

    return spoil


def in_the_ontology(name: str, data: bytes) -> Spoil:
    """A file of an ontology that is otherwise ours."""

    def spoil(folder: Path) -> None:
        shutil.copytree(ROOT / "ontology", folder / "ontology")
        write(f"ontology/{name}", data)(folder)

    return spoil


def nothing(_: Path) -> None:
    """The folder is fine; the words are not."""


OOPS = append("data/story.ttl", "my:x my:y\n  oops .\n")
BAD: dict[str, tuple[Spoil, str, str]] = {
    # Turtle
    "syntax error, query": (OOPS, "query what-happens", r"data/story\.ttl:\d+:3: .*\n  +oops \.\n +\^\n"),
    "syntax error, check": (OOPS, "check -q", r"data/story\.ttl:\d+:3: .*\n  +oops \.\n +\^\n"),
    "syntax error, build": (OOPS, "build -q", r"data/story\.ttl:\d+:3: .*\n  +oops \.\n +\^\n"),
    "syntax error, derive": (OOPS, "derive", r"data/story\.ttl:\d+:3: .*\n  +oops \.\n +\^\n"),
    "syntax error, export": (OOPS, "export -o x.ttl", r"data/story\.ttl:\d+:3: .*\n  +oops \.\n +\^\n"),
    "syntax error, format": (OOPS, "format", r"data/story\.ttl:\d+:3: .*\n  +oops \.\n +\^\n"),
    "undeclared prefix": (
        append("data/story.ttl", "my:x nope:y 1 .\n"),
        "query what-happens",
        r"story\.ttl:\d+:6: The prefix nope: has not been declared; add an @prefix line .*\n  my:x nope:y 1 \.\n",
    ),
    "IRI outside the base": (
        append("data/story.ttl", "<https://elsewhere.example/x> my:y 1 .\n"),
        "check -q",
        r"story\.ttl:\d+:1: <https://elsewhere\.example/x> lies outside the graph's base <https://example\.org/my-film/id/>",
    ),
    "relative IRI": (append("data/story.ttl", "<x> my:y 1 .\n"), "check -q", r"story\.ttl:\d+:1: this IRI is relative"),
    "a byte order mark": (
        write("data/x.ttl", b"\xef\xbb\xbf<urn:x> <urn:y> 1 ."),
        "check -q",
        r"data/x\.ttl:1:1: the file begins with a byte order mark; save it as UTF-8 without one\.\n",
    ),
    "UTF-16": (write("data/x.ttl", "<urn:x>".encode("utf-16")), "check -q", r"data/x\.ttl:1:1: .* save it as UTF-8"),
    "not text": (
        write("data/x.ttl", b"/\x1b[2J\x07"),
        "check -q",
        r"data/x\.ttl:1:1: '/' is not allowed at the beginning of a prefix name\.\n  /\ufffd\[2J\ufffd\n  \^\n",
    ),
    "a long line": (
        write("data/x.ttl", b"<urn:x> <urn:y> '" + b"long " * 10_000 + b"' oops ."),
        "check -q",
        r"data/x\.ttl:1:\d+: .*\n  [long ]+' oops \.\n +\^\n",
    ),
    "not UTF-8": (write("data/x.ttl", b"\xff"), "check -q", r"data/x\.ttl:1:1: Invalid UTF-8"),
    "not UTF-8, format": (write("data/x.ttl", b"\xff"), "format", r"data/x\.ttl.*[uU][tT][fF]-8"),
    # Folders and files
    "no such folder": (nothing, "-C nowhere query", "nowhere: there is no such folder"),
    "no dataset": (nothing, "-C data build", r"data has no data/dataset\.ttl, which this needs; `lalakg init` makes"),
    "no base": (
        write("data/dataset.ttl", b"<urn:x> a <urn:y> ."),
        "query what-happens",
        r"dataset\.ttl names no base for IRIs; add a line: void:uriSpace",
    ),
    "a half ontology": (write("ontology/lala.ttl", b""), "query what-happens", r"ontology/\S+ is missing"),
    "a bad context": (
        in_the_ontology("context.jsonld", b"{"),
        "export --format jsonld",
        r"context\.jsonld:1:2: not JSON",
    ),
    "a bad rule": (
        in_the_ontology("rules/x.rq", b"oops"),
        "query what-happens",
        r"x\.rq:1:\d: this is not valid SPARQL",
    ),
    "a context that is no text": (
        in_the_ontology("context.jsonld", b"\xff"),
        "export --format jsonld",
        r"context\.jsonld cannot be read: it is not UTF-8 at byte 1\.\n",
    ),
    "a rule that is no text": (
        in_the_ontology("rules/x.rq", b"\xff"),
        "query what-happens",
        r"x\.rq cannot be read: it is not UTF-8 at byte 1\.\n",
    ),
    "a severity that is none": (
        write("queries/hygiene/x.rq", b"#+ summary: x?\n#+ severity: warnign\nSELECT ?s { ?s ?p ?o }"),
        "check -q",
        "x: severity is violation, warning, info, not warnign",
    ),
    "no such file to format": (nothing, "format nothing.ttl", "nothing.ttl cannot be read: No such file"),
    "no Turtle to format": (write("data/x.nt", b"<urn:x> <urn:y> 1 ."), "format data/x.nt", "x.nt is no Turtle by its"),
    "nothing to format": (nothing, "format --check queries", "queries holds no Turtle files to format"),
    "no such file to check": (
        nothing,
        "check nothing.ttl --shapes data/film.ttl",
        "nothing.ttl cannot be read: No such file",
    ),
    "no such shapes": (nothing, "check data/film.ttl --shapes nothing.ttl", "nothing.ttl cannot be read: No such file"),
    "no shapes": (nothing, "check data/film.ttl", "needs shapes"),
    "no such source": (nothing, "check -q --source nothing.txt", "nothing.txt cannot be read"),
    # Queries
    "query syntax": (
        nothing,
        "query -e 'SELECT ?x WHERE { ?x ?y'",
        r"query, line 1, column \d+: this is not valid SPARQL",
    ),
    "no query": (nothing, "query -e ''", "query, line 1, column 1"),
    "query prefix": (
        nothing,
        "query -e 'ASK { ?x nope:y 1 }'",
        r"query, line 1, column 10: the prefix nope: is not declared",
    ),
    "query syntax in a file": (
        write("q.rq", b"ASK {\n  ?x ?y\n}"),
        "query --file q.rq",
        r"q\.rq:3:2: this is not valid SPARQL",
    ),
    "query prefix in a file": (
        write("q.rq", b"ASK {\n  ?x nope:y 1\n}"),
        "query --file q.rq",
        r"q\.rq:2:6: the prefix nope: is not declared",
    ),
    "a value that names nothing": (
        nothing,
        "query what-happens --world w-stroy",
        r"world takes an IRI or a name, and nothing is called w-stroy\. Did you mean w-story",
    ),
    "an update": (nothing, "query -e 'DELETE WHERE { ?s ?p ?o }'", "this is not valid SPARQL"),
    "query fails": (nothing, "query -e 'SELECT (<urn:f>(1) AS ?x) {}'", "the query failed: .*urn:f"),
    "no such query file": (nothing, "query --file nothing.rq", "nothing.rq cannot be read: No such file"),
    "a query file that is a folder": (nothing, "query --file data", "data cannot be read: Is a directory"),
    "a query file that is not text": (
        write("q.rq", b"\xff"),
        "query --file q.rq",
        "q.rq cannot be read: it is not UTF-8 at byte 1",
    ),
    "unknown query": (nothing, "query what-hapens", r"there is no query what-hapens\. Did you mean what-happens"),
    "unknown parameter": (
        nothing,
        "query what-happens --wrold w-story",
        r"no parameter wrold\. It has world\. Did you mean world\?",
    ),
    "a parameter called name": (nothing, "query what-happens --name x", "no parameter name"),
    "wrong type": (nothing, "query what-happens --world 'no name'", "world takes an IRI or a name"),
    "wrong prefix": (nothing, "query what-happens --world nope:x", "the prefix nope: is not declared"),
    "a bad header": (
        write("queries/questions/bad.rq", b"#+ summary: a: b: c\nASK {}"),
        "query",
        r"queries/questions/bad\.rq:1:1: the header is not YAML",
    ),
    "a query without a question": (
        write("queries/questions/bad.rq", b"ASK {}"),
        "query bad",
        r"bad\.rq:1:1: .*its question",
    ),
    "two queries of one name": (
        write("queries/mine/what-happens.rq", b"#+ summary: x?\nASK {}"),
        "query what-happens",
        "bear the same name",
    ),
    "wrong form": (
        nothing,
        "query what-happens --format ttl",
        "a table of rows, which has no format ttl; it has table, md, csv",
    ),
    "unknown form": (nothing, "query what-happens --format xlsx", "no format xlsx"),
    "unknown form to export": (nothing, "export --format xlsx", "there is no format xlsx; there are ttl, jsonld"),
    "no web address": (nothing, "query what-happens --endpoint nonsense", "nonsense: is no web address"),
    "nobody there": (
        nothing,
        "query what-happens --endpoint http://127.0.0.1:9/",
        r"http://127\.0\.0\.1:9/: cannot be reached",
    ),
    # Things
    "unknown thing": (nothing, "describe ev-leav", r"nothing is called ev-leav\. Did you mean ev-leave"),
    "no name": (nothing, "describe ''", "nothing is called ''"),
    # Places to write to
    "build into a file": (write("dist", b"precious"), "build -q", "dist is a file; name a folder"),
    "build into a foreign folder": (
        write("dist/thesis.txt", b"precious"),
        "build -q",
        r"dist holds thesis\.txt, which was not",
    ),
    "build below a file": (write("file", b""), "build -q file/dist", "file/dist cannot be written: "),
    "build where one stands": (nothing, "build -q .", "is where you stand"),
    "build nowhere": (nothing, "build -q /proc/nowhere/dist", "/proc/nowhere/dist cannot be written: No such file"),
    "export below a file": (write("file", b""), "export -o file/x.ttl", "file/x.ttl cannot be written: "),
    "export into a folder": (nothing, "export -o data", "data cannot be written: Is a directory"),
    "init where something is": (nothing, "init data", "data is there already; name a new folder"),
    "init below a file": (write("file", b""), "init file/new", "file/new cannot be written: "),
    "init with a bad base": (nothing, "init new --base nonsense", "'nonsense' is no base"),
    # Sources
    "locate in nothing": (nothing, "locate x --source nothing.txt", "nothing.txt cannot be read"),
    "locate in what is no text": (
        write("s.txt", b"\xff"),
        "locate x --source s.txt",
        r"s\.txt cannot be read: it is not UTF-8 at byte 1\.\n",
    ),
    "locate nothing": (write("s.txt", b"words"), "locate x --source s.txt", "those words stand 0 times in the source"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_clear_message(case: str, small: Path, run: Command) -> None:
    spoil, words, message = BAD[case]
    spoil(small)
    before = snapshot(small)
    done = run(*shlex.split(words), cwd=small)
    assert done.status == 2
    assert done.out == ""
    assert re.match("lalakg: ", done.err)
    assert re.search(message, done.err), done.err
    assert "Traceback" not in done.err
    assert done.err.count("\n") <= 3
    assert max(map(len, done.err.splitlines())) < 400
    assert not re.search(r"\.\.\n|Errno|<class|object at", done.err)
    assert snapshot(small) == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("frobnicate", "No such command 'frobnicate'"),
        ("query a b", "b: a parameter is given as --name value"),
        ("query a --b", "--b: a parameter is given as --name value"),
        ("query a -e b", "Give a name, or --file, or --execute"),
        ("query --a b", "--a: parameters are for a ready-made query, or for --file"),
        ("query -e b --a b", "--a: parameters are for a ready-made query, or for --file"),
        ("describe", "Missing argument 'NAME'"),
        ("locate x", "Missing option '--source'"),
        ("build a b", "unexpected extra argument"),
    ],
)
def test_wrong_words_are_told_with_the_usage(words: str, message: str, run: Command, tmp_path: Path) -> None:
    done = run(*shlex.split(words), cwd=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("Usage: lalakg")
    assert message in done.err


def test_words_that_are_no_unicode(tmp_path: Path) -> None:
    for words in (
        [b"query", b"who-claims", b"--about", b"\xff"],
        [b"describe", b"\xff"],
        [b"query", b"\xff"],
        [b"-C", b"\xff", b"query"],
    ):
        done = subprocess.run([os.fsencode(LALAKG), *words], cwd=tmp_path, capture_output=True, check=False)
        assert (done.returncode, done.stdout) == (2, b"")
        assert b"Traceback" not in done.stderr


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    code = f"rmdir {shlex.quote(str(gone))}; exec {shlex.quote(str(LALAKG))} query who-plays-whom"
    done = subprocess.run(["sh", "-c", code], cwd=gone, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("lalakg: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", ["export --format nt", "query", "query timeline --format csv"])
def test_a_reader_that_goes_away_is_no_error_to_speak_of(words: str, tmp_path: Path) -> None:
    """As in `lalakg export --format nt | head -1`."""
    code = f"{shlex.quote(str(LALAKG))} {words} | head -n 1"
    done = subprocess.run(["bash", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr == CARRIED
    assert done.stdout.count("\n") == 1


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [LALAKG, "export", "--format", "nt"],
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_data_can_be_read_by_the_next_program(spawn: Command, tmp_path: Path) -> None:
    done = spawn(
        "query", "who-plays-whom", "--format", "json", cwd=tmp_path, env={"PYTHONIOENCODING": "", "LC_ALL": "C"}
    )
    assert len(json.loads(done.out)["results"]["bindings"]) == 3
    done = spawn("export", "--format", "nt", cwd=tmp_path, env={"LC_ALL": "C"})
    assert {q.triple for q in ox.parse(done.out, format=ox.RdfFormat.N_TRIPLES)} == set(lalakg.load(ROOT).triples)


def test_the_source_can_be_named_in_the_environment(spawn: Command, tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text("one two three", encoding="utf-8")
    done = spawn("locate", "two", env={"LALAKG_SOURCE": str(tmp_path / "s.txt")})
    assert re.fullmatch(r'lala:locator "p1 4-7 sha256-[0-9a-f]{64} #:~:text=two" ;\n', done.out)


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "0", "1e400"])
@pytest.mark.parametrize("words", ["load http://localhost:1", "check --endpoint http://localhost:1", "serve"])
def test_a_timeout_is_a_length_of_time(run: Command, words: str, seconds: str) -> None:
    done = run(*words.split(), "--timeout", seconds)
    assert done.status == 2
    assert "Invalid value for '--timeout': " in done.err
