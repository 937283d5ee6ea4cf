"""`Pages`: every page of an edition as text, HTML or RDF. Nothing is written here, and nothing is fetched."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyoxigraph as ox

from lalakg._folder.catalogue import Query
from lalakg._pages import debate, documents, lists, query_examples, question, rules, terms, thing
from lalakg._pages.places import link, root_of
from lalakg._pages.rows import Rows
from lalakg._pages.site_context import Edition
from lalakg._rdf import jsonld, turtle
from lalakg._rdf.formats import MEDIA_TYPES
from lalakg._rdf.terms import WELL_KNOWN, Prefixes
from lalakg._sparql.engine import Engine

if TYPE_CHECKING:
    import jinja2

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_BESIDE = {"ttl": MEDIA_TYPES["ttl"], "jsonld": MEDIA_TYPES["jsonld"]}


class Pages:
    """The pages of one edition. `engine` answers the ready-made queries."""

    def __init__(self, edition: Edition, engine: Engine) -> None:
        self.edition, self.engine = edition, engine

    @cached_property
    def _templates(self) -> jinja2.Environment:
        import jinja2

        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            auto_reload=False,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        environment.globals.update(edition=self.edition, debate=self.debates)
        return environment

    def _page(self, template: str, here: str, title: str, **content: Any) -> str:
        schema = content.pop("schema", None)
        return self._templates.get_template(template).render(
            here=here,
            root=root_of(here),
            title=title,
            canonical=self.edition.places.canonical(here),
            schema=_for_script(schema) if schema else "",
            **{"alternates": [], "thing_iri": "", "schema_type": "", **content},
        )

    # ── things ────────────────────────────────────────────────────────────────────────────────────

    def thing(self, iri: str) -> str:
        """The page of a thing, a claim, a source or a term."""
        edition = self.edition
        path = edition.path(iri)
        here = f"{path}.html"
        content = thing.content(edition, iri, here)
        term = terms.content(edition, iri, here) if terms.is_term(edition, iri) else None
        schema = documents.schema(edition, iri)
        own = iri.startswith(edition.places.root)  # what others have named is not ours to be cited
        return self._page(
            "thing.html",
            here,
            content["label"],
            **content,
            term=term,
            citation=documents.citation(edition, iri, content["label"]) if own else "",
            schema=schema,
            schema_type=schema["@type"],
            thing_iri=iri if own else "",
            alternates=[(kind, link(f"{path}.{form}", here)) for form, kind in _BESIDE.items()],
        )

    def turtle(self, iri: str) -> str:
        """A thing as Turtle."""
        return documents.turtle(self.edition, iri)

    def jsonld(self, iri: str) -> str:
        """A thing as JSON-LD."""
        return documents.jsonld(self.edition, iri)

    def context(self) -> str:
        """The context of every thing's JSON-LD."""
        return documents.context(self.edition)

    def moved(self, part: str) -> str:
        """At the place of a part's own page, the way to where it stands; for hosts that cannot redirect."""
        edition = self.edition
        here = f"{edition.places.path(part)}.html"
        return self._templates.get_template("moved.html").render(
            title=edition.index.name(part), href=edition.href(part, here), root=root_of(here)
        )

    # ── queries ───────────────────────────────────────────────────────────────────────────────────

    def query(self, query: Query) -> str:
        """The page of a ready-made query, with its answer unless it asks another endpoint."""
        here = f"query/{query.name}.html"
        answer = None if question.asks_elsewhere(query) else self.engine.query(query.text)
        return self._page(
            "query.html",
            here,
            query.summary,
            **question.content(self.edition, query, answer, here),
            schema={
                "@context": "https://schema.org",
                "@type": "SoftwareSourceCode",
                "@id": query_examples.iri(self.edition, query),
                "name": query.summary,
                "programmingLanguage": "SPARQL",
                "url": self.edition.places.canonical(here),
            },
            schema_type="SoftwareSourceCode",
            thing_iri=query_examples.iri(self.edition, query),
            alternates=[(kind, link(f"query/{query.name}.{form}", here)) for form, kind in _BESIDE.items()],
        )

    def query_rdf(self, query: Query, form: str) -> str:
        """A ready-made query as RDF: ttl or jsonld."""
        triples = query_examples.triples(self.edition, [query])
        if form == "ttl":
            return turtle.write(triples, self._with_spex)
        return jsonld.write(triples, self._used(triples), {}, indent=None)

    def _used(self, triples: Iterable[ox.Triple]) -> Prefixes:
        """The prefixes of the properties and classes of some triples."""
        iris = {str(part)[1:] for t in triples for part in (t.predicate, t.object)}  # without the bracket
        return {p: ns for p, ns in self._with_spex.items() if any(iri.startswith(ns) for iri in iris)}

    def catalogue(self) -> str:
        """All ready-made queries as Turtle, with their prefixes."""
        edition = self.edition
        triples = query_examples.triples(edition, edition.queries) + query_examples.prefixes(edition)
        return turtle.write(triples, self._with_spex)

    @property
    def _with_spex(self) -> Prefixes:
        used = ("foaf", "owl", "rdf", "rdfs", "schema", "sh", "xsd")
        return {**{prefix: WELL_KNOWN[prefix] for prefix in used}, "spex": query_examples.SPEX}

    def questions(self) -> str:
        """The catalogue of queries."""
        here = "query/index.html"
        return self._page("questions.html", here, "Questions", **lists.questions(self.edition, here))

    def ask(self) -> str:
        """An empty editor."""
        return self._page("ask.html", "query/new.html", "Ask your own")

    # ── the whole ─────────────────────────────────────────────────────────────────────────────────

    def front(self, downloads: Iterable[tuple[str, str, int]] = ()) -> str:
        """The front page. Downloads are path, media type and size."""
        edition, here = self.edition, "index.html"
        return self._page(
            "front.html",
            here,
            edition.title,
            **lists.front(edition, here),
            timelines=thing.timelines(edition, "", here),
            schema=documents.dataset_schema(edition, downloads),
            thing_iri=edition.folder.dataset.iri,
            schema_type="Dataset",
            alternates=[(kind, f"dataset.{form}") for form, kind in _BESIDE.items()],
        )

    def things(self) -> str:
        """Every thing, by its kind."""
        return self._page("things.html", "things.html", "Things", **lists.things(self.edition, "things.html"))

    @property
    def debates(self) -> bool:
        """Whether anybody takes a position on anything."""
        return debate.exists(self.edition)

    def debate(self) -> str:
        """Who takes which position on what."""
        return self._page("debate.html", "debate.html", "The debate", **debate.content(self.edition, "debate.html"))

    def ontology(self) -> str:
        """All terms."""
        here = "ontology/index.html"
        return self._page("ontology.html", here, "Ontology", **terms.overview(self.edition, here))

    def shapes(self) -> str:
        """All rules in words."""
        return self._page("shapes.html", "shapes/index.html", "Rules", rules=rules.rules(self.edition))

    def dataset(self, downloads: Iterable[tuple[str, str, int]] = ()) -> str:
        """The data set: what it holds, its files, how to cite it."""
        edition, here, iri = self.edition, "dataset.html", self.edition.folder.dataset.iri
        downloads = list(downloads)
        return self._page(
            "dataset.html",
            here,
            "Data",
            downloads=downloads,
            counts=lists.counts(edition),
            groups=Rows(edition, here).of(iri),
            citation=documents.citation(edition, iri, edition.title),
            schema=documents.dataset_schema(edition, downloads),
            schema_type="Dataset",
            thing_iri=iri,
            alternates=[(kind, f"dataset.{form}") for form, kind in _BESIDE.items()],
        )

    def not_found(self, base: str = "") -> str:
        """What a host shows for an address without a page; its links begin at `base`, the path of the site's root."""
        page = self._page("404.html", "404.html", "Not found")
        base = base or urlsplit(self.edition.places.address).path or "/"
        page = page.replace('href="#', 'href="404.html#')  # which would lead to the base
        return page.replace("<head>", f'<head>\n<base href="{base}">', 1)


def _for_script(data: Any) -> str:
    """JSON that ends no script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
