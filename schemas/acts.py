"""Act ids: who acted under which key and, in short, what was asked; one key never stands for two different acts."""

from collections.abc import Mapping

from schemas.commands import Answer
from schemas.refusals import Refused

BEFORE_WHAT_WAS_ASKED = "#"
# Together as long as a name alone: an engine writes the id six times into the history of every act.
NAME_DIGITS, ASKED_DIGITS = 20, 11


def act_id_of(name: str, asked_sha256: str) -> str:
    """The id of an act. `asked_sha256` is empty where nobody can send something else under the same name."""
    if not asked_sha256:
        return name
    return f"{name[:NAME_DIGITS]}{BEFORE_WHAT_WAS_ASKED}{asked_sha256[:ASKED_DIGITS]}"


def earlier_answer(answered: Mapping[str, Answer], act_id: str) -> Answer | None:
    """What this act was answered before; None when it is new. An id that does not say what was asked fits any.

    Raises Refused `idempotency_key_reused` when something else was asked under the same key.
    """
    name, _, asked = act_id.partition(BEFORE_WHAT_WAS_ASKED)
    for earlier_id, answer in answered.items():
        earlier_name, _, earlier_asked = earlier_id.partition(BEFORE_WHAT_WAS_ASKED)
        if earlier_name == name or (asked and not earlier_asked and earlier_name[:NAME_DIGITS] == name):
            if asked and earlier_asked and asked != earlier_asked:
                raise Refused("idempotency_key_reused")
            return answer
    return None
