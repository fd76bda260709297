"""The one table of checks written in code; rules call them by these names."""

from collections.abc import Mapping

from activities.checks import completeness, dates, files, texts
from schemas.rules import NamedCheck

NAMED_CHECKS: Mapping[str, NamedCheck] = {
    "distinct_persons": completeness.distinct_persons,
    "fresh_documents": dates.fresh_documents,
    "jis_characters": texts.jis_characters,
    "my_number": texts.my_number,
    "omissions": completeness.omissions,
    "one_office": completeness.one_office,
    "photo_shape": files.photo_shape,
    "required_documents": completeness.required_documents,
    "required_fields": completeness.required_fields,
    "set_size": files.set_size,
    "signed_in_time": dates.signed_in_time,
}
