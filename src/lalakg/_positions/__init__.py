"""Positions: in which file and line a statement stands."""

from lalakg._positions.positions import Position, Positions

__all__ = ["Position", "Positions"]
