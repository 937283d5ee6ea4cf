"""Finding things by their labels, as the search field of the site does."""

from __future__ import annotations

import unicodedata
from collections.abc import Container
from typing import TypeAlias

from lalakg._graph.graph import KnowledgeGraph
from lalakg._pages import SiteContext, search

Entry: TypeAlias = tuple[str, str, str]
_MOST = 12


def entries(kg: KnowledgeGraph, tools: Container[str]) -> list[Entry]:
    """Label, short name and kind of whatever can be found: things, and the queries that are tools."""
    found = search(SiteContext(kg.triples, kg.folder, kg.prefixes))
    return [(label, name, kind) for label, name, kind, _ in found if kind != "query" or name in tools]


def matching(found: list[Entry], typed: str) -> list[Entry]:
    """The entries that fit, those that begin with it first, then those with a word that does."""
    wanted = _plain(typed.strip())

    def rank(entry: Entry) -> int:
        text = _plain(entry[0])
        if text.startswith(wanted):
            return 0
        if f" {wanted}" in text:
            return 1
        return 2 if wanted in text or wanted in _plain(entry[1]) else 3

    ranked = sorted(((rank(entry), entry) for entry in found), key=lambda pair: pair[0])
    return [entry for place, entry in ranked if place < 3][:_MOST]


def _plain(text: str) -> str:
    """Text without case and accents."""
    apart = unicodedata.normalize("NFD", text)
    return "".join(c for c in apart if not unicodedata.category(c).startswith("M")).lower()
