"""Label search: things and queries by their labels, ranked as in the search field of the site."""

from __future__ import annotations

import unicodedata
from collections.abc import Container
from typing import TypeAlias

from lalakg._graph.graph import KnowledgeGraph
from lalakg._pages import SiteContext, search

Entry: TypeAlias = tuple[str, str, str]
_MAX_MATCHES = 12


def label_index(kg: KnowledgeGraph, tools: Container[str]) -> list[Entry]:
    """Label, short name and kind of everything that can be found: things, and the queries that are tools."""
    found = search(SiteContext(kg.triples, kg.folder, kg.prefixes))
    return [(label, name, kind) for label, name, kind, _ in found if kind != "query" or name in tools]


def search_labels(index: list[Entry], text: str) -> list[Entry]:
    """The entries whose label has a text in it: first those that begin with it, then those with a word that does."""
    wanted = _plain(text.strip())

    def rank(entry: Entry) -> int:
        label = _plain(entry[0])
        if label.startswith(wanted):
            return 0
        if f" {wanted}" in label:
            return 1
        return 2 if wanted in label or wanted in _plain(entry[1]) else 3

    ranked = sorted(((rank(entry), entry) for entry in index), key=lambda pair: pair[0])
    return [entry for place, entry in ranked if place < 3][:_MAX_MATCHES]


def _plain(text: str) -> str:
    """Text without case and accents."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(c for c in decomposed if not unicodedata.category(c).startswith("M")).lower()
