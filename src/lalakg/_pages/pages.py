"""`Pages`: every page of a site as text, HTML or RDF. Nothing is written here, and nothing is fetched."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyoxigraph as ox

from lalakg._folder.catalogue import Query
from lalakg._pages import lists, metadata, ontology, query_examples, query_page, thing_page
from lalakg._pages.paths import link, root_of
from lalakg._pages.property_rows import PropertyRows
from lalakg._pages.site_context import SiteContext
from lalakg._pages.views import ExtraPage, Views
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
    """The pages of a site. `engine` answers the ready-made queries."""

    def __init__(self, site: SiteContext, engine: Engine) -> None:
        self.site, self.engine = site, engine
        self.views = site.folder.profile.extension(Views)

    @cached_property
    def _templates(self) -> jinja2.Environment:
        import jinja2

        general = jinja2.FileSystemLoader(_HERE / "templates")
        own = [jinja2.FileSystemLoader(self.views.templates)] if self.views.templates else []
        environment = jinja2.Environment(
            loader=jinja2.ChoiceLoader([*own, general, jinja2.PrefixLoader({"pages": general})]),
            autoescape=True,
            auto_reload=False,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        environment.globals.update(site=self.site, extra_pages=self.extra_pages)
        return environment

    def _page(self, template: str, here: str, title: str, **content: Any) -> str:
        schema = content.pop("schema", None)
        return self._templates.get_template(template).render(
            here=here,
            root=root_of(here),
            title=title,
            canonical=self.site.paths.canonical(here),
            schema=_for_script(schema) if schema else "",
            **{"alternates": [], "thing_iri": "", "schema_type": "", **content},
        )

    # ── things ────────────────────────────────────────────────────────────────────────────────────

    def thing(self, iri: str) -> str:
        """The page of a thing, a claim, a source or a term."""
        site = self.site
        path = site.path(iri)
        here = f"{path}.html"
        content = {**thing_page.content(site, iri, here), **self.views.thing(site, iri, here)}
        term = ontology.content(site, iri, here) if ontology.is_term(site, iri) else None
        schema = metadata.schema(site, iri, self.views.schema_org(site, iri))
        own = iri.startswith(site.paths.root)  # what others have named is not ours to be cited
        return self._page(
            "thing.html",
            here,
            content["label"],
            **content,
            term=term,
            citation=metadata.citation(site, iri, content["label"]) if own else "",
            schema=schema,
            schema_type=schema["@type"],
            thing_iri=iri if own else "",
            alternates=[(kind, link(f"{path}.{ending}", here)) for ending, kind in _BESIDE.items()],
        )

    def turtle(self, iri: str) -> str:
        """A thing as Turtle."""
        return metadata.turtle(self.site, iri)

    def jsonld(self, iri: str) -> str:
        """A thing as JSON-LD."""
        return metadata.jsonld(self.site, iri)

    def context(self) -> str:
        """The context of every thing's JSON-LD."""
        return metadata.context(self.site)

    def moved(self, part: str) -> str:
        """At the place of a part's own page, the way to where it stands; for hosts that cannot redirect."""
        site = self.site
        here = f"{site.paths.path(part)}.html"
        return self._templates.get_template("moved.html").render(
            title=site.index.name(part), href=site.href(part, here), root=root_of(here)
        )

    # ── queries ───────────────────────────────────────────────────────────────────────────────────

    def query(self, query: Query) -> str:
        """The page of a ready-made query, with its answer unless it asks another endpoint."""
        here = f"query/{query.name}.html"
        answer = None if query_page.asks_elsewhere(query) else self.engine.query(query.text)
        return self._page(
            "query.html",
            here,
            query.summary,
            **query_page.content(self.site, query, answer, here),
            schema={
                "@context": "https://schema.org",
                "@type": "SoftwareSourceCode",
                "@id": query_examples.iri(self.site, query),
                "name": query.summary,
                "programmingLanguage": "SPARQL",
                "url": self.site.paths.canonical(here),
            },
            schema_type="SoftwareSourceCode",
            thing_iri=query_examples.iri(self.site, query),
            alternates=[(kind, link(f"query/{query.name}.{ending}", here)) for ending, kind in _BESIDE.items()],
        )

    def query_rdf(self, query: Query, ending: str) -> str:
        """A ready-made query as RDF: ttl or jsonld."""
        triples = query_examples.triples(self.site, [query])
        if ending == "ttl":
            return turtle.write(triples, self._with_spex)
        return jsonld.write(triples, self._used(triples), {}, indent=None)

    def _used(self, triples: Iterable[ox.Triple]) -> Prefixes:
        """The prefixes of the properties and classes of some triples."""
        iris = {str(part)[1:] for t in triples for part in (t.predicate, t.object)}  # without the bracket
        return {p: ns for p, ns in self._with_spex.items() if any(iri.startswith(ns) for iri in iris)}

    def catalogue(self) -> str:
        """All ready-made queries as Turtle, with their prefixes."""
        site = self.site
        triples = query_examples.triples(site, site.queries) + query_examples.prefixes(site)
        return turtle.write(triples, self._with_spex)

    @property
    def _with_spex(self) -> Prefixes:
        used = ("foaf", "owl", "rdf", "rdfs", "schema", "sh", "xsd")
        return {**{prefix: WELL_KNOWN[prefix] for prefix in used}, "spex": query_examples.SPEX}

    def questions(self) -> str:
        """The catalogue of queries."""
        here = "query/index.html"
        return self._page("questions.html", here, "Questions", **lists.questions(self.site, here))

    def ask(self) -> str:
        """An empty editor."""
        return self._page("ask.html", "query/new.html", "Ask your own")

    # ── the whole ─────────────────────────────────────────────────────────────────────────────────

    def front(self, downloads: Iterable[tuple[str, str, int]] = ()) -> str:
        """The front page. Downloads are path, media type and size."""
        site, here = self.site, "index.html"
        return self._page(
            "front.html",
            here,
            site.title,
            **lists.front(site, self.views, here),
            **self.views.front(site, here),
            schema=metadata.dataset_schema(site, downloads),
            thing_iri=site.folder.dataset.iri,
            schema_type="Dataset",
            alternates=[(kind, f"dataset.{ending}") for ending, kind in _BESIDE.items()],
        )

    def things(self) -> str:
        """Every thing, by its kind."""
        return self._page("things.html", "things.html", "Things", **lists.things(self.site, "things.html"))

    @cached_property
    def extra_pages(self) -> Sequence[ExtraPage]:
        """The pages that the profile adds."""
        return self.views.pages(self.site)

    def extra(self, page: ExtraPage) -> str:
        """A page that the profile adds."""
        return self._page(page.template, page.path, page.title, **page.content(page.path))

    def ontology(self) -> str:
        """All terms."""
        here = "ontology/index.html"
        return self._page("ontology.html", here, "Ontology", **ontology.overview(self.site, here))

    def shapes(self) -> str:
        """All rules in words."""
        return self._page("shapes.html", "shapes/index.html", "Rules", shapes=self.site.shape_descriptions)

    def dataset(self, downloads: Iterable[tuple[str, str, int]] = ()) -> str:
        """The data set: what it holds, its files, how to cite it."""
        site, here, iri = self.site, "dataset.html", self.site.folder.dataset.iri
        downloads = list(downloads)
        return self._page(
            "dataset.html",
            here,
            "Data",
            downloads=downloads,
            counts=lists.counts(site, self.views),
            groups=PropertyRows(site, here).of(iri),
            citation=metadata.citation(site, iri, site.title),
            schema=metadata.dataset_schema(site, downloads),
            schema_type="Dataset",
            thing_iri=iri,
            alternates=[(kind, f"dataset.{ending}") for ending, kind in _BESIDE.items()],
        )

    def not_found(self, base: str = "") -> str:
        """What a host shows for an address without a page; its links begin at `base`, the path of the site's root."""
        page = self._page("404.html", "404.html", "Not found")
        base = base or urlsplit(self.site.paths.address).path or "/"
        page = page.replace('href="#', 'href="404.html#')  # which would lead to the base
        return page.replace("<head>", f'<head>\n<base href="{base}">', 1)


def _for_script(data: Any) -> str:
    """JSON that ends no script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
