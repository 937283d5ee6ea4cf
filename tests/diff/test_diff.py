"""Diff: what one must add, remove and change to make one graph the other, wherever the two are kept."""

import contextlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

import lalakg
from conftest import ROOT, Command
from lalakg._diff import FORMATS, Diff, diff
from lalakg._diff.alignment import align
from lalakg._errors import EndpointError, FolderError, InvalidValue, OutputError, ParseError
from support.strategies import canonical, graphs, named_triples, numbers

PREFIXES = """
@prefix ex: <http://example.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def triples(turtle: str) -> list[ox.Triple]:
    return [q.triple for q in ox.parse(PREFIXES + turtle, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)]


def between(a: str, b: str) -> Diff:
    return diff(triples(a), triples(b))


def told(found: Diff) -> list[str]:
    """What is told of the subjects, line by line, without blanks that only align."""
    lines = found.render().replace("<http://example.org/", "<").split("\n")
    return [" ".join(line.split()) for line in lines if line and not line.startswith(("---", "+++", "Note"))][:-1]


def statements(found: Diff) -> tuple[set[ox.Triple], set[ox.Triple]]:
    """What is there on one side only: before, after."""
    before = {ox.Triple(c.subject, c.predicate, c.before) for c in found.changed}
    after = {ox.Triple(c.subject, c.predicate, c.after) for c in found.changed}
    return before | set(found.removed), after | set(found.added)


# Laws


pairs = st.tuples(graphs, graphs, graphs).map(lambda three: ([*three[0], *three[1]], [*three[0], *three[2]]))


@given(pairs)
def test_applying_the_difference_to_the_first_gives_the_second(pair: tuple[list[ox.Triple], list[ox.Triple]]) -> None:
    a, b = pair
    first, second = align(set(a), set(b))
    assert canonical(list(first)) == canonical(a)
    assert canonical(list(second)) == canonical(b)
    removed, added = statements(diff(a, b))
    assert removed <= first
    assert not added & first
    assert (first - removed) | added == second


@given(graphs)
def test_nothing_differs_from_itself_whatever_its_blank_nodes_are_called(graph: list[ox.Triple]) -> None:
    def renamed(term: Any) -> Any:
        return ox.BlankNode(f"other{9 - len(term.value)}{term.value}") if isinstance(term, ox.BlankNode) else term

    again = [ox.Triple(renamed(t.subject), t.predicate, renamed(t.object)) for t in reversed(graph)]
    assert not diff(graph, graph)
    assert not diff(graph, again)
    assert diff(graph, again).added == diff(graph, again).removed == diff(graph, again).changed == []


@given(pairs)
def test_the_difference_the_other_way_is_the_inverse(pair: tuple[list[ox.Triple], list[ox.Triple]]) -> None:
    there, back = diff(*pair), diff(*reversed(pair))
    assert (there.added, there.removed) == (back.removed, back.added)
    assert [(c.subject, c.predicate, c.before, c.after) for c in there.changed] == [
        (c.subject, c.predicate, c.after, c.before) for c in back.changed
    ]


@given(pairs)
def test_it_is_false_just_for_isomorphic_graphs(pair: tuple[list[ox.Triple], list[ox.Triple]]) -> None:
    assert bool(diff(*pair)) == (canonical(pair[0]) != canonical(pair[1]))


@given(st.lists(named_triples, max_size=12), st.lists(named_triples, max_size=12))
def test_without_blank_nodes_it_is_the_difference_of_sets(a: list[ox.Triple], b: list[ox.Triple]) -> None:
    assert statements(diff(a, b)) == (set(a) - set(b), set(b) - set(a))


@pytest.mark.slow
@given(pairs, st.sampled_from(FORMATS))
def test_every_form_can_tell_it_and_tells_it_the_same_again(pair: Any, form: str) -> None:
    text = diff(*pair).render(form)
    assert text.endswith("\n")
    assert text == diff(*pair).render(form)


@pytest.mark.slow
@given(pairs)
def test_turtle_holds_every_difference_as_a_change_set(pair: tuple[list[ox.Triple], list[ox.Triple]]) -> None:
    found = diff(*pair)
    removed, added = statements(found)
    written = [q.triple for q in ox.parse(found.render("ttl"), format=ox.RdfFormat.TURTLE)]
    count = {
        name: sum(t.predicate.value.endswith(f"schema#{name}") for t in written) for name in ("addition", "removal")
    }
    assert count == {"addition": len(added), "removal": len(removed)}
    assert json.loads(found.render("json"))["counts"] == found.counts


@given(st.lists(named_triples, max_size=5), numbers)
def test_an_rdflib_graph_differs_in_writing_only(graph: list[ox.Triple], number: ox.Literal) -> None:
    name = ox.NamedNode("http://example.org/n")
    kept = ox.Store()
    kept.extend(ox.Quad(t.subject, t.predicate, t.object) for t in [*graph, ox.Triple(name, name, number)])
    other = rdflib.Graph().parse(data=kept.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b"")
    found = diff([*graph, ox.Triple(name, name, number)], other)
    assert not [t for t in (*found.added, *found.removed) if t.predicate == name and "x" not in number.value]


# What has changed


def test_a_property_with_one_value_on_both_sides_has_changed() -> None:
    found = between('ex:a ex:p 1 ; ex:q 1, 2 ; ex:r "x" .', 'ex:a ex:p 2 ; ex:q 2, 3 ; ex:s "x" .')
    assert [(c.predicate.value[-1], c.before.value, c.after.value) for c in found.changed] == [("p", "1", "2")]
    assert told(found) == [
        "<a>",
        "~ <p> 1 → 2",
        "- <q> 1",
        "+ <q> 3",
        '- <r> "x"',
        '+ <s> "x"',
    ]
    assert found.summary == "Statements: 2 added, 2 removed, 1 changed."


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("ex:a ex:p 01 .", "ex:a ex:p 1 ."),
        ("ex:a ex:p 1 .", "ex:a ex:p 1.0 ."),
        ('ex:a ex:p "x"@en .', 'ex:a ex:p "x"@en-gb .'),
        ('ex:a ex:p "x" .', 'ex:a ex:p "x"@en .'),
        ("ex:a ex:p true .", 'ex:a ex:p "1"^^xsd:boolean .'),
        ('ex:a ex:p "\\u00e9" .', 'ex:a ex:p "e\\u0301" .'),
    ],
)
def test_literals_are_compared_as_they_are_written(a: str, b: str) -> None:
    assert len(between(a, b).changed) == 1


def test_the_case_of_a_language_tag_is_no_difference() -> None:
    assert not between('ex:a ex:p "x"@EN-gb .', 'ex:a ex:p "x"@en-GB .')


def test_things_are_told_by_their_labels_and_short_names(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(PREFIXES + 'ex:a ex:p ex:b . ex:b rdfs:label "Bob"@fr, "Bob the cat"@en .', "utf-8")
    (tmp_path / "b.ttl").write_text(PREFIXES + 'ex:c ex:p ex:a ; rdfs:label "Cy\\nan" .', "utf-8")
    assert told(diff(tmp_path / "a.ttl", tmp_path / "b.ttl")) == [
        "ex:a: gone",
        "- ex:p Bob the cat (ex:b)",
        "Bob the cat (ex:b): gone",
        '- rdfs:label "Bob the cat"@en',
        '- rdfs:label "Bob"@fr',
        "Cy an (ex:c): new",
        "+ ex:p ex:a",
        '+ rdfs:label "Cy\\nan"',
    ]


# Blank nodes


def test_a_change_inside_a_structure_is_told_under_the_thing_that_leads_to_it() -> None:
    found = between(
        "ex:a ex:p [ ex:q [ ex:r 1 ; ex:s 1 ] ] .",
        "ex:a ex:p [ ex:q [ ex:r 2 ; ex:s 1 ] ] .",
    )
    assert told(found) == ["<a>", "~ <p>/<q>/<r> 1 → 2"]


def test_among_several_in_one_place_those_most_alike_are_compared() -> None:
    found = between(
        "ex:a ex:p [ ex:n 1 ; ex:m 1 ; ex:v 1 ], [ ex:n 2 ; ex:m 2 ; ex:v 2 ], [ ex:n 3 ; ex:m 3 ] .",
        "ex:a ex:p [ ex:n 2 ; ex:m 2 ; ex:v 9 ], [ ex:n 1 ; ex:m 1 ; ex:v 8 ], [ ex:n 3 ; ex:m 3 ] .",
    )
    assert found.counts == {"added": 0, "removed": 0, "changed": 2}
    assert {(c.before.value, c.after.value) for c in found.changed} == {("1", "8"), ("2", "9")}


def test_a_structure_that_nothing_leads_to_is_told_by_itself() -> None:
    found = between(
        "[] a owl:Axiom ; owl:annotatedSource ex:a ; rdfs:comment 1 . ex:a ex:p 1 .",
        "[] a owl:Axiom ; owl:annotatedSource ex:a ; rdfs:comment 2 . ex:a ex:p 2 .",
    )
    assert told(found) == ["<a>", "~ <p> 1 → 2", "[]", "~ rdfs:comment 1 → 2"]


def test_an_unchanged_structure_is_not_told_though_its_neighbour_changes() -> None:
    same = " ".join(f"ex:a{n} ex:p [ ex:q [ ex:r {n % 3} ] ] ." for n in range(20))
    found = between(same + "ex:b ex:p [ ex:q 1 ] .", same + "ex:b ex:p [ ex:q 2 ] .")
    assert found.counts == {"added": 0, "removed": 0, "changed": 1}


def test_a_structure_that_moved_is_gone_in_one_place_and_new_in_another() -> None:
    found = between("ex:a ex:p [ ex:q 1 ] .", "ex:b ex:p [ ex:q 1 ] .")
    assert found.counts == {"added": 2, "removed": 2, "changed": 0}


def test_a_long_list_is_compared_place_by_place_and_its_path_stays_short() -> None:
    items = [str(n) for n in range(2000)]
    found = between(f"ex:a ex:p ({' '.join(items)}) .", f"ex:a ex:p ({' '.join([*items[:-1], 'ex:z'])}) .")
    assert told(found) == ["<a>", "~ <p>/rdf:rest*/rdf:first 1999 → <z>"]


def test_circles_of_blank_nodes_are_compared() -> None:
    circle = "_:a ex:p _:b . _:b ex:p _:a ; ex:q %d ; ex:r 0 ."
    assert not between(circle % 1, circle % 1)
    assert between(circle % 1, circle % 2).counts == {"added": 0, "removed": 0, "changed": 1}


# Forms


CHANGED = between('ex:a ex:p 1 . ex:b a ex:B ; ex:p "`x`", "|*<y>" .', "ex:a ex:p 2 . ex:c a ex:C ; ex:p [] .")


def test_json_says_it_all() -> None:
    content = json.loads(CHANGED.render("json"))
    assert content["equal"] is False
    assert content["counts"] == {"added": 2, "removed": 3, "changed": 1}
    a, b, c = content["subjects"]
    assert (a["state"], b["state"], c["state"]) == ("changed", "gone", "new")
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    assert a["changed"] == [
        {
            "path": "<http://example.org/p>",
            "subject": {"type": "uri", "value": "http://example.org/a"},
            "predicate": {"type": "uri", "value": "http://example.org/p"},
            "before": {"type": "literal", "value": "1", "datatype": integer},
            "after": {"type": "literal", "value": "2", "datatype": integer},
        }
    ]
    assert [line["object"]["value"] for line in b["removed"]] == ["`x`", "|*<y>", "http://example.org/B"]
    assert c["added"][0]["object"]["type"] == "bnode"


def test_markdown_is_for_release_notes() -> None:
    assert (
        CHANGED.render("md")
        == """\
