"""The profile of a data set: a plug-in that extends the general rooms for data of one kind.

A general room defines a class for what may differ (how things are described, which pages there are), whose methods do
what is right for any RDF. A profile replaces some of these classes by subclasses of its own. It is named in
`data/dataset.ttl` by dcterms:conformsTo; those that are not shipped are found by the entry points `lalakg.profiles`
(see the packaging specification of entry points). No code is ever loaded from a folder of data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TypeVar

from lalakg._errors import FolderError
from lalakg._rdf.terms import Prefixes

NARRATIVE = "https://w3id.org/lalakg/profile/narrative"

_SHIPPED = {NARRATIVE: "lalakg._narrative:PROFILE"}
_ENTRY_POINTS = "lalakg.profiles"  # the entry point's name is the profile's IRI

Extension = TypeVar("Extension")


@dataclass(frozen=True)
class Profile:
    """A profile: the code and the names that data of one kind bring to the general rooms.

    `extensions` has `module:Class` for each class of a general room that the profile extends, by that class's name.
    `prefixes` are declared for every query and every file that is written. `closed_namespaces` are those whose names
    are all defined in the graph's own vocabularies, so that any other name in them is a mistake.
    """

    iri: str = ""
    extensions: Mapping[str, str] = field(default_factory=dict)
    prefixes: Prefixes = field(default_factory=dict)
    closed_namespaces: tuple[str, ...] = ()

    def extension(self, kind: type[Extension]) -> Extension:
        """The profile's extension of a general class, or an instance of the class itself. Raises FolderError."""
        place = self.extensions.get(kind.__name__)
        found = _imported(place)() if place else kind()  # type: ignore[operator]  # checked in the next line
        if not isinstance(found, kind):
            raise FolderError(f"the profile {self.iri}: {place} is no {kind.__name__}.")
        return found


PLAIN = Profile()


def profile_named(iri: str) -> Profile:
    """The profile of that IRI, shipped or installed; where there is none, the plain one. Raises FolderError."""
    place = _SHIPPED.get(iri) or _installed(iri)
    if place is None:
        return PLAIN
    found = _imported(place)
    if not isinstance(found, Profile):
        raise FolderError(f"the profile {iri}: {place} is no lalakg profile.")
    return found


def _installed(iri: str) -> str | None:
    from importlib.metadata import entry_points

    return next((point.value for point in entry_points(group=_ENTRY_POINTS) if point.name == iri), None)


def _imported(place: str) -> object:
    module, _, name = place.partition(":")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise FolderError(f"{place}, which a profile names, cannot be loaded: {error}.") from None
