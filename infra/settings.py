"""Settings: one frozen value, read once from `TORITSUGI_*`, passed on. Secrets stay wrapped until they are used.

The connection to Temporal is read by the SDK itself from `TEMPORAL_*` (see `infra.temporal`).
"""

from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.desk_wishes import LodgingsNamed
from schemas.planning import DeskPolicy
from schemas.wording import Locale


class Limits(BaseSettings):
    """Every limit the desk keeps (DESIGN.md 4, "Limits"); each has a refusal with a stable code."""

    model_config = SettingsConfigDict(env_prefix="TORITSUGI_LIMIT_", frozen=True, extra="ignore")

    persons_per_application: int = 100
    documents_per_application: int = 1_000
    file_size_bytes: int = 50_000_000
    pages_per_pdf: int = 300
    json_body_bytes: int = 256_000
    verdict_body_bytes: int = Field(
        default=1_000_000,
        description="One verdict: 2,000 findings with thirty signs of reason each (a form sends nine bytes for a"
        " Japanese one) and 3,000 marks",
    )
    codec_body_bytes: int = Field(
        default=4_000_000,
        description="What the engine's pages send to be read: the engine's own limit, base64",
    )
    correction_rounds: int = 20
    open_updates: int = 8
    page_rows: int = Field(default=100, ge=100, description="Rows of one page of a list; our pages show 100")
    draft_kept_days: int = 180
    hold_days: int = 14
    presigned_url_seconds: int = 600
    arrival_size_bytes: int = 40_000_000
    arrival_parts: int = 30


class Settings(BaseSettings):
    """Where the servers are and how to speak to them. Read once per process by `settings()`."""

    model_config = SettingsConfigDict(env_prefix="TORITSUGI_", frozen=True, extra="ignore")

    database_url: SecretStr = Field(
        description="Login of the front desk: postgresql+psycopg://…, least rights"
    )
    worker_database_url: SecretStr = Field(description="Login of the worker: writes progress, reads content")
    owner_database_url: SecretStr | None = Field(
        default=None, description="Owner of the tables; migrations only"
    )
    s3_endpoint: str | None = Field(default=None, description="None means the provider's own endpoint")
    s3_region: str = "ap-northeast-1"
    s3_access_key: SecretStr | None = None
    s3_secret_key: SecretStr | None = None
    s3_quarantine_bucket: str = "toritsugi-quarantine"
    s3_vault_bucket: str = "toritsugi-vault"
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 25
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_start_tls: bool = False
    mail_from: str = "desk@toritsugi.example"
    staff_mail: str = Field(default="staff@toritsugi.example", description="Mailbox of the desk's own people")
    staff_mail_locale: Locale = Field(default="ja", description="Language of what is sent there")
    imap_host: str | None = Field(
        default=None, description="Mailbox that authorities write to; None means no mail comes in"
    )
    imap_port: int = 993
    imap_tls: bool = True
    imap_user: str = ""
    imap_password: SecretStr | None = None
    imap_folder: str = "INBOX"
    arrivals_round_seconds: int = Field(
        default=5, ge=1, description="How often arrivals are fetched and read"
    )
    arrivals_dismissed_kept_days: int = Field(
        default=90, ge=1, description="How long a dismissed arrival can be read"
    )
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: SecretStr
    public_url: str = Field(description="Address people open, without a trailing slash")
    further_hosts: tuple[str, ...] = Field(
        default=(),
        description="Names the desk answers to beside its public address's: a JSON list, without ports",
    )
    bind_host: str = "127.0.0.1"
    bind_port: int = 8700
    temporal_ui_url: str | None = Field(
        default=None, description="Base address of the Temporal Web UI, for links"
    )
    task_queue: str = "applications"
    desk_round_seconds: int = Field(default=5, ge=1, description="How often what is due is looked after")
    graceful_stop_seconds: int = Field(default=10, ge=0)
    key_encryption_key: SecretStr = Field(description="32 bytes, base64; wraps every application's data key")
    session_secret: SecretStr
    authority_simulator_url: str | None = Field(default=None, description="Training and demo only")
    clamd_host: str | None = None
    clamd_port: int = 3310
    tariff_file: Path | None = Field(
        default=None, description="The desk's own fees; the shape and meaning are in infra/tariff.toml"
    )
    lapse_reminder_days: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        default=(90, 60, 30, 7),
        description="Days before something of the authority to act lapses; a JSON list",
    )
    second_confirms: LodgingsNamed = Field(
        default=(),
        description="Lodgings by hand that a second person confirms, the desk's own rule: a JSON list of"
        " procedure:channel, * for any part, as in isa.*:counter",
    )
    members_only: LodgingsNamed = Field(
        default=(),
        description="Lodgings that this desk does for members only: a JSON list like that of second_confirms, as in"
        " isa.*.tit:online",
    )
    office_name: str = "Sample office / 見本事務所"
    limits: Limits = Field(default_factory=Limits)

    @property
    def policy(self) -> DeskPolicy:
        """What this office decides for every road."""
        return DeskPolicy(self.limits.correction_rounds, self.authority_simulator_url is not None)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process. Raises pydantic's ValidationError naming what is missing (never the values)."""
    return Settings.model_validate({})
