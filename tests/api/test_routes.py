"""Every door declares who may enter, and every answer is documented."""

from collections.abc import Iterator
from typing import Any

from fastapi.routing import APIRoute

from api.app import OPEN_TO_ALL, ROUTERS
from api.bodies import Body
from api.body_examples import EXAMPLES, example_of
from infra.settings import Settings
from tests.api.apps import application_of


def rights_of(dependant: Any) -> Iterator[Any]:
    for each in dependant.dependencies:
        if hasattr(each.call, "rights"):
            yield each.call.rights
        yield from rights_of(each)


def routes_in(router: Any) -> Iterator[APIRoute]:
    for route in router.routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from routes_in(route.original_router)


def test_every_route_declares_a_right_or_is_named_as_open(settings: Settings) -> None:
    app = application_of(settings)

    unguarded = {
        route.path
        for route in routes_in(app)
        if route.path not in OPEN_TO_ALL
        and route.methods != {"OPTIONS"}
        and not any(True for _ in rights_of(route.dependant))
    }

    assert len(list(routes_in(app))) > 20
    assert unguarded == set()


def test_no_post_goes_without_a_key_but_the_one_that_may_be_repeated(specification: dict[str, Any]) -> None:
    keyless = {
        path
        for path, acts in specification["paths"].items()
        if path.startswith("/v1/")
        and "post" in acts
        and not any(each["name"] == "idempotency-key" for each in acts["post"].get("parameters", []))
    }

    assert keyless == {"/v1/documents/{document_id}/complete"}


def test_the_specification_is_complete(specification: dict[str, Any]) -> None:
    acts = [
        (path, method, act)
        for path, methods in specification["paths"].items()
        for method, act in methods.items()
        if path.startswith("/v1/")
    ]

    assert specification["openapi"].startswith("3.1")
    assert all(act.get("description") or act.get("summary") for _, _, act in acts)
    assert all("401" in act["responses"] and "422" in act["responses"] for _, _, act in acts)


def test_the_shape_of_a_refusal_is_told_wherever_one_is_documented(specification: dict[str, Any]) -> None:
    shapes = specification["components"]["schemas"]
    answers = [
        answer
        for acts in specification["paths"].values()
        for act in acts.values()
        for status, answer in act["responses"].items()
        if status.startswith("4")
    ]

    told = {each["content"]["application/problem+json"]["schema"]["$ref"] for each in answers}

    assert told == {"#/components/schemas/Problem"}
    assert {"code", "field", "errors", "titles"} <= set(shapes["Problem"]["properties"])
    assert {"Titles", "Fault"} <= set(shapes)


def bodies() -> set[type[Body]]:
    fields = [route.body_field for router in ROUTERS for route in routes_in(router)]
    shapes = [each.field_info.annotation for each in fields if each is not None]
    return {each for each in shapes if isinstance(each, type) and issubclass(each, Body)}


def test_every_body_a_machine_sends_has_an_example_that_the_door_takes() -> None:
    examples = {body: example_of(body) for body in bodies()}

    assert [body.__qualname__ for body, example in examples.items() if example is None] == []
    for body, example in examples.items():
        body.model_validate(example)
        assert body.model_json_schema()["examples"] == [example]
    assert len(examples) == len(EXAMPLES)
