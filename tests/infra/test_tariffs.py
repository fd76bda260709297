"""The tariff's file: shipped empty, plainly a sample for the sample office, and a mistake names the file."""

from pathlib import Path

import pytest

from infra.dev.place import SAMPLE_TARIFF
from infra.tariffs import TariffError, load_tariff


def test_no_price_is_shipped() -> None:
    assert load_tariff().rows == ()


def test_the_sample_office_says_that_its_amounts_are_samples() -> None:
    assert load_tariff(SAMPLE_TARIFF).fee_classes == {"member", "non_member"}
    assert "Sample amounts" in SAMPLE_TARIFF.read_text(encoding="utf-8")


@pytest.mark.parametrize("content", ["rows = 3", "rows = [", "price = 1", "\udcff"])
def test_a_tariff_that_cannot_be_read_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "tariff.toml"
    file.write_bytes(content.encode(errors="surrogateescape"))

    with pytest.raises(TariffError, match=r"tariff\.toml"):
        load_tariff(file)


def test_a_tariff_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TariffError, match=r"gone\.toml"):
        load_tariff(tmp_path / "gone.toml")
