"""The fingerprint of triples is the same here and by SPARQL, and another one for other triples."""

import json
from collections.abc import Iterable

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lalakg._errors import InvalidValue
from lalakg._sparql.credentials import Credentials
from lalakg._sparql.http import Session
from lalakg._stores.fingerprint import Fingerprint
from lalakg._stores.store import OXIGRAPH, Store
from lalakg._stores.store_fingerprint import held
from lalakg._stores.tally import REST, Tally

XSD = "http://www.w3.org/2001/XMLSchema#"
IRIS = st.sampled_from([ox.NamedNode(f"urn:x:{name}") for name in ("a", "b", "ä", "a%20b")])
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=6)
LITERALS = st.one_of(
    TEXTS.map(ox.Literal),
    st.builds(lambda text, tag: ox.Literal(text, language=tag), TEXTS, st.sampled_from(["en", "de-AT"])),
    st.builds(lambda text: ox.Literal(text, datatype=ox.NamedNode("urn:x:type")), TEXTS),
    st.integers(-99, 99).map(ox.Literal),
)
TRIPLES = st.sets(st.builds(ox.Triple, IRIS | st.just(ox.BlankNode("b")), IRIS, IRIS | LITERALS), max_size=12)


class Local(Store):
    """A store in this process."""

    def select(self, query: str) -> list[dict[str, dict[str, str]]]:
        answer = DATA.query(query)
        return list(json.loads(answer.serialize(format=ox.QueryResultsFormat.JSON))["results"]["bindings"])  # type: ignore[union-attr, arg-type]  # rows, as bytes


DATA = ox.Store()
LOCAL = Local(OXIGRAPH, "http://127.0.0.1", Session(Credentials()))


def of(triples: Iterable[ox.Triple]) -> Fingerprint:
    made = Fingerprint(twice=False)
    made.add("".join(f"{triple} .\n" for triple in triples).encode())
    return made


def held_of(triples: Iterable[ox.Triple], sent: Fingerprint) -> Tally:
    DATA.clear()
    DATA.extend(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    return held(LOCAL, None, sent)


@given(TRIPLES)
def test_it_is_the_same_by_sparql(triples: set[ox.Triple]) -> None:
    sent = of(triples)
    assert held_of(triples, sent) == sent.tally()
    assert sent.total() == len(triples)


@given(TRIPLES)
def test_it_is_the_same_in_small_queries_and_from_several_streams(triples: set[ox.Triple]) -> None:
    listed = list(triples)
    sent = of(listed[::2])
    sent.merge(of(listed[1::2]))
    with pytest.MonkeyPatch.context() as patch:
        for name in (
            "store_fingerprint._BUNDLE",
            "store_fingerprint._GROUPED",
            "store_fingerprint._NAMED",
            "fingerprint._CACHED",
        ):
            patch.setattr(f"lalakg._stores.{name}", 1)
        assert held_of(triples, sent) == of(listed).tally()


PIECES = [
    "<",
    ">",
    "http:",
    "//",
    "a",
    "é",
    "%20",
    "%",
    ":",
    ":80",
    "/",
    "?",
    "#",
    "[",
    "@",
    " ",
    '"',
    "\\",
    "\\n",
    "\\u00e4",
]
PIECES += [
    "\n",
    "\r",
    "\t",
    "^^",
    "@en",
    "-US",
    "-ab-",
    "_:",
    ".",
    " .",
    "\ud800",
    "--ltr",
    "<urn:x>",
    '"a"',
    "\x00",
    "{",
]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), st.booleans())
def test_what_need_not_be_parsed_means_the_same_when_it_is(piece: str, is_object: bool) -> None:
    line = (f"<urn:s> <urn:p> {piece} .\n" if is_object else f"{piece} <urn:p> <urn:o> .\n").encode(
        errors="surrogatepass"
    )
    plain = Fingerprint(twice=False)
    if plain.add_plain(line):
        parsed = ox.serialize(ox.parse(line, format=ox.RdfFormat.N_TRIPLES), format=ox.RdfFormat.N_TRIPLES)
        made = Fingerprint(twice=False)
        made.add(parsed or b"")
        assert plain.tally() == made.tally()
    else:
        assert plain.total() == 0


def test_what_is_no_utf_8_must_be_parsed() -> None:
    assert not Fingerprint(twice=False).add_plain(b'<urn:s> <urn:p> "\xff" .\n')


@pytest.mark.parametrize(
    "rest", ["<http://example.org:80/a/b?c=d&e#f>", '"a \\"b\\" ä"', '"a"@en-us', f'"1"^^<{XSD}integer>', "<urn:a%20b>"]
)
def test_what_most_programs_write_need_not_be_parsed(rest: str) -> None:
    assert Fingerprint(twice=False).add_plain(f"<urn:s> <urn:p> {rest} .\n".encode())


@given(TRIPLES, TRIPLES)
def test_others_have_another(some: set[ox.Triple], others: set[ox.Triple]) -> None:
    sent = of(some)
    assert (held_of(others, sent) == sent.tally()) == (unnamed(some) == unnamed(others))


def unnamed(triples: set[ox.Triple]) -> set[str]:
    """Triples as the store can compare them: a number of them, for blank nodes."""
    return {str(triple) for triple in triples}


A, B, P, Q = (ox.NamedNode(f"urn:x:{name}") for name in "abpq")


@pytest.mark.parametrize(
    "changed",
    [
        [ox.Triple(B, P, ox.Literal("1")), ox.Triple(A, P, ox.Literal("2"))],
        [ox.Triple(A, P, ox.Literal("1", language="en")), ox.Triple(B, P, ox.Literal("2"))],
        [ox.Triple(A, P, ox.Literal("1", datatype=ox.NamedNode(XSD + "token"))), ox.Triple(B, P, ox.Literal("2"))],
        [ox.Triple(A, Q, ox.Literal("1")), ox.Triple(B, P, ox.Literal("2"))],
        [ox.Triple(ox.BlankNode("a"), P, ox.Literal("1")), ox.Triple(B, P, ox.Literal("2"))],
        [ox.Triple(A, P, ox.Literal("1"))],
    ],
)
def test_what_is_swapped_altered_or_lost_shows(changed: list[ox.Triple]) -> None:
    sent = of([ox.Triple(A, P, ox.Literal("1")), ox.Triple(B, P, ox.Literal("2"))])
    assert held_of(changed, sent) != sent.tally()


def test_what_was_not_sent_shows() -> None:
    sent = of([ox.Triple(A, P, B)])
    assert held_of([ox.Triple(A, P, B), ox.Triple(A, Q, B)], sent) == {**sent.tally(), REST: (1, 0)}


@pytest.mark.parametrize("line", ['<urn:a> <urn:p> "a"@en--ltr .', "<urn:a> <urn:p> <<( <urn:a> <urn:p> <urn:o> )>> ."])
def test_rdf_1_2_is_refused(line: str) -> None:
    sent = Fingerprint(twice=False)
    with pytest.raises(InvalidValue, match=r"RDF 1\.2; write RDF 1\.1"):
        sent.add(f"{line}\n".encode())
