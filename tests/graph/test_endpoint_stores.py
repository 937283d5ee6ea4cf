"""Asking real stores at the address that was loaded: the graph is found in each, and no part of it is taken for all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import lalakg
from conftest import ROOT, Command, missing
from lalakg._errors import EndpointError
from lalakg._publish.load import load_into
from lalakg._sparql.credentials import Credentials
from lalakg._sparql.engine import RemoteEngine
from support import stores

pytestmark = pytest.mark.slow

KG = lalakg.load(ROOT)
FEW = 5_000


class UnionOxigraph(stores.Oxigraph):
    name, union = "oxigraph-union", True

    def command(self, folder: Path, port: int) -> list[str | Path]:
        return [*super().command(folder, port), "--union-default-graph"]


class UnionFuseki(stores.Fuseki):
    name, union = "fuseki-union", True

    def command(self, folder: Path, port: int) -> list[str | Path]:
        (folder / "data").mkdir()
        words = super().command(folder, port)
        at = words.index("--mem")
        union = ["--set", "tdb2:unionDefaultGraph=true", "--tdb2", f"--loc={folder / 'data'}"]
        return [*words[:at], *union, *words[at + 1 :]]


KINDS = {kind.name: kind for kind in (*stores.STORES, UnionOxigraph(), UnionFuseki())}


@contextmanager
def loaded(kind: stores.Store, folder: Path) -> Iterator[tuple[str, Credentials]]:
    """The address of a store that holds the film's graph, and a stranger's."""
    (folder / "theirs.nt").write_text('<urn:x:a> <urn:x:b> "theirs" .\n')
    try:
        with kind.running(folder) as server:
            url = server.query_url.removesuffix("/query").removesuffix("/sparql")
            login = Credentials(*server.login) if server.login else Credentials()
            load_into([folder / "theirs.nt"], url, graph="urn:x:theirs", credentials=login)
            assert load_into(KG, url, credentials=login).graph == (COMPLETE if kind.union else None)
            yield url, login
    except stores.Unavailable as error:
        missing(f"{kind.name}: {error}")


COMPLETE = KG.folder.dataset.graphs + "complete"


@pytest.fixture(scope="module", params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with loaded(KINDS[request.param], tmp_path_factory.mktemp(request.param)) as (address, _):
        yield address


@pytest.fixture(scope="module")
def stingy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A store that gives no more than a few rows at once."""
    with loaded(stores.Virtuoso(rows=FEW), tmp_path_factory.mktemp("stingy")) as (address, _):
        yield address


def test_what_is_in_the_folder_is_in_the_store(url: str, run: Command) -> None:
    done = run("-C", ROOT, "diff", url)
    assert done.status == 0
    assert done.out.endswith(f"No difference: {len(KG.triples):,} statements on both sides.\n")
    assert run("-C", ROOT, "diff", url, "--graph", "urn:x:theirs").status == 1


def test_what_is_not_is_told(url: str, run: Command, tmp_path: Path) -> None:
    text = lalakg.export(KG, "nt").replace('"Mia and Seb kiss"', '"Mia kisses Seb"')
    (tmp_path / "edited.nt").write_text(text + '<urn:x:new> <urn:x:is> "new" .\n', encoding="utf-8")
    done = run("-C", ROOT, "diff", url, tmp_path / "edited.nt")
    assert done.status == 1
    assert done.out.endswith("\nStatements: 1 added, 1 changed.\n")
    assert '~ rdfs:label  "Mia and Seb kiss"@en → "Mia kisses Seb"@en\n' in done.out


def test_a_query_sees_the_graph_once_and_nothing_else(url: str) -> None:
    remote = lalakg.load(ROOT, endpoint=url)
    for name in ("what-differs", "who-shares-scenes"):
        assert remote.query(name).render("csv") == KG.query(name).render("csv")
    assert set(remote.query("world-as-graph")) == set(KG.query("world-as-graph"))
    assert not remote.sparql("ASK { ?s <urn:x:b> ?o }")
    counted = remote.sparql("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert counted.render("csv") == f"n\n{len(KG.triples)}\n"


def test_what_is_there_conforms(url: str, run: Command) -> None:
    done = run("-C", ROOT, "check", "-q", "--endpoint", url)
    assert done.status == 0, done


def test_all_graphs_are_seen_where_that_is_wished(url: str) -> None:
    remote = lalakg.load(ROOT, endpoint=url, default=True)
    engine = remote.engine
    assert isinstance(engine, RemoteEngine)
    assert engine.graph is None
    theirs = lalakg.load(ROOT, endpoint=url, graph="urn:x:theirs").sparql("SELECT ?o { ?s ?p ?o }")
    assert theirs.render("csv") == "o\ntheirs\n"


@pytest.mark.parametrize("name", [name for name in KINDS if KINDS[name].login])
def test_a_login_by_digest(name: str, tmp_path: Path) -> None:
    """Virtuoso has an address of its own for those who log in."""
    with loaded(KINDS[name], tmp_path) as (url, login):
        remote = lalakg.load(ROOT, endpoint=url, credentials=login)
        for name in ("which-worlds", "what-differs"):
            assert remote.query(name).render("csv") == KG.query(name).render("csv")
        with pytest.raises(EndpointError, match="does not accept this login"):
            lalakg.load(ROOT, endpoint=url, credentials=Credentials("dba", "wrong")).query("which-worlds")


# A store that gives no more than a few rows at once


def test_a_graph_that_is_cut_off_is_read_whole(stingy: str, run: Command) -> None:
    assert run("-C", ROOT, "diff", stingy).status == 0
    assert run("-C", ROOT, "check", "-q", "--endpoint", stingy).status == 0
    remote = lalakg.load(ROOT, endpoint=stingy)
    long = [query.name for query in KG.catalogue.group("explore") if query.form == "SELECT"]
    for name in long:
        assert remote.query(name).render("csv") == KG.query(name).render("csv")


@pytest.mark.parametrize("text", ["CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE ?s { ?s ?p ?o }"])
def test_a_part_of_a_graph_is_not_taken_for_all(stingy: str, text: str) -> None:
    remote = lalakg.load(ROOT, endpoint=stingy)
    with pytest.raises(EndpointError, match=f"makes a graph of {FEW:,} rows at most, and this takes more"):
        remote.sparql(text)
    assert len(remote.sparql(f"{text} ORDER BY ?s LIMIT 5")) >= 5  # type: ignore[arg-type]  # a graph has a length
