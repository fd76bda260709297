"""Who acts: kinds of organisations, roles of people, and the named acts that are their rights."""

from enum import StrEnum

from schemas.words import Word


class OrganisationKind(StrEnum):
    """The three kinds of client organisations."""

    SUPERVISING = "supervising_organisation"  # 監理団体
    COMPANY = "company"  # 実習実施者・特定技能所属機関
    SUPPORT = "support_organisation"  # 登録支援機関


class Role(StrEnum):
    """What a person comes to do. One person may have several."""

    CLIENT = "client"
    REVIEWER = "reviewer"
    SECOND_REVIEWER = "second_reviewer"
    HANDLER = "handler"
    MANAGER = "manager"
    OPERATOR = "operator"


class Right(StrEnum):
    """Rights are acts. Each door names the one it needs."""

    EDIT_CONTENT = "edit_content"
    HAND_IN = "hand_in"
    READ_OWN = "read_own"
    WITHDRAW = "withdraw"
    READ_CASES = "read_cases"
    READ_DOCUMENTS = "read_documents"
    REVIEW = "review"
    REVIEW_SECOND = "review_second"
    LODGE = "lodge"
    RECORD_RESULT = "record_result"
    HOLD = "hold"
    WAIVE = "waive"
    ADOPT_RULES = "adopt_rules"
    DECIDE_OVERDUE = "decide_overdue"
    SETTLE_RESULT = "settle_result"
    PASS_ON = "pass_on"
    INSPECT = "inspect"
    KEEP_REGISTERS = "keep_registers"
    READ_PAYLOADS = "read_payloads"
    OPERATE = "operate"


STAFF_READING = frozenset({Right.READ_CASES, Right.READ_DOCUMENTS})

RIGHTS_OF: dict[Role, frozenset[Right]] = {
    Role.CLIENT: frozenset({Right.EDIT_CONTENT, Right.HAND_IN, Right.READ_OWN, Right.WITHDRAW}),
    Role.REVIEWER: STAFF_READING | {Right.REVIEW},
    Role.SECOND_REVIEWER: STAFF_READING | {Right.REVIEW_SECOND},
    Role.HANDLER: STAFF_READING | {Right.LODGE, Right.RECORD_RESULT},
    Role.MANAGER: STAFF_READING
    | {
        Right.HOLD,
        Right.WAIVE,
        Right.ADOPT_RULES,
        Right.DECIDE_OVERDUE,
        Right.SETTLE_RESULT,
        Right.PASS_ON,
        Right.INSPECT,
        Right.KEEP_REGISTERS,
        Right.READ_PAYLOADS,
    },
    Role.OPERATOR: frozenset({Right.OPERATE}),
}


def rights_of(roles: frozenset[Role]) -> frozenset[Right]:
    """Everything the holder of these roles may do."""
    return frozenset().union(*(RIGHTS_OF[role] for role in roles)) if roles else frozenset()


def roles_with(right: Right) -> list[str]:
    """The roles of the desk's own people that give this right."""
    return [role.value for role, rights in RIGHTS_OF.items() if right in rights and role is not Role.CLIENT]


class Actor(Word):
    """Who did it, in what capacity. The id is an account id, an API key id or the name of a part of the desk."""

    id: str
    capacity: str

    @property
    def is_human(self) -> bool:
        """Accounts act as people; `system:` and `key:` are machines."""
        return not self.id.startswith(("system:", "key:"))


ROAD = Actor(id="system:road", capacity="road")
SIMULATOR = Actor(id="system:authority-simulator", capacity="authority")
