"""Pages: a thing or a query of a graph as HTML, Turtle or JSON-LD; for a site of files, and for a server."""

from lalakg._pages.documents_by_path import TYPES, documents, scripts, static, things
from lalakg._pages.lists import search
from lalakg._pages.pages import Pages
from lalakg._pages.places import Places, link
from lalakg._pages.site_context import Edition

__all__ = ["TYPES", "Edition", "Pages", "Places", "documents", "link", "scripts", "search", "static", "things"]
