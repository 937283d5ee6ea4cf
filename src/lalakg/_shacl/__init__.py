"""SHACL: shapes compiled to SPARQL that works on sets, with pySHACL as the reference."""

from __future__ import annotations

from lalakg._shacl.shapes import Shapes
from lalakg._shacl.validation import Data, ShapeResult, Validation, validate

__all__ = ["Data", "ShapeResult", "Shapes", "Validation", "validate"]
