"""The pool of workers: limits that hold, failures that say what they are, nothing left when it ends."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pyoxigraph as ox
import pytest

from lalakg._errors import QuerySyntaxError
from lalakg._workers import errors
from lalakg._workers.messages import TABLES, TRIPLES, Answer, Job, Limits
from lalakg._workers.pool import WorkerPool

RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o }"
LIMITS = Limits(timeout=60, rows=1000, bytes=2**20, workers=2)
T = TypeVar("T")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "graph.nq"
    lines = [f"<urn:{n}> <urn:p> <urn:{n + 1}> ." for n in range(500)]
    path.write_text("\n".join([*lines, "<urn:a> <urn:b> <urn:c> <urn:graph> ."]), encoding="utf-8")
    return path


@asynccontextmanager
async def pool_of(source: Path | str, limits: Limits = LIMITS) -> AsyncIterator[WorkerPool]:
    pool = WorkerPool(str(source), limits)
    try:
        yield pool
    finally:
        pool.kill()
        await pool.wait_closed()
        assert not pool.ending


async def never() -> None:
    await asyncio.Event().wait()


def job(text: str) -> Job:
    return Job(text, TABLES[0], TRIPLES[1])


def run(source: Path | str, work: Callable[[WorkerPool], Awaitable[T]], limits: Limits = LIMITS) -> T:
    async def main() -> T:
        async with pool_of(source, limits) as pool:
            return await work(pool)

    return asyncio.run(main())


def ask(source: Path | str, query: Job, limits: Limits = LIMITS) -> Answer:
    return run(source, lambda pool: pool.run(query, never), limits)


def test_rows_and_graphs_come_in_the_media_type_that_the_job_names(source: Path) -> None:
    rows = ask(source, job("SELECT ?o { <urn:1> <urn:p> ?o }"))
    assert rows.media_type == TABLES[0]
    assert b"urn:2" in rows.body
    graph = ask(source, job("CONSTRUCT WHERE { <urn:1> ?p ?o }"))
    assert graph.media_type == TRIPLES[1]
    assert graph.body == b"<urn:1> <urn:p> <urn:2> .\n"


def test_a_graph_is_written_out(source: Path) -> None:
    dump = Job("", TABLES[0], TRIPLES[1], dump=True, graph="urn:graph")
    assert ask(source, dump).body == b"<urn:a> <urn:b> <urn:c> .\n"


@pytest.mark.parametrize(
    ("query", "error", "message"),
    [
        (job("SELECT * { ?a ?b ?c . ?d ?e ?f }"), errors.AnswerTooLarge, "more than 1,048,576 bytes"),
        (job("SELECT ?a { ?a ?b ?c VALUES ?x { 1 2 3 } }"), errors.AnswerTooLarge, "more than 1,000 rows"),
        (job("ASK { SERVICE <http://127.0.0.1/> {} }"), errors.ServiceRefused, "no query here may"),
        (Job("", "", TRIPLES[1], dump=True, graph="urn:none"), errors.UnknownGraph, "There is no graph urn:none."),
        (job("ASK { ?s ?p \n ) }"), QuerySyntaxError, "query, line 2, column"),
    ],
)
def test_what_has_no_answer_is_an_error_that_says_why(
    source: Path, query: Job, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        ask(source, query)


def test_a_query_is_stopped_at_its_limit_and_its_worker_is_gone(source: Path) -> None:
    async def work(pool: WorkerPool) -> None:
        with pytest.raises(errors.QueryTimeout, match=r"stopped after 0\.2 seconds"):
            await pool.run(job(RUNAWAY), never)
        assert not pool.workers

    run(source, work, Limits(timeout=0.2))


def test_a_worker_that_dies_is_told_from_one_that_is_late_and_is_replaced(source: Path) -> None:
    async def work(pool: WorkerPool) -> Answer:
        task = asyncio.create_task(pool.run(job(RUNAWAY), never))
        while not pool.workers:
            await asyncio.sleep(0.02)
        (worker,) = pool.workers
        assert worker.transport
        os.kill(worker.transport.get_pid() or 0, signal.SIGKILL)
        with pytest.raises(errors.WorkerDied):
            await task
        return await pool.run(job("ASK {}"), never)

    assert b"true" in run(source, work).body


def test_who_finds_too_many_waiting_is_sent_away(source: Path) -> None:
    async def work(pool: WorkerPool) -> None:
        task = asyncio.create_task(pool.run(job(RUNAWAY), never))
        while not pool.workers:
            await asyncio.sleep(0.02)
        with pytest.raises(errors.PoolOverloaded, match="Too many queries are waiting") as refusal:
            await pool.run(job("ASK {}"), never)
        assert refusal.value.retry_after > 0
        pool.kill()
        with pytest.raises(errors.WorkerDied):
            await task

    run(source, work, Limits(timeout=60, workers=1, waiting=0))


def test_work_that_nobody_waits_for_is_ended(source: Path) -> None:
    async def work(pool: WorkerPool) -> None:
        async def gone() -> None:
            return

        with pytest.raises(errors.WorkerDied):
            await pool.run(job(RUNAWAY), gone)
        assert not pool.workers

    run(source, work)


@pytest.mark.parametrize("content", [None, "no N-Quads"])
def test_data_that_cannot_be_read_is_an_error_at_once(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], content: str | None
) -> None:
    source = tmp_path / "graph.nq"
    if content:
        source.write_text(content, encoding="utf-8")
    with pytest.raises(errors.DataUnreadable):
        ask(source, job("ASK {}"))
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"{source} cannot be read: ")


def test_a_database_is_read(tmp_path: Path) -> None:
    store = ox.Store(str(tmp_path / "db"))
    store.add(ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal("in a database")))
    store.flush()
    del store
    assert b"in a database" in ask(tmp_path / "db", job("SELECT * { ?s ?p ?o }")).body


def test_no_module_of_the_working_directory_is_run(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of data is no folder of code."""
    for name in ("csv", "pickle", "pyoxigraph", "lalakg"):
        (tmp_path / f"{name}.py").write_text("open('run', 'w')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert b"true" in ask(source, job("ASK {}")).body
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files as Linux lists them")
@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_worker_has_no_file_or_connection_of_its_parent(source: Path, loop: str) -> None:
    import uvloop

    async def main() -> list[str]:
        async with pool_of(source) as pool:
            with Path(os.devnull).open() as file:
                os.set_inheritable(file.fileno(), True)
                await pool.run(job("ASK {}"), never)
            (worker,) = pool.workers
            assert worker.transport
            return [path.name for path in Path(f"/proc/{worker.transport.get_pid()}/fd").iterdir()]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop if loop == "uvloop" else None) as runner:
        assert len(runner.run(main())) == 4, "input, output, errors, and the output's duplicate"
