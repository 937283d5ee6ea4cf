"""Configuration for web hosts and crawlers: content negotiation for Apache and w3id.org, redirects, a site map."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from lalakg._pages import SiteContext
from lalakg._publish.site_files import SiteFiles
from lalakg._rdf.formats import MEDIA_TYPES

_SITEMAP_LIMIT = 50_000  # addresses in one file, by the protocol of sitemaps.org
_BASE_URL = "%{ENV:BASE}"
_TYPES = {**MEDIA_TYPES, "rq": "application/sparql-query", "wasm": "application/wasm"}
_WELL_KNOWN = {"void": "data/void.ttl", "sparql-examples": "data/queries.ttl"}
# IRIs of whole documents, whose terms follow after a #: the page and the Turtle.
_DOCUMENTS = {
    "ontology": ("ontology/index.html", "ontology/lala.ttl"),
    "vocab": ("ontology/index.html", "ontology/vocab.ttl"),
    "shapes": ("shapes/index.html", "ontology/shapes.ttl"),
}
_QUERY_PAGE = "query/new.html"  # where the engine runs in a page
_NOT_HTML = "RewriteCond %{HTTP_ACCEPT} !text/html"
_ACCEPTS = {
    "jsonld": "RewriteCond %{HTTP_ACCEPT} application/(ld\\+)?json",
    "ttl": "RewriteCond %{HTTP_ACCEPT} (text/turtle|application/(n-triples|rdf\\+xml)|text/n3)",
}
# The file that must exist for a redirect to a format: a part of a thing has no Turtle of its own but the graph's.
_FILE_EXISTS = {
    suffix: f"RewriteCond %{{REQUEST_FILENAME}}.{file} -f"
    for suffix, file in {"jsonld": "jsonld", "ttl": "html", "html": "html"}.items()
}


def write(context: SiteContext, files: SiteFiles, pages: Iterable[str]) -> None:
    """Write all configuration files; `pages` are the paths for the site map."""
    places = context.paths
    files.write(".htaccess", _apache(context, urlsplit(places.address).path or "/", files))
    if places.address != places.root:
        files.write("w3id.htaccess", _w3id(places.root, places.address, files))
    files.write("_redirects", _redirects(files))
    files.write("_headers", _headers())
    files.write(".nojekyll", "")
    files.write("robots.txt", f"User-agent: *\nAllow: /\nSitemap: {places.address}sitemap.xml\n")
    for name, text in _sitemaps([places.canonical(name) for name in sorted(pages)], places.address).items():
        files.write(name, text)


def _apache(context: SiteContext, base: str, files: SiteFiles) -> str:
    lines = [
        "# For Apache: types, and from an IRI to its page or its RDF, whichever fits.",
        "Options -MultiViews -Indexes",
        "DirectorySlash Off",
        f"ErrorDocument 404 {base}404.html",
        *(f"AddType {media_type} .{suffix}" for suffix, media_type in _TYPES.items()),
        "AddDefaultCharset UTF-8",
        "<IfModule mod_headers.c>",
        'Header always set Access-Control-Allow-Origin "*"',
        'Header always set X-Content-Type-Options "nosniff"',
        'Header always merge Vary "Accept"',
        "</IfModule>",
        "RewriteEngine On",
        "# Where this folder stands below the host's root.",
        "RewriteCond %{REQUEST_URI}::$1 ^(.*?/)(.*)::\\2$",
        "RewriteRule ^(.*)$ - [E=BASE:%1]",
        *_part_rules(context),
        *_rules(_BASE_URL, files, local=True),
        "RewriteRule ^((query|ontology|shapes)/)?$ $1index.html [END]",
    ]
    return "\n".join(lines) + "\n"


def _w3id(root: str, address: str, files: SiteFiles) -> str:
    lines = [
        f"# For the host of the IRIs, such as w3id.org: {root} leads to {address}",
        "RewriteEngine On",
        *_rules(address, files),
        f"RewriteRule ^(.*)$ {address}$1 [R=302,NE,END]",
    ]
    return "\n".join(lines) + "\n"


def _rules(target: str, files: SiteFiles, *, local: bool = False) -> list[str]:
    found = [f"RewriteRule ^\\.well-known/{name}$ {target}{file} [R=302,END]" for name, file in _WELL_KNOWN.items()]
    if files.has(_QUERY_PAGE):
        found.append(f"RewriteRule ^sparql$ {target}{_QUERY_PAGE} [R=302,END]")
    for name, (page, turtle) in _DOCUMENTS.items():
        if files.has(jsonld := f"{name}/index.jsonld"):
            found += [_NOT_HTML, _ACCEPTS["jsonld"], f"RewriteRule ^{name}$ {target}{jsonld} [R=303,END]"]
        found += [_NOT_HTML, _ACCEPTS["ttl"], f"RewriteRule ^{name}$ {target}{turtle} [R=303,END]"]
        found.append(f"RewriteRule ^{name}$ {target}{page} [R=303,END]")
    thing = "^((id|ontology|vocab|other|query)/.+(?<!\\.html)(?<!\\.ttl)(?<!\\.jsonld)(?<!\\.rq)|dataset)$"
    for suffix, exists in _FILE_EXISTS.items():
        found += [exists] if local else []
        found += [_NOT_HTML, _ACCEPTS[suffix]] if suffix in _ACCEPTS else []
        found += [f"RewriteRule {thing} {target}$1.{suffix} [R=303,END]"]
    return found


def _part_rules(context: SiteContext) -> list[str]:
    """Redirect the Turtle of a part of a thing, which has a page but no file of its own, to the whole graph's.

    No JSON-LD of the whole lies here unpacked, so none is given for a part.
    """
    whole = f"{_BASE_URL}data/{context.folder.dataset.name}.ttl"
    if not context.owners:
        return []
    return [
        "RewriteCond %{REQUEST_FILENAME} !-f",
        "RewriteCond %{REQUEST_FILENAME} ^(.+)\\.ttl$",
        "RewriteCond %1.html -f",
        f"RewriteRule ^id/ {whole} [R=303,END]",
    ]


def _redirects(files: SiteFiles) -> str:
    lines = ["# For Netlify, Cloudflare Pages and their like, which serve /id/mia from /id/mia.html by themselves."]
    lines += [f"/.well-known/{name} /{file} 302" for name, file in _WELL_KNOWN.items()]
    lines += [f"/sparql /{_QUERY_PAGE} 302"] if files.has(_QUERY_PAGE) else []
    lines.append("/vocab /ontology/index.html 302")
    return "\n".join(lines) + "\n"


def _headers() -> str:
    parts = ["/*\n  Access-Control-Allow-Origin: *\n  X-Content-Type-Options: nosniff"]
    parts += [f"/*.{suffix}\n  Content-Type: {kind}" for suffix, kind in _TYPES.items()]
    return "\n".join(parts) + "\n"


def _sitemaps(addresses: list[str], root: str) -> dict[str, str]:
    """One sitemap, or where that would be too long, several and an index of them."""
    if len(addresses) <= _SITEMAP_LIMIT:
        return {"sitemap.xml": _sitemap("urlset", "url", addresses)}
    starts = range(0, len(addresses), _SITEMAP_LIMIT)
    parts = {f"sitemap-{n}.xml": addresses[start : start + _SITEMAP_LIMIT] for n, start in enumerate(starts, 1)}
    found = {name: _sitemap("urlset", "url", part) for name, part in parts.items()}
    return {**found, "sitemap.xml": _sitemap("sitemapindex", "sitemap", [root + name for name in parts])}


def _sitemap(whole: str, part: str, addresses: Iterable[str]) -> str:
    lines = "".join(f"<{part}><loc>{escape(address)}</loc></{part}>\n" for address in addresses)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<{whole} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}</{whole}>\n'
