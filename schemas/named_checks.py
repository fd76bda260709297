"""Checks written in code, as rules and people know them: what each reads and compares, what makes it pass, its version.

The code is in `activities.checks`, under these names. Whoever changes what a check finds raises its `version`: kept
checks say which one found, and are told apart from what the check would find today.
"""

from collections.abc import Mapping

from schemas.catalogue import Bilingual
from schemas.words import Word

ANSWERS, DOCUMENTS, DAY, CHANNEL, ELSEWHERE = "answers", "documents", "day", "channel", "elsewhere"
EVERYTHING = frozenset({ANSWERS, DOCUMENTS, DAY, CHANNEL})
"""The parts of a dossier that a check may look at; beside them `ELSEWHERE`, where it says so."""
PLAN_BEHIND = "plan_behind"
"""What a finding was told of the plan application a person's own rests on."""
_OTHERS = frozenset({ANSWERS, ELSEWHERE})


class CheckRow(Word):
    """One check. It is run again only when a part it `looks_at` changed.

    `reads` names what it decides with: fields, facts of documents, tables, the day, the channel. `at_place`: a finding
    is about the answer or document at its place; `keeps_all`: about what is kept with it, as that of a condition is;
    otherwise about everything of its subject. `repeats_answer`: the answer at its place is kept with the finding.
    """

    version: int = 1
    looks_at: frozenset[str] = EVERYTHING
    reads: tuple[str, ...]
    compares: Bilingual
    passes: Bilingual
    at_place: bool = False
    keeps_all: bool = False
    repeats_answer: bool = True


def _both(ja: str, en: str) -> Bilingual:
    return Bilingual(ja=ja, en=en)


_THE_ZONE = "passport_zone"
_OF_A_PASSPORT = ("passport_number", "birth_on", "sex", "nationality", "passport_expires_on", _THE_ZONE)
_DIGITS = _both(
    "旅券の機械読取領域(MRZ)の検査数字を、番号・生年月日・有効期限などから計算した値と比べます。",
    "The check digits of the passport's machine-readable zone with those worked out from its number and dates.",
)
_DIGITS_FIT = _both(
    "検査数字が合う、切れや写り込みのない写しであること", "A copy whose check digits fit, not cut or covered"
)
_FIELDS = _both(
    "記入された旅券番号・生年月日・性別・国籍・有効期限を、旅券の機械読取領域(MRZ)と比べます。",
    "Number, birth date, sex, nationality and expiry as entered with the passport's machine-readable zone.",
)
_FIELDS_AGREE = _both("記入と旅券が一致すること", "The answer and the passport say the same")
_SAME_PASSPORT = _both(
    "旅券番号を、進行中の別の申請の旅券番号と比べます。",
    "The passport number with those of other open applications.",
)
_NOT_TWICE = _both(
    "同じ旅券番号の申請がほかに進行していないこと", "No other open application carries the number"
)
_TOLD_ALIKE = _both("申請どうしの記載が一致すること", "The applications say the same")


def _each_his_own(reads: tuple[str, ...], ja: str, en: str) -> CheckRow:
    return CheckRow(
        looks_at=frozenset({ANSWERS}),
        reads=reads,
        compares=_both(
            f"申請の中のすべての人の{ja}を互いに比べます。", f"The {en} of all persons with each other."
        ),
        passes=_both(f"{ja}が人ごとに異なること", f"The {en} differ from person to person"),
    )


def _of_forms(ja: str, en: str) -> CheckRow:
    return CheckRow(
        reads=("told",),
        compares=_both(
            f"{ja}を、添付された様式の同じ項目(Excelのセル、PDFの記入欄)と比べます。",
            f"{en} with attached forms under the same label: cells of Excel, fields of PDF.",
        ),
        passes=_both("様式と記入が一致すること", "The form and the answer say the same"),
    )


