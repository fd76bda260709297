"""The kept histories: one JSON file per path, sealed as in production, and the wrapped keys that open them."""

import base64
import json
from pathlib import Path

from temporalio.client import WorkflowHistory

FOLDER = Path(__file__).parent
KEYS = FOLDER / "keys.json"


def wrapped_keys() -> dict[str, bytes]:
    """The wrapped data key of each recorded application."""
    return {number: base64.b64decode(key) for number, key in json.loads(KEYS.read_text()).items()}


def keep_keys(keys: dict[str, bytes]) -> None:
    """Write the keys down."""
    plain = {number: base64.b64encode(key).decode() for number, key in sorted(keys.items())}
    KEYS.write_text(json.dumps(plain, indent=1) + "\n")


def history(path: str) -> WorkflowHistory:
    """The kept history of one path; the number is the application's."""
    kept = json.loads((FOLDER / f"{path}.json").read_text())
    return WorkflowHistory.from_json(kept["number"], kept["history"])


def keep(path: str, recorded: WorkflowHistory) -> None:
    """Write one history down."""
    kept = {"number": recorded.workflow_id, "history": recorded.to_json_dict()}
    (FOLDER / f"{path}.json").write_text(json.dumps(kept, separators=(",", ":"), sort_keys=True) + "\n")
