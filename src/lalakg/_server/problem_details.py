"""Problem details (RFC 9457): the one shape of every answer of the server that is a refusal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

from lalakg._errors import QuerySyntaxError
from lalakg._workers.errors import (
    AnswerTooLarge,
    DataUnreadable,
    NoAnswer,
    PoolOverloaded,
    QueryFailed,
    QueryTimeout,
    ServiceRefused,
    UnknownGraph,
    WorkerDied,
)

MEDIA_TYPE = "application/problem+json"
_STATUS: Mapping[type[NoAnswer], HTTPStatus] = {
    QueryFailed: HTTPStatus.BAD_REQUEST,
    ServiceRefused: HTTPStatus.FORBIDDEN,
    UnknownGraph: HTTPStatus.NOT_FOUND,
    AnswerTooLarge: HTTPStatus.UNPROCESSABLE_ENTITY,
    WorkerDied: HTTPStatus.SERVICE_UNAVAILABLE,
    PoolOverloaded: HTTPStatus.SERVICE_UNAVAILABLE,
    DataUnreadable: HTTPStatus.SERVICE_UNAVAILABLE,
    QueryTimeout: HTTPStatus.GATEWAY_TIMEOUT,
}


class Problem(Exception):
    """A refusal: an HTTP status, a sentence that says what is wrong and what to do, and more members if they help."""

    def __init__(
        self, status: int, detail: str, *, headers: Mapping[str, str] | None = None, **more: int | str | list[str]
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.more = status, detail, dict(headers or {}), more

    def response(self) -> Response:
        """The problem as an HTTP response."""
        members = {"title": HTTPStatus(self.status).phrase, "status": self.status, "detail": self.detail, **self.more}
        return Response(json.dumps(members), self.status, {**self.headers, "Cache-Control": "no-store"}, MEDIA_TYPE)


def problem_of(error: QuerySyntaxError | NoAnswer) -> Problem:
    """Why a query was not answered, as the problem that a client gets."""
    if isinstance(error, QuerySyntaxError):
        return Problem(400, f"Not SPARQL: {error.message}", line=error.line, column=error.column)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, PoolOverloaded) else {}
    return Problem(_STATUS[type(error)], str(error), headers=headers)