Statements: 2 added, 3 removed, 1 changed.

### Added

- `<http://example.org/c>`, `<http://example.org/C>`: 2 statements

### Changed

- `<http://example.org/a>`
  - changed `<http://example.org/p>`: `1` → `2`

### Removed

- `<http://example.org/b>`, `<http://example.org/B>`: 3 statements
"""
    )


def test_a_label_cannot_spoil_markdown() -> None:
    found = between('ex:a rdfs:label "*<b>_`|" ; ex:p ex:a .', 'ex:a rdfs:label "*<b>_`|" ; ex:p "``" .')
    assert "- **\\*\\<b\\>\\_\\`\\|** (`<http://example.org/a>`)" in found.render("md")
    assert '→ ``` "``" ```' in found.render("md")


def test_equal_graphs_are_told_so_in_every_form() -> None:
    same = between("ex:a ex:p 1 .", "ex:a ex:p 1 .")
    assert str(same) == same.render("md") == "No difference: 1 statement on both sides.\n"
    assert json.loads(same.render("json"))["equal"] is True
    assert not list(ox.parse(same.render("ttl"), format=ox.RdfFormat.TURTLE))


def test_another_form_is_refused() -> None:
    with pytest.raises(OutputError, match="no form sarif; there are text"):
        CHANGED.render("sarif")


# Sides


@pytest.mark.parametrize("form", ["ttl", "nt", "rdf", "jsonld", "nq", "trig"])
def test_every_serialisation_holds_the_same_graph(form: str, tmp_path: Path, kg: lalakg.KnowledgeGraph) -> None:
    file = tmp_path / f"film.{form}"
    file.write_text(lalakg.export(kg, form), encoding="utf-8", newline="\n")
    found = diff(file, kg)
    if form in ("nq", "trig"):  # authored and derived may lie in two graphs of these, but are one here
        found = diff(str(file), ROOT)
    assert not found, str(found)[:2000]


def test_every_kind_of_side_is_read(kg: lalakg.KnowledgeGraph) -> None:
    for side in (kg, ROOT, str(ROOT), ROOT / "data/published/lalakg.ttl", kg.triples, iter(kg.triples), kg.to_rdflib()):
        assert not lalakg.diff(kg, side)


def test_an_rdflib_dataset_is_its_default_graph() -> None:
    dataset = rdflib.Dataset()
    dataset.default_graph.parse(data=PREFIXES + "ex:a ex:p 01 .")
    found = diff(triples("ex:a ex:p 01 ."), dataset)
    assert not found
    assert found.notes == ("the store altered 1 literal (01 became 1), which is no difference",)


def test_a_build_is_compared_as_what_it_holds(small: Path, tmp_path: Path) -> None:
    lalakg.build(lalakg.load(small), tmp_path / "dist")
    assert not diff(tmp_path / "dist", small)


def test_relative_iris_are_the_same_in_two_places(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.ttl").write_text("<> <p> <#x> .", encoding="utf-8")
    assert not diff(tmp_path / "a/a.ttl", tmp_path / "b/b.ttl")


def test_what_is_no_triple_is_an_invalid_value() -> None:
    with pytest.raises(InvalidValue, match="a takes a graph, where one is kept, or pyoxigraph's triples, not 'x'"):
        diff(["x"], [])  # type: ignore[list-item]


# Endpoints


class Endpoint:
    """A store that answers by the SPARQL protocol, `cap` statements at most, below `path`."""

    def __init__(self, turtle: str, cap: int | None = None, path: str = "/") -> None:
        self.store, self.cap, self.path = ox.Store(), cap or 1_000_000, path
        self.asked: list[str] = []
        self.store.load(PREFIXES + turtle, format=ox.RdfFormat.TRIG)

    def answer(self, form: dict[str, list[str]]) -> tuple[str, bytes]:
        self.asked += form["query"]
        graphs = [ox.NamedNode(name) for name in form.get("default-graph-uri", [])]
        found = self.store.query(form["query"][0], default_graph=graphs or None)
        answer = json.loads(found.serialize(format=ox.QueryResultsFormat.JSON) or b"")
        if "results" in answer:
            del answer["results"]["bindings"][self.cap :]
        return "application/sparql-results+json", json.dumps(answer).encode()


Serve = Callable[[Endpoint], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with contextlib.ExitStack() as stack:

        def start(endpoint: Endpoint) -> str:
            class Handler(BaseHTTPRequestHandler):
                def do_POST(self) -> None:
                    form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                    found = self.path == endpoint.path
                    kind, body = endpoint.answer(form) if found else ("text/html", b"<h1>No</h1>")
                    self.send_response(200 if found else 404)
                    self.send_header("Content-Type", kind)
                    self.end_headers()
                    self.wfile.write(body)

                def log_message(self, *_: object) -> None:
                    """Say nothing."""

            server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            stack.callback(server.server_close)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield start


def test_an_endpoint_is_compared_with_its_blank_nodes(serve: Serve) -> None:
    turtle = "ex:a ex:p [ ex:q 1 ; ex:r [ ex:s 2 ] ], ex:b . _:x ex:p _:y . _:y ex:p _:x ."
    url = serve(Endpoint(turtle))
    assert not diff(url, triples(turtle))
    found = diff(triples(turtle.replace("ex:s 2", "ex:s 3")), url)
    assert [(c.before.value, c.after.value) for c in found.changed] == [("3", "2")]


def test_what_a_store_rewrites_is_a_note_and_no_difference(serve: Serve) -> None:
    turtle = """ex:a ex:p 01, 7.50, "1"^^xsd:boolean, "x"@EN, "2020-01-01T00:00:00.0Z"^^xsd:dateTime ."""
    url = serve(Endpoint(turtle))
    found = diff(triples(turtle), url)
    assert not found
    assert found.notes == (
        "the store altered 4 literals (01 became 1, 1 became true, 2020-01-01T00:00:00.0Z became "
        "2020-01-01T00:00:00Z, …), which is no difference",
    )
    assert "Note: the store altered 4" in found.render()
    assert not diff(url, triples(turtle))


def test_what_a_store_merges_is_no_difference_but_another_value_is(serve: Serve) -> None:
    url = serve(Endpoint("ex:a ex:p 7 ; ex:q 8 ."))
    found = diff(triples("ex:a ex:p 7, 007, 7.0 ; ex:q 9 ."), url)
    assert found.counts == {"added": 0, "removed": 0, "changed": 1}
    assert "altered 2 literals" in found.notes[0]


def test_a_named_graph_is_compared_alone(serve: Serve) -> None:
    url = serve(Endpoint("ex:a ex:p 1 . ex:g { ex:a ex:p 2 }"))
    assert not diff(url, triples("ex:a ex:p 2 ."), graph="http://example.org/g")
    assert not diff(url, triples("ex:a ex:p 1 ."))
    found = diff(url, [], graph="http://example.org/none")
    assert not found
    assert found.notes == (f"the graph <http://example.org/none> of {url} is empty; --graph names another",)


def test_a_store_that_cuts_its_answers_short_is_read_in_parts(serve: Serve) -> None:
    turtle = " ".join(f'ex:a{n} ex:p "{n}"@en .' for n in range(3000))
    endpoint = Endpoint(turtle, cap=1000)
    assert not diff(serve(endpoint), triples(turtle))
    assert sum("STRSTARTS" in query for query in endpoint.asked) == 16


@pytest.mark.parametrize(
    ("turtle", "cap"),
    [
        (" ".join(f"ex:a{n} ex:p {n} ." for n in range(300)), 5),
        (" ".join(f"ex:a ex:p [ ex:q {n} ] ." for n in range(30)), 10),
    ],
    ids=["named", "blank"],
)
def test_an_endpoint_that_cannot_be_read_whole_is_an_error_and_no_wrong_difference(
    serve: Serve, turtle: str, cap: int
) -> None:
    with pytest.raises(EndpointError, match=r"gave \d+ of its \d+ statements.*cuts its answers short"):
        diff(serve(Endpoint(turtle, cap)), triples(turtle))


def test_the_address_of_a_store_will_do(serve: Serve) -> None:
    assert not diff(serve(Endpoint("ex:a ex:p 1 .", path="/query")), triples("ex:a ex:p 1 ."))


def test_a_graph_at_an_endpoint_is_what_the_endpoint_holds(serve: Serve) -> None:
    url = serve(Endpoint("ex:a ex:p 1 ."))
    assert not diff(lalakg.load(ROOT, endpoint=url), triples("ex:a ex:p 1 ."))


@pytest.mark.parametrize("graph", ["no iri", "", "http://example.org/> { ?s ?p ?o } } #"])
def test_a_graph_is_named_by_an_iri_and_cannot_change_the_question(serve: Serve, graph: str) -> None:
    endpoint = Endpoint("ex:a ex:p 1 .")
    with pytest.raises(InvalidValue, match="is no IRI of a graph"):
        diff(serve(endpoint), [], graph=graph)


# The command line


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    a, b = tmp_path / "a.ttl", tmp_path / "b.nt"
    a.write_text(PREFIXES + "ex:a ex:p 1 .", encoding="utf-8")
    b.write_text("<http://example.org/a> <http://example.org/p> <http://example.org/b> .", encoding="utf-8")
    return a, b


def test_the_exit_status_is_that_of_diff(run: Command, pair: tuple[Path, Path]) -> None:
    a, b = pair
    assert run("diff", a, a).status == 0
    done = run("diff", a, b)
    assert (done.status, done.err) == (1, "")
    assert done.out == f"--- {a}\n+++ {b}\n\nex:a\n  ~ ex:p  1 → ex:b\n\nStatements: 1 changed.\n"
    assert json.loads(run("diff", a, b, "--format", "json").out)["counts"]["changed"] == 1


def test_with_one_argument_it_is_compared_with_the_folder(run: Command, small: Path, serve: Serve) -> None:
    kg = lalakg.load(small)
    url = serve(Endpoint(lalakg.export(kg, "nt") + "ex:a ex:p 1 ."))
    done = run("diff", url, cwd=small)
    assert (done.status, done.err) == (1, "")
    assert done.out.startswith(f"--- {url}\n+++ .\n\n<http://example.org/a>: gone\n")
    assert run("-C", small, "diff", small).status == 0


def test_a_graph_may_be_named_as_the_folder_does(run: Command, small: Path, serve: Serve) -> None:
    kg = lalakg.load(small)
    name = kg.folder.dataset.graphs + "complete"
    url = serve(Endpoint(f"<{name}> {{ {lalakg.export(kg, 'nt')} }}"))
    for graph in ("complete", name, f"<{name}>"):
        assert run("-C", small, "diff", url, "--graph", graph).status == 0
    assert run("-C", small, "diff", url).status == 0, "it is looked for there by itself"
    assert run("-C", small, "diff", url, "--default").status == 1


def _bad_inputs(folder: Path) -> Iterator[tuple[list[str], str]]:
    (folder / "syntax.ttl").write_text("@prefix ex: <http://e/> .\nex:a ex:b .", encoding="utf-8")
    (folder / "prefix.ttl").write_text("<http://e/a> nope:b 1 .", encoding="utf-8")
    (folder / "picture.svg").write_text("<svg/>", encoding="utf-8")
    (folder / "noise").write_bytes(b"\x89PNG\r\n\x00\xff")
    (folder / "cut.jsonld").write_text('{"@id": "http://e/a"', encoding="utf-8")
    (folder / "cut.rdf").write_text('<?xml version="1.0"?><rdf', encoding="utf-8")
    yield ["missing.ttl"], "missing.ttl cannot be read: No such file or directory."
    yield ["syntax.ttl"], "syntax.ttl:2:"
    yield ["prefix.ttl"], "The prefix nope: has not been declared"
    yield ["picture.svg"], "picture.svg is no RDF file by its ending"
    yield ["noise"], "noise:1:1: "
    yield ["cut.jsonld"], "cut.jsonld:1:"
    yield ["cut.rdf"], "cut.rdf:1:"
    yield ["queries"], "queries holds no RDF file."
    yield [".", "missing"], "missing cannot be read"
    yield ["http://127.0.0.1:9/"], "http://127.0.0.1:9/: cannot be reached: Connection refused."
    yield ["http://"], "http://: is no web address"
    yield [".", ".", "--default"], "--graph, --default and --user are for what lies elsewhere"
    yield [".", ".", "--graph", "complete"], "--graph, --default and --user are for what lies elsewhere"
    yield ["http://127.0.0.1:9/", "--graph", "complete", "--default"], "Give --graph or --default, not both."
    yield ["http://127.0.0.1:9/", "--graph", "nope:g"], "the prefix nope: is not declared"
    yield [".", ".", "--format", "sarif"], "Invalid value for '--format'"
    yield [], "Missing argument 'A'"


def test_bad_input_is_one_message_and_exit_2(run: Command, small: Path) -> None:
    (small / "queries").mkdir(exist_ok=True)
    for words, message in _bad_inputs(small):
        done = run("diff", *words, cwd=small)
        assert (done.status, done.out) == (2, ""), words
        assert message in done.err
        assert "Traceback" not in done.err


def test_errors_are_of_our_tree(tmp_path: Path) -> None:
    with pytest.raises(FolderError):
        diff(tmp_path / "none.ttl", [])
    with pytest.raises(FolderError):
        diff([], tmp_path)
    (tmp_path / "x.ttl").write_text("x", encoding="utf-8")
    with pytest.raises(ParseError):
        diff(tmp_path / "x.ttl", [])


def test_another_version_of_a_folder_is_compared_with_all_that_follows(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "old")
    file = folder / "data/links.ttl"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + '\nlkg:seb\n  skos:altLabel "S" ;\n  .\n', encoding="utf-8")
    found = diff(tmp_path / "old", folder)
    assert found.counts == {"added": 1, "removed": 0, "changed": 0}
    assert "(lkg:seb)" in str(found)


def test_a_long_way_is_told_in_short() -> None:
    chain = f"ex:a ex:p {'[ ex:p ' * 3_000}[ ex:q %d ]{' ]' * 3_000} ."
    assert told(between(chain % 1, chain % 2)) == ["<a>", "~ <p>+/<q> 1 → 2"]
