"""Places in RDF/XML."""

from __future__ import annotations

import re
from functools import cached_property
from urllib.parse import urljoin

from lalakg._rdf.source_locations.file import BLOCK, MENTION, File


class RdfXml(File):
    """RDF/XML: a thing is described where rdf:about or rdf:ID names it."""

    @cached_property
    def named(self) -> list[tuple[int, dict[str, int]]]:
        """See File."""
        from html import unescape  # only RDF/XML needs it

        entities = dict(re.findall(r"<!ENTITY\s+([\w.-]+)\s+[\"']([^\"']*)[\"']", self.text))
        base = re.search(r"\bxml:base\s*=\s*[\"']([^\"']*)[\"']", self.text)
        tables: dict[str, dict[str, int]] = {"about": {}, "resource": {}}
        for match in re.finditer(r"\b\w+:(about|ID|resource)\s*=\s*(\"[^\"]*\"|'[^']*')", self.text):
            name = re.sub(r"&([\w.-]+);", lambda m: entities.get(m[1], m[0]), match[2][1:-1])
            name = unescape("#" + name if match[1] == "ID" else name)
            iri = urljoin(urljoin(self.base, base[1]) if base else self.base, name)
            tables["resource" if match[1] == "resource" else "about"].setdefault(iri, match.start())
        return [(BLOCK, tables["about"]), (MENTION, tables["resource"])]
