"""Views: what a profile adds to the pages, which are sections, whole pages, counts and templates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lalakg._pages.site_context import SiteContext

_STARTS = 6


@dataclass(frozen=True)
class ExtraPage:
    """A page of a profile, which the navigation leads to: its path, its name there, its title, its template, and what
    makes the template's content from the page's path."""

    path: str
    name: str
    title: str
    template: str
    content: Callable[[str], dict[str, Any]]


class Views:
    """The pages' extension point: what each method returns stands beside what any RDF has on its pages."""

    templates: Path | None = None
    """A folder of templates that take precedence. One that extends the general template of its name says
    `{% extends "pages/NAME" %}`."""

    def pages(self, site: SiteContext) -> Sequence[ExtraPage]:
        """Further pages."""
        return ()

    def thing(self, site: SiteContext, thing: str, here: str) -> dict[str, Any]:
        """More content for `thing.html`, the page of a thing at the path `here`."""
        return {}

    def front(self, site: SiteContext, here: str) -> dict[str, Any]:
        """More content for `front.html`."""
        return {}

    def starts(self, site: SiteContext) -> list[str]:
        """The things to which the front page leads after the data set's own examples: here the first of each class."""
        first: dict[str, str] = {}
        for thing in site.index.things:
            if thing.startswith(site.folder.dataset.base) and thing not in site.owners:
                for kind in site.types(thing)[:1]:
                    first.setdefault(kind, thing)
        return list(first.values())[:_STARTS]

    def counts(self, site: SiteContext) -> list[tuple[int, str]]:
        """What there is, in numbers, each with its noun in the singular."""
        base = site.folder.dataset.base
        return [(sum(thing.startswith(base) for thing in site.index.out), "thing")]

    def schema_org(self, site: SiteContext, thing: str) -> dict[str, Any]:
        """What a thing's page says of it in schema.org's terms, instead of or besides what any thing's says."""
        return {}
