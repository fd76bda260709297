"""The reference page tells everything the API has."""

import json

from api.app import build
from api.body_examples import EXAMPLES
from api.pages.reference import METHODS, topics
from infra.settings import Settings


def test_every_act_of_the_api_is_told(settings: Settings) -> None:
    document = build(settings).openapi()

    told = {(act.method.lower(), act.path) for acts in topics(document).values() for act in acts}

    assert told == {
        (method, path) for path, acts in document["paths"].items() for method in acts if method in METHODS
    }
    assert told


def test_the_fields_of_a_body_are_told_with_their_shapes(settings: Settings) -> None:
    acts = {
        (act.method, act.path): act for rows in topics(build(settings).openapi()).values() for act in rows
    }

    begun = acts["POST", "/v1/applications"]

    assert {field.name: field.is_needed for field in begun.body} == {"procedure": True, "persons": False}
    assert json.loads(begun.example) == EXAMPLES["applications.NewApplication"]
    assert [act.path for act in acts.values() if act.body and not act.example] == []
