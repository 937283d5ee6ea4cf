"""Why the workers have no answer to a query.

QueryError
└── NoAnswer
    ├── QueryTimeout        it took longer than a query may, and was ended
    ├── WorkerDied          its process died, mostly for want of memory
    ├── PoolOverloaded      too many queries wait already, or this one waited too long
    ├── DataUnreadable      no worker could read the data
    ├── AnswerTooLarge      it has more rows or bytes than an answer may have
    ├── ServiceRefused      it asks an endpoint by SERVICE that it may not ask
    ├── UnknownGraph        there is no such named graph
    └── QueryFailed         the engine could not answer it
"""

from __future__ import annotations

from lalakg._errors import QueryError


class NoAnswer(QueryError):
    """A query that the workers did not answer."""


class QueryTimeout(NoAnswer):
    """The query was ended at the time limit, `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The query was stopped after {seconds:g} seconds, which is the limit here; ask for less.")
        self.seconds = seconds


class WorkerDied(NoAnswer):
    """The process that ran the query died, mostly because it wanted more memory than it may have."""

    def __init__(self) -> None:
        super().__init__(
            "The query's process died, as one does that takes more memory than it may; ask for less at once."
        )


class PoolOverloaded(NoAnswer):
    """No worker was free in time; try again after `retry_after` seconds."""

    def __init__(self, message: str, retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class DataUnreadable(NoAnswer):
    """A worker that was started for the query could not read the data."""

    def __init__(self) -> None:
        super().__init__("The data cannot be read at the moment.")


class AnswerTooLarge(NoAnswer):
    """The answer has more than `limit` of its `unit`, rows or bytes."""

    def __init__(self, limit: int, unit: str) -> None:
        super().__init__(f"The answer has more than {limit:,} {unit}, the limit here; ask with LIMIT.")
        self.limit, self.unit = limit, unit


class ServiceRefused(NoAnswer):
    """The query asks the endpoint `url` by SERVICE, which is not among those that it may ask."""

    def __init__(self, url: str, allowed: tuple[str, ...]) -> None:
        rule = f"it may ask {', '.join(allowed)}" if allowed else "no query here may"
        super().__init__(f"The query asks {url} by SERVICE; {rule}.")
        self.url = url


class UnknownGraph(NoAnswer):
    """There is no named graph `iri`."""

    def __init__(self, iri: str) -> None:
        super().__init__(f"There is no graph {iri}.")
        self.iri = iri


class QueryFailed(NoAnswer):
    """The engine could not answer the query, for a `reason` that it gave."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"The query failed: {reason.rstrip('.')}.")
