"""The application over a desk of a test. Its routes are built once: FastAPI builds them for each application anew."""

import copy

from fastapi import FastAPI
from starlette.datastructures import State

from api.app import build
from api.desk import Desk
from infra.settings import Settings

_BUILT: list[tuple[Settings, FastAPI]] = []


def application_of(settings: Settings) -> FastAPI:
    """The application of these settings, over no desk."""
    built = next((app for known, app in _BUILT if known is settings), None)
    if built is None:
        built = build(settings)
        _BUILT.append((settings, built))
    return built


def app_of(at: Desk) -> FastAPI:
    """The application over this desk; applications of the same settings share routes and description, and nothing else."""
    built = application_of(at.settings)
    own = copy.copy(built)
    own.state, own.middleware_stack = State({"desk": at}), None
    own.openapi = built.openapi  # type: ignore[method-assign]  # described once for all
    return own
