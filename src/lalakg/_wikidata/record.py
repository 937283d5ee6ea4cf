"""Recording: what a check found, or a person decided, written into the table of links and the Turtle beside it."""

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
from lalakg._wikidata.identifiers import outside
from lalakg._wikidata.link_check import HOLDS, UNCHECKED, Check
from lalakg._wikidata.mappings import CHECKED, COLUMNS, NEVER, NOTE, PREDICATES, Link, MappingSet, Row, table_path
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


def opened(folder: Folder) -> MappingSet:
    """The folder's table of links; where it has none, a new one with the links of data/links.ttl.

    Raises FolderError when that file says more than a table could, which would be lost.
    """
    path = table_path(folder)
    return MappingSet.read(path) if path.is_file() else _begun(folder, path)


def _begun(folder: Folder, path: Path) -> MappingSet:
    turtle = path.with_name("links.ttl")
    document = parser.read(turtle) if turtle.is_file() else parser.Document(turtle, [], {})
    dataset = folder.dataset
    spaces = [*document.prefixes.items(), *_described(folder).prefixes.items()]
    prefix = next((prefix for prefix, space in spaces if space == dataset.base), "our")
    name = f"{dataset.base.removesuffix('id/')}links"
    head = _HEAD.format(prefix=prefix, base=dataset.base, license=_license(folder), id=name)
    empty = MappingSet.parse("\t".join(COLUMNS).join([head, "\n"]), path)
    found, notes = _links(document)
    cells = {"mapping_justification": "semapv:UnspecifiedMatching", CHECKED: NEVER}
    return empty.but(empty.row(link, {**cells, "comment": notes.get(link.subject, "")}) for link in found)


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


def _described(folder: Folder) -> parser.Document:
    return parser.read(folder.root / "data/dataset.ttl")


def _license(folder: Folder) -> str:
    said = _described(folder).triples
    found = (
        str(getattr(t.object, "value", "")) for t in said if t.predicate.value == WELL_KNOWN["dcterms"] + "license"
    )
    return next(found, _UNSTATED)


def save(table: MappingSet) -> list[str]:
    """Write the table, in order, and the Turtle that follows from it; the names of what changed."""
    table = table.but(sorted(table.rows, key=lambda row: row.order))
    return write_files(table.path.parent, {table.path.name: table.render(), "links.ttl": table.turtle()})


def record(folder: Folder, checks: list[Check], service: Service) -> list[str]:
    """Write down what a check found and when; the names of the files that changed."""
    table = opened(folder)
    said = {check.link: checked(check, service) for check in checks if check.verdict != UNCHECKED and check.day}
    confirmed = {
        (check.link.subject, evidence.words): said[check.link]
        for check in checks
        if check.verdict == HOLDS
        for evidence in check.evidence
        if evidence.about == "identifier" and evidence.agrees
    }

    def now(row: Row) -> Row:
        known = outside(row.link.object)
        words = said.get(row.link) or (known and confirmed.get((row.link.subject, f"{known[0].property} {known[1]}")))
        return replace(row, cells={**row.cells, CHECKED: words}) if words else row

    return save(table.but(map(now, table.rows)))


def checked(check: Check, service: Service) -> str:
    """When a link was checked, against what, and what came of it."""
    if service.is_live:
        return f"checked live on {check.day}: {check.verdict}"
    return f"{NEVER}; checked on {check.day} against {service.name}: {check.verdict}"
