"""A wish of the desk that names no lodging stops the start, in the front desk and the worker."""

from typing import Any

import pytest

import worker
from api.app import build
from infra.catalogue import load_catalogue
from infra.desk_wishes import WishError, refuse_wishes_for_nothing
from tests.offline import settings_with

MISSPELT = {"members_only": ("isa.*.ssw1:online", "isa.*.tti:online")}


@pytest.mark.parametrize("wish", ["isa.*.tit:online", "otit.plan.accreditation.D:*", "*:counter", "*:*"])
def test_a_wish_for_lodgings_there_are_is_taken(wish: str) -> None:
    refuse_wishes_for_nothing(settings_with(members_only=(wish,), second_confirms=(wish,)), load_catalogue())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (MISSPELT, r"TORITSUGI_MEMBERS_ONLY has 'isa\.\*\.tti:online'"),
        ({"second_confirms": ("isa.*:on-line",)}, r"TORITSUGI_SECOND_CONFIRMS has 'isa\.\*:on-line'"),
        ({"second_confirms": ("otit.*:online",)}, r"TORITSUGI_SECOND_CONFIRMS has 'otit\.\*:online'"),
    ],
)
def test_a_wish_for_no_lodging_is_refused_by_its_pattern(given: dict[str, Any], told: str) -> None:
    with pytest.raises(WishError, match=told):
        refuse_wishes_for_nothing(settings_with(**given), load_catalogue())


async def test_neither_front_desk_nor_worker_starts_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings_with(**MISSPELT)
    monkeypatch.setattr(worker, "settings", lambda: chosen)

    with pytest.raises(WishError):
        build(chosen)
    with pytest.raises(WishError):
        await worker.work()
