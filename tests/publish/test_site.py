"""The site: files that hang together, load nothing from elsewhere, and are the same for the same graph."""

import gzip
import json
import re
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit
from xml.etree import ElementTree

import html5rdf
import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

import lalakg
from conftest import ROOT, Command
from lalakg._errors import OutputError
from lalakg._pages import SiteContext, query_examples, routes
from lalakg._publish import site_files
from lalakg._rdf.terms import WELL_KNOWN

ADDRESS = "https://example.net/films/la/"
BROUGHT = {"stylesheet", "icon", "preload", "modulepreload", "manifest", "prefetch"}


class Reader(HTMLParser):
    """The ids of a page, what it links to, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.inline: list[str] = []
        self.moved = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.append(given["id"])
        loaded = given.get("src") or given.get("srcset") or given.get("poster") or ""
        if tag == "link" and set(given.get("rel", "").split()) & BROUGHT:
            loaded = given["href"]
        if loaded:
            self.loads.append(loaded)
        self.links += [given[name] for name in ("href", "action") if name in given and tag != "base"]
        if given.get("http-equiv") == "refresh":
            self.moved = given["content"].removeprefix("0; url=")
            self.links.append(self.moved)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The film's site."""
    folder = tmp_path_factory.mktemp("site") / "site"
    lalakg.build(lalakg.load(ROOT), folder, site=True)
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Reader]:
    """All pages, read."""
    found = sorted(site.rglob("*.html"))
    return {path.relative_to(site).as_posix(): Reader(path.read_text(encoding="utf-8")) for path in found}


def test_there_is_a_page_and_rdf_for_every_thing_and_every_query(site: Path, kg: lalakg.KnowledgeGraph) -> None:
    base = kg.folder.dataset.base
    locals_ = {str(t.subject.value).removeprefix(base) for t in kg.triples if str(t.subject).startswith(f"<{base}")}
    parts = {part.removeprefix(base) for part in SiteContext(kg.triples, kg.folder, kg.prefixes).owners}
    assert {path.stem for path in (site / "id").glob("*.html")} == locals_
    for form in ("html", "ttl", "jsonld"):
        if form != "html":
            assert {path.stem for path in (site / "id").glob(f"*.{form}")} == locals_ - parts
        assert {path.stem for path in (site / "query").glob(f"*.{form}")} >= set(kg.catalogue)
    assert {path.stem for path in (site / "query").glob("*.rq")} == set(kg.catalogue)


def test_every_link_of_the_site_resolves(site: Path, pages: dict[str, Reader]) -> None:
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    broken = []
    for name, page in pages.items():
        for link in page.links + page.loads:
            if urlsplit(link).scheme:
                continue
            path, fragment = urldefrag(link)
            parts = [*name.split("/")[:-1], *unquote(path.partition("?")[0]).split("/")] if path else name.split("/")
            whole: list[str] = []
            for part in parts:
                whole = whole[:-1] if part == ".." else [*whole, part]
            target = "/".join(whole)
            if target not in files or (fragment and fragment not in pages[target].ids):
                broken.append((name, link))
    assert broken == []


def test_nothing_comes_from_another_host(site: Path, pages: dict[str, Reader]) -> None:
    for name, page in pages.items():
        assert not [load for load in page.loads if urlsplit(load).scheme or load.startswith("//")], name
        assert not page.inline, f"{name}: a strict host refuses styles and handlers in attributes"
    assert not re.search(r"url\(|@import|https?:", (site / "static/site.css").read_text(encoding="utf-8"))


def test_ids_are_used_once(pages: dict[str, Reader]) -> None:
    assert [name for name, page in pages.items() if len(page.ids) != len(set(page.ids))] == []


@pytest.mark.parametrize(
    "name",
    [
        "index.html", "things.html", "dataset.html", "404.html", "ontology/index.html", "shapes/index.html",
        "query/index.html", "query/timeline.html", "query/world-as-graph.html", "id/mia-story.html",
        "id/claim-f63.html", "id/w-fantasy.html", "ontology/inWorld.html", "vocab/omission.html",
        "other/schema/Movie.html",
    ],
)  # fmt: skip
def test_each_kind_of_page_is_well_formed(site: Path, name: str) -> None:
    html5rdf.HTMLParser(strict=True).parse((site / name).read_text(encoding="utf-8"))


