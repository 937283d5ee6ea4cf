"""SHACL: shapes compiled to SPARQL that works on sets, with pySHACL as the reference."""

from __future__ import annotations

from lalakg._shacl.data import Data
from lalakg._shacl.shapes import Shapes
from lalakg._shacl.sparql_runner import RemoteSource
from lalakg._shacl.validation import ShapeResult, Validation, validate, validate_remotely

__all__ = ["Data", "RemoteSource", "ShapeResult", "Shapes", "Validation", "validate", "validate_remotely"]
