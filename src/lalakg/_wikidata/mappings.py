"""The mapping set: links with provenance in SSSOM, a table of tab-separated values below a head of YAML.

Simple Standard for Sharing Ontological Mappings: https://mapping-commons.github.io/sssom/

`data/links.sssom.tsv` is what people write; `data/links.ttl`, the same links as triples, follows from it. A folder
that has no such table writes its links in Turtle by hand, and loses only the provenance.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from lalakg._errors import ParseError
from lalakg._folder.folder import Folder
from lalakg._graph.graph import KnowledgeGraph
from lalakg._rdf import turtle
from lalakg._rdf.parser import read_text
from lalakg._rdf.terms import WELL_KNOWN, compact, natural
from lalakg._wikidata.identifiers import entity_id, is_item, why_no_item

SAME: Final = WELL_KNOWN["schema"] + "sameAs"
SEE: Final = WELL_KNOWN["rdfs"] + "seeAlso"
PREDICATES: Final = (SAME, SEE)
NEVER: Final = "never checked live"
CHECKED: Final = "ext_checked"
NOTE: Final = WELL_KNOWN["skos"] + "editorialNote"
_REQUIRED: Final = ("subject_id", "predicate_id", "object_id", "mapping_justification")
COLUMNS: Final = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "predicate_modifier",
    "object_id",
    "object_label",
    "mapping_justification",
    "author_id",
    "reviewer_label",
    "mapping_date",
    "confidence",
    "comment",
    CHECKED,
)
_BUILT_IN: Final = {
    "rdfs": WELL_KNOWN["rdfs"],
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": WELL_KNOWN["skos"],
    "owl": WELL_KNOWN["owl"],
}


@dataclass(frozen=True)
class Link:
    """A link from a thing of ours: subject, predicate (same as, or see also) and object, three IRIs."""

    subject: str
    predicate: str
    object: str

    @property
    def item(self) -> str | None:
        """The id of the Wikidata entity that it leads to, of whatever kind."""
        return entity_id(self.object)


@dataclass(frozen=True)
class MappingRow:
    """A line of the table: its link, its cells by column, and the number of the line where it was read."""

    link: Link
    cells: Mapping[str, str]
    line: int = field(default=0, compare=False)

    @property
    def is_denied(self) -> bool:
        """Whether somebody has found that the link does not hold (predicate modifier `Not`)."""
        return self.cells.get("predicate_modifier", "") == "Not"

    @property
    def sort_key(self) -> list[list[tuple[int, int, str]]]:
        """Orders rows by subject, then by object."""
        return [natural(self.link.subject), natural(self.link.object)]


@dataclass(frozen=True)
class MappingSet:
    """A table of links: its path, the lines of its head, its columns, its rows, and the prefixes for its names."""

    path: Path
    head: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[MappingRow, ...]
    prefixes: Mapping[str, str]

    @classmethod
    def read(cls, path: Path) -> MappingSet:
        """Read a table. Raises FolderError when it cannot be opened, ParseError with the line when it is no SSSOM."""
        return cls.parse(read_text(path, "utf-8-sig"), path)

    @classmethod
    def parse(cls, text: str, path: Path) -> MappingSet:
        """A table from its text; errors as in `read`."""
        lines = io.StringIO(text, newline="").readlines()  # a line ends by its feed alone, which a cell may hold
        head = [line.rstrip("\r\n") for line in takewhile(lambda line: line.startswith("#"), lines)]
        prefixes = _prefixes([line.rstrip("\t") for line in head], path)
        table = csv.reader(lines[len(head) :], delimiter="\t")
        columns = tuple(next(table, ()))
        if missing := [name for name in _REQUIRED if name not in columns]:
            raise ParseError(f"the table has no column {missing[0]}; SSSOM wants it.", path, len(head) + 1)
        rows: dict[Link, MappingRow] = {}
        for cells in filter(any, table):
            number = len(head) + table.line_num
            row = _row(cells, columns, prefixes, path, number)
            if row.link in rows:
                raise ParseError(f"{row.cells['subject_id']} has {row.cells['object_id']} twice.", path, number)
            rows[row.link] = row
        return cls(path, tuple(head), columns, tuple(rows.values()), prefixes)

    def render(self) -> str:
        """The table as text."""
        out = io.StringIO()
        table = csv.writer(out, delimiter="\t", lineterminator="\n")
        table.writerow(self.columns)
        for row in self.rows:
            table.writerow([row.cells.get(name, "") for name in self.columns])
        return "".join(f"{line}\n" for line in self.head) + out.getvalue()

    @cached_property
    def accepted(self) -> list[MappingRow]:
        """The rows that are not denied, in order."""
        return sorted((row for row in self.rows if not row.is_denied), key=lambda row: row.sort_key)

    def triples(self) -> Iterator[ox.Triple]:
        """The links as plain triples, with notes that say how each was found and checked."""
        notes: dict[tuple[str, str], list[str]] = {}
        for row in self.accepted:
            subject, link = ox.NamedNode(row.link.subject), row.link
            yield ox.Triple(subject, ox.NamedNode(link.predicate), ox.NamedNode(link.object))
            note = "; ".join(filter(None, (row.cells.get("comment", ""), row.cells.get(CHECKED) or NEVER)))
            notes.setdefault((link.subject, note), []).append(_identifier(link))
        for (name, note), identifiers in notes.items():
            text = ox.Literal(f"{' and '.join(identifiers)}: {note}.", language="en")
            yield ox.Triple(ox.NamedNode(name), ox.NamedNode(NOTE), text)

    def turtle(self) -> str:
        """The links as Turtle. Raises ParseError for a link to an entity that is no item."""
        for row in self.accepted:
            if row.link.item and not is_item(row.link.item):
                raise ParseError(f"{row.cells['object_id']}: {why_no_item(row.link.item)}.", self.path, row.line)
        return turtle.write(self.triples(), {**WELL_KNOWN, **self.prefixes})

    def with_rows(self, rows: Iterable[MappingRow]) -> MappingSet:
        """The same table with other rows, and with every column that they use."""
        kept = tuple(rows)
        used = {name for row in kept for name, cell in row.cells.items() if cell}
        more = [name for name in COLUMNS if name in used and name not in self.columns]
        return replace(self, rows=kept, columns=(*self.columns, *more))

    def row(self, link: Link, cells: Mapping[str, str]) -> MappingRow:
        """A new row for a link, with the CURIEs of its three IRIs."""
        names = {"subject_id": link.subject, "predicate_id": link.predicate, "object_id": link.object}
        return MappingRow(link, {**cells, **{column: curie(iri, self.prefixes) for column, iri in names.items()}})


def curie(iri: str, prefixes: Mapping[str, str]) -> str:
    """The CURIE of an IRI as SSSOM writes it: any path may follow the prefix. Without a prefix, the IRI itself."""
    short = compact(iri, prefixes)
    if not short.startswith("<"):
        return short
    best = max(
        (p for p, space in prefixes.items() if iri.startswith(space)), key=lambda p: len(prefixes[p]), default=""
    )
    return f"{best}:{iri[len(prefixes[best]) :]}" if best else iri


def _identifier(link: Link) -> str:
    return link.item or link.object.rstrip("/").rpartition("/")[2]


def _prefixes(head: list[str], path: Path) -> dict[str, str]:
    import yaml

    try:
        content: Any = yaml.safe_load("\n".join(re.sub("^#", "", line) for line in head)) or {}
        declared = content.get("curie_map") or {}
        return {**_BUILT_IN, **{str(prefix): str(space) for prefix, space in declared.items()}}
    except (yaml.YAMLError, AttributeError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        raise ParseError("the head is no YAML; it has lines like `#license: …`.", path, line) from None


def _row(
    values: list[str], columns: tuple[str, ...], prefixes: Mapping[str, str], path: Path, number: int
) -> MappingRow:
    if len(values) > len(columns) or len(values) < len(_REQUIRED):
        raise ParseError(f"{len(values)} cells below {len(columns)} columns.", path, number, 1, "\t".join(values))
    cells = dict(zip(columns, values, strict=False))
    subject, predicate, object_ = (_expand(cells, name, prefixes, path, number) for name in _REQUIRED[:3])
    confidence = cells.get("confidence", "")
    if confidence and not re.fullmatch(r"0(\.\d+)?|1(\.0+)?", confidence):
        raise ParseError(f"confidence is a number from 0 to 1, not {confidence}.", path, number)
    return MappingRow(Link(subject, predicate, object_), cells, number)


def _expand(cells: Mapping[str, str], column: str, prefixes: Mapping[str, str], path: Path, number: int) -> str:
    prefix, colon, local = cells.get(column, "").partition(":")
    if prefix in prefixes and colon and local:
        return prefixes[prefix] + local
    if colon and local.startswith("//"):
        return cells[column]
    declared = ", ".join(sorted(prefixes))
    name = cells.get(column) or "nothing"
    raise ParseError(f"{column}: {name} is no name with a prefix of the curie_map ({declared}).", path, number)


def table_path(folder: Folder) -> Path:
    """Where a folder's table of links lies, or would lie."""
    return folder.root / "data" / "links.sssom.tsv"


def derived_links(folder: Folder) -> dict[Path, str]:
    """What must stand in data/links.ttl, if the folder has a table of links."""
    path = table_path(folder)
    return {path.with_name("links.ttl"): MappingSet.read(path).turtle()} if path.is_file() else {}


def links(kg: KnowledgeGraph) -> list[Link]:
    """Every link of a graph to Wikidata: those of its table, and those that stand in its files."""
    found = {
        Link(t.subject.value, t.predicate.value, t.object.value)
        for t in kg.triples
        if t.predicate.value in PREDICATES
        and isinstance(t.object, ox.NamedNode)
        and isinstance(t.subject, ox.NamedNode)
    }
    path = table_path(kg.folder)
    if path.is_file():
        found |= {row.link for row in MappingSet.read(path).accepted}
    return sorted((link for link in found if link.item), key=lambda link: (natural(link.subject), natural(link.object)))