@pytest.mark.slow
def test_every_page_is_well_formed(site: Path, pages: dict[str, Reader]) -> None:
    for name in pages:
        html5rdf.HTMLParser(strict=True).parse((site / name).read_text(encoding="utf-8"))


def test_every_page_has_one_heading_a_language_and_a_title(site: Path, pages: dict[str, Reader]) -> None:
    for name, page in pages.items():
        text = (site / name).read_text(encoding="utf-8")
        assert page.moved or text.count("<h1") == 1, name
        assert re.search(r"<title>\s*\S", text), name
        assert '<html lang="en">' in text, name


def test_the_first_page_is_light(site: Path, pages: dict[str, Reader]) -> None:
    loads = [site / load for load in pages["index.html"].loads]
    assert sum(path.stat().st_size for path in [site / "index.html", *loads]) < 150_000


def test_search_leads_to_pages(site: Path) -> None:
    entries = json.loads((site / "data/search.json").read_text(encoding="utf-8"))
    assert ["Mia", "lkg:mia", "character", "id/mia.html"] in entries
    assert [entry for entry in entries if not (site / unquote(entry[3].partition("#")[0])).is_file()] == []
    prefixes = json.loads((site / "data/prefixes.json").read_text(encoding="utf-8"))
    names = {entry[1] for entry in entries if entry[2] != "query" and "://" not in entry[1]}
    assert {"lala:inWorld", "lala:Event", "lv:omission", "lkg:mia"} <= names
    assert {name.partition(":")[0] for name in names} <= prefixes.keys()


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
def test_json_ld_finds_its_context_in_the_site(site: Path) -> None:
    for name in ("id/claim-f63", "ontology/inWorld", "other/schema/Movie", "dataset"):
        jsonld, turtle = (rdflib.Graph().parse(site / f"{name}.{form}") for form in ("jsonld", "ttl"))
        assert isomorphic(jsonld, turtle), name
        assert len(turtle) > 1


def test_a_thing_takes_little_room(site: Path) -> None:
    made = [path for folder in ("id", "vocab", "other") for path in (site / folder).rglob("*") if path.is_file()]
    things = sum(path.suffix == ".html" for path in made)
    assert things > 1_500
    assert sum(path.stat().st_size for path in made) / things < 4_200


