"""Site context: what every page draws on, which is the indexed graph, the paths of pages, and words about the whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from urllib.parse import quote

import pyoxigraph as ox

from lalakg._folder.catalogue import Query
from lalakg._folder.folder import Folder
from lalakg._pages.display import Display
from lalakg._pages.index import SUBPROPERTY, Index, Statement, key
from lalakg._pages.paths import SitePaths, link
from lalakg._pages.presentation import Presentation
from lalakg._pages.shapes import ShapeDescription, shape_descriptions
from lalakg._rdf import jsonld, parser
from lalakg._rdf.terms import WELL_KNOWN, Names, Node, Prefixes, expand
from lalakg._rdf.tokens import tokens

_DCTERMS, _OWL = WELL_KNOWN["dcterms"], WELL_KNOWN["owl"]


@dataclass(frozen=True)
class Value:
    """One end of a statement as a page shows it. `kind`: page, web, text, code."""

    text: str
    kind: str
    href: str = ""
    name: str = ""
    language: str = ""

    def __html__(self) -> str:
        """As templates show it."""
        text = escape(self.text, quote=False)
        if self.href:
            rel = ' rel="external"' if self.kind == "web" else ""
            return f'<a{rel} href="{escape(self.href)}">{text}</a>'
        if self.kind == "code":
            return f'<code class="long">{text}</code>'
        return f'<span lang="{escape(self.language)}">{text}</span>' if self.language not in ("", "en") else text


class SiteContext:
    """What the pages of one state of a graph draw on.

    `scripts` are the names of the bundled scripts that lie in `static/`; a page asks for no other. `endpoint` is the
    path below the root where SPARQL is answered, if something answers it. Where things are not `whole`, since a store
    told of some alone, each has a page of its own.
    """

    def __init__(
        self,
        triples: Iterable[ox.Triple],
        folder: Folder,
        prefixes: Prefixes,
        *,
        address: str = "",
        scripts: Iterable[str] = (),
        endpoint: str = "",
        whole: bool = True,
    ) -> None:
        self.folder, self.prefixes, self.scripts, self.endpoint = folder, prefixes, frozenset(scripts), endpoint
        self.index = Index(triples, prefixes)
        self.presentation = folder.profile.extension(Presentation)
        folders, wholes = self.presentation.folders(self.index), self.presentation.wholes(self.index)
        self.paths = SitePaths(folder.dataset, prefixes, address, folders, wholes)
        self.owners = self.presentation.owners(self.index, folder.dataset.base) if whole else {}
        self.names = Names(prefixes)

    @cached_property
    def shapes(self) -> list[ox.Triple]:
        """What the folder's shapes say, and those that are for display alone."""
        files = [self.folder.shapes, self.folder.ontology / "display.ttl"]
        return [t for path in files if path.is_file() for t in parser.read(path).triples]

    @cached_property
    def display(self) -> Display:
        """How statements are shown."""
        return Display(self.shapes, self.index)

    # ── the whole ─────────────────────────────────────────────────────────────────────────────────

    def about(self, *properties: str) -> str:
        """A text of the dataset's description; may be empty."""
        return self.index.text(self.folder.dataset.iri, *properties)

    @cached_property
    def brand(self) -> str:
        """The dataset's short name."""
        return self.index.label(self.folder.dataset.iri)

    @cached_property
    def title(self) -> str:
        """The dataset's title, without its short name in front."""
        title = self.about(_DCTERMS + "title") or self.brand
        rest = title.removeprefix(f"{self.brand}: ")
        return rest[:1].upper() + rest[1:]

    @cached_property
    def licence(self) -> str:
        """The address of the dataset's licence; may be empty."""
        return self.index.object(self.folder.dataset.iri, _DCTERMS + "license")

    @cached_property
    def creator(self) -> str:
        """Who made the dataset, in words; may be empty."""
        names = self.index.objects(self.folder.dataset.iri, _DCTERMS + "creator")
        return ", ".join(self.index.label(name) for name in names)

    @cached_property
    def version(self) -> str:
        """The dataset's version; may be empty."""
        return self.about(_OWL + "versionInfo")

    @cached_property
    def date(self) -> str:
        """When the dataset was last changed; may be empty."""
        return self.about(_DCTERMS + "modified") or self.about(_DCTERMS + "issued")

    # ── terms ─────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def ontologies(self) -> Mapping[str, str]:
        """The namespaces of the graph's own ontologies with the IRIs of these; the chief one first."""
        return self.presentation.ontologies(self.index)

    def is_own(self, term: str) -> bool:
        """Whether a term is of the graph's own ontologies; where there are none, every term is."""
        return term.startswith(self._namespaces) or not self._namespaces

    @cached_property
    def _namespaces(self) -> tuple[str, ...]:
        return tuple(self.ontologies)

    def types(self, thing: str) -> list[str]:
        """A thing's narrowest classes: those of the chief ontology, or where there are none, all of them."""
        narrow = self.index.types(thing)
        return [name for name in narrow if name.startswith(self._namespaces[:1])] or narrow

    @cached_property
    def shape_descriptions(self) -> tuple[ShapeDescription, ...]:
        """All shapes that have a target, in words."""
        return shape_descriptions(Index(self.shapes, self.prefixes), self.index.out, self.mentioned)

    @cached_property
    def shapes_by_term(self) -> Mapping[str, list[ShapeDescription]]:
        """The shapes that speak of a term, by its IRI."""
        found: dict[str, list[ShapeDescription]] = {}
        for shape in self.shape_descriptions:
            for term in shape.terms:
                found.setdefault(term, []).append(shape)
        return found

    def description(self, thing: str) -> str:
        """The first text that describes a thing in other words than its label; may be empty."""
        texts = (self.index.text(thing, property_) for property_ in self.presentation.descriptions)
        return next((text for text in texts if text not in ("", self.index.label(thing))), "")

    # ── links and values ──────────────────────────────────────────────────────────────────────────

    def home(self, iri: str) -> str:
        """The thing on whose page a thing stands: for a part what it belongs to in the end, else itself."""
        while iri in self.owners:
            iri = self.owners[iri]
        return iri

    def path(self, iri: str) -> str:
        """The path of the page on which a thing stands, without its ending; empty for what stands on none."""
        return (self.paths.path(self.home(iri)) or "") if iri in self.index.out else ""

    def anchor(self, iri: str) -> str:
        """Where on its page a part stands; empty for what has a page of its own."""
        return (self.paths.path(iri) or "").rpartition("/")[2] if iri in self.owners else ""

    def href(self, iri: str, here: str) -> str:
        """A link from the page at `here` to where a thing stands; empty for what stands on no page."""
        path, anchor = self.path(iri), self.anchor(iri)
        if not path:
            return ""
        place = f"#{quote(anchor)}" if anchor else ""
        return place if anchor and f"{path}.html" == here else link(f"{path}.html", here) + place

    @cached_property
    def parts(self) -> Mapping[str, list[str]]:
        """The parts of a thing, directly its own, by its IRI."""
        found: dict[str, list[str]] = {}
        for part, owner in self.owners.items():
            found.setdefault(owner, []).append(part)
        return found

    def value(self, node: Node, here: str, property_: str = "") -> Value:
        """How the page at `here` shows a term."""
        if isinstance(node, ox.Literal):
            code = property_ in self.presentation.codes
            return Value(node.value, "code" if code else "text", language=node.language or "")
        return self.thing(key(node), here)

    def thing(self, iri: str, here: str) -> Value:
        """How the page at `here` shows a thing: as a link where it has a page or is an address."""
        href, name = self.href(iri, here), self.index.name(iri)
        if href:
            return Value(self.index.label(iri), "page", href, name)
        web = iri.startswith(("https://", "http://"))
        return Value(self.index.label(iri), "web" if web else "text", iri if web else "", name)

    def kind(self, iri: str, here: str) -> Value:
        """How a class is shown above the name of a thing; one of others in plain words."""
        value = self.thing(iri, here)
        if value.kind == "page" and value.text != value.name:
            return value
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.split(r"[/#]", iri)[-1]).lower()
        return replace(value, text=words) if value.kind == "page" else Value(words or value.text, "text")

    def narrow(self, statements: Iterable[Statement]) -> list[Statement]:
        """The statements without those that a narrower property says as well."""
        statements = list(statements)
        implied = {
            (s.subject, broader, s.object)
            for s in statements
            for broader in self.index.above(s.property, SUBPROPERTY) - {s.property}
        }
        return [s for s in statements if (s.subject, s.property, s.object) not in implied]

    # ── which query and which shape speak of a term ───────────────────────────────────────────────

    @cached_property
    def queries(self) -> list[Query]:
        """The ready-made queries in the order of their groups."""
        catalogue = self.folder.catalogue
        return [query for group in catalogue.groups for query in catalogue.group(group)]

    @cached_property
    def queries_by_term(self) -> Mapping[str, list[Query]]:
        """The queries that mention a term, by its IRI."""
        found: dict[str, list[Query]] = {}
        for query in self.queries:
            for iri in sorted(self.mentioned(query.text)):
                found.setdefault(iri, []).append(query)
        return found

    def mentioned(self, text: str) -> set[str]:
        """The IRIs that a query's text names."""
        words = {t.text for t in tokens(text) if t.kind == "word" and ":" in t.text}
        names = {name for word in words for part in word.split("/") for name in part.split("|")}
        cleaned = {name.strip("^*+?!()") for name in names}
        found = (n for n in cleaned if n.partition(":")[0] in self.prefixes and n.partition(":")[2])
        return {expand(name, self.prefixes, self.paths.dataset.base).value for name in found}

    @cached_property
    def jsonld(self) -> jsonld.Writer:
        """What writes the JSON-LD of every page, with one context."""
        return jsonld.Writer(self.folder.context, self.prefixes)
