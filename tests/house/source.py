"""The house's own source, for tests that look at it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
REGIMES = ("schemas", "infra", "activities", "workflows", "api")


def modules(*folders: str) -> Iterator[Path]:
    """Every Python file under these folders (all regimes and the worker when none is named)."""
    for folder in folders or REGIMES:
        yield from sorted((ROOT / folder).rglob("*.py"))
    if not folders:
        yield ROOT / "worker.py"


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def told(path: Path) -> str:
    """A file's name from the root."""
    return str(path.relative_to(ROOT))


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module a file imports, wherever in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
