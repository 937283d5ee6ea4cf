"""The review file: candidates in an SSSOM table in which a person decides, and the adoption of the decisions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from lalakg._errors import LalakgError
from lalakg._folder.folder import Folder
from lalakg._rdf.terms import WELL_KNOWN, compact
from lalakg._wikidata.identifiers import is_item
from lalakg._wikidata.link_check import LinkCheck, verdict
from lalakg._wikidata.mappings import CHECKED, SAME, Link, MappingRow, MappingSet
from lalakg._wikidata.record import check_note, mapping_set_of, save
from lalakg._wikidata.service import Service
from lalakg._wikidata.suggestion import Candidate
from lalakg._wikidata.things import Things

DECISION: Final = "ext_decision"
_COLUMNS: Final = (
    DECISION,
    "confidence",
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "comment",
    "mapping_justification",
    "reviewer_label",
    "mapping_date",
    CHECKED,
)
_SLOTS: Final = "#extension_definitions:"
_SLOT: Final = (
    "#  - slot_name: ext_decision",
    "#    type_hint: xsd:string",
)


def render(candidates: Iterable[Candidate], folder: Folder, service: Service) -> str:
    """The candidates as a table, the best of each thing first, with an empty column for the decision."""
    links = mapping_set_of(folder)
    table = replace(links, head=_head(links.head), columns=_COLUMNS)
    return replace(table, rows=tuple(_row(table, one, service) for one in candidates)).render()


def _head(head: tuple[str, ...]) -> tuple[str, ...]:
    """The head of the links with the slot for decisions, and without what describes just them."""
    kept = [line for line in head if not line.startswith(("#mapping_set_title", "#mapping_set_description"))]
    kept = [f"{line}-review" if line.startswith("#mapping_set_id") else line for line in kept]
    if _SLOTS not in kept:
        return (*kept, _SLOTS, *_SLOT)
    at = kept.index(_SLOTS) + 1
    return (*kept[:at], *_SLOT, *kept[at:])


def _row(table: MappingSet, one: Candidate, service: Service) -> MappingRow:
    check = LinkCheck(one.link, one.thing.name, verdict(one.evidence), one.evidence, one.item.retrieved)
    cells = {
        DECISION: "",
        "confidence": f"{one.score:g}",
        "subject_label": one.thing.label,
        "object_label": one.item.label()[0],
        "comment": f"{one.advice}: {check.summary}",
        "mapping_justification": "semapv:CompositeMatching",
        "mapping_date": one.item.retrieved,
        CHECKED: check_note(check, service),
    }
    return table.row(one.link, cells)


def refuse_overwriting(path: Path, folder: Folder) -> None:
    """Raise LalakgError when a file that would be overwritten is no review, or has decisions that are not adopted."""
    if path.is_file():
        decided = _decisions(path, "it is not overwritten; name another file")
        existing = {row.link: row.is_denied for row in mapping_set_of(folder).rows}
        if any(existing.get(row.link) is not (word == "no") for word in ("yes", "no") for row in decided[word]):
            raise LalakgError(f"{path} holds decisions; take them over with --accept first, or name another file.")


def accept(things: Things, path: Path) -> tuple[int, int, list[str]]:
    """Adopt the decisions of a review: the numbers of links and of denials, and the names of the files that changed.

    A `yes` becomes a link, a `no` is kept so that it is not suggested again, an empty decision stays open. Raises
    LalakgError for a decision that cannot be adopted; then nothing is written.
    """
    decided = _decisions(path, "write one with `lalakg link suggest`")
    _refuse_invalid(decided["yes"], {row.link for row in decided["no"]}, things, path)
    links = mapping_set_of(things.kg.folder)
    rows = {row.link: row for row in links.rows}
    denials = {link: row.is_denied for link, row in rows.items()}
    new = {
        word: [
            _adopted_row(links, row, modifier) for row in decided[word] if denials.get(row.link) is not bool(modifier)
        ]
        for word, modifier in (("yes", ""), ("no", "Not"))
    }
    rows |= {row.link: row for many in new.values() for row in many}
    changed = save(links.with_rows(rows.values())) if any(new.values()) else []
    return len(new["yes"]), len(new["no"]), changed


def _decisions(path: Path, remedy: str) -> dict[str, list[MappingRow]]:
    """The rows of a review by decision: `yes`, `no`, and the empty string where it is open."""
    reviewed = MappingSet.read(path)
    if DECISION not in reviewed.columns:
        raise LalakgError(f"{path} has no column {DECISION}, so it is no review; {remedy}.")
    decided: dict[str, list[MappingRow]] = {"yes": [], "no": [], "": []}
    for row in reviewed.rows:
        word = row.cells.get(DECISION, "").strip().casefold()
        if word not in decided:
            raise LalakgError(f"{path}: {row.cells['subject_id']}: decide by yes or no, not {word}.")
        decided[word].append(row)
    return decided


def _adopted_row(links: MappingSet, row: MappingRow, modifier: str) -> MappingRow:
    comment = row.cells.get("comment", "").partition(": ")[2] or row.cells.get("comment", "")
    cells = {name: cell for name, cell in row.cells.items() if name != DECISION}
    return links.row(row.link, {**cells, "comment": comment, "predicate_modifier": modifier})


def _refuse_invalid(rows: list[MappingRow], denied: set[Link], things: Things, path: Path) -> None:
    """Raise LalakgError for a new link that is not allowed, or contradicts another."""
    kept = [link for link in things.links if link not in denied]
    taken = {link.subject: link.item for link in kept}
    owners = {link.item: link.subject for link in kept if link.predicate == SAME}
    for row in rows:
        name, item, thing = row.cells["subject_id"], row.link.item or "", things.by_iri.get(row.link.subject)
        if thing is None:
            raise LalakgError(f"{path}: {name} is no thing of this graph that could be linked.")
        if not is_item(item):
            raise LalakgError(f"{path}: {name}: {row.cells['object_id']} is no item of Wikidata.")
        if row.link.predicate != thing.kind.predicate:
            wanted = compact(thing.kind.predicate, WELL_KNOWN)
            raise LalakgError(f"{path}: {name} is a {thing.kind.name}, which is linked by {wanted}.")
        if taken.get(row.link.subject, item) != item:
            raise LalakgError(f"{path}: {name} would be two items, {taken[row.link.subject]} and {item}; keep one.")
        if row.link.predicate == SAME and owners.setdefault(item, row.link.subject) != row.link.subject:
            other = compact(owners[item], things.kg.prefixes)
            raise LalakgError(f"{path}: {name} and {other} would be one thing, {item}; keep one.")
        taken[row.link.subject] = item
