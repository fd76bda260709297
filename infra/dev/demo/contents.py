"""Sample answers for the two shipped procedures. Everybody and everything in here is plainly a sample.

Dates move with the day the sample is made, so that the checks find a clean dossier on any day the map is in force.
"""

from datetime import date, timedelta
from zlib import crc32

from schemas.calendar import months_after, months_before

PLAN = "otit.plan.accreditation.D"
EXTENSION = "isa.extension.ssw1"
Answers = dict[str, str | int | bool]
LAST_START_ON = date(2027, 6, 30)


def application_answers(procedure: str, today: date) -> Answers:
    """What is asked once per application."""
    return _plan(today) if procedure == PLAN else _extension()


def passport_number(number: str, place: int) -> str:
    """A sample passport: of the n-th person of one application alone."""
    return f"N{crc32(f'{number}/{place}'.encode()) % 10_000_000:07d}"


def person_answers(procedure: str, today: date, place: int, number: str = "") -> Answers:
    """What is asked of the n-th person (from 1) of an application."""
    own = _trainee(today) if procedure == PLAN else _worker(today)
    return own | {
        "name_latin": f"SAMPLE PERSON {'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[(place - 1) % 26]}",
        "passport_number": passport_number(number, place),
    }


def _organisation() -> Answers:
    return {
        "corporate_number": "7000012050002",
        "representative_name": "見本 代表",
        "workplace_name": "見本工場",
        "workplace_prefecture": "13",
        "workplace_address": "東京都見本区見本町1-2-3",
        "variable_hours": False,
    }


def _extension() -> Answers:
    return _organisation() | {
        "organisation_kind": "corporation",
        "organisation_name": "見本ビルサービス株式会社",
        "organisation_prefecture": "13",
        "organisation_address": "東京都見本区見本町1-2-3",
        "organisation_phone": "03-0000-0000",
        "ssw_field": "building_cleaning",
        "form_edition": "isa_ssw_2026_04",
        "council_member": True,
        "standards_notification": False,
        "job_placement_used": False,
        "dispatch": False,
        "support_delegated": False,
    }


def _worker(today: date) -> Answers:
    expires = today + timedelta(days=60)
    return {
        "nationality": "IDN",
        "birth_on": "1996-05-05",
        "sex": "female",
        "passport_expires_on": months_after(today, 40).isoformat(),
        "photo_taken_on": (today - timedelta(days=20)).isoformat(),
        "residence_prefecture": "13",
        "residence_address": "東京都見本区見本町4-5-6",
        "card_number": "AB12345678CD",
        "status_now": "SSW1",
        "granted_months": 12,
        "stay_expires_on": expires.isoformat(),
        "requested_months": 12,
        "reason": "引き続き同じ業務に従事するため",
        "in_japan_on_lodging": True,
        "criminal_record": False,
        "relatives_in_japan": False,
        "ssw1_days": 365,
        "transition_days": 0,
        "excluded_days": 0,
        "beyond_total": False,
        "work_category": "ビルクリーニング",
        "contract_signed_on": (today - timedelta(days=20)).isoformat(),
        "contract_from_on": (expires + timedelta(days=1)).isoformat(),
        "contract_to_on": months_after(expires, 12).isoformat(),
        **_pay(),
        "deposit_or_penalty": False,
        "health_insurance": "employees",
        "pension": "employees",
        "tax_filed_before": False,
        "tax_assessment_year": today.year - 1,
        "tax_payment_year": today.year - 1,
        "withholding_year": today.year - 2,
        "tax_relief": False,
        "several_employers": False,
        "arrears": False,
        "earlier_pledge": False,
    }


def _pay() -> Answers:
    return {
        "monthly_base_yen": 240_000,
        "fixed_allowances_yen": 0,
        "annual_hours": 2_000,
        "weekly_hours": "40",
        "comparator_monthly_yen": 240_000,
    }


def _start(today: date) -> date:
    return min(months_after(today, 5), LAST_START_ON)


def _plan(today: date) -> Answers:
    start = _start(today)
    lectures_end = start + timedelta(days=34)
    return (
        _organisation()
        | _pay()
        | _parties(today)
        | _hours()
        | _told_on_papers(today)
        | _lodging_and_take_home()
        | {
            "planned_entry_on": (start - timedelta(days=1)).isoformat(),
            "planned_start_on": start.isoformat(),
            "planned_end_on": (months_after(start, 12) - timedelta(days=1)).isoformat(),
            "lectures_end_on": lectures_end.isoformat(),
            "work_start_on": (lectures_end + timedelta(days=1)).isoformat(),
            "contract_signed_on": (today - timedelta(days=30)).isoformat(),
            "contract_from_on": (lectures_end + timedelta(days=1)).isoformat(),
            "contract_to_on": months_after(start, 12).isoformat(),
            "deposit_or_penalty": False,
            "supervision_fee_charged": False,
            "return_travel": "supervising",
            "fee_paid_yen": 3_900,
            "lecture_allowance_yen": 60_000,
            "lecture_board_free": True,
        }
    )


