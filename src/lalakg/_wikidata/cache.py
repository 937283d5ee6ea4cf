"""A cache of Wikidata's answers on disk, one JSON file for each request."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """One answer: its text, when it was given or last confirmed (UTC), and its ETag, by which it is revalidated."""

    body: str
    retrieved: str
    etag: str = ""

    @classmethod
    def new(cls, body: str, etag: str = "") -> Entry:
        """An answer given at this moment."""
        return cls(body, now(), etag)

    @property
    def day(self) -> str:
        """The day of `retrieved`, as YYYY-MM-DD."""
        return self.retrieved[:10]

    def confirmed(self) -> Entry:
        """The same answer, confirmed at this moment."""
        return replace(self, retrieved=now())


class Cache:
    """A folder with a file for each answer. What cannot be read counts as missing; a failed write is ignored."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or _cache_home() / "wikidata"

    def get(self, request: str) -> Entry | None:
        """The cached answer to a request; None where there is none."""
        try:
            return Entry(**json.loads(self._path(request).read_text(encoding="utf-8"))["answer"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, request: str, entry: Entry) -> None:
        """Store the answer to a request."""
        path = self._path(request)
        temporary = path.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps({"request": request, "answer": asdict(entry)}), encoding="utf-8")
            temporary.replace(path)

    def _path(self, request: str) -> Path:
        return self.folder / f"{hashlib.sha256(request.encode()).hexdigest()[:40]}.json"


def now() -> str:
    """This moment, in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _cache_home() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lalakg"
