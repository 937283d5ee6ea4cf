"""Paths of pages: from an IRI to a path below the site's root, and links from one page to another."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import quote

from lalakg._folder.folder import Dataset
from lalakg._rdf.terms import Prefixes

_PLAIN = re.compile(r"[\w-][\w.-]*")  # letters of any script: a link has them with percent signs, a file has not
_LONGEST = 120  # file systems end at 255 bytes; endings and what a writer puts before the name need some


class SitePaths:
    """The paths of a site's pages. `address` is where the site will stand: canonical addresses begin with it.

    Names of the graph lie in `id/`, so that an IRI below the graph's root has its page at just that path. `folders`
    has a folder for each other namespace of the graph's own; terms of others lie in `other/PREFIX/`. `wholes` has the
    paths of pages about a whole, such as the ontology, by its IRI.
    """

    def __init__(
        self,
        dataset: Dataset,
        prefixes: Prefixes,
        address: str = "",
        folders: Mapping[str, str] = MappingProxyType({}),
        wholes: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.dataset = dataset
        self.root = dataset.base.removesuffix("id/")
        self.address = address.rstrip("/") + "/" if address else self.root
        others = {namespace: f"other/{quote(prefix, safe='')}/" for prefix, namespace in prefixes.items()}
        every = {**others, **folders, dataset.base: "id/"}
        self._folders = sorted(every.items(), key=lambda item: -len(item[0]))
        self._paths: dict[str, str | None] = {**wholes, dataset.iri: "dataset"}

    def path(self, iri: str) -> str | None:
        """The path of a thing's page without its ending, as a file's name; None for what can have no page."""
        if iri not in self._paths:
            found = (pair for pair in self._folders if iri.startswith(pair[0]) and len(iri) > len(pair[0]))
            namespace, folder = next(found, ("", ""))
            self._paths[iri] = folder + _file_name(iri[len(namespace) :]) if folder else None
        return self._paths[iri]

    def canonical(self, path: str) -> str:
        """The full address of a file of the site."""
        return self.address + quote(re.sub(r"(^|/)index\.html$", r"\1", path))


def _file_name(local: str) -> str:
    """A name for files from a local name: as it is where it is plain, with percent signs where it is not."""
    name = local if _PLAIN.fullmatch(local) else quote(local, safe="").replace(".", "%2E")
    name = name.replace("index", "%69ndex") if name == "index" else name
    if len(name.encode()) <= _LONGEST:
        return name
    return f"{quote(name, safe='%')[: _LONGEST - 20]}-{hashlib.sha256(local.encode()).hexdigest()[:16]}"


def root_of(path: str) -> str:
    """The way from a page to the site's root: `../` for each folder that it lies in."""
    return "../" * path.count("/")


def link(path: str, here: str) -> str:
    """A link to a file of the site from the page at `here`."""
    return _link(path, here[: here.rfind("/") + 1])


@lru_cache(maxsize=1 << 14)
def _link(path: str, folder: str) -> str:
    if folder and path.startswith(folder):
        return quote(path[len(folder) :])
    return root_of(folder) + quote(path)