def _lodging_and_take_home() -> Answers:
    return {
        "housing_yen": 20_000,
        "housing_rent_yen": 60_000,
        "housing_people": 3,
        "bedroom_area_m2": "6.0",
        "bedroom_room_m2": "18.0",
        "window_area_m2": "3.0",
        "lodging_secured": True,
        "lodging_equipped": True,
        "lodging_upper_people": 0,
        "lodging_exits": 1,
        "sleeping_times_differ": False,
        "overtime_month_hours": 0,
        "gross_monthly_yen": 240_000,
        "tax_and_insurance_yen": 40_000,
        "food_yen": 0,
        "utilities_yen": 5_000,
        "other_deductions_yen": 0,
        "take_home_yen": 175_000,
        "payment_method": "transfer",
    }


def _parties(today: date) -> Answers:
    return {
        "applicant_kind": "corporation",
        "applicant_name": "見本製作所株式会社",
        "notification_number": "1000000001",
        "head_office_prefecture": "13",
        "applicant_address": "東京都見本区見本町1-2-3",
        "applicant_phone": "03-0000-0000",
        "industry": "生産用機械器具製造業",
        "officers": "見本 代表(代表取締役)",
        "full_time_staff": 45,
        "stage1_trainees_now": 0,
        "excellent_employer": False,
        "no_disqualification": True,
        "insurance_joined": True,
        "other_officers_not_engaged": False,
        "employer_is_implementer": True,
        "construction": False,
        "staff_free_of_grounds": True,
        "several_occupations": False,
        "training_manager_name": "見本 責任",
        "training_manager_full_time": True,
        "manager_course_completed_on": months_before(today, 12).isoformat(),
        "instructor_name": "見本 指導",
        "instructor_full_time": True,
        "instructor_experience_years": 8,
        "life_instructor_name": "見本 生活",
        "life_instructor_full_time": True,
        "licence_number": "許1700000001",
        "licence_kind": "specific",
        "licence_valid_to_on": months_after(today, 36).isoformat(),
        "supervising_name": "見本協同組合",
        "supervising_address": "東京都見本区見本町7-8-9",
        "supervising_representative": "見本 理事",
        "supervision_manager": "見本 監理",
        "plan_guidance_staff": "見本 計画",
        "sending_name": "SAMPLE SENDING ORGANISATION",
        "sending_country": "VNM",
        "sending_number": "VNM000001",
        "sending_reference": "S-1",
        "sending_agreement_country": True,
        "sending_on_list": True,
        "occupation_code": "7-7-1",
        "occupation_transferable": True,
        "occupation_name": "溶接",
        "work_name": "手溶接",
        "goal": "basic_grade",
    }


def _told_on_papers(today: date) -> Answers:
    return {
        "registry_officers": "見本 代表",
        "licence_covers_occupation": True,
        "staff_pledged_on": (today - timedelta(days=20)).isoformat(),
        "plan_dated_on": (today - timedelta(days=5)).isoformat(),
    }


def _hours() -> Answers:
    return {
        "hours_total": 2_020,
        "hours_training": 1_680,
        "hours_required": 1_000,
        "hours_related": 400,
        "hours_peripheral": 280,
        "safety_required": 110,
        "safety_related": 45,
        "safety_peripheral": 30,
        "hours_lecture": 340,
        "lecture_japanese": 200,
        "lecture_life": 60,
        "lecture_law": 20,
        "lecture_skill": 60,
        "lecture_law_specialist": True,
        "lecture_hours_per_day": 8,
        "lecture_outsourced": False,
        "work_in_lectures": False,
        "prior_course": False,
        "daily_work_minutes": 480,
        "daily_break_minutes": 60,
        "leave_days": 10,
        "overtime_rate": 25,
        "holiday_rate": 35,
        "night_rate": 25,
    }


def _trainee(today: date) -> Answers:
    born = date(2000, 1, 15)
    return {
        "nationality": "VNM",
        "birth_on": born.isoformat(),
        "age_on_plan": (today.year - born.year) - ((today.month, today.day) < (born.month, born.day)),
        "sex": "male",
        "passport_expires_on": months_after(today, 60).isoformat(),
        "experience_route": "same_work",
        "recommended_on": months_before(today, 2).isoformat(),
        "trained_before": False,
        "home_costs": "送出機関への手数料 20,000,000\n旅券・査証の費用 1,500,000",
        "home_costs_currency": "local",
        "home_costs_total": "21500000",
        "home_costs_rate_yen": "0.006",
        "home_costs_yen": 129_000,
    }
