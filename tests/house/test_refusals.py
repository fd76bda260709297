"""A refusal that nobody gives would promise what the desk does not look after."""

import ast
from pathlib import Path

from schemas.refusals import REFUSALS
from tests.house.source import ROOT, modules, parsed

LISTED_IN = ROOT / "schemas" / "refusals.py"


def words_of(path: Path) -> set[str]:
    """Every short text written in a file's code."""
    return {
        node.value
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_refusal_is_given_somewhere() -> None:
    given = set().union(*(words_of(path) for path in modules() if path != LISTED_IN))

    assert sorted(REFUSALS.keys() - given) == []
