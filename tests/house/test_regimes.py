"""What no linter knows: who may read the environment and the clock, and who may be imported."""

import ast

import pytest

from tests.house.source import ROOT, imported, modules, parsed, told

TOP_LEVEL = {
    "activities", "api", "infra", "schemas", "tests", "workflows",
    "worker.py", "pyproject.toml", "requirements.txt", "Makefile", "README.md", "CHANGELOG.md", "LICENSE", "SECURITY.md",
}  # fmt: skip
FORBIDDEN_NAMES = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "misc",
    "manager",
    "handler",
    "processor",
    "data",
    "info",
    "base",
}
ASKS_VISIBILITY = {"list_workflows", "count_workflows"}
CLOCK_AND_CHANCE = {"now", "today", "utcnow", "uuid4", "random", "getenv"}


def test_nobody_imports_the_worker() -> None:
    importers = [
        told(path) for path in (*modules(), *modules("tests")) if "worker" in set(imported(parsed(path)))
    ]

    assert [name for name in importers if not name.startswith("tests/")] == []


def test_lists_come_from_the_database_and_never_from_the_engine() -> None:
    listing = [
        f"{told(path)}: {node.attr}"
        for path in modules("api", "activities", "workflows")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr in ASKS_VISIBILITY
    ]

    assert listing == []


def test_the_top_level_holds_what_it_holds() -> None:
    visible = {
        path.name for path in ROOT.iterdir() if not path.name.startswith(".") and path.name != "__pycache__"
    }

    assert visible <= TOP_LEVEL


def test_files_are_named_after_the_domain() -> None:
    badly_named = [told(path) for path in modules() if path.stem in FORBIDDEN_NAMES]

    assert badly_named == []


def test_the_environment_is_read_in_one_place() -> None:
    readers = [
        told(path)
        for path in modules()
        if not told(path).startswith("infra/dev/")
        and any(
            isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
            for node in ast.walk(parsed(path))
        )
    ]

    assert readers == []


@pytest.mark.parametrize("path", [*modules("workflows"), *modules("schemas")], ids=told)
def test_order_and_words_know_neither_clock_nor_chance(path) -> None:  # type: ignore[no-untyped-def]
    called = {
        ast.unparse(node.func)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCK_AND_CHANCE
    }

    assert called <= {"workflow.now"}
