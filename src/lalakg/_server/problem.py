"""What a client is told when it gets no answer: RFC 9457's problem details, one shape for everything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


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
