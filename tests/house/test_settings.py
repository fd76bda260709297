"""A limit that nobody keeps is no limit."""

import ast

import pytest
from pydantic import ValidationError

from api.paging import Paged
from infra.settings import Limits
from schemas.refusals import Refused
from tests.house.source import ROOT, modules, parsed
from tests.offline import settings_with

SETTINGS = ROOT / "infra" / "settings.py"


def test_every_limit_is_kept_somewhere() -> None:
    kept = {
        node.attr
        for path in modules()
        if path != SETTINGS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value).endswith("limits")
    }

    assert set(Limits.model_fields) - kept == set()


def test_a_page_has_as_many_rows_as_the_desk_is_set_to_and_no_more() -> None:
    chosen = settings_with(limits=Limits(page_rows=120))

    with pytest.raises(Refused) as refused:
        Paged(limit=121).rows(chosen)

    assert Paged(limit=120).rows(chosen) == 120
    assert (refused.value.code, refused.value.field, refused.value.facts) == (
        "malformed_request",
        "limit",
        {"limit": 120},
    )


def test_a_page_is_never_set_to_less_than_our_own_pages_show() -> None:
    with pytest.raises(ValidationError):
        Limits(page_rows=99)
