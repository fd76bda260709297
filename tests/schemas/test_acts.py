"""Act ids, and what an act that was answered before is told."""

import pytest

from schemas.acts import act_id_of, earlier_answer
from schemas.commands import Answer
from schemas.refusals import Refused

FIRST, SECOND = "1a" * 32, "2b" * 32
ANSWER = Answer(seq=7)


def test_the_same_asked_again_has_its_answer_and_something_else_is_refused() -> None:
    answered = {act_id_of("of-others", SECOND): Answer(seq=3), act_id_of("act", FIRST): ANSWER}

    with pytest.raises(Refused) as refused:
        earlier_answer(answered, act_id_of("act", SECOND))

    assert refused.value.code == "idempotency_key_reused"
    assert earlier_answer(answered, act_id_of("act", FIRST)) == ANSWER
    assert earlier_answer(answered, act_id_of("another", FIRST)) is None


@pytest.mark.parametrize(("then", "now"), [("", FIRST), (FIRST, ""), ("", "")])
def test_an_act_that_does_not_say_what_was_asked_is_the_same_by_its_name(then: str, now: str) -> None:
    answered = {act_id_of("act", then): ANSWER}

    assert earlier_answer(answered, act_id_of("act", now)) == ANSWER


def test_an_act_told_before_ids_said_what_was_asked_is_known_again_by_an_id_that_is_no_longer() -> None:
    name = "0123456789abcdef0123456789abcdef"

    asked_now = act_id_of(name, FIRST)

    assert earlier_answer({name: ANSWER}, asked_now) == ANSWER
    assert len(asked_now) == len(name)


def test_names_with_dots_of_persons_are_told_apart() -> None:
    answered = {"link-p.1-T26-4KX7M2QP": ANSWER}

    assert earlier_answer(answered, "link-p.2-T26-4KX7M2QP") is None
