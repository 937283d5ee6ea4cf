"""The formatter's laws: the graph stays, literals stay as written, and no comment is lost or moves to another block."""

from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lalakg._errors import FolderError
from lalakg._rdf.parser import parse
from lalakg._rdf.tokens import tokens
from lalakg._rdf.turtle import write
from lalakg._rdf.turtle_formatter import reformat
from lalakg._rdf.turtle_source import labels, language_tags, pieces
from support.strategies import PREFIXES, canonical, graphs

HERE = Path("data/x.ttl")
EX = "@prefix ex: <http://e/> .\n"


def triples(text: str) -> list[ox.Triple]:
    return parse(text.encode(), HERE).triples


def comments(text: str) -> Counter[str]:
    return Counter(token.text for token in tokens(text) if token.kind == "comment")


def agree(text: str) -> str:
    """The canonical text, which must say what the text says, comments included, and be its own canonical text."""
    formatted = reformat(text, HERE).text
    assert canonical(triples(formatted)) == canonical(triples(text))
    assert comments(formatted) == comments(text)
    assert reformat(formatted, HERE).text == formatted
    return formatted


def place(text: str) -> list[str]:
    """Comments and subjects of blocks in their order."""
    return [line for line in text.splitlines() if line and not line.startswith((" ", "@prefix", "@base"))]


# Comments

SECTIONS = """\
# My vocabulary

@prefix ex: <http://e/> .

#####
# Classes
#####

ex:Zebra a ex:Class .
ex:Ant a ex:Class .

# Properties

# of eats
ex:eats a ex:Property .
ex:age a ex:Property .
"""


def test_headings_of_sections_keep_the_order_of_the_file() -> None:
    assert place(agree(SECTIONS)) == [
        "# My vocabulary",
        "#####",
        "# Classes",
        "#####",
        "ex:Zebra",
        "ex:Ant",
        "# Properties",
        "# of eats",
        "ex:eats",
        "ex:age",
    ]
    assert reformat(SECTIONS, HERE).kept_order == "its comments are headings of sections"


def test_a_comment_directly_above_each_block_goes_with_it() -> None:
    text = EX + "# of b\nex:b a ex:T .\n# of a\nex:a a ex:T .\n"
    assert place(agree(text)) == ["# of a", "ex:a", "# of b", "ex:b"]
    assert reformat(text, HERE).kept_order == ""


@pytest.mark.parametrize(
    ("body", "order"),
    [
        ("# Letters\nex:z a ex:T .\nex:a a ex:T .\n", "# Letters ex:z ex:a"),
        ("ex:z a ex:T .\n\n# ex:old a ex:T .\n\nex:a a ex:T .\n", "ex:z # ex:old a ex:T . ex:a"),
        ("ex:z a ex:T .\nex:a a ex:T .\n# the end\n", "ex:z ex:a # the end"),
        ("ex:z a ex:T .\n# about z\n\nex:a a ex:T .\n", "ex:z # about z ex:a"),
        ("# labels\nex:b ex:l 1 .\n# types\nex:a a ex:T .\nex:b a ex:T .\n", "# labels ex:b # types ex:a ex:b"),
        ("# a node\n[] ex:p 1 .\n# named\nex:a ex:p 1 .\n", "# a node [] # named ex:a"),
        ("ex:z ex:p _:x .\n# a node\n_:x ex:p 1 .\nex:a ex:p 1 .\n", "ex:z # a node _:x ex:a"),
    ],
)
def test_comments_that_may_be_headings_stay_where_they_are(body: str, order: str) -> None:
    formatted = agree(EX + body)
    assert " ".join(place(formatted)) == order
    assert reformat(formatted, HERE).kept_order


def test_a_comment_on_the_line_of_a_dot_stays_on_it() -> None:
    text = EX + "ex:b a ex:T . # of b\nex:a a ex:T .\n"
    assert agree(text) == EX + "\nex:b\n  a ex:T ;\n  . # of b\n\nex:a\n  a ex:T ;\n  .\n"
    assert reformat(text, HERE).kept_order == "comments stand at the ends of its blocks"


def test_comments_among_prefixes_stay_with_them() -> None:
    text = "@prefix z: <http://z/> . # ours\n# theirs\nPREFIX a: <http://a/>\nz:x a:p 1 .\n"
    assert agree(text).startswith("@prefix z: <http://z/> . # ours\n# theirs\n@prefix a: <http://a/> .\n\nz:x\n")


