"""Pages: a thing or a query of a graph as HTML, Turtle or JSON-LD; for a site of files, and for a server."""

from lalakg._pages.lists import search
from lalakg._pages.pages import Pages
from lalakg._pages.paths import SitePaths, link
from lalakg._pages.presentation import Presentation
from lalakg._pages.routes import TYPES, documents, scripts, static, things
from lalakg._pages.site_context import SiteContext
from lalakg._pages.views import ExtraPage, Views

__all__ = [
    "TYPES",
    "ExtraPage",
    "Pages",
    "Presentation",
    "SiteContext",
    "SitePaths",
    "Views",
    "documents",
    "link",
    "scripts",
    "search",
    "static",
    "things",
]
