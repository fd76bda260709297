"""What is read in the fields of a filled PDF form: by its labels, where it is drawn, never without end."""

import io
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from activities.documents import reading_pdf
from activities.documents.form_fields import FieldsRead, fields_read
from schemas.examination import ExaminationLimits, PdfFacts
from schemas.readings import MOST_VALUES, READING_VERSION, Reading, ValueSeen
from tests import corpus


def read_in(content: bytes) -> FieldsRead:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return fields_read(pdf)


def values_in(content: bytes) -> list[tuple[str, str, str]]:
    return [(each.field, each.value, each.place) for each in read_in(content).values]


def told_in(*fields: dict[str, object]) -> list[tuple[str, str]]:
    return [(field, value) for field, value, _ in values_in(corpus.pdf_filled(*fields))]


def a_tick(name: str, state: str, **more: object) -> dict[str, object]:
    return {"T": name, "FT": Name.Btn, "AS": Name(f"/{state}"), "V": Name(f"/{state}"), **more}


def a_radio(name: str, chosen: str, *states: str) -> list[dict[str, object]]:
    group = Dictionary(FT=Name.Btn, Ff=1 << 15, T=String(name), V=Name(f"/{chosen}"))
    shown = (state if state == chosen else "Off" for state in states)
    return [{"Parent": group, "FT": Name.Btn, "AS": Name(f"/{state}")} for state in shown]


def test_a_filled_form_is_read_with_the_places_of_its_fields(tmp_path: Path) -> None:
    form = corpus.pdf_filled(
        {"T": "text_1", "TU": "1 氏名(ローマ字)", "V": "NGUYEN VAN AN"},
        {"T": "生年月日:", "V": "2000年1月2日"},
        {"T": "備考", "V": "2000年1月2日"},
        {"T": "旅券番号", "TU": "番号を書く", "V": "C1234567"},
    )

    found = reading_pdf.read(corpus.written(tmp_path, form), ExaminationLimits()).reading

    assert found.version == READING_VERSION == 3
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

        assert fields_read(pdf) == FieldsRead((), 0)


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


@pytest.mark.parametrize(("word", "sex"), [("男", "male"), ("Female", "female")])
def test_a_chosen_round_button_is_read_by_its_name(word: str, sex: str) -> None:
    assert told_in(*a_radio("性別", word, "男", "女", "Female")) == [("sex", sex)]


def test_a_number_for_a_round_button_is_read_as_the_word_kept_for_it() -> None:
    group = Dictionary(
        FT=Name.Btn, Ff=1 << 15, T=String("配偶者の有無"), V=Name("/1"), Opt=Array(["有", "無"])
    )

    assert told_in({"Parent": group, "FT": Name.Btn, "AS": Name("/1")}) == [("married", "false")]
    assert told_in(*a_radio("配偶者の有無", "1", "0", "1")) == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (a_radio("配偶者の有無", "有", "有", "無"), [("married", "true")]),
        (a_radio("配偶者の有無", "無", "有", "無"), [("married", "false")]),
        (a_radio("配偶者の有無", "Choice1", "Choice1", "Choice2"), []),
        ([a_tick("配偶者がいる", "On")], [("married", "true")]),
        ([a_tick("配偶者がいる", "いいえ")], [("married", "false")]),
        ([a_tick("配偶者がいる", "Off")], []),
        ([a_tick("配偶者の有無", "On")], []),
        ([a_tick("配偶者の有無", "Yes")], [("married", "true")]),
        ([a_tick("married_1", "Yes", TU="配偶者の有無"), a_tick("married_2", "Off", TU="配偶者の有無")], []),
        ([a_tick("配偶者がいる", "On", V=Name("/Off"))], []),
        ([a_tick("配偶者がいる", "On", Ff=1 << 16)], []),
        ([{"T": "同伴者の有無", "V": "有"}], [("accompanying", "true")]),
        ([{"T": "同伴者の有無", "V": "有・無"}], []),
    ],
)
def test_yes_and_no_are_read_where_they_are_said(
    fields: list[dict[str, object]], told: list[tuple[str, str]]
) -> None:
    assert told_in(*fields) == told


