"""HTTP for asking and loading: a session with a deadline, retries, and credentials that stay with their host."""

from __future__ import annotations

import copy
import email.utils
import re
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import httpx

from lalakg._errors import EndpointError, LalakgError
from lalakg._sparql.credentials import Credentials

Body = Callable[[], bytes | Iterable[bytes]]
"""Makes the body anew for each try."""

_BUSY: Final = {429, 503}  # the request was not begun
_RETRIED: Final = {*_BUSY, 502, 504}
_TRIES: Final = 5
_PIECE: Final = 1 << 16
_LARGEST: Final = 1 << 28  # bytes of an answer
_LOGIN: Final = "--user NAME, with the password in LALAKG_PASSWORD, or a token in LALAKG_TOKEN"
_REMEDIES: Final = {
    400: "did not understand the request",
    401: f"wants a login: {_LOGIN}",
    403: "does not allow this; is it for another user to do, or can nobody do it there?",
    404: "has nothing at that address; is the path right?",
    405: "does not take this kind of request at that address; is it a SPARQL store?",
    413: "takes no request of this size",
    415: "does not take N-Triples",
    429: "is asked too often; try again later",
    500: "failed; its log may say why",
    501: "does not take this kind of request; is it a SPARQL store?",
    503: "is busy or starting; try again later",
    507: "has no room left; free some on its disk, and run it again",
}


class RefusedError(EndpointError):
    """An answer that says no: `status` is HTTP's, `retry_after` the seconds that it asks to wait."""

    def __init__(self, message: str, url: str, status: int, retry_after: float | None = None) -> None:
        self.status, self.retry_after = status, retry_after
        super().__init__(message, url)


class UnreachableError(EndpointError):
    """Nobody answers at that address."""


class TooSlowError(EndpointError):
    """The time is up."""


@cache
def _certificates() -> ssl.SSLContext:
    """The machine's own certificates, and those that SSL_CERT_FILE names; it takes 30 ms to read them."""
    return ssl.create_default_context()


class _Content:
    """A body that can be sent as often as wanted, in pieces, none after the deadline."""

    def __init__(self, body: Body, check: Callable[[], float]) -> None:
        self.body, self.check = body, check

    def __iter__(self) -> Iterator[bytes]:
        content = self.body()
        whole = isinstance(content, bytes)
        for block in [content] if isinstance(content, bytes) else content:
            for start in range(0, len(block), _PIECE) if whole else (0,):
                self.check()
                yield block[start : start + _PIECE] if whole else block


