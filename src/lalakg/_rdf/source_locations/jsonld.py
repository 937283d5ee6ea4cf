"""Places in JSON-LD."""

from __future__ import annotations

import re
from functools import cached_property
from urllib.parse import urljoin

from lalakg._rdf.source_locations.file import BLOCK, MENTION, File


class JsonLd(File):
    """JSON-LD: a thing is named by its @id; an object that holds nothing else only refers to it."""

    @cached_property
    def named(self) -> list[tuple[int, dict[str, int]]]:
        """See File."""
        self.prefixes.update(re.findall(r'"([^":@]+)"\s*:\s*"([^"\s]+[/#:_-])"', self.text))
        base = re.search(r'"@base"\s*:\s*"([^"]*)"', self.text)
        described: dict[str, int] = {}
        mentioned: dict[str, int] = {}
        for match in re.finditer(r'(\{\s*)?"@?id"\s*:\s*"([^"]*)"(\s*\})?', self.text):
            iri = self._iri(match[2], urljoin(self.base, base[1]) if base else self.base)
            (mentioned if match[1] and match[3] else described).setdefault(iri, match.start(2))
        return [(BLOCK, described), (MENTION, mentioned)]

    def _iri(self, name: str, base: str) -> str:
        prefix, colon, local = name.partition(":")
        return self.prefixes[prefix] + local if colon and prefix in self.prefixes else urljoin(base, name)