@pytest.mark.parametrize("many", [3, site_files._MANY + 3])
def test_what_is_written_meanwhile_is_written_or_its_fault_is_raised(tmp_path: Path, many: int) -> None:
    texts = {f"id/{number}.txt": partial(str, number) for number in range(many)}
    with site_files.SiteFiles(tmp_path).write_in_background(texts) as names:
        assert set(names) == set(texts)
    written = {path.name: path.read_text() for path in (tmp_path / "id").iterdir()}
    assert written == {f"{number}.txt": str(number) for number in range(many)}
    with (
        pytest.raises(ZeroDivisionError),
        site_files.SiteFiles(tmp_path).write_in_background({**texts, "id/x.txt": lambda: str(1 // 0)}),
    ):
        pass


def test_the_dumps_are_the_graph(site: Path, kg: lalakg.KnowledgeGraph) -> None:
    whole = {quad.triple for quad in ox.parse(path=site / "data/lalakg.ttl")}
    packed = ox.parse(gzip.decompress((site / "data/lalakg.nt.gz").read_bytes()), format=ox.RdfFormat.N_TRIPLES)
    assert whole == set(kg.triples) == {quad.triple for quad in packed}


def test_the_description_names_the_files_that_are_there(site: Path, kg: lalakg.KnowledgeGraph) -> None:
    root = kg.base.removesuffix("id/")
    described = [quad.triple for quad in ox.parse(path=site / "data/void.ttl")]
    urls = [t.object.value for t in described if t.predicate.value == WELL_KNOWN["dcat"] + "downloadURL"]
    assert len(urls) == 4
    assert [url for url in urls if not (site / url.removeprefix(root)).is_file()] == []


def test_a_query_names_no_endpoint_where_none_answers(site: Path) -> None:
    target = WELL_KNOWN["schema"] + "target"
    paths = [site / "data/queries.ttl", site / "query/timeline.ttl"]
    assert [quad for path in paths for quad in ox.parse(path=path) if quad.predicate.value == target] == []


def test_a_query_names_the_endpoint_that_answers(kg: lalakg.KnowledgeGraph) -> None:
    edition = SiteContext(kg.triples, kg.folder, kg.prefixes, endpoint="ask/here")
    made = query_examples.triples(edition, edition.queries)
    targets = [str(t.object.value) for t in made if t.predicate.value == WELL_KNOWN["schema"] + "target"]
    assert targets == ["https://w3id.org/lalakg/ask/here"] * len(edition.queries)


def test_the_map_names_every_page(site: Path, pages: dict[str, Reader], kg: lalakg.KnowledgeGraph) -> None:
    root = kg.base.removesuffix("id/")
    tree = ElementTree.parse(site / "sitemap.xml")
    found = [unquote((e.text or "").removeprefix(root)) for e in tree.iter() if e.tag.endswith("loc")]
    names = [name + "index.html" if not name or name.endswith("/") else name for name in found]
    assert sorted(names) == sorted(name for name, page in pages.items() if name != "404.html" and not page.moved)
    assert f"Sitemap: {root}sitemap.xml" in (site / "robots.txt").read_text()


def test_a_map_too_long_for_one_file_is_split() -> None:
    from lalakg._publish.hosts import _sitemaps

    made = _sitemaps([f"https://example.org/{n}?a&b" for n in range(120_001)], "https://example.org/")
    assert {name: text.count("<loc>") for name, text in made.items()} == {
        "sitemap-1.xml": 50_000, "sitemap-2.xml": 50_000, "sitemap-3.xml": 20_001, "sitemap.xml": 3,
    }  # fmt: skip
    assert all(ElementTree.fromstring(text) is not None for text in made.values())


def test_redirects_lead_to_files(site: Path) -> None:
    lines = (site / "_redirects").read_text().splitlines()
    targets = [line.split()[1].lstrip("/") for line in lines if not line.startswith("#")]
    targets += re.findall(r"%\{ENV:BASE\}([\w./-]+\.(?:html|ttl|jsonld))", (site / ".htaccess").read_text())
    missing = {target for target in targets if not (site / target).is_file()}
    assert missing == set()


class Apache:
    """So much of mod_rewrite as the rules of a site at a host's root use: where a path leads, by the type asked for.

    `site` is the folder below which files stand; the rules of another host know of none.
    """

    def __init__(self, rules: str, site: Path) -> None:
        self.lines = [line for line in rules.splitlines() if line.startswith("Rewrite")]
        self.site = site

    def leads(self, path: str, accept: str) -> str:
        """The end of the redirects, below the site's root, or the path itself; `404` where nothing stands."""
        while (target := self._once(path, accept)) != path:
            path = target.removeprefix("/")
            if "://" in path:
                return path
        return path if (self.site / path.partition("#")[0]).is_file() else "404"

    def _once(self, path: str, accept: str) -> str:
        known = {
            "HTTP_ACCEPT": accept,
            "REQUEST_FILENAME": str(self.site / path),
            "ENV:BASE": "/",
            "REQUEST_URI": f"/{path}",
        }
        holds, groups = True, ("",)
        for word, first, second, *_ in (line.split(" ") for line in self.lines if line != "RewriteEngine On"):
            if word == "RewriteCond":
                matched = self._condition(_filled(first, known, (path, path), groups), second) if holds else None
                holds, groups = matched is not None, matched or groups
                continue
            match = re.search(first, path)
            if holds and match and second != "-":
                return _filled(second, known, (match[0], *match.groups("")), groups)
            holds, groups = True, ("",)
        return path

    @staticmethod
    def _condition(text: str, pattern: str) -> tuple[str, ...] | None:
        bare = pattern.removeprefix("!")
        if bare == "-f":
            found: tuple[str, ...] | None = ("",) if Path(text).is_file() else None
        else:
            match = re.search(bare, text)
            found = (match[0], *match.groups("")) if match else None
        return found if bare == pattern else None if found else ("",)


def _filled(text: str, known: dict[str, str], ours: tuple[str, ...], theirs: tuple[str, ...]) -> str:
    text = re.sub(r"%\{([A-Z_:]+)\}", lambda m: known[m[1]], text)
    text = re.sub(r"%(\d)", lambda m: theirs[int(m[1])], text)
    return re.sub(r"\$(\d)", lambda m: ours[int(m[1])], text)


BROWSER, JSONLD, TURTLE = "text/html,*/*;q=0.8", "application/ld+json", "text/turtle"


@pytest.mark.parametrize(
    ("path", "accept", "end"),
    [
        ("id/mia", BROWSER, "id/mia.html"),
        ("id/mia", JSONLD, "id/mia.jsonld"),
        ("id/mia", TURTLE, "id/mia.ttl"),
        ("ontology", BROWSER, "ontology/index.html"),
        ("ontology", JSONLD, "ontology/index.jsonld"),
        ("ontology", TURTLE, "ontology/lala.ttl"),
        ("vocab", BROWSER, "ontology/index.html"),
        ("vocab", JSONLD, "ontology/index.html"),
        ("vocab", TURTLE, "ontology/vocab.ttl"),
        ("shapes", TURTLE, "ontology/shapes.ttl"),
        ("id/psg-f63", BROWSER, "id/psg-f63.html"),
        ("id/psg-f63", TURTLE, "data/lalakg.ttl"),
        ("id/psg-f63", f"{JSONLD}, {TURTLE};q=0.5", "data/lalakg.ttl"),
        ("id/psg-f63", JSONLD, "id/psg-f63.html"),
        ("id/psg-f63.ttl", TURTLE, "data/lalakg.ttl"),
        ("id/psg-f63.jsonld", JSONLD, "404"),
        ("id/nobody.ttl", TURTLE, "404"),
    ],
)
def test_apache_leads_to_what_was_asked_for(site: Path, path: str, accept: str, end: str) -> None:
    assert Apache((site / ".htaccess").read_text(), site).leads(path, accept) == end


def test_no_redirect_takes_the_place_of_the_fragment_that_was_asked_for(
    site: Path, small: Path, tmp_path: Path
) -> None:
    lalakg.build(lalakg.load(small), tmp_path / "site", site=True, address=ADDRESS)
    for rules in (site / ".htaccess", tmp_path / "site/w3id.htaccess", site / "_redirects"):
        lines = [line for line in rules.read_text().splitlines() if not line.startswith("#")]
        assert [line for line in lines if "#" in line] == []
        assert any("vocab" in line for line in lines)


def test_the_host_of_the_iris_leads_to_json_ld_where_there_is_some(small: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    lalakg.build(lalakg.load(small), site, site=True, address=ADDRESS)
    host = Apache((site / "w3id.htaccess").read_text(), site)
    assert host.leads("ontology", JSONLD) == f"{ADDRESS}ontology/index.jsonld"
    assert (site / "ontology/index.jsonld").is_file()
    assert host.leads("vocab", JSONLD) == f"{ADDRESS}ontology/index.html"
    assert host.leads("vocab", TURTLE) == f"{ADDRESS}ontology/vocab.ttl"


# ── with and without the bundle, for any folder, anywhere ─────────────────────────────────────────


def test_without_the_bundle_pages_run_no_script(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Command
) -> None:
    monkeypatch.setattr(routes, "_WEB", tmp_path / "nothing")
    outcome = run("-C", small, "build", tmp_path / "site", "--site")
    assert "`make web`" in outcome.err
    assert not (tmp_path / "site/query/new.html").exists()
    for name in (".htaccess", "_redirects"):
        assert "query/new.html" not in (tmp_path / "site" / name).read_text()
    for path in (tmp_path / "site").rglob("*.html"):
        assert "<script defer" not in path.read_text(encoding="utf-8")


def test_with_the_bundle_its_files_lie_in_the_site(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = tmp_path / "web"
    web.mkdir()
    for name in ("query.js", "query.css", "search.js", "THIRD-PARTY-NOTICES.txt"):
        (web / name).write_text(name)
    monkeypatch.setattr(routes, "_WEB", web)
    lalakg.build(lalakg.load(small), tmp_path / "site", site=True)
    for name in ("query.js", "THIRD-PARTY-NOTICES.txt", "site.css"):
        assert (tmp_path / "site/static" / name).is_file()
    page = (tmp_path / "site/query/what-happens.html").read_text(encoding="utf-8")
    assert '<script defer src="../static/query.js"></script>' in page
    assert (tmp_path / "site/query/new.html").is_file()


def test_a_folder_of_ones_own_becomes_a_site(small: Path, tmp_path: Path, run: Command) -> None:
    outcome = run("-C", small, "build", tmp_path / "site", "--site", "--address", ADDRESS)
    assert outcome.status == 0
    assert re.fullmatch(r"Checked .*\nBuilt [\d,]+ triples into .*: a site of [\d,]+ files, [\d.]+ MB\.\n", outcome.out)
    front = (tmp_path / "site/index.html").read_text(encoding="utf-8")
    assert 'class="timeline single"' in front
    assert "the hero comes home" in front
    assert f'<link rel="canonical" href="{ADDRESS}">' in front
    assert '<base href="/films/la/">' in (tmp_path / "site/404.html").read_text(encoding="utf-8")
    assert f"{ADDRESS}$1.ttl" in (tmp_path / "site/w3id.htaccess").read_text(encoding="utf-8")


@pytest.mark.parametrize("address", [ADDRESS, ADDRESS.removesuffix("/")])
def test_downloads_are_where_the_site_will_stand(small: Path, tmp_path: Path, address: str) -> None:
    site = tmp_path / "site"
    kg = lalakg.load(small)
    lalakg.build(kg, site, site=True, address=address)
    name = kg.folder.dataset.name
    files = {f"{ADDRESS}data/{name}.{form}" for form in ("ttl", "jsonld.gz", "nt.gz", "trig.gz")}
    assert all((site / file.removeprefix(ADDRESS)).is_file() for file in files)
    described = [quad.triple for quad in ox.parse(path=site / "data/void.ttl")]
    for property_ in (WELL_KNOWN["dcat"] + "downloadURL", WELL_KNOWN["void"] + "dataDump"):
        assert {str(t.object.value) for t in described if t.predicate.value == property_} == files
    urls = re.findall(r'"contentUrl": ?"([^"]+)"', (site / "dataset.html").read_text(encoding="utf-8"))
    assert set(urls) == files


@pytest.mark.slow
def test_the_same_folder_gives_the_same_site(small: Path, tmp_path: Path, spawn: Command) -> None:
    for seed in ("1", "2"):
        env = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")}
        assert spawn("-C", small, "build", tmp_path / seed, "--site", "-q", env=env).status == 0
    one, other = ((tmp_path / seed / "SHA256SUMS.gz").read_bytes() for seed in ("1", "2"))
    assert one == other


@pytest.mark.slow
def test_whether_the_complete_graph_is_kept_ready_makes_no_difference(folder: Path, tmp_path: Path, site: Path) -> None:
    for path in (folder / "data/published").iterdir():
        path.unlink()
    lalakg.build(lalakg.load(folder), tmp_path / "site", site=True)
    assert (tmp_path / "site/SHA256SUMS.gz").read_bytes() == (site / "SHA256SUMS.gz").read_bytes()


def test_a_site_is_replaced_as_a_whole_and_only_if_a_build_made_it(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    lalakg.build(lalakg.load(small), out, site=True)
    (out / "id/hero.html").write_text("changed")
    lalakg.build(lalakg.load(small), out, site=True)
    assert "the hero" in (out / "id/hero.html").read_text(encoding="utf-8")
    (out / "id/mine.html").write_text("somebody else's")
    with pytest.raises(OutputError, match=r"id/mine\.html"):
        lalakg.build(lalakg.load(small), out, site=True)


def test_an_address_is_one(small: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no address"):
        lalakg.build(lalakg.load(small), tmp_path / "site", site=True, address="example.org")
    with pytest.raises(OutputError, match="--site"):
        lalakg.build(lalakg.load(small), tmp_path / "site", address=ADDRESS)
    assert not (tmp_path / "site").exists()
