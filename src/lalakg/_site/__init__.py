"""The site: every page of a graph, the data and what hosts need, as files."""

from lalakg._site.writing import build

__all__ = ["build"]
