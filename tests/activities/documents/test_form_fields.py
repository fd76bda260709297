"""What is read in the fields of a filled PDF form: by its labels, where it is drawn, never without end."""

import io
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from activities.documents import reading_pdf
from activities.documents.form_fields import values_in_fields
from schemas.examination import ExaminationLimits
from schemas.readings import MOST_VALUES, READING_VERSION, Reading, ValueSeen
from tests import corpus


def values_in(content: bytes) -> list[tuple[str, str, str]]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [(each.field, each.value, each.place) for each in values_in_fields(pdf)]


def test_a_filled_form_is_read_with_the_places_of_its_fields(tmp_path: Path) -> None:
    form = corpus.pdf_filled(
        {"T": "text_1", "TU": "1 氏名(ローマ字)", "V": "NGUYEN VAN AN"},
        {"T": "生年月日:", "V": "2000年1月2日"},
        {"T": "備考", "V": "2000年1月2日"},
        {"T": "旅券番号", "TU": "番号を書く", "V": "C1234567"},
    )

    found = reading_pdf.read(corpus.written(tmp_path, form), ExaminationLimits()).reading

    assert found.version == READING_VERSION == 2
    assert [(each.field, each.value, each.place) for each in found.values] == [
        ("name_latin", "NGUYEN VAN AN", "p.2#1"),
        ("birth_on", "2000-01-02", "p.2#2"),
        ("passport_number", "C1234567", "p.2#4"),
    ]


def test_a_choice_is_read_as_it_is_shown() -> None:
    choices = [["1", "男"], ["2", "女"]]

    coded = corpus.pdf_filled({"T": "性別", "FT": Name.Ch, "Opt": choices, "V": "2"})
    plain = corpus.pdf_filled({"T": "性別", "FT": Name.Ch, "Opt": ["男", "女"], "V": "男"})

    assert values_in(coded) == [("sex", "female", "p.2#1")]
    assert values_in(plain) == [("sex", "male", "p.2#1")]


def test_a_box_speaks_for_the_field_it_belongs_to() -> None:
    field = Dictionary(FT=Name.Tx, T=String("性別"), V=String("男"))

    assert values_in(corpus.pdf_filled({"Parent": field})) == [("sex", "male", "p.2#1")]


def test_a_field_that_belongs_to_itself_ends() -> None:
    with pikepdf.open(io.BytesIO(corpus.pdf_filled({"TU": "性別"}))) as pdf:
        field = pdf.pages[1].obj.Annots[0]
        field.Parent = field

        assert values_in_fields(pdf) == ()


@pytest.mark.parametrize(
    "field",
    [
        {"T": "性別", "V": "不明"},
        {"T": "性別", "V": ""},
        {"T": "性別"},
        {"T": "性別について", "V": "男"},
        {"T": "性別", "V": Name("/M")},
        {"T": "性別", "FT": Name.Btn, "V": "男"},
        {"T": "性別", "V": "男", "F": 2},
        {"T": "性別", "V": "男", "F": 32},
        {"T": "性別", "V": "男", "Subtype": Name.FreeText},
        {"T": Name("/Sex"), "V": Array([])},
    ],
)
def test_what_is_not_told_under_a_label_is_not_offered(field: dict[str, object]) -> None:
    assert values_in(corpus.pdf_filled(field)) == []


def test_a_form_without_end_is_read_only_so_far() -> None:
    assert len(values_in(corpus.pdf_filled(*[{"T": "性別", "V": "男"}] * 2_100))) == MOST_VALUES
    assert values_in(corpus.pdf_filled(*[{}] * 2_000, {"T": "性別", "V": "男"})) == []
    assert len(values_in(corpus.pdf_filled(*[{}] * 1_999, {"T": "性別", "V": "男"}))) == 1


def test_a_reading_kept_before_pdf_forms_were_read_stays_readable() -> None:
    kept = {"version": 1, "values": [{"field": "sex", "value": "male", "sheet": 2, "cell": "C5"}]}

    (value,) = Reading.model_validate(kept).values

    assert (value.of, value.place) == ("workbook", "2!C5")
    assert ValueSeen(field="sex", value="male", sheet=2, cell="5", of="pdf").place == "p.2#5"
