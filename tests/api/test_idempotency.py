"""The ids of acts, as the road is told them."""

import pytest

from api.idempotency import Act
from schemas.acts import earlier_answer
from schemas.commands import Answer
from schemas.refusals import Refused

ACT, OTHERWISE = Act("manager-1", "a-key", "1a" * 32), Act("manager-1", "a-key", "2b" * 32)


def test_a_key_stands_for_one_request_also_about_each_of_several_things() -> None:
    answered = {ACT.about("a-task"): Answer(seq=7)}

    with pytest.raises(Refused) as refused:
        earlier_answer(answered, OTHERWISE.about("a-task"))

    assert refused.value.code == "idempotency_key_reused"
    assert earlier_answer(answered, ACT.about("a-task")) == Answer(seq=7)
    assert earlier_answer(answered, ACT.about("a-filing")) is None
    assert earlier_answer(answered, ACT.id) is None
