"""The sample office: read from `sample_office.toml`, written into the desk's tables by `api.directory`."""

import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

SHEET = Path(__file__).with_suffix(".toml")

Role = Literal["client", "reviewer", "second_reviewer", "handler", "manager", "operator"]
StaffRole = Literal["reviewer", "second_reviewer", "handler", "manager", "operator"]
ROLES: tuple[Role, ...] = ("client", "reviewer", "second_reviewer", "handler", "manager", "operator")
OrganisationKind = Literal["supervising_organisation", "company", "support_organisation"]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Named(_Row):
    """Something with a Japanese and an English name."""

    name_ja: str
    name_en: str

    @property
    def name(self) -> str:
        return f"{self.name_ja} / {self.name_en}"


class Unit(Named):
    """A division of the head office or a regional office."""

    code: str
    kind: Literal["head_division", "regional_office"]


class Certificate(_Row):
    """A handler's certificate (申請等取次者証明書) and, where held, the online user id's last day, and since when a list of
    pledged organisations (利用者別誓約機関一覧表) is filed that names every organisation of the sheet."""

    number: str
    bureau: str
    valid_from_on: date
    valid_until_on: date
    online_until_on: date | None = None
    pledged_on: date | None = None


class Person(Named):
    """Somebody who signs in. `subject` is the issuer's name for the account."""

    subject: str
    email: str


class Staff(Person):
    """Somebody of the office, with the unit worked in."""

    roles: tuple[StaffRole, ...] = Field(min_length=1)
    unit: str
    certificate: Certificate | None = None


class Organisation(Named):
    """A client organisation with its people and the unit that serves it."""

    code: str
    kind: OrganisationKind
    unit: str
    mandate_from_on: date
    fee_class: str = "non_member"
    member_since_on: date | None = None
    subsidiary_of: str | None = None
    supervised_by: str | None = None
    supported_by: str | None = None
    staff: tuple[Person, ...] = Field(min_length=1)


class SampleOffice(_Row):
    """The whole sheet; references inside it are checked when it is read."""

    office: Named
    units: tuple[Unit, ...]
    staff: tuple[Staff, ...]
    organisations: tuple[Organisation, ...]

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody who can sign in: the office first, then the clients."""
        return (*self.staff, *(person for one in self.organisations for person in one.staff))

    def with_role(self, role: Role) -> tuple[Person, ...]:
        """The people holding a role, in the order of the sheet."""
        if role == "client":
            return tuple(person for one in self.organisations for person in one.staff)
        return tuple(person for person in self.staff if role in person.roles)

    @model_validator(mode="after")
    def _references_exist(self) -> "SampleOffice":
        units = {unit.code for unit in self.units}
        codes = {one.code for one in self.organisations}
        asked = {one.unit for one in self.staff} | {one.unit for one in self.organisations}
        asked -= units
        for one in self.organisations:
            asked |= {
                code for code in (one.supervised_by, one.supported_by, one.subsidiary_of) if code
            } - codes
        if asked:
            raise ValueError(f"sample_office.toml names what it does not define: {sorted(asked)}")
        return self

    @model_validator(mode="after")
    def _subjects_are_unique(self) -> "SampleOffice":
        subjects = [person.subject for person in self.people]
        if len(subjects) != len(set(subjects)):
            raise ValueError("sample_office.toml gives two people the same subject")
        return self


@lru_cache(maxsize=1)
def load_sample_office() -> SampleOffice:
    """The sample office as shipped. Raises pydantic's ValidationError when the sheet contradicts itself."""
    return SampleOffice.model_validate(tomllib.loads(SHEET.read_text(encoding="utf-8")))