class Session:
    """Sends requests to one host until a deadline, `seconds` from now.

    Retries what can be retried, with growing pauses or those that the server asks for; follows redirects within the
    host only, so that credentials never leave it. Raises EndpointError, RefusedError with the status.

    A session is for one task, which has one deadline; `renewed` gives one for the next.
    """

    def __init__(self, credentials: Credentials, seconds: float = 3600, agent: str = "lalakg") -> None:
        self.credentials, self.seconds, self.agent = credentials, seconds, agent
        self.deadline = time.monotonic() + seconds
        self.origin: tuple[str, str, int | None] | None = None
        self.client = httpx.Client(headers=self._headers(), trust_env=False, verify=_certificates())

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, those of renewed sessions among them."""
        self.client.close()

    def renewed(self) -> Session:
        """The same with all of its time before it, on the same connections."""
        other = copy.copy(self)
        other.deadline = time.monotonic() + self.seconds
        return other

    def _headers(self) -> Mapping[str, str]:
        token = self.credentials.token
        return {"User-Agent": self.agent, **({"Authorization": f"Bearer {token}"} if token else {})}

    def send(
        self,
        method: str,
        url: str,
        body: Body | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        again: bool = True,
    ) -> httpx.Response:
        """Send one request, and read the answer whole.

        `again` tells whether a request may be sent once more when it is unknown whether the first was carried out.
        """
        pause = 0.5
        for attempt in range(1, _TRIES + 1):
            try:
                response = self._once(method, url, body, headers or {})
            except httpx.TransportError as error:
                if not _is_passing(error, again) or attempt == _TRIES or self._is_past(pause):
                    raise _kind(error)(self.credentials.hidden(self._reason(error)), url) from None
            else:
                if response.status_code not in (_RETRIED if again else _BUSY) or attempt == _TRIES:
                    return self._accepted(response, url)
                pause = retry_after(response.headers) or pause
                self._refuse_long(pause, url, response.status_code)
            self._wait(pause, url)
            pause *= 2
        raise AssertionError("the last try returns or raises")

    def _once(self, method: str, url: str, body: Body | None, headers: Mapping[str, str]) -> httpx.Response:
        for _ in range(5):
            self._stay(url)
            response = self._exchange(method, url, body, headers)
            if response.status_code == 401 and self.client.auth is None and self.credentials.user:
                self.client.auth = self._chosen(response)
            elif response.has_redirect_location:
                url = str(httpx.URL(url).join(response.headers.get("Location", "")))
            else:
                return response
        if response.has_redirect_location:
            raise EndpointError("redirects in a circle; is it the address of a store?", url)
        return response

    def _stay(self, url: str) -> None:
        """Raise EndpointError when `url` leads away from the host of the first request."""
        there = httpx.URL(url)
        origin = (there.scheme, there.host, there.port)
        self.origin = self.origin or origin
        if origin != self.origin:
            raise EndpointError(f"redirects to another host, {url}; if that is right, give that address.", self._home())

    def _home(self) -> str:
        assert self.origin
        scheme, host, port = self.origin
        return f"{scheme}://{host}{f':{port}' if port else ''}"

    def _exchange(self, method: str, url: str, body: Body | None, headers: Mapping[str, str]) -> httpx.Response:
        left = self._left(url)
        sized = dict(headers)
        if body and isinstance(whole := body(), bytes):
            sized["Content-Length"] = str(len(whole))
        content = _Content(body, lambda: self._left(url)) if body else None
        times = httpx.Timeout(left, connect=min(30, left))
        with self.client.stream(method, url, content=content, headers=sized, timeout=times) as answer:
            data = bytearray()
            for piece in answer.iter_bytes():
                self._left(url)
                data += piece
                if len(data) > _LARGEST:
                    raise EndpointError("answers without end; is it a SPARQL store?", url)
        kept = [(name, value) for name, value in answer.headers.multi_items() if name != "content-encoding"]
        return httpx.Response(answer.status_code, headers=kept, content=bytes(data))

    def _left(self, url: str) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TooSlowError(self._too_slow(), url)
        return left

    def _too_slow(self) -> str:
        return f"was not done within {self.seconds:g} s; give it longer with --timeout."

    def _chosen(self, response: httpx.Response) -> httpx.Auth:
        """The scheme that the server asks for."""
        user, password = self.credentials.user, self.credentials.password
        digest = "digest" in response.headers.get("WWW-Authenticate", "").lower()
        return httpx.DigestAuth(user, password) if digest else httpx.BasicAuth(user, password)

    def _is_past(self, pause: float) -> bool:
        return time.monotonic() + pause > self.deadline

    def _refuse_long(self, pause: float, url: str, status: int) -> None:
        if self._is_past(pause):
            message = f"asks to wait {pause:.0f} s, which is past the deadline; see --timeout."
            raise RefusedError(message, url, status, pause)

    def _wait(self, pause: float, url: str) -> None:
        if self._is_past(pause):
            raise TooSlowError(self._too_slow(), url)
        self.sleep(pause)

    @staticmethod
    def sleep(seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def _accepted(self, response: httpx.Response, url: str) -> httpx.Response:
        status = response.status_code
        if status < 400:
            return response
        words = " ".join(response.text.split())[:200] if "html" not in response.headers.get("Content-Type", "") else ""
        reason = _REMEDIES.get(status, "failed")
        if status == 401 and (self.credentials.user or self.credentials.token):
            reason = f"does not accept this {'login' if self.credentials.user else 'token'}; give another: {_LOGIN}"
        words = self.credentials.hidden(words).rstrip(".")
        raise RefusedError(f"{reason} (HTTP {status}){f': {words}' if words else ''}.", url, status)

    def _reason(self, error: httpx.TransportError) -> str:
        if isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout):
            return self._too_slow()
        if isinstance(error, httpx.ConnectTimeout):
            return "did not answer in time; is the address right?"
        if "SSL" in str(error) or "CERTIFICATE" in str(error).upper():
            return f"cannot be trusted: {error}. If it is yours, name its certificate in SSL_CERT_FILE."
        if isinstance(error, httpx.ConnectError):
            return f"cannot be reached: {_said(error)}. Is the store running, and the address right?"
        words = _said(error).rstrip(".") or type(error).__name__
        return f"broke the connection: {words}. Is it still running? Run it again."


def user_agent(contact: str | None) -> str:
    """What we call ourselves where it matters, by Wikimedia's policy: name/version (page; contact) library/version.

    Raises LalakgError for a contact that no header can hold.
    """
    if contact and not contact.isascii():
        raise LalakgError(
            f"the contact {contact!r} cannot be sent: write it in ASCII, as xn--… or %…, or give another."
        )
    whom = f"; {contact}" if contact else ""
    libraries = f"httpx/{version('httpx')} SPARQLWrapper/{version('sparqlwrapper')}"
    return f"lalakg/{version('lalakg')} (https://w3id.org/lalakg/{whom}) {libraries}"


def checked(url: str) -> str:
    """The address, if it is one that can be asked. Raises EndpointError."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL):
        raise EndpointError("is no web address.", url) from None
    if "@" in parts.netloc:  # what stands before it may be a password
        safe = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        raise EndpointError("put no login into the address; use --user and LALAKG_PASSWORD.", safe)
    if parts.scheme not in ("http", "https") or not host:
        raise EndpointError("is no web address; a store's begins with http:// or https://.", url)
    return url


def _said(error: Exception) -> str:
    """The error's words without its number."""
    return re.sub(r"^\[Errno -?\d+\] ", "", str(error))


def _kind(error: httpx.TransportError) -> type[EndpointError]:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return UnreachableError
    return TooSlowError if isinstance(error, httpx.TimeoutException) else EndpointError


def _is_passing(error: httpx.TransportError, again: bool) -> bool:
    """Whether another try may help and do no harm; what nobody listens to, or is not trusted, stays so."""
    return again and not isinstance(
        error, httpx.UnsupportedProtocol | httpx.ConnectError | httpx.ReadTimeout | httpx.WriteTimeout
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that an answer asks to wait, which it gives as such or as a date."""
    text = headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(email.utils.parsedate_to_datetime(text).timestamp() - time.time(), 0.0) if text else None
    except ValueError:
        return None
