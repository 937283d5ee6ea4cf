"""Writing the mapping set of a folder, with what a check found, and the Turtle that follows from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from lalakg._errors import FolderError
from lalakg._folder.folder import Folder
from lalakg._publish.atomic_files import write_files
from lalakg._rdf import parser
from lalakg._rdf.terms import WELL_KNOWN
from lalakg._wikidata.identifiers import external_identifier
from lalakg._wikidata.link_check import HOLDS, UNCHECKED, LinkCheck
from lalakg._wikidata.mappings import (
    CHECKED,
    COLUMNS,
    NEVER,
    NOTE,
    PREDICATES,
    Link,
    MappingRow,
    MappingSet,
    table_path,
)
from lalakg._wikidata.service import Service

_HEAD: Final = """\
#curie_map:
#  {prefix}: {base}
#  schema: https://schema.org/
#  semapv: https://w3id.org/semapv/vocab/
#  wd: http://www.wikidata.org/entity/
#  xsd: http://www.w3.org/2001/XMLSchema#
#extension_definitions:
#  - slot_name: ext_checked
#    property: http://purl.org/dc/terms/provenance
#    type_hint: xsd:string
#license: {license}
#mapping_set_id: {id}
"""
_UNSTATED: Final = "https://w3id.org/sssom/license/unspecified"


def mapping_set_of(folder: Folder) -> MappingSet:
    """The mapping set of a folder; where it has none, a new one with the links of data/links.ttl.

    Raises FolderError when that file says more than a table could, which would be lost.
    """
    path = table_path(folder)
    return MappingSet.read(path) if path.is_file() else _new_mapping_set(folder, path)


def _new_mapping_set(folder: Folder, path: Path) -> MappingSet:
    turtle = path.with_name("links.ttl")
    document = parser.read(turtle) if turtle.is_file() else parser.Document(turtle, [], {})
    dataset = folder.dataset
    spaces = [*document.prefixes.items(), *_description_of(folder).prefixes.items()]
    prefix = next((prefix for prefix, space in spaces if space == dataset.base), "our")
    name = f"{dataset.base.removesuffix('id/')}links"
    head = _HEAD.format(prefix=prefix, base=dataset.base, license=_license(folder), id=name)
    empty = MappingSet.parse("\t".join(COLUMNS).join([head, "\n"]), path)
    found, notes = _links(document)
    cells = {"mapping_justification": "semapv:UnspecifiedMatching", CHECKED: NEVER}
    return empty.with_rows(empty.row(link, {**cells, "comment": notes.get(link.subject, "")}) for link in found)


def _links(document: parser.Document) -> tuple[list[Link], dict[str, str]]:
    """The links that a Turtle file holds, and its notes by subject."""
    found, notes = [], {}
    for triple in document.triples:
        subject, predicate, value = str(triple.subject), triple.predicate.value, triple.object
        subject = subject.strip("<>")
        if predicate in PREDICATES and isinstance(value, ox.NamedNode):
            found.append(Link(subject, predicate, value.value))
        elif predicate == NOTE and isinstance(value, ox.Literal):
            notes[subject] = value.value.rstrip(".")
        else:
            raise FolderError(f"{document.path} says more than links: {triple}. Move that to another file first.")
    return found, notes


def _description_of(folder: Folder) -> parser.Document:
    return parser.read(folder.root / "data/dataset.ttl")


def _license(folder: Folder) -> str:
    triples = _description_of(folder).triples
    found = (
        str(getattr(t.object, "value", "")) for t in triples if t.predicate.value == WELL_KNOWN["dcterms"] + "license"
    )
    return next(found, _UNSTATED)


def save(table: MappingSet) -> list[str]:
    """Write the table, sorted, and the Turtle that follows from it; the names of the files that changed."""
    table = table.with_rows(sorted(table.rows, key=lambda row: row.sort_key))
    return write_files(table.path.parent, {table.path.name: table.render(), "links.ttl": table.turtle()})


def record(folder: Folder, checks: list[LinkCheck], service: Service) -> list[str]:
    """Note in the table what a check found and when; the names of the files that changed."""
    table = mapping_set_of(folder)
    notes = {check.link: check_note(check, service) for check in checks if check.verdict != UNCHECKED and check.day}
    confirmed = {
        (check.link.subject, evidence.words): notes[check.link]
        for check in checks
        if check.verdict == HOLDS
        for evidence in check.evidence
        if evidence.about == "identifier" and evidence.agrees
    }

    def updated(row: MappingRow) -> MappingRow:
        catalogued = external_identifier(row.link.object)
        note = notes.get(row.link) or (
            catalogued and confirmed.get((row.link.subject, f"{catalogued[0].property} {catalogued[1]}"))
        )
        return replace(row, cells={**row.cells, CHECKED: note}) if note else row

    return save(table.with_rows(map(updated, table.rows)))


def check_note(check: LinkCheck, service: Service) -> str:
    """A note on when a link was checked, against which service, and the verdict."""
    if service.is_live:
        return f"checked live on {check.day}: {check.verdict}"
    return f"{NEVER}; checked on {check.day} against {service.name}: {check.verdict}"
