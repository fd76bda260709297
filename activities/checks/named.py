"""The one table of checks written in code; rules call them by these names."""

from collections.abc import Mapping

from activities.checks import completeness, dates, elsewhere, files, passports, plans, readings, texts
from schemas.rules import NamedCheck

NAMED_CHECKS: Mapping[str, NamedCheck] = {
    "blank_pages": readings.blank_pages,
    "comparators_elsewhere": elsewhere.comparators_elsewhere,
    "distinct_persons": completeness.distinct_persons,
    "distinct_plans": completeness.distinct_plans,
    "employer_in_forms": readings.employer_in_forms,
    "forms_agree": readings.forms_agree,
    "fresh_documents": dates.fresh_documents,
    "care_count_elsewhere": elsewhere.care_count_elsewhere,
    "head_count_elsewhere": elsewhere.head_count_elsewhere,
    "jis_characters": texts.jis_characters,
    "masked_numbers": readings.masked_numbers,
    "my_number": texts.my_number,
    "numbers_in_documents": readings.numbers_in_documents,
    "omissions": completeness.omissions,
    "one_office": completeness.one_office,
    "passport_digits": passports.passport_digits,
    "passport_digits_in_picture": passports.passport_digits_in_picture,
    "passport_fields": passports.passport_fields,
    "passport_fields_in_picture": passports.passport_fields_in_picture,
    "passport_in_cases_of_others": elsewhere.passport_in_cases_of_others,
    "passport_in_own_cases": elsewhere.passport_in_own_cases,
    "passport_name": passports.passport_name,
    "passport_of_another": passports.passport_of_another,
    "photo_day": readings.photo_day,
    "photo_shape": files.photo_shape,
    "plan_agrees": plans.plan_agrees,
    "plan_decided": plans.plan_decided,
    "required_documents": completeness.required_documents,
    "required_fields": completeness.required_fields,
    "scan_resolution": readings.scan_resolution,
    "set_size": files.set_size,
    "sharp_photo": readings.sharp_photo,
    "signed_in_time": dates.signed_in_time,
    "staff_elsewhere": elsewhere.staff_elsewhere,
    "treatment_in_forms": readings.treatment_in_forms,
    "wages_elsewhere": elsewhere.wages_elsewhere,
}
