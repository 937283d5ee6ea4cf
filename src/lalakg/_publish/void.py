"""A dataset described in VoID and DCAT: counts of what is there, and its files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox

from lalakg._folder.folder import Dataset
from lalakg._rdf.terms import RDF_TYPE, RDFS_LABEL, WELL_KNOWN, XSD, Node, Prefixes, compact

VOID, DCAT, DCTERMS = WELL_KNOWN["void"], WELL_KNOWN["dcat"], WELL_KNOWN["dcterms"]
VOID_EXT, SPDX = "http://ldf.fi/void-ext#", "http://spdx.org/rdf/terms#"
PREFIXES: Prefixes = {**WELL_KNOWN, "void-ext": VOID_EXT, "spdx": SPDX}
_MEDIA = "https://www.iana.org/assignments/media-types/"


@dataclass(frozen=True)
class Distribution:
    """A file that carries the dataset, and the address from where it is fetched."""

    name: str
    url: str
    media_type: str
    size: int
    sha256: str


class _Writer:
    """Collects triples; an object that is text or a number becomes a literal."""

    def __init__(self) -> None:
        self.triples: list[ox.Triple] = []

    def add(self, subject: str, predicate: str, value: Node | str | int) -> None:
        if isinstance(value, int):
            value = ox.Literal(str(value), datatype=ox.NamedNode(XSD + "integer"))
        term = ox.Literal(value) if isinstance(value, str) else value
        self.triples.append(ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), term))

    def link(self, subject: str, predicate: str, target: str) -> None:
        self.add(subject, predicate, ox.NamedNode(target))


def describe_dataset(
    triples: Iterable[ox.Triple], dataset: Dataset, files: Iterable[Distribution], prefixes: Prefixes
) -> list[ox.Triple]:
    """VoID counts and partitions of the triples, and a DCAT distribution for each file.

    Classes are partitioned by property, and properties by the class or datatype of their objects, as SPARQL editors
    read them. No blank nodes.
    """
    triples = list(triples)
    writer = _Writer()
    _totals(writer, triples, dataset)
    _partitions(writer, triples, dataset, prefixes)
    for file in files:
        _distribution(writer, dataset, file)
    return writer.triples


def _totals(writer: _Writer, triples: list[ox.Triple], dataset: Dataset) -> None:
    subjects = {t.subject for t in triples}
    totals = {
        "triples": len(triples),
        "entities": sum(isinstance(s, ox.NamedNode) and s.value.startswith(dataset.base) for s in subjects),
        "distinctSubjects": len(subjects),
        "distinctObjects": len({t.object for t in triples}),
        "properties": len({t.predicate for t in triples}),
        "classes": len({t.object for t in triples if t.predicate == RDF_TYPE}),
    }
    for name, count in totals.items():
        writer.add(dataset.iri, VOID + name, count)


def _partitions(writer: _Writer, triples: list[ox.Triple], dataset: Dataset, prefixes: Prefixes) -> None:
    classes: dict[Any, list[str]] = defaultdict(list)
    for triple in triples:
        if triple.predicate == RDF_TYPE and isinstance(triple.object, ox.NamedNode):
            classes[triple.subject].append(triple.object.value)
    members: dict[str, set[Any]] = defaultdict(set)
    uses: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for triple in triples:
        for name in classes[triple.subject]:
            members[name].add(triple.subject)
            uses[name, triple.predicate.value].append(triple.object)
    for name in sorted(members):
        part = f"{dataset.iri}#{_slug(name, prefixes)}"
        writer.link(dataset.iri, VOID + "classPartition", part)
        writer.link(part, VOID + "class", name)
        writer.add(part, VOID + "entities", len(members[name]))
    for (name, predicate), objects in sorted(uses.items(), key=lambda item: item[0]):
        part = f"{dataset.iri}#{_slug(name, prefixes)}"
        _property(writer, part, f"{part}.{_slug(predicate, prefixes)}", predicate, objects, classes, prefixes)


def _property(
    writer: _Writer,
    owner: str,
    part: str,
    predicate: str,
    objects: list[Node],
    classes: Mapping[Node, list[str]],
    prefixes: Prefixes,
) -> None:
    writer.link(owner, VOID + "propertyPartition", part)
    writer.link(part, VOID + "property", predicate)
    writer.add(part, VOID + "triples", len(objects))
    kinds: dict[tuple[str, str, str], int] = defaultdict(int)
    for term in objects:
        if isinstance(term, ox.Literal):
            kinds[VOID_EXT + "datatypePartition", VOID_EXT + "datatype", term.datatype.value] += 1
        for name in classes.get(term, ()):
            kinds[VOID + "classPartition", VOID + "class", name] += 1
    for (partition, property_, kind), count in sorted(kinds.items()):
        target = f"{part}.{_slug(kind, prefixes)}"
        writer.link(part, partition, target)
        writer.link(target, property_, kind)
        writer.add(target, VOID + "triples", count)


def _slug(iri: str, prefixes: Prefixes) -> str:
    name = compact(iri, prefixes)
    return quote(name[1:-1], safe="") if name.startswith("<") else name.replace(":", "-")


def _distribution(writer: _Writer, dataset: Dataset, file: Distribution) -> None:
    checksum = f"{dataset.iri}#sha256.{file.name}"
    writer.link(dataset.iri, DCAT + "distribution", f"{dataset.iri}#{file.name}")
    writer.link(dataset.iri, VOID + "dataDump", file.url)
    here = f"{dataset.iri}#{file.name}"
    writer.link(here, RDF_TYPE.value, DCAT + "Distribution")
    writer.add(here, RDFS_LABEL.value, file.name)
    writer.link(here, DCAT + "downloadURL", file.url)
    writer.link(here, DCAT + "mediaType", _MEDIA + file.media_type)
    if file.name.endswith(".gz"):
        writer.link(here, DCAT + "compressFormat", _MEDIA + "application/gzip")
    writer.add(here, DCAT + "byteSize", ox.Literal(str(file.size), datatype=ox.NamedNode(XSD + "nonNegativeInteger")))
    writer.link(here, SPDX + "checksum", checksum)
    writer.link(checksum, SPDX + "algorithm", SPDX + "checksumAlgorithm_sha256")
    writer.add(checksum, SPDX + "checksumValue", ox.Literal(file.sha256, datatype=ox.NamedNode(XSD + "hexBinary")))