CHECK_ROWS: Mapping[str, CheckRow] = {
    "blank_pages": CheckRow(
        reads=("blank_pages",),
        compares=_both("各ページに文字や絵があるかを見ます。", "Whether anything is on each page."),
        passes=_both("白紙のページがないこと", "No page is blank"),
    ),
    "care_count_elsewhere": CheckRow(
        looks_at=EVERYTHING | {ELSEWHERE},
        reads=("care_ssw1", "care_staff", "elsewhere"),
        compares=_both(
            "事業所の1号特定技能外国人数に、同じ事業所の進行中の申請で待っていてまだ入っていない人数を加え、常勤介護職員数と比べます。",
            "SSW(i) workers of the establishment, and those waiting elsewhere who are not there yet, with its care staff.",
        ),
        passes=_both("合計が常勤介護職員数以下であること", "Together they are no more than the care staff"),
        keeps_all=True,
    ),
    "comparators_elsewhere": CheckRow(
        looks_at=_OTHERS,
        reads=("work_category", "comparator_monthly_yen", "elsewhere"),
        compares=_both(
            "同じ業務の日本人の報酬を、同じ会社の進行中の別の申請と比べます。",
            "The pay of the Japanese in the same work with other open applications of the company.",
        ),
        passes=_TOLD_ALIKE,
        at_place=True,
    ),
    "distinct_persons": _each_his_own(("passport_number",), "旅券番号", "passport numbers"),
    "distinct_plans": _each_his_own(
        ("prior_accreditation_number", "accreditation_number", "plan_number"),
        "認定番号",
        "accreditation numbers",
    ),
    "employer_in_forms": _of_forms(
        "申請者の名称・住所・代表者", "The applicant’s name, address and representative"
    ),
    "treatment_in_forms": _of_forms("賃金・労働時間・徴収費用", "Pay, hours and charges"),
    "forms_agree": _of_forms("記入された値", "The answer"),
    "fresh_documents": CheckRow(
        reads=("issued_on", "as_of"),
        compares=_both(
            "書類の発行日を、提出予定日から有効な月数をさかのぼった日と比べます。",
            "The day of issue with the day of lodging, less the months for which such a paper is good.",
        ),
        passes=_both(
            "その書類の有効な月数のうちに発行され、提出予定日より後でないこと",
            "Issued within the months for which such a paper is good, and not after the day of lodging",
        ),
        at_place=True,
    ),
    "head_count_elsewhere": CheckRow(
        looks_at=EVERYTHING | {ELSEWHERE},
        reads=("person_count", "full_time_staff", "elsewhere", "quota", "esd_quota"),
        compares=_both(
            "この申請の人数に、同じ会社の進行中の申請で待っていて現在数にまだ入っていない人数を加え、人数枠と比べます。",
            "The persons here, and those waiting in the company's other applications who are not there yet, with the limit.",
        ),
        passes=_both("合計が人数枠に収まること", "Together they keep to the limit"),
        keeps_all=True,
        version=6,
    ),
    "jis_characters": CheckRow(
        looks_at=frozenset({ANSWERS, CHANNEL}),
        reads=("channel",),
        compares=_both(
            "文の各文字を、オンラインで使えるJIS第1・第2水準の文字と比べます。",
            "Every character with those the online system takes (JIS levels 1 and 2).",
        ),
        passes=_both(
            "使える文字だけで書かれていること", "Only characters the online system takes, or it goes on paper"
        ),
        at_place=True,
    ),
    "masked_numbers": CheckRow(
        reads=("masked_pages",),
        compares=_both(
            "個人番号の検査数字に合う12桁の数字を、ファイルの中で探します。",
            "Twelve digits whose check digit is a My Number's, in the file.",
        ),
        passes=_both("個人番号のない書類に差し替えること", "A document without a My Number"),
    ),
    "my_number": CheckRow(
        looks_at=frozenset({ANSWERS}),
        reads=(),
        compares=_both(
            "個人番号の検査数字に合う12桁の数字を、文の中で探します。値は残しません。",
            "Twelve digits whose check digit is a My Number's, in texts. The value is not kept.",
        ),
        passes=_both("その数字を消すこと", "The digits are removed"),
        at_place=True,
        repeats_answer=False,
    ),
    "numbers_in_documents": CheckRow(
        reads=("my_number_like", "scanned_pages"),
        compares=_both(
            "個人番号の検査数字に合う12桁の数字が、書類の文字の中にいくつあるかを数えます。画像は読みません。",
            "How many numbers of twelve digits with a My Number's check digit its text has. Pictures are not read.",
        ),
        passes=_both(
            "そのような数字のない書類に差し替えること",
            "A document without such numbers, or a reviewer looked at it",
        ),
        at_place=True,
    ),
    "omissions": CheckRow(
        reads=("omitted", "as_of"),
        compares=_both(
            "省略の根拠(以前の提出日・番号・変更のないこと)を、省略できる条件と比べます。",
            "The ground for leaving it out (earlier day, number, nothing changed) with what is required.",
        ),
        passes=_both(
            "根拠がすべてそろうか、書類を添付すること", "The ground is complete, or the document is attached"
        ),
        at_place=True,
    ),
    "one_office": CheckRow(
        reads=("offices",),
        compares=_both(
            "各人の管轄官署を、申請の中でいちばん多い官署と比べます。",
            "Each person's office with the one most persons have.",
        ),
        passes=_both("全員の提出先が同じであること", "All persons go to one office"),
    ),
    "passport_digits": CheckRow(reads=(_THE_ZONE,), compares=_DIGITS, passes=_DIGITS_FIT),
    "passport_digits_in_picture": CheckRow(reads=(_THE_ZONE,), compares=_DIGITS, passes=_DIGITS_FIT),
    "passport_fields": CheckRow(reads=_OF_A_PASSPORT, compares=_FIELDS, passes=_FIELDS_AGREE),
    "passport_fields_in_picture": CheckRow(reads=_OF_A_PASSPORT, compares=_FIELDS, passes=_FIELDS_AGREE),
    "passport_in_cases_of_others": CheckRow(
        looks_at=_OTHERS,
        reads=("passport_number", "elsewhere"),
        compares=_SAME_PASSPORT,
        passes=_NOT_TWICE,
        at_place=True,
    ),
    "passport_in_own_cases": CheckRow(
        looks_at=_OTHERS,
        reads=("passport_number", "elsewhere"),
        compares=_SAME_PASSPORT,
        passes=_NOT_TWICE,
        at_place=True,
    ),
    "passport_name": CheckRow(
        reads=("name_latin", _THE_ZONE),
        compares=_both(
            "氏名(ローマ字)を、順序によらず旅券の機械読取領域(MRZ)の氏名と比べます。",
            "The Latin name, in either order, with the name of the passport's zone.",
        ),
        passes=_FIELDS_AGREE,
    ),
    "passport_of_another": CheckRow(
        reads=("passport_number", _THE_ZONE),
        compares=_both(
            "添付された旅券の番号を、申請の中のほかの人の旅券番号と比べます。",
            "The number of the attached passport with those of the other persons.",
        ),
        passes=_both("本人の旅券が添付されていること", "The person's own passport is attached"),
    ),
    "photo_day": CheckRow(
        version=2,
        reads=("taken_on", "as_of", "paper_lives"),
        compares=_both(
            "カメラが記録した撮影日を、提出予定日と、写真を使える月数だけその前の日と比べます。",
            "The day the camera wrote with the day of lodging, and that less the months for which a photo may be used.",
        ),
        passes=_both(
            "提出予定日までの、写真を使える月数のうちに撮影した写真であること",
            "A photo taken up to the day of lodging, within the months for which a photo may be used",
        ),
    ),
    "photo_shape": CheckRow(
        reads=("width_px", "height_px"),
        compares=_both(
            "写真の縦横の画素数を、縦4:横3の比と最小の大きさに比べます。",
            "Its pixels with the shape of 4 high to 3 wide and the least size.",
        ),
        passes=_both("縦4:横3で、十分な大きさであること", "It is 4 to 3 and large enough"),
        at_place=True,
    ),
    "plan_agrees": CheckRow(
        looks_at=_OTHERS,
        reads=(PLAN_BEHIND,),
        compares=_both(
            "申請人・実習実施者・事業所・期間を、もとにした計画の申請の記載と比べます。変更認定を受けたときは、変わり得る項目を除きます。",
            "Person, employer, workplace and period with the plan application; after an amendment not what it may change.",
        ),
        passes=_TOLD_ALIKE,
        at_place=True,
    ),
    "plan_decided": CheckRow(
        looks_at=_OTHERS,
        reads=(PLAN_BEHIND,),
        compares=_both(
            "認定の有無と日、計画の段階・類型を、もとにした計画の申請の結果と比べます。",
            "Whether and when it was accredited, stage and type, with the result of the plan application it rests on.",
        ),
        passes=_both(
            "計画が認定され、段階・類型・認定の日が一致すること",
            "The plan was accredited, and stage, type and day are the same",
        ),
        at_place=True,
    ),
    "required_documents": CheckRow(
        reads=("documents_present",),
        compares=_both(
            "書類が必要になる条件を回答で判断し、添付か省略の申出があるかを見ます。",
            "Whether the answers make the document needed, and whether it is attached or left out with a ground.",
        ),
        passes=_both(
            "書類を添付するか、根拠を示して省略すること", "It is attached, or left out with a ground"
        ),
        at_place=True,
    ),
    "required_fields": CheckRow(
        reads=("answered",),
        compares=_both(
            "項目が必須になる条件を回答で判断し、記入があるかを見ます。",
            "Whether the other answers make the field required, and whether it is answered.",
        ),
        passes=_both("項目に記入すること", "The field is answered"),
        at_place=True,
    ),
    "scan_resolution": CheckRow(
        reads=("coarse_pages", "scan_dpi"),
        compares=_both(
            "各ページの画像の解像度を、オンラインで勧められる200dpiと比べます。",
            "The resolution of the pages' pictures with the advised 200 dpi.",
        ),
        passes=_both("200dpi以上で読み取り直すこと", "The pages are scanned at 200 dpi or more"),
    ),
    "set_size": CheckRow(
        version=2,
        looks_at=frozenset({ANSWERS, DOCUMENTS, CHANNEL}),
        reads=("set_size_bytes", "channel"),
        compares=_both(
            "本人の書類と共通の書類の合計の大きさを、提出方法の上限と比べます。",
            "The person's own files and the common ones together with what the channel takes.",
        ),
        passes=_both("合計が上限以下であること", "Together they keep to the limit"),
    ),
    "sharp_photo": CheckRow(
        reads=("blur_percent",),
        compares=_both(
            "写真の輪郭のぼけ方を、基準と比べます。", "How blurred the edges of the photo are with our bound."
        ),
        passes=_both("鮮明な写真であること", "The photo is sharp"),
    ),
    "signed_in_time": CheckRow(
        reads=("signed_on", "as_of"),
        compares=_both("署名の日を提出予定日と比べます。", "The day of signature with the day of lodging."),
        passes=_both("署名の日が提出予定日以前であること", "It is signed by the day of lodging"),
        at_place=True,
    ),
    "staff_elsewhere": CheckRow(
        looks_at=_OTHERS,
        reads=("full_time_staff", "elsewhere"),
        compares=_both(
            "常勤職員数を、同じ会社の進行中の別の申請と比べます。",
            "The number of full-time staff with other open applications of the company.",
        ),
        passes=_TOLD_ALIKE,
        at_place=True,
    ),
    "wages_elsewhere": CheckRow(
        looks_at=_OTHERS,
        reads=("monthly_base_yen", "comparator_monthly_yen", "occupation_code", "elsewhere"),
        compares=_both(
            "同じ業務の報酬を、同じ会社の進行中の別の申請と比べます。",
            "Pay for the same work with other open applications of the company.",
        ),
        passes=_TOLD_ALIKE,
        at_place=True,
    ),
}
"""The names that rules may use."""
EARLIER_ONLY = frozenset({"signed_in_time"})
"""Checks that only rules of earlier packs ask; they stay, so that those packs can be asked for ever."""


def looked_at_by(check: str | None) -> frozenset[str]:
    """The parts of a dossier a check looks at; everything for one without a row."""
    row = CHECK_ROWS.get(check or "")
    return row.looks_at if row else EVERYTHING


def version_of(check: str | None) -> int:
    """The version of a check's code."""
    row = CHECK_ROWS.get(check or "")
    return row.version if row else 1
