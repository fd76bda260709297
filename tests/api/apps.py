"""The application over a desk of a test. Its routes are built once: FastAPI builds them for each application anew."""

import copy

from fastapi import FastAPI
from starlette.datastructures import State

from api.app import build
from api.desk import Desk
from infra.settings import Settings

_BUILT: list[tuple[Settings, FastAPI]] = []


def app_of(at: Desk) -> FastAPI:
    """The application over this desk; applications of the same settings share their routes, and nothing else."""
    built = next((app for settings, app in _BUILT if settings is at.settings), None)
    if built is None:
        built = build(at.settings, at)
        _BUILT.append((at.settings, built))
    own = copy.copy(built)
    own.state, own.middleware_stack = State({"desk": at}), None
    return own
