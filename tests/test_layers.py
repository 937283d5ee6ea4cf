"""The layers of the house: imports point downwards only, and heavy libraries come in only where they are used."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT

PACKAGE = ROOT / "src" / "lalakg"

# A room may import rooms of lower layers, never of its own or of a higher one.
LAYERS = {
    "_errors": 0,
    "_blanks": 1,
    "_credentials": 1,
    "_evidence": 1,
    "_scaffold": 1,
    "_terms": 1,
    "_text": 1,
    "_tokens": 1,
    "_catalogue": 2,
    "_http": 2,
    "_jsonld": 2,
    "_positions": 2,
    "_rewriting": 2,
    "_service": 2,
    "_syntax": 2,
    "_turtle": 2,
    "_derivation": 3,
    "_folder": 3,
    "_formats": 3,
    "_stores": 3,
    "_fingerprint": 4,
    "_probing": 4,
    "_result": 4,
    "_statistics": 4,
    "_answers": 5,
    "_engine": 5,
    "_marks": 5,
    "_sources": 5,
    "_description": 6,
    "_endpoint": 6,
    "_federation": 6,
    "_pages": 6,
    "_sending": 6,
    "_shacl": 6,
    "_verification": 6,
    "_graph": 7,
    "_input": 7,
    "_loaded": 7,
    "_placing": 7,
    "_report": 7,
    "_check": 8,
    "_diff": 8,
    "_explanation": 8,
    "_export": 9,
    "_loading": 10,
    "_server": 10,
    "_site": 10,
    "_wikidata": 10,
    "_mcp": 11,
    "__init__": 12,
    "_cli": 12,
    "__main__": 13,
}
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


def test_every_room_has_a_layer() -> None:
    assert {room(path) for path in modules()} == set(LAYERS)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_downwards_only(path: Path) -> None:
    own = LAYERS[room(path)]
    assert {name for name in rooms_imported(path) if LAYERS[name] >= own} == set()


def test_public_names_come_from_rooms_below() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (table,) = (n for n in tree.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == "_ROOMS")
    rooms = set(ast.literal_eval(table.value).values())
    assert rooms <= set(LAYERS)
    assert max(LAYERS[name] for name in rooms) < LAYERS["__init__"]


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
