"""Evidence: locators that name a place exactly, fragments that give nothing away, and copying that is noticed."""

import hashlib
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lalakg
from lalakg._errors import FolderError, InvalidValue
from lalakg._narrative.locators import SourceText, shared_ngram

TEXT = """A heading of ours

The first paragraph – in which a fox, quick & brown, jumps over-and-over.
ADVERTISEMENT
“Curly quotes,” says the second one; it ends here.
ADVERTISEMENT

Last words"""
WORDS = st.text(st.sampled_from("ab ,-&é\n"), min_size=1, max_size=60)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> SourceText:
    path = tmp_path_factory.mktemp("source") / "source.txt"
    path.write_bytes(TEXT.encode())
    return SourceText.read(path)


def sides(fragment: str) -> list[list[str]]:
    """The words on each side of a text fragment, decoded."""
    return [unquote(side).split() for side in fragment.removeprefix("#:~:text=").split(",")]


def test_a_source_is_read_byte_by_byte(ours: SourceText) -> None:
    assert ours.text == TEXT
    assert ours.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()


def test_lines_that_stand_twice_are_no_paragraphs(ours: SourceText) -> None:
    first_words = [ours.text[start:end].split()[0] for start, end in ours.paragraphs]
    assert first_words == ["A", "The", "“Curly", "Last"]


def test_a_locator_names_paragraph_characters_hash_and_fragment(ours: SourceText) -> None:
    start = TEXT.index("a fox, quick & brown")
    end = start + len("a fox, quick & brown")
    digest = hashlib.sha256(b"a fox, quick & brown").hexdigest()
    assert ours.locate("a fox, quick & brown") == (f"p2 {start}-{end} sha256-{digest} #:~:text=a%20fox%2C,%26%20brown")
    assert ours.locate(f"{start}-{end}") == ours.locate("a fox, quick & brown")


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("nowhere to be found", "stand 0 times in the source; copy them as they stand, curly quotes and all"),
        ("", "stand 0 times"),
        ("ADVERTISEMENT", "stand 2 times in the source; give more words, or the characters as START-END"),
        ("0-999", "0-999 is no stretch of a source of"),
        ("5-5", "5-5 is no stretch"),
        ("9-2", "9-2 is no stretch"),
        ("0-40", "characters 0-40 do not lie in one paragraph"),
    ],
)
def test_a_place_that_is_none(ours: SourceText, place: str, words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        ours.locate(place)


@pytest.mark.parametrize("data", [None, b"\xff\xfe"])
def test_a_source_that_cannot_be_read(tmp_path: Path, data: bytes | None) -> None:
    if data:
        (tmp_path / "x.txt").write_bytes(data)
    with pytest.raises(FolderError, match=r"x\.txt cannot be read"):
        SourceText.read(tmp_path / "x.txt")


# Fragments


@given(WORDS)
def test_a_fragment_never_covers_a_passage_of_more_than_three_words(text: str) -> None:
    words = text.split()
    found = sides(SourceText(text, "").fragment(0, len(text)))
    if len(words) <= 3:
        assert found == [words]
        return
    start, end = found
    assert len(start) == len(end) <= 3
    assert (words[: len(start)], words[-len(end) :]) == (start, end)
    assert len(start) + len(end) < len(words), "the ends neither overlap nor touch"


@given(WORDS)
def test_a_fragment_has_nothing_in_it_that_means_something_else(text: str) -> None:
    fragment = SourceText(text, "").fragment(0, len(text)).removeprefix("#:~:text=")
    assert fragment.count(",") <= 1
    assert not set(fragment) & set(" &-\n")


def test_the_film_s_fragments_keep_these_rules(kg: lalakg.KnowledgeGraph) -> None:
    answer = kg.sparql(
        """SELECT ?start ?end ?fragment {
          ?passage lala:textFragment ?fragment ; oa:hasSelector [ oa:start ?start ; oa:end ?end ]
        }"""
    )
    rows = answer.cells()  # type: ignore[attr-defined]
    assert len(rows) > 100
    for start, end, fragment in rows:
        found = sides(fragment)
        assert all(1 <= len(side) <= 3 for side in found)
        assert len(" ".join(word for side in found for word in side)) <= int(end) - int(start)


# Copying


@pytest.mark.parametrize(
    ("text", "run"),
    [
        ("We say: quick & brown, jumps over", "quick brown jumps over"),
        ("QUICK, BROWN; JUMPS – OVER", "quick brown jumps over"),
        ("it’s quick and brown and jumps", None),
        ("brown jumps over", None),
        ("the second one it ends", "the second one it"),
        ("jumps over and", None),
    ],
)
def test_shared_ngram(ours: SourceText, text: str, run: str | None) -> None:
    assert shared_ngram(text, ours, 4, ()) == run


def test_straight_and_curly_apostrophes_are_one() -> None:
    assert (
        shared_ngram("that's what it's for", SourceText("he said that’s what it’s for", ""), 4, ())
        == "that's what it's for"
    )


def test_titles_do_not_count() -> None:
    source = SourceText("They saw A Very Long Title again", "")
    assert shared_ngram("we saw a very long title again", source, 4, ()) == "saw a very long"
    assert shared_ngram("we saw a very long title again", source, 4, ("A Very Long Title",)) is None


def test_a_run_does_not_go_over_a_line_end() -> None:
    assert shared_ngram("one two three four", SourceText("one two\nthree four", ""), 4, ()) is None


# The article itself, where there is a copy of it


def test_every_locator_of_the_film_is_what_we_would_print(source: Path, kg: lalakg.KnowledgeGraph) -> None:
    text = SourceText.read(source)
    answer = kg.sparql("SELECT ?locator { ?claim lala:reportedIn lkg:article ; lala:locator ?locator }")
    locators = [row[0] for row in answer.cells()]  # type: ignore[attr-defined]
    assert len(locators) == 112
    for locator in locators:
        assert text.locate(locator.split()[1]) == locator


def test_the_locator_of_f63(source: Path) -> None:
    text = SourceText.read(source)
    assert text.locate("Instead, they kiss,") == (
        "p13 2255-2274 sha256-cc5a38b3548335fc1d9cd47706fa1c5b867f13992244bcbb48416c405dec0b0d "
        "#:~:text=Instead%2C%20they%20kiss%2C"
    )


def test_the_article_has_the_paragraphs_that_the_graph_says(source: Path, kg: lalakg.KnowledgeGraph) -> None:
    text = SourceText.read(source)
    answer = kg.sparql(
        "SELECT ?n ?c ?h { lkg:article lala:paragraphCount ?n ; lala:characterCount ?c ; lala:sha256 ?h }"
    )
    expected = [[str(len(text.paragraphs)), str(len(text.text)), text.sha256]]
    assert answer.cells() == expected  # type: ignore[attr-defined]
