"""The cache: what Wikidata answered, on disk, so that it is asked for less, and not at all where it need not be."""

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
    """One answer: its text, when it was given or last confirmed, and the ETag by which that can be asked again."""

    body: str
    retrieved: str
    etag: str = ""

    @classmethod
    def new(cls, body: str, etag: str = "") -> Entry:
        """An answer given at this moment."""
        return cls(body, now(), etag)

    @property
    def day(self) -> str:
        """The day on which it was given, as a date."""
        return self.retrieved[:10]

    def confirmed(self) -> Entry:
        """The same, since it is still the answer at this moment."""
        return replace(self, retrieved=now())


class Cache:
    """A folder with a file for each answer. One that cannot be read counts as missing, one not written is no loss."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or _home() / "wikidata"

    def get(self, request: str) -> Entry | None:
        """The answer that is kept for a request."""
        try:
            return Entry(**json.loads(self._path(request).read_text(encoding="utf-8"))["answer"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, request: str, entry: Entry) -> None:
        """Keep an answer."""
        path = self._path(request)
        aside = path.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            aside.write_text(json.dumps({"request": request, "answer": asdict(entry)}), encoding="utf-8")
            aside.replace(path)

    def _path(self, request: str) -> Path:
        return self.folder / f"{hashlib.sha256(request.encode()).hexdigest()[:40]}.json"


def now() -> str:
    """This moment, in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _home() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lalakg"
