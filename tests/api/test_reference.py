"""The reference page tells everything the API has."""

import json
from typing import Any

from api.body_examples import EXAMPLES
from api.pages.reference import METHODS, topics


def test_every_act_of_the_api_is_told(specification: dict[str, Any]) -> None:
    told = {(act.method.lower(), act.path) for acts in topics(specification).values() for act in acts}

    paths = specification["paths"].items()
    assert told == {(method, path) for path, acts in paths for method in acts if method in METHODS}
    assert told


def test_the_fields_of_a_body_are_told_with_their_shapes(specification: dict[str, Any]) -> None:
    acts = {(act.method, act.path): act for rows in topics(specification).values() for act in rows}

    begun = acts["POST", "/v1/applications"]

    assert {field.name: field.is_needed for field in begun.body} == {"procedure": True, "persons": False}
    assert json.loads(begun.example) == EXAMPLES["applications.NewApplication"]