@pytest.mark.parametrize(
    "name",
    ["form1[0].#subform[0].性別[0]", "topmostSubform[0].Page1[0].Sex[3]", "form1.page1.Sex", "性別[0]"],
)
def test_a_long_name_is_read_by_its_last_part(name: str) -> None:
    assert told_in({"T": name, "V": "男"}) == [("sex", "male")]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ([("生年月日_年", "2000"), ("生年月日_月", "1"), ("生年月日_日", "02")], "2000-01-02"),
        (
            [("Date of birth - Year", "2000"), ("Date of birth (Month)", "1"), ("Date of birth dd", "2")],
            "2000-01-02",
        ),
        (
            [
                ("生年月日 元号", "平成"),
                ("生年月日 年", "12"),
                ("生年月日 月", "1月"),
                ("生年月日 日", "2日"),
            ],
            "2000-01-02",
        ),
        ([("生年月日 令和年", "元"), ("生年月日 月", "5"), ("生年月日 日", "1")], "2019-05-01"),
        ([("生年月日 年", "H12"), ("生年月日 月", "1"), ("生年月日 日", "2")], "2000-01-02"),
        (
            [
                ("f[0].生年月日[0].年[0]", "2000"),
                ("f[0].生年月日[0].月[0]", "1"),
                ("f[0].生年月日[0].日[0]", "2"),
            ],
            "2000-01-02",
        ),
        ([("生年月日 年", "12"), ("生年月日 月", "1"), ("生年月日 日", "2")], None),
        (
            [("生年月日 元号", "昭和"), ("生年月日 年", "2000"), ("生年月日 月", "1"), ("生年月日 日", "2")],
            None,
        ),
        ([("生年月日 令和年", "1"), ("生年月日 月", "4"), ("生年月日 日", "30")], None),
        ([("生年月日 年", "2000"), ("生年月日 月", "2"), ("生年月日 日", "30")], None),
        ([("生年月日 年", "2000"), ("生年月日 月", "1")], None),
        ([("生年月日 年", "2000"), ("生年月日 月", "JAN"), ("生年月日 日", "2")], None),
        ([("作成日 年", "2000"), ("作成日 月", "1"), ("作成日 日", "2")], None),
        ([("年", "2000"), ("月", "1"), ("日", "2")], None),
    ],
)
def test_a_date_in_several_fields_is_put_together_only_without_doubt(
    fields: list[tuple[str, str]], told: str | None
) -> None:
    expected = [("birth_on", told)] if told else []

    found = read_in(corpus.pdf_filled(*({"T": name, "V": value} for name, value in fields)))

    assert [(each.field, each.value) for each in found.values] == expected
    assert found.unread == (0 if told else len(fields))


def test_dates_of_several_rows_are_not_mixed() -> None:
    def row(number: int, year: str) -> list[dict[str, object]]:
        parts = {"年": year, "月": "1", "日": "2"}
        return [
            {"T": f"form1[0].Row[{number}].生年月日_{part}[0]", "V": each} for part, each in parts.items()
        ]

    named, alike = [*row(0, "2000"), *row(1, "2001")], [*row(0, "2000"), *row(0, "2001")]

    assert told_in(*named) == [("birth_on", "2000-01-02"), ("birth_on", "2001-01-02")]
    assert told_in(*alike) == []


def test_parts_that_belong_to_one_field_make_its_date() -> None:
    whole = Dictionary(T=String("生年月日"))
    parts = (
        {"Parent": whole, "T": part, "V": each}
        for part, each in zip("年月日", ("2000", "1", "2"), strict=True)
    )

    assert values_in(corpus.pdf_filled(*parts)) == [("birth_on", "2000-01-02", "p.2#1")]


def test_what_is_filled_in_and_not_read_is_counted(tmp_path: Path) -> None:
    form = corpus.pdf_filled(
        {"T": "性別", "V": "男"},
        {"T": "備考", "V": "あり"},
        {"T": "備考2", "V": " "},
        a_tick("同意する", "On"),
        {"T": "印"},
    )

    facts = reading_pdf.read(corpus.written(tmp_path, form), ExaminationLimits()).facts

    assert isinstance(facts, PdfFacts)
    assert facts.unread_fields == 2


def test_a_form_without_end_is_read_only_so_far() -> None:
    assert len(values_in(corpus.pdf_filled(*[{"T": "性別", "V": "男"}] * 2_100))) == MOST_VALUES
    assert values_in(corpus.pdf_filled(*[{}] * 2_000, {"T": "性別", "V": "男"})) == []
    assert len(values_in(corpus.pdf_filled(*[{}] * 1_999, {"T": "性別", "V": "男"}))) == 1


def test_a_reading_kept_before_pdf_forms_were_read_stays_readable() -> None:
    kept = {"version": 1, "values": [{"field": "sex", "value": "male", "sheet": 2, "cell": "C5"}]}

    (value,) = Reading.model_validate(kept).values

    assert (value.of, value.place) == ("workbook", "2!C5")
    assert ValueSeen(field="sex", value="male", sheet=2, cell="5", of="pdf").place == "p.2#5"
