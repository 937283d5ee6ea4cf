"""The layers of the house: imports point downwards only, and heavy libraries come in only where they are used."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT

PACKAGE = ROOT / "src" / "lalakg"

# What a room may import besides itself: all rooms above it in this table, or those that it names.
ROOMS: dict[str, set[str] | None] = {
    "_errors": set(),
    "_rdf": None,
    "_sparql": None,
    "_stores": None,
    "_folder": {"_errors", "_rdf", "_sparql"},
    "_workers": {"_errors", "_rdf", "_sparql", "_folder"},
    "_graph": {"_errors", "_rdf", "_sparql", "_stores", "_folder"},
    "_shacl": {"_errors", "_rdf", "_sparql"},
    "_check": None,
    "_diff": None,
    "_pages": None,
    "_publish": None,
    "_wikidata": None,
    "_narrative": None,  # extends classes of any general room; these find it by the profile alone
    "_mcp": None,
    "_server": None,
    "__init__": None,
    "_cli": None,
    "__main__": None,
}
ORDER = list(ROOMS)
# The one dynamic import of a room from above: a profile's code, when a graph of that profile is opened.
DYNAMIC = {"_folder/profile.py": "import_module", "__init__.py": "import_module", "_cli/group.py": "import_module"}
HEAVY = {"SPARQLWrapper", "jinja2", "pandas", "pyshacl", "rdflib", "yaml"}


def room(path: Path) -> str:
    """The room that a file belongs to: a module, or a package with all that lies in it."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "template" not in path.parts)


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Every module that is imported anywhere in the tree, also inside functions, with the node that does it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield str(node.module), node
            if node.module == "lalakg":
                yield from ((f"lalakg.{alias.name}", node) for alias in node.names)


def rooms_imported(path: Path) -> set[str]:
    names = {name for name, _ in imports(ast.parse(path.read_text(encoding="utf-8")))}
    return {name.split(".")[1] for name in names if name.startswith("lalakg.")} - {room(path)}


def at_import(tree: ast.Module) -> set[ast.AST]:
    """The nodes that run when the module is imported: not those in functions, nor those for type checkers only."""
    nodes: set[ast.AST] = set()
    rest: list[ast.AST] = list(tree.body)
    while rest:
        node = rest.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        nodes.add(node)
        rest.extend(ast.iter_child_nodes(node))
    return nodes


def allowed(name: str) -> set[str]:
    """The rooms that a room may import."""
    named = ROOMS[name]
    return set(ORDER[: ORDER.index(name)]) if named is None else named


def test_every_room_has_its_place() -> None:
    assert {room(path) for path in modules()} == set(ROOMS)


def test_no_module_lies_loose() -> None:
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py", "_errors.py"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downwards_only(path: Path) -> None:
    assert rooms_imported(path) - allowed(room(path)) == set()


def test_public_names_come_from_rooms_below() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (table,) = (n for n in tree.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "_ROOMS")
    rooms = {place.partition(".")[0] for place in ast.literal_eval(table.value).values()}
    assert rooms <= allowed("__init__")


def test_only_profiles_and_commands_are_imported_by_name() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): "import_module"
        for path in modules()
        if "import_module" in path.read_text(encoding="utf-8")
    }
    assert found == DYNAMIC


TERMS = re.compile(r"\b(lala|lv|lkg):\w|\bLALA\b|w3id\.org/lalakg/(ontology|vocab|id)")


def markup() -> list[Path]:
    return sorted((PACKAGE / "_pages").rglob("*.html"))


@pytest.mark.parametrize("path", [*modules(), *markup()], ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_narrative_room_names_terms_of_the_story(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert room(path) == "_narrative" or [match.group() for match in TERMS.finditer(text)] == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    early = at_import(tree)
    assert {name for name, node in imports(tree) if name.split(".")[0] in HEAVY and node in early} == set()


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_command_line_prints_exits_or_knows_click(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    loud = calls & {"print", "exit", "quit", "sys.exit", "os._exit", "sys.stdout.write", "sys.stderr.write"}
    loud |= {name for name, _ in imports(tree) if name.split(".")[0] == "click"}
    assert loud <= ({"click", "sys.exit"} if room(path) == "_cli" else set())
