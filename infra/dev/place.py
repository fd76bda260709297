"""Where one local stack lives: its directory, ports and secrets, and the settings it gives to the desk."""

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from infra.dev.doors import LOOPBACK, RESULTS_ADDRESS
from infra.dev.ports import Ports
from infra.settings import Settings

Login = Literal["superuser", "owner", "api", "worker"]

ROLES: dict[Login, str] = {
    "superuser": "postgres",
    "owner": "toritsugi_owner",
    "api": "toritsugi_api",
    "worker": "toritsugi_worker",
}
DATABASE = "toritsugi"
NAMESPACE = "toritsugi"
CLIENT_ID = "toritsugi"
SECRETS = "secrets.json"


def _random_text() -> str:
    return secrets.token_urlsafe(24)


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


class StackSecrets(BaseModel):
    """Passwords and keys of one stack, made once and kept in a file only its owner can read."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    superuser: str = Field(default_factory=_random_text, repr=False)
    owner: str = Field(default_factory=_random_text, repr=False)
    api: str = Field(default_factory=_random_text, repr=False)
    worker: str = Field(default_factory=_random_text, repr=False)
    s3_access_key: str = Field(default_factory=lambda: secrets.token_hex(10), repr=False)
    s3_secret_key: str = Field(default_factory=_random_text, repr=False)
    oidc_client_secret: str = Field(default_factory=_random_text, repr=False)
    key_encryption_key: str = Field(default_factory=_random_key, repr=False)
    session_secret: str = Field(default_factory=_random_text, repr=False)

    @classmethod
    def kept_in(cls, file: Path) -> Self:
        """The secrets in this file; makes them, mode 600, when there are none yet."""
        if not file.exists():
            made = cls().model_dump()
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as sheet:
                json.dump(made, sheet)
        return cls.model_validate_json(file.read_text())


SAMPLE_TARIFF = Path(__file__).with_name("sample_tariff.toml")


@dataclass(frozen=True)
class Place:
    """One stack's directory, ports and secrets. For tests only: `fast` gives up durability, and `authority_line` is
    where the worker finds the authority when it is to go over a line that can break."""

    directory: Path
    ports: Ports
    secrets: StackSecrets
    fast: bool = False
    authority_line: str | None = None

    @classmethod
    def at(
        cls, directory: Path, ports: Ports, *, fast: bool = False, authority_line: str | None = None
    ) -> Self:
        """Open or make the directory. Others may pass through it: PostgreSQL may run as `nobody`."""
        directory = directory.absolute()
        (directory / "logs").mkdir(parents=True, exist_ok=True)
        directory.chmod(0o711)
        (directory / "logs").chmod(0o700)
        return cls(directory, ports, StackSecrets.kept_in(directory / SECRETS), fast, authority_line)

    @property
    def secrets_file(self) -> Path:
        return self.directory / SECRETS

    @property
    def public_url(self) -> str:
        return _http(self.ports.api)

    @property
    def issuer(self) -> str:
        return _http(self.ports.identity)

    def database_url(self, login: Login, database: str = DATABASE) -> str:
        """SQLAlchemy URL (psycopg 3) of one login."""
        password: str = getattr(self.secrets, login)
        return f"postgresql+psycopg://{ROLES[login]}:{password}@{LOOPBACK}:{self.ports.postgres}/{database}"

    def settings(self) -> Settings:
        """The desk's settings for this stack, for steps that run inside the supervisor."""
        prefix = "TORITSUGI_"
        values = {
            name.removeprefix(prefix).lower(): value
            for name, value in self.settings_env().items()
            if name.startswith(prefix)
        }
        return Settings.model_validate(values)

    def settings_env(self) -> dict[str, str]:
        """Everything `infra.settings` and the Temporal SDK read, for this stack."""
        return {
            **self._store_env(),
            "TORITSUGI_DATABASE_URL": self.database_url("api"),
            "TORITSUGI_WORKER_DATABASE_URL": self.database_url("worker"),
            "TORITSUGI_OWNER_DATABASE_URL": self.database_url("owner"),
            "TORITSUGI_SMTP_HOST": LOOPBACK,
            "TORITSUGI_SMTP_PORT": str(self.ports.smtp),
            "TORITSUGI_IMAP_HOST": LOOPBACK,
            "TORITSUGI_IMAP_PORT": str(self.ports.imap),
            "TORITSUGI_IMAP_TLS": "false",
            "TORITSUGI_IMAP_USER": RESULTS_ADDRESS,
            "TORITSUGI_OIDC_ISSUER": self.issuer,
            "TORITSUGI_OIDC_CLIENT_ID": CLIENT_ID,
            "TORITSUGI_OIDC_CLIENT_SECRET": self.secrets.oidc_client_secret,
            "TORITSUGI_PUBLIC_URL": self.public_url,
            "TORITSUGI_BIND_HOST": LOOPBACK,
            "TORITSUGI_BIND_PORT": str(self.ports.api),
            "TORITSUGI_TEMPORAL_UI_URL": _http(self.ports.temporal_ui),
            "TORITSUGI_KEY_ENCRYPTION_KEY": self.secrets.key_encryption_key,
            "TORITSUGI_SESSION_SECRET": self.secrets.session_secret,
            "TORITSUGI_TARIFF_FILE": str(SAMPLE_TARIFF),
            "TORITSUGI_AUTHORITY_SIMULATOR_URL": self.authority_line or _http(self.ports.authority),
            "TEMPORAL_ADDRESS": f"{LOOPBACK}:{self.ports.temporal}",
            "TEMPORAL_NAMESPACE": NAMESPACE,
        }

    def _store_env(self) -> dict[str, str]:
        return {
            "TORITSUGI_S3_ENDPOINT": _http(self.ports.s3),
            "TORITSUGI_S3_ACCESS_KEY": self.secrets.s3_access_key,
            "TORITSUGI_S3_SECRET_KEY": self.secrets.s3_secret_key,
        }


def _http(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"
