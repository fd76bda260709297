"""The reference of the JSON API, drawn from the OpenAPI document: addresses, bodies, answers, codes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from api.desk import AtDesk
from api.pages.doors import PageRoute
from api.pages.visit import drawn
from schemas.refusals import REFUSALS

METHODS = ("get", "post", "patch", "put", "delete")
REF = "#/components/schemas/"

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@dataclass(frozen=True)
class FieldTold:
    """One parameter or field: its name, shape, whether it must be there."""

    name: str
    shape: str
    is_needed: bool
    about: str = ""


@dataclass(frozen=True)
class ActTold:
    """One method at one address."""

    method: str
    path: str
    about: str
    parameters: tuple[FieldTold, ...]
    body: tuple[FieldTold, ...]
    example: str
    answers: tuple[tuple[str, str], ...]

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"{self.method}-{self.path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}"


@router.get("/docs")
async def show_reference(request: Request, at: AtDesk) -> Response:
    """Every act of the API by topic, and every stable error code."""
    document = request.app.openapi()
    return drawn(
        request,
        at.settings,
        "reference.html",
        topics=topics(document),
        refusals=REFUSALS,
        title=document["info"]["title"],
    )


def topics(document: Mapping[str, Any]) -> dict[str, list[ActTold]]:
    """The acts of an OpenAPI document by their first tag, in the order of the document."""
    found: dict[str, list[ActTold]] = {}
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                told = methods[method]
                topic = (told.get("tags") or ["desk"])[0]
                found.setdefault(topic, []).append(_act(document, method, path, told))
    return found


def _act(document: Mapping[str, Any], method: str, path: str, told: Mapping[str, Any]) -> ActTold:
    content = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    return ActTold(
        method=method.upper(),
        path=path,
        about=told.get("description") or told.get("summary", ""),
        parameters=tuple(
            FieldTold(each["name"], _shape(each.get("schema", {})), each.get("required", False))
            for each in told.get("parameters", [])
        ),
        body=tuple(_fields(document, content.get("schema", {}))),
        example=_example(document, content.get("schema", {})),
        answers=tuple(
            (status, each.get("description", "")) for status, each in sorted(told["responses"].items())
        ),
    )


def _fields(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[FieldTold]:
    known = _resolved(document, schema)
    needed = frozenset(known.get("required", ()))
    for name, each in known.get("properties", {}).items():
        yield FieldTold(name, _shape(each), name in needed, each.get("description", ""))


def _example(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """The first example of a body as it would be sent, in lines; empty where there is none."""
    examples = _resolved(document, schema).get("examples", ())
    return json.dumps(examples[0], ensure_ascii=False, indent=2) if examples else ""


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref", "")
    found: Mapping[str, Any] = (
        document["components"]["schemas"][reference.removeprefix(REF)] if reference else schema
    )
    return found


def _shape(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(REF)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return " | ".join(dict.fromkeys(_shape(each) for each in schema[several]))
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"])
    if schema.get("type") == "array":
        return f"[{_shape(schema.get('items', {}))}]"
    return str(schema.get("const") or schema.get("format") or schema.get("type", "any"))
