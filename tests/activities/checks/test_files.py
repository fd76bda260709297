"""What one online application may weigh, and the shape of a photo."""

from dataclasses import replace

import pytest

from tests.schemas.cases import EXTENSION, a_dossier, a_map, check
from tests.schemas.clean_dossiers import a_document


def weighed(common_bytes: int, own_bytes: int, channel: str = "online") -> list[str | None]:
    ready = a_map(EXTENSION, only="ISA-FI-01")
    documents = (
        a_document(ready, "document_list", size_bytes=common_bytes),
        a_document(ready, "photo", "p1", size_bytes=own_bytes),
    )
    report = check(ready, a_dossier(ready, persons=2, channel=channel, documents=documents))
    return [finding.person_id for finding in report.findings]


def test_the_files_of_one_person_may_weigh_25_megabytes_with_the_common_ones() -> None:
    assert weighed(5_000_000, 20_000_000) == []
    assert weighed(5_000_000, 20_000_001) == ["p1"]
    assert weighed(25_000_001, 0) == ["p1", "p2"]


def test_the_only_channel_of_a_map_need_not_be_chosen() -> None:
    ready = a_map(EXTENSION, only="ISA-FI-01")
    alone = ready.procedure.model_copy(update={"channels": ready.procedure.channels[:1]})
    heavy = a_document(ready, "photo", "p1", size_bytes=25_000_001)

    report = check(replace(ready, procedure=alone), a_dossier(ready, documents=(heavy,)))

    assert [each.outcome for each in report.findings] == ["fails"]


def test_what_one_of_two_open_channels_does_not_take_is_not_decided() -> None:
    ready = a_map(EXTENSION, only="ISA-FI-01")
    heavy = a_document(ready, "photo", "p1", size_bytes=25_000_001)

    report = check(ready, a_dossier(ready, documents=(heavy,)))

    assert [(each.outcome, each.missing) for each in report.findings] == [("cannot_decide", ("channel",))]


def test_another_channel_has_no_such_limit() -> None:
    assert weighed(5_000_000, 20_000_001, channel="counter") == []


@pytest.mark.parametrize(
    ("width", "height", "outcomes"),
    [
        (354, 472, []),
        (900, 1200, []),
        (900, 1224, []),
        (900, 1225, ["fails"]),
        (900, 1176, []),
        (900, 1175, ["fails"]),
        (353, 472, ["fails"]),
        (1200, 900, ["fails"]),
        (None, None, ["cannot_decide"]),
    ],
)
def test_a_photo_is_four_to_three_and_large_enough(
    width: int | None, height: int | None, outcomes: list[str]
) -> None:
    ready = a_map(EXTENSION, only="ISA-PH-01")
    photo = a_document(ready, "photo", "p1", width_px=width, height_px=height)

    report = check(ready, a_dossier(ready, documents=(photo,)))

    assert [finding.outcome for finding in report.findings] == outcomes
