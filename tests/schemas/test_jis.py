"""Characters the online system takes, and how widely they are written."""

import pytest

from schemas.jis import count_foreign_to_jis, in_full_width, mixes_widths


@pytest.mark.parametrize(
    ("text", "foreign"), [("山田太郎", 0), ("髙橋", 1), ("ﾔﾏﾀﾞ", 4), ("A-1~\n", 0), ("①", 1)]
)
def test_signs_outside_the_two_levels_are_counted(text: str, foreign: int) -> None:
    assert count_foreign_to_jis(text) == foreign


@pytest.mark.parametrize(
    ("text", "mixed"),
    [
        ("東京都港区1-2-3", True),
        ("東京都港区１－２－３", False),
        ("NGUYEN VAN AN", False),
        ("ﾔﾏﾀﾞ", True),
        ("山田　太郎", False),
        ("山田 太郎", True),
        ("", False),
    ],
)
def test_half_width_in_a_japanese_text_is_seen(text: str, *, mixed: bool) -> None:
    assert mixes_widths(text) is mixed


@pytest.mark.parametrize(
    ("text", "wide"), [("東京都1-2 A", "東京都１－２　Ａ"), ("ﾔﾏﾀﾞ", "ヤマダ"), ("東京都", "東京都")]
)
def test_the_proposal_is_the_same_text_in_full_width(text: str, wide: str) -> None:
    assert in_full_width(text) == wide
    assert not mixes_widths(wide)
