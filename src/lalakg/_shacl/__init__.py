"""SHACL validation (https://www.w3.org/TR/shacl/): shapes compiled to set-at-a-time SPARQL; pySHACL as reference."""

from __future__ import annotations

from lalakg._shacl.data import Data
from lalakg._shacl.shapes import Shapes
from lalakg._shacl.sparql_runner import RemoteSource
from lalakg._shacl.validation import (
    ShapeProgress,
    ShapeResult,
    Validation,
    compiled_queries,
    validate,
    validate_remotely,
)

__all__ = [
    "Data",
    "RemoteSource",
    "ShapeProgress",
    "ShapeResult",
    "Shapes",
    "Validation",
    "compiled_queries",
    "validate",
    "validate_remotely",
]
