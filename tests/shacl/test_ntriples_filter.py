"""N-Triples that the store reads by itself: the same data, literals as they were written included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lalakg._errors import FolderError, ParseError
from lalakg._rdf import parser
from lalakg._shacl import Data

XSD = "http://www.w3.org/2001/XMLSchema#"
S, P = ox.NamedNode("urn:s"), ox.NamedNode("urn:p")
TEXTS = ["1", "01", "-0", "12345678901234567890", "a@EN", 'x"^^<y>', "_:b ", "\\", "é", ""]
KINDS = [
    "",
    "@en",
    "@EN",
    "@en-gb",
    "@de-AT",
    *(f"^^<{XSD}{k}>" for k in ("string", "integer", "int", "date")),
    "^^<urn:d>",
]
PLAIN = ["<urn:o>", "<mailto:a@b>", "<urn:a_:b>", "_:a", "_:b", f'"1" ^^ <{XSD}int>', '"x" @EN', "<urn:\\u0040>"]
ENDS = [" .", ".", "  .  ", " . # why@not", ' . # "7"^^<urn:d> .']


def literal(text: str, kind: str) -> str:
    return str(ox.Literal(text)) + kind


objects = st.one_of(st.builds(literal, st.sampled_from(TEXTS), st.sampled_from(KINDS)), st.sampled_from(PLAIN))
subjects = st.sampled_from(["<urn:s>", "<urn:t>", "_:a", "_:b"])
statements = st.builds(
    "{} <urn:p> {}{}{}".format, subjects, objects, st.sampled_from(ENDS), st.sampled_from(["\n", "\r\n", "\n\n"])
)


def content(data: Data) -> set[tuple[str, str, str]]:
    """Everything that was said, as it was written; blank nodes by what is said of them, since they are named anew."""
    known = data.lexical.original_forms
    written = [(q.subject, q.object, o) for q in data.store for o in known(q.subject, P, q.object)]

    def name(node: Any) -> str:
        if not isinstance(node, ox.BlankNode):
            return str(node)
        said = (o for s, _, o in written if s == node)
        return str(sorted(str(o == node) if isinstance(o, ox.BlankNode) else str(o) for o in said))

    return {(name(s), str(stored) if isinstance(o, ox.Literal) else name(o), name(o)) for s, stored, o in written}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(statements, max_size=8), min_size=1, max_size=2), st.booleans())
def test_lines_are_read_as_statements_are(
    tmp_path_factory: pytest.TempPathFactory, texts: list[list[str]], cut: bool
) -> None:
    folder = tmp_path_factory.mktemp("lines")
    paths = [folder / f"{number}.nt" for number in range(len(texts))]
    for path, lines in zip(paths, texts, strict=True):
        text = "".join(lines)
        path.write_bytes((text.rstrip() if cut else text).encode())
    by_lines = Data(lines=paths)
    assert content(by_lines) == content(Data(quad for path in paths for quad in parser.stream(path)))


def test_a_line_longer_than_a_chunk_is_one_line(tmp_path: Path) -> None:
    long = "x" * (3 << 20)
    (tmp_path / "a.nt").write_text(f'<urn:s> <urn:p> "01"^^<{XSD}integer> .\n<urn:s> <urn:p> "{long}@" .\n')
    data = Data(lines=[tmp_path / "a.nt"])
    assert {quad.object.value for quad in data.store} == {"1", f"{long}@"}
    assert data.lexical.originals == {ox.Literal("01", datatype=ox.NamedNode(XSD + "integer"))}


@pytest.mark.parametrize("wrong", ["<urn:s> <urn:p> nonsense .", f'<urn:s> <urn:p> "1"^^<{XSD}int> nonsense .'])
def test_an_error_names_its_line(wrong: str, tmp_path: Path) -> None:
    path = tmp_path / "a.nt"
    path.write_text(f'<urn:s> <urn:p> "01"^^<{XSD}integer> .\n_:a <urn:p> _:b .\n{wrong}\n')
    with pytest.raises(ParseError) as error:
        Data(lines=[path])
    assert (error.value.path, error.value.line, error.value.text) == (path, 3, wrong)


def test_a_file_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"none\.nt cannot be read"):
        Data(lines=[tmp_path / "none.nt"])
