"""The description of a data set: VoID statistics (counts and partitions) and DCAT distributions (its files).

VoID: https://www.w3.org/TR/void/; DCAT 3: https://www.w3.org/TR/vocab-dcat-3/. Partitions by datatype, which VoID
lacks, are those of void-ext, as SPARQL editors read them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote

import pyoxigraph as ox

from lalakg._folder.folder import Dataset
from lalakg._rdf.terms import RDF_TYPE, RDFS_LABEL, WELL_KNOWN, XSD, Node, Prefixes, compact

VOID, DCAT, DCTERMS = WELL_KNOWN["void"], WELL_KNOWN["dcat"], WELL_KNOWN["dcterms"]
VOID_EXT, SPDX = "http://ldf.fi/void-ext#", "http://spdx.org/rdf/terms#"
PREFIXES: Prefixes = {**WELL_KNOWN, "void-ext": VOID_EXT, "spdx": SPDX}
Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_MEDIA = "https://www.iana.org/assignments/media-types/"


@dataclass(frozen=True)
class Distribution:
    """A file with the whole data set: its name, address, media type, size in bytes, and SHA-256 in hexadecimal."""

    name: str
    url: str
    media_type: str
    size: int
    sha256: str


class _Description:
    """The triples of a description as they are added; an object that is text or a number becomes a literal."""

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
    """The VoID counts and partitions of the triples, and a DCAT distribution for each file, without blank nodes.

    Classes are partitioned by property, and these by the class or datatype of their objects.
    """
    triples = list(triples)
    description = _Description()
    _totals(description, triples, dataset)
    _partitions(description, triples, dataset, prefixes)
    for file in files:
        _distribution(description, dataset, file)
    return description.triples


def _totals(description: _Description, triples: list[ox.Triple], dataset: Dataset) -> None:
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
        description.add(dataset.iri, VOID + name, count)


def _partitions(description: _Description, triples: list[ox.Triple], dataset: Dataset, prefixes: Prefixes) -> None:
    classes: dict[Term, list[str]] = defaultdict(list)
    for triple in triples:
        if triple.predicate == RDF_TYPE and isinstance(triple.object, ox.NamedNode):
            classes[triple.subject].append(triple.object.value)
    members: dict[str, set[Term]] = defaultdict(set)
    uses: dict[tuple[str, str], list[Term]] = defaultdict(list)
    for triple in triples:
        for name in classes[triple.subject]:
            members[name].add(triple.subject)
            uses[name, triple.predicate.value].append(triple.object)
    for name in sorted(members):
        part = f"{dataset.iri}#{_slug(name, prefixes)}"
        description.link(dataset.iri, VOID + "classPartition", part)
        description.link(part, VOID + "class", name)
        description.add(part, VOID + "entities", len(members[name]))
    for (name, predicate), objects in sorted(uses.items(), key=lambda item: item[0]):
        part = f"{dataset.iri}#{_slug(name, prefixes)}"
        _property(description, part, f"{part}.{_slug(predicate, prefixes)}", predicate, objects, classes, prefixes)


def _property(
    description: _Description,
    owner: str,
    part: str,
    predicate: str,
    objects: list[Term],
    classes: Mapping[Term, list[str]],
    prefixes: Prefixes,
) -> None:
    description.link(owner, VOID + "propertyPartition", part)
    description.link(part, VOID + "property", predicate)
    description.add(part, VOID + "triples", len(objects))
    sizes: dict[tuple[str, str, str], int] = defaultdict(int)
    for term in objects:
        if isinstance(term, ox.Literal):
            sizes[VOID_EXT + "datatypePartition", VOID_EXT + "datatype", term.datatype.value] += 1
        for name in classes.get(term, ()):
            sizes[VOID + "classPartition", VOID + "class", name] += 1
    for (partition, property_, kind), count in sorted(sizes.items()):
        target = f"{part}.{_slug(kind, prefixes)}"
        description.link(part, partition, target)
        description.link(target, property_, kind)
        description.add(target, VOID + "triples", count)


def _slug(iri: str, prefixes: Prefixes) -> str:
    """A part of a fragment identifier that stands for an IRI: `schema-name`, or the IRI percent-encoded."""
    name = compact(iri, prefixes)
    return quote(name[1:-1], safe="") if name.startswith("<") else name.replace(":", "-")


def _distribution(description: _Description, dataset: Dataset, file: Distribution) -> None:
    checksum = f"{dataset.iri}#sha256.{file.name}"
    here = f"{dataset.iri}#{file.name}"
    description.link(dataset.iri, DCAT + "distribution", here)
    description.link(dataset.iri, VOID + "dataDump", file.url)
    description.link(here, RDF_TYPE.value, DCAT + "Distribution")
    description.add(here, RDFS_LABEL.value, file.name)
    description.link(here, DCAT + "downloadURL", file.url)
    description.link(here, DCAT + "mediaType", _MEDIA + file.media_type)
    if file.name.endswith(".gz"):
        description.link(here, DCAT + "compressFormat", _MEDIA + "application/gzip")
    description.add(
        here, DCAT + "byteSize", ox.Literal(str(file.size), datatype=ox.NamedNode(XSD + "nonNegativeInteger"))
    )
    description.link(here, SPDX + "checksum", checksum)
    description.link(checksum, SPDX + "algorithm", SPDX + "checksumAlgorithm_sha256")
    description.add(checksum, SPDX + "checksumValue", ox.Literal(file.sha256, datatype=ox.NamedNode(XSD + "hexBinary")))
