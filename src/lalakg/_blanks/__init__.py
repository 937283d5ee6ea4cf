"""Blank nodes: told apart by what is said of them, and named so that isomorphic graphs become equal ones."""

from __future__ import annotations

from lalakg._blanks.structures import Structure, Triples, apart, blanks, canonical, renamed, structures, with_blanks

__all__ = ["Structure", "Triples", "apart", "blanks", "canonical", "renamed", "structures", "with_blanks"]
