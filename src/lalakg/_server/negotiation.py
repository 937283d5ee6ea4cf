"""Content negotiation by quality values (RFC 9110, section 12.5)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request

from lalakg._server.problem_details import Problem


def best(accept: str, offers: Sequence[str]) -> str | None:
    """The offered media type that `accept` likes best, the earlier of two that it likes alike; None when it likes none.

    An empty `accept` likes everything.
    """
    ranges = [_range(part) for part in accept.split(",") if part.strip()] or [("*/*", 1.0)]
    liked = [(_quality(offer, ranges), -position) for position, offer in enumerate(offers)]
    quality, position = max(liked, default=(0.0, 0))
    return offers[-position] if quality > 0 else None


def negotiated(request: Request, offers: Sequence[str]) -> str:
    """The offer that the client likes best. Raises Problem (406) when it likes none."""
    found = best(request.headers.get("accept", ""), offers)
    if found is None:
        raise Problem(406, f"There is {', '.join(offers)}, and none of these is accepted.", available=list(offers))
    return found


def prefers_gzip(accept_encoding: str) -> bool:
    """Whether gzip is accepted, and liked no less than the plain form. An empty `accept_encoding` likes none."""
    liked = dict(_range(part) for part in accept_encoding.split(","))
    gzip = liked.get("gzip", liked.get("*", 0.0))
    return gzip > 0 and gzip >= liked.get("identity", 0.0)


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (word.strip().lower() for word in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                quality = min(max(float(parameter[2:]), 0.0), 1.0)
            except ValueError:
                quality = 0.0
    return name, quality


def _quality(offer: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The quality that the most specific fitting range gives."""
    kind = offer.partition("/")[0] + "/*"
    for wanted in (offer, kind, "*/*"):
        fitting = [quality for name, quality in ranges if name == wanted]
        if fitting:
            return max(fitting)
    return 0.0