@pytest.mark.parametrize(
    "block",
    [
        "ex:z\n  # inside\n  ex:b   ex:c .",
        "ex:z ex:b 1 ; # why\n  # ex:old 1 ;\n  ex:d _:n.",
        "ex:z ex:b [ # in brackets\n ex:c ( 1 # one\n 2 ) ] .",
        "PREFIX new: # why\n <http://new/>",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_block_with_a_comment_inside_is_left_as_it_is_written(block: str, end: str) -> None:
    text = (EX + f"ex:y  ex:p  1 .\n{block} # behind\n_:n ex:p 2 .\nex:z ex:b 2 .\nex:a ex:q _:n .\n").replace(
        "\n", end
    )
    formatted = agree(text)
    assert f"{end}{block} # behind\n".replace("\r\n", "\n").replace("\n", end) in formatted
    assert f"{end}ex:y{end}  ex:p 1 ;{end}" in formatted
    assert "left as they are written" in reformat(text, HERE).kept_order


def test_a_comment_inside_a_block_of_mixed_line_ends_is_refused() -> None:
    with pytest.raises(FolderError, match=r"x\.ttl: a block with a comment inside has line ends of two kinds"):
        reformat("<urn:a> <urn:b> # why\r\n '''x\ny''' .\r\n\r\n", HERE)


def test_a_file_of_comments_alone_stays() -> None:
    text = "# one\n\n# two\n"
    assert agree(text) == text


# Line ends and characters


def test_a_literal_over_two_lines_keeps_its_line_ends() -> None:
    text = '@prefix ex: <http://e/> .\r\nex:a ex:p """one\r\ntwo""", "one\\ntwo", "\\r", """a\r\n\\n""" .\r\n'
    formatted = agree(text)
    assert formatted.count("\n") == formatted.count("\r\n")
    assert {t.object.value for t in triples(formatted) if isinstance(t.object, ox.Literal)} == {
        "one\r\ntwo",
        "one\ntwo",
        "\r",
        "a\r\n\n",
    }


def test_mixed_line_ends_become_those_of_most_lines_and_literals_stay() -> None:
    text = EX + 'ex:a ex:p """one\r\ntwo\r\nthree""" .\nex:b ex:p 1 .\r\n'
    assert "\r" not in agree(text)


def test_lone_carriage_returns_end_lines_and_comments() -> None:
    assert place(agree(EX.replace("\n", "\r") + "# of a\rex:a ex:p 1 .\r")) == ["# of a", "ex:a"]


@given(graphs, st.sampled_from(["\n", "\r\n", "\r"]))
def test_no_line_end_changes_the_graph(graph: list[ox.Triple], end: str) -> None:
    text = write(graph, PREFIXES).replace("\n", end)
    agree(text)


@pytest.mark.parametrize("odd", ["\x0b", "\x85", "\u2028", "\ufeff", "\x0c", "\x00", "\U0001f600"])
def test_odd_characters_in_comments_and_literals_stay(odd: str) -> None:
    text = EX + f"# a{odd}b\nex:a ex:p 'x{odd}y', '''x{odd}\ny''' .\n"
    assert f"# a{odd}b\n" in agree(text)


# Names, tags and numbers


def test_language_tags_stay_as_written() -> None:
    formatted = agree(EX + "ex:a ex:p 'x'@en-GB , 'y'@en-gb , '''z'''@zh-Hant .\n")
    assert formatted.endswith('"x"@en-GB , "y"@en-gb , "z"@zh-Hant ;\n  .\n')
    assert set(language_tags(formatted).values()) == {"en-GB", "zh-Hant"}


def test_prefixes_and_the_base_stay_declared() -> None:
    formatted = agree("@base <http://e/d/> .\n@prefix no: <http://no/> .\n<x> <#p> <../y> .\n")
    assert formatted.startswith("@prefix no: <http://no/> .\n@base <http://e/d/> .\n\n<http://e/d/x>\n")


def test_a_prefix_that_changes_its_meaning_does_so_at_the_same_place() -> None:
    text = "@prefix e: <http://z/> .\ne:x e:p 1 .\n@prefix e: <http://a/> .\ne:x e:p 1 .\n"
    assert place(agree(text)) == ["e:x", "e:x"]
    assert reformat(text, HERE).kept_order == "a prefix or the base changes within it"


@pytest.mark.parametrize(
    "text",
    [
        'VERSION "1.2"\n<http://a> <http://b> 1 .\n',
        '@version "1.2" .\n<http://a> <http://b> 1 .\n',
        "<http://a> <http://b> 1 {| <http://c> 2 |} .\n",
        "<< <http://a> <http://b> 1 >> .\n",
        "<http://a> <http://b> 'x'@en--ltr .\n",
        "{ <http://a> <http://b> 1 } => { } .\n",
        "<http://a> = <http://b> .\n",
        "<http://a> <http://b> '\\uD800' .\n",
        "\ufeff<http://a> <http://b> 1 .\n",
    ],
)
def test_what_cannot_be_kept_is_refused(text: str) -> None:
    with pytest.raises(FolderError):
        reformat(text, HERE)


def test_statements_without_a_space_between_them_stay() -> None:
    assert place(agree(EX + "# A\n\nex:z ex:p 1.<http://e/y> ex:p 2 .ex:x ex:p ex:o.\n")) == [
        "# A",
        "ex:z",
        "ex:y",
        "ex:x",
    ]


# The laws on random files


@st.composite
def files(draw: st.DrawFn) -> str:
    """A random graph's blocks with comments anywhere between them, in a random order."""
    blocks = draw(
        st.permutations([p.text for p in pieces(write(draw(graphs), PREFIXES), HERE) if p.kind == "statement"])
    )
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    gap = st.sampled_from(
        ["\n", "\n\n", "\n# attached\n", "\n\n# heading\n\n", " # behind\n", " # behind\n# two\n\n\n# 3\n"]
    )
    inside = st.sampled_from(["\n", "\n", "\n", "\n# inside\n"])
    broken = [block.removesuffix("\n  .") + draw(inside) + "  ." for block in blocks]
    return head + "".join(draw(gap) + block for block in broken) + draw(gap)


@given(files())
def test_the_laws_hold_on_random_files(text: str) -> None:
    agree(text)


@given(files())
def test_comments_keep_their_order_where_the_files_order_is_kept(text: str) -> None:
    if (result := reformat(text, HERE)).kept_order:
        before, after = ([t.text for t in tokens(x) if t.kind == "comment"] for x in (text, result.text))
        assert before == after


def test_labels_that_are_needed_stay_and_new_ones_differ_from_them() -> None:
    deep = "[ ex:p " * 25 + "_:b1" + " ]" * 25
    formatted = agree(EX + f"# deep\n\nex:z ex:p {deep} .\nex:a ex:p _:b1 .\n")
    assert {"b1", "b2"} <= labels(formatted)
