"""Export: the complete graph in every serialisation, as text, for `data/published/`, or as files with VoID and DCAT."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from pathlib import Path

from lalakg._check import Progress
from lalakg._errors import OutputError, require_type
from lalakg._folder.folder import checksum_lines
from lalakg._graph.graph import KnowledgeGraph
from lalakg._publish.named_graphs import quads
from lalakg._publish.void import PREFIXES, Distribution, describe_dataset
from lalakg._rdf import turtle
from lalakg._rdf.formats import GRAPH_FORMATS, MEDIA_TYPES, canonical_name, write_dataset, write_graph

CHECKSUMS = "SHA256SUMS"


def export(kg: KnowledgeGraph, format_name: str) -> str:
    """The complete graph as text: ttl, jsonld, nt, rdf, nq or trig, or their other usual names, such as turtle.

    Raises OutputError for another format, and InvalidValue for what is no graph or no name.
    """
    require_type("kg", kg, KnowledgeGraph, "a KnowledgeGraph")
    require_type("format_name", format_name, str, "the name of a format")
    name = canonical_name(format_name, MEDIA_TYPES)
    if name is None:
        raise OutputError(f"there is no format {format_name}; there are {', '.join(MEDIA_TYPES)}.")
    return _serialized(kg, name)


def _serialized(kg: KnowledgeGraph, format_name: str) -> str:
    if format_name == "ttl" and kg.kept:
        return kg.kept.read_text(encoding="utf-8")
    if format_name in GRAPH_FORMATS:
        return write_graph(kg.triples, format_name, kg.prefixes, kg.context)
    return write_dataset(quads(kg), format_name, kg.prefixes)


def published_files(kg: KnowledgeGraph) -> dict[str, str]:
    """What `data/published/` must hold, by file name: the complete graph as Turtle and JSON-LD, and the checksums.

    It is derived from the authored files, whether or not what is published already is up to date.
    """
    name = kg.folder.dataset.name
    derived = KnowledgeGraph(kg.folder, use_published=False)
    texts = {f"{name}.{suffix}": export(derived, suffix) for suffix in ("ttl", "jsonld")}
    lines = checksum_lines(kg.folder.inputs())
    lines += [f"{hashlib.sha256(text.encode()).hexdigest()}  data/published/{file}" for file, text in texts.items()]
    in_order = sorted(lines, key=lambda line: line.partition("  ")[2])
    return {**texts, CHECKSUMS: "".join(f"{line}\n" for line in in_order)}


def dump(
    kg: KnowledgeGraph,
    folder: Path,
    progress: Progress = lambda _: None,
    *,
    formats: Iterable[str] = tuple(MEDIA_TYPES),
    compressed: Iterable[str] = (),
    address: str = "",
) -> None:
    """Write the complete graph into a folder in some formats, plain or gzip-compressed, and `void.ttl` about them.

    The description gives the files' addresses: in `data/` below `address`, or else below where the IRIs lead.
    """
    dataset = kg.folder.dataset
    place = (address.rstrip("/") + "/" if address else dataset.base.removesuffix("id/")) + "data/"
    folder.mkdir(exist_ok=True)
    distributions = []
    for format_name, is_compressed in [*((name, False) for name in formats), *((name, True) for name in compressed)]:
        distributions.append(_write_distribution(kg, folder, place, format_name, compressed=is_compressed))
        progress(f"{distributions[-1].name}: {distributions[-1].size:,} bytes")
    authored = [t for d in kg.documents for t in d.triples if str(getattr(t.subject, "value", "")) == dataset.iri]
    counts = describe_dataset(kg.triples, dataset, distributions, kg.prefixes)
    (folder / "void.ttl").write_text(
        turtle.write([*authored, *counts], {"part": f"{dataset.iri}#", **kg.prefixes, **PREFIXES}), encoding="utf-8"
    )


def _write_distribution(
    kg: KnowledgeGraph, folder: Path, place: str, format_name: str, *, compressed: bool
) -> Distribution:
    data, name = export(kg, format_name).encode(), f"{kg.folder.dataset.name}.{format_name}"
    if compressed:
        data, name = gzip.compress(data, mtime=0), f"{name}.gz"
    (folder / name).write_bytes(data)
    return Distribution(name, place + name, MEDIA_TYPES[format_name], len(data), hashlib.sha256(data).hexdigest())
