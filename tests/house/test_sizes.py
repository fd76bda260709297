"""Files and functions stay readable."""

import ast
from pathlib import Path
from statistics import median

from tests.house.source import modules, parsed, told

LONGEST_FILE_LINES = 400
LONGEST_FUNCTION_LINES = 50
USUAL_FILE_LINES = 120
USUAL_FUNCTION_LINES = 9
WRITTEN_BY_ALEMBIC = "infra/database/migrations/versions/"


def own_modules() -> list[Path]:
    return [path for path in modules() if not told(path).startswith(WRITTEN_BY_ALEMBIC)]


def function_lines() -> dict[str, int]:
    return {
        f"{told(path)}:{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in own_modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def file_lines() -> dict[str, int]:
    return {told(path): len(path.read_text(encoding="utf-8").splitlines()) for path in own_modules()}


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    assert {name: lines for name, lines in file_lines().items() if lines > LONGEST_FILE_LINES} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    assert {name: lines for name, lines in function_lines().items() if lines > LONGEST_FUNCTION_LINES} == {}


def test_most_files_and_functions_are_short() -> None:
    assert median(file_lines().values()) <= USUAL_FILE_LINES
    assert median(function_lines().values()) <= USUAL_FUNCTION_LINES


def test_every_module_says_what_lives_in_it() -> None:
    silent = [told(path) for path in modules() if path.stat().st_size and not ast.get_docstring(parsed(path))]

    assert silent == []
