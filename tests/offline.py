"""Settings of a desk that is connected to nothing."""

from typing import Any

from infra.settings import Settings

NEEDED = {
    "database_url": "postgresql+psycopg://nobody@127.0.0.1:9/nothing",
    "worker_database_url": "postgresql+psycopg://nobody@127.0.0.1:9/nothing",
    "oidc_issuer": "unused",
    "oidc_client_id": "unused",
    "oidc_client_secret": "unused",
    "public_url": "unused",
    "key_encryption_key": "unused",
    "session_secret": "unused",
}


def settings_with(**other: Any) -> Settings:
    """What must be set, and these on top."""
    return Settings.model_validate({**NEEDED, **other})
