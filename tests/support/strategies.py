"""RDF terms and graphs for Hypothesis, with all that is nasty in them: quotes, controls, shared and circular nodes."""

import pyoxigraph as ox
from hypothesis import strategies as st

from lalakg._rdf.terms import RDF, XSD

Subject = ox.NamedNode | ox.BlankNode
Term = ox.NamedNode | ox.BlankNode | ox.Literal

PREFIXES = {"": "http://example.org/", "ex": "http://example.org/ns#", "rdf": RDF, "xsd": XSD}
FIRST, REST, NIL = (ox.NamedNode(RDF + name) for name in ("first", "rest", "nil"))

# Everything that can stand in a literal, and often just what must be escaped.
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.text(st.sampled_from("\"'\\\n\r\t #<>{}.;,a1²\u0085\u2028"), max_size=12),
)
_locals = st.one_of(
    st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,5}", fullmatch=True),
    st.sampled_from(["a", "a-2", "a-10", "a.b", "a.", "-a", "é", "a/b", "a%20b", "a:b", "a,b", "", "1²2"]),
)
iris = st.builds(
    lambda space, local: ox.NamedNode(space + local),
    st.sampled_from([*PREFIXES.values(), "http://elsewhere.example/", "urn:x:"]),
    _locals,
)
_numbers = st.sampled_from(
    [
        "1",
        "01",
        "+1",
        "-0",
        "1.0",
        ".5",
        "1.",
        "1e0",
        "1E+3",
        ".5e1",
        "1.e1",
        "true",
        "false",
        "1_0",
        "NaN",
        "",
        "٣",
        "x",
    ]
)
numbers = st.builds(
    lambda text, kind: ox.Literal(text, datatype=ox.NamedNode(XSD + kind)),
    _numbers,
    st.sampled_from(["integer", "decimal", "double", "boolean", "nonNegativeInteger", "float"]),
)
plain_literals = st.one_of(
    st.builds(ox.Literal, texts),
    st.builds(lambda text, tag: ox.Literal(text, language=tag), texts, st.sampled_from(["en", "en-gb", "zh-hant-tw"])),
)
literals = st.one_of(
    plain_literals,
    st.builds(
        lambda text, kind: ox.Literal(text, datatype=ox.NamedNode(kind)),
        texts,
        st.sampled_from([XSD + "string", XSD + "date", XSD + "dateTimeStamp", "http://elsewhere.example/kind"]),
    ),
    numbers,
)
blank_nodes = st.sampled_from([ox.BlankNode(f"n{number}") for number in range(5)])
terms: st.SearchStrategy[Term] = st.one_of(iris, literals, blank_nodes)
triples = st.builds(ox.Triple, st.one_of(iris, blank_nodes), iris, terms)
named_triples = st.builds(ox.Triple, iris, iris, st.one_of(iris, literals))


@st.composite
def collections(draw: st.DrawFn) -> list[ox.Triple]:
    """A list's triples, sometimes one that is shared, spoilt, or bites its tail."""
    items = draw(st.lists(terms, max_size=4))
    cells = [ox.BlankNode(f"cell{draw(st.integers(0, 2))}x{number}") for number in range(len(items))]
    tails: list[Subject] = [NIL, NIL, NIL, *cells]
    ends = [*cells[1:], draw(st.sampled_from(tails))]
    found = [ox.Triple(cell, FIRST, item) for cell, item in zip(cells, items, strict=True)]
    found += [ox.Triple(cell, REST, rest) for cell, rest in zip(cells, ends, strict=False)]
    heads: list[Subject] = [*cells[:1], *draw(st.lists(st.sampled_from(cells), max_size=2))] if cells else [NIL]
    return found + [ox.Triple(draw(iris), draw(iris), head) for head in heads]


graphs = st.builds(
    lambda loose, lists: [*loose, *(triple for one in lists for triple in one)],
    st.lists(triples, max_size=12),
    st.lists(collections(), max_size=2),
)


def canonical(graph: list[ox.Triple]) -> set[ox.Triple]:
    """The graph with canonical labels on its blank nodes: equal for isomorphic graphs, and only for these."""
    dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in graph)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {quad.triple for quad in dataset}


# Values for a parameter of a query that try to be more than a value.
attacks = st.one_of(
    st.text(),
    st.text(st.sampled_from("\"'\\{}<>?#;.\n\r u0024AVLUES")),
    st.sampled_from(
        [
            '" } SELECT * { ?s ?p ?o } #',
            "> } INSERT DATA { <a> <b> <c> } #",
            "\\u0022 } SELECT * { ?s ?p ?o } #",
            "\\\\u0022 } #",
            "\\U00000022 } #",
            "x\\",
            "'''\"\"\"",
            "a> <b",
        ]
    ),
)
