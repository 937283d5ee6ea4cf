"""Turtle: read with clear errors, written in one canonical form."""

from __future__ import annotations

from lalakg._turtle.reading import Document, form, header, parse, read, stream
from lalakg._turtle.writing import reformat, write

__all__ = ["Document", "form", "header", "parse", "read", "reformat", "stream", "write"]
