# ruff: noqa: RUF009, FBT003 - every setting is declared through _setting, with its default first
"""Settings: read once from ``TIENGLANG_*`` variables into a frozen dataclass.

The table in docs/operations.md is printed from the ``help`` of each field (``flask --app wsgi config``),
so a setting that is not described here does not exist.
"""

from __future__ import annotations

import json
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

PREFIX = "TIENGLANG_"
_SECRET_LENGTH = 32
SECRET_FIELDS = ("secret_key", "jwt_secret", "data_keys", "index_key")


class ConfigError(RuntimeError):
    """The process cannot start with these settings; the message names each variable and what to do."""


def _setting(help_text: str, default: Any, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"help": help_text, "secret": secret})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything an operator may set. Field ``x`` is read from ``TIENGLANG_X``."""

    env: str = _setting(
        "`development` or `production`; production refuses to start without secrets", "development"
    )
    var_dir: Path = _setting(
        "folder of everything written on this machine (database, objects, queue)", Path("var")
    )
    public_url: str = _setting(
        "address people see, without a trailing slash", "http://127.0.0.1:8000"
    )
    trusted_proxies: int = _setting(
        "number of reverse proxies whose X-Forwarded-* headers are believed", 0
    )

    database_url: str = _setting("SQLAlchemy URL; empty means SQLite in the var folder", "")
    queue_url: str = _setting(
        "redis://… for the job queue and the rate limits; empty means SQLite files", ""
    )
    storage_url: str = _setting(
        "file:///… or s3://bucket/prefix for photos and audio; empty means the var folder", ""
    )
    storage_plain_http: bool = _setting(
        "allow S3 over HTTP without TLS, for a server on this machine", False
    )

    secret_key: str = _setting(
        "secret, ≥ 32 characters; signs what the browser carries", "", secret=True
    )
    jwt_secret: str = _setting("secret, ≥ 32 characters; signs access tokens", "", secret=True)
    data_keys: tuple[str, ...] = _setting(
        "Fernet keys, comma separated, newest first; encrypt contact data at rest", (), secret=True
    )
    index_key: str = _setting(
        "secret, ≥ 32 characters; keys the blind index of phone numbers", "", secret=True
    )

    access_minutes: int = _setting("life of an access token", 15)
    refresh_days: int = _setting("life of a refresh token, renewed at each use", 30)
    cookie_secure: bool = _setting(
        "send cookies over HTTPS only; on by default in production", False
    )

    sms_url: str = _setting(
        "HTTP address of the SMS gateway; empty prints messages to the log (development)", ""
    )
    sms_token: str = _setting("bearer token of the SMS gateway", "", secret=True)
    sms_sender: str = _setting("sender name registered with the gateway", "TIENGLANG")

    vapid_subject: str = _setting(
        "contact of the operator told to push services (mailto: or https:)", ""
    )
    vapid_private_key: str = _setting(
        "PEM of the Web Push key; empty means the one made once and kept sealed in the database",
        "",
        secret=True,
    )
    push_hosts: tuple[str, ...] = _setting(
        "further host names that Web Push endpoints may have, comma separated", ()
    )
    quiet_hours: str = _setting(
        "when nobody's telephone rings for what is not urgent, `21:30-06:30` in Vietnam; `none` for always",
        "21:30-06:30",
    )
    fcm_credentials: str = _setting(
        "path of the Firebase service account file; empty switches FCM off", ""
    )
    fcm_url: str = _setting("base address of FCM HTTP v1", "https://fcm.googleapis.com")

    max_json_bytes: int = _setting("largest JSON body accepted", 1_000_000)
    max_photo_bytes: int = _setting("largest photo accepted", 25_000_000)
    max_audio_bytes: int = _setting("largest audio file accepted", 200_000_000)
    max_document_bytes: int = _setting("largest document accepted", 50_000_000)
    rate_limits: bool = _setting("switch request rate limits on", True)
    geofence: bool = _setting("refuse positions outside Vietnam's bounding box", True)

    log_level: str = _setting("DEBUG, INFO, WARNING or ERROR", "INFO")
    log_format: str = _setting("`json` or `text`; text by default in development", "")
    metrics_token: str = _setting(
        "bearer token asked for at /metrics; empty allows loopback only", "", secret=True
    )

    @property
    def production(self) -> bool:
        """True when this process serves the public."""
        return self.env == "production"


_current: list[Config] = []


def current() -> Config:
    """The configuration of this process.

    Raises:
        ConfigError: no front door (wsgi, worker, command) has called ``use`` yet.
    """
    if not _current:
        raise ConfigError("no configuration is in use yet")
    return _current[-1]


def use(config: Config) -> Config:
    """Make ``config`` the one that ``current()`` returns."""
    _current[:] = [config]
    return config


def load_config(environ: Mapping[str, str]) -> Config:
    """Read the settings, fill development defaults, refuse what would be unsafe.

    Raises:
        ConfigError: a value cannot be read, or production lacks a secret.
    """
    values: dict[str, Any] = {}
    for spec in fields(Config):
        raw = environ.get(PREFIX + spec.name.upper())
        if raw is not None and raw.strip() != "":
            values[spec.name] = _parse(spec, raw.strip())
    values.setdefault("cookie_secure", values.get("env") == "production")
    values.setdefault("log_format", "json" if values.get("env") == "production" else "text")
    config = Config(**values)
    if config.env not in {"development", "production"}:
        raise ConfigError(f"{PREFIX}ENV must be development or production, not {config.env!r}")
    var_dir = config.var_dir.absolute()
    config = replace(
        config,
        var_dir=var_dir,
        public_url=config.public_url.rstrip("/"),
        database_url=config.database_url or f"sqlite:///{var_dir / 'tienglang.sqlite3'}",
        storage_url=config.storage_url or f"file://{var_dir / 'objects'}",
        vapid_subject=config.vapid_subject or _vapid_subject(config.public_url),
    )
    _refuse_unknown(config)
    if config.production:
        _refuse_unsafe(config)
        return config
    return _with_development_secrets(config)


# What an address may begin with.
_ADDRESSES = {
    "database_url": ("sqlite:///", "postgresql://"),
    "queue_url": ("redis://", "rediss://", "unix://"),
    "storage_url": ("file:///", "s3://"),
}


def _refuse_unknown(config: Config) -> None:
    problems = [
        f"{PREFIX}{name.upper()} must begin with {' or '.join(begins)}"
        for name, begins in _ADDRESSES.items()
        if getattr(config, name) and not getattr(config, name).startswith(begins)
    ]
    for place, key in enumerate(config.data_keys, start=1):
        try:
            Fernet(key)
        except ValueError:
            problems.append(f"{PREFIX}DATA_KEYS: key {place} is not a Fernet key")
    if problems:
        raise ConfigError("cannot start: " + "; ".join(problems))


def _vapid_subject(public_url: str) -> str:
    """RFC 8292 takes https: and mailto: only; a development address is neither."""
    parts = urlsplit(public_url)
    return f"https://{parts.hostname}" if parts.scheme == "https" else "mailto:tienglang@localhost"


def _parse(spec: Field[Any], raw: str) -> Any:
    default = spec.default
    try:
        if isinstance(default, bool):
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[
                raw.lower()
            ]
        if isinstance(default, int):
            return int(raw)
        if isinstance(default, tuple):
            return tuple(part.strip() for part in raw.split(",") if part.strip())
        return Path(raw) if isinstance(default, Path) else raw
    except (KeyError, ValueError) as error:
        raise ConfigError(
            f"{PREFIX}{spec.name.upper()} has a value that cannot be read: {raw!r}"
        ) from error


def _refuse_unsafe(config: Config) -> None:
    missing = [name for name in SECRET_FIELDS if not getattr(config, name)]
    short = [
        name
        for name in ("secret_key", "jwt_secret", "index_key")
        if 0 < len(getattr(config, name)) < _SECRET_LENGTH
    ]
    problems = [f"{PREFIX}{name.upper()} is required in production" for name in missing]
    problems += [
        f"{PREFIX}{name.upper()} must have at least {_SECRET_LENGTH} characters" for name in short
    ]
    if not config.public_url.startswith("https://"):
        problems.append(f"{PREFIX}PUBLIC_URL must begin with https:// in production")
    if not config.sms_url:
        problems.append(
            f"{PREFIX}SMS_URL is required in production: residents sign in by one-time code"
        )
    if problems:
        raise ConfigError(
            "cannot start: "
            + "; ".join(problems)
            + ". `TIENGLANG_ENV=development flask --app wsgi secrets` prints fresh ones."
        )


def fresh_secrets() -> dict[str, str]:
    """New values for every secret a production installation must set."""
    return {
        "secret_key": secrets.token_urlsafe(48),
        "jwt_secret": secrets.token_urlsafe(48),
        "data_keys": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "index_key": secrets.token_urlsafe(48),
    }


def _with_development_secrets(config: Config) -> Config:
    """Fill missing secrets from ``var/secrets.json``, made once; whichever process is first wins."""
    if all(getattr(config, name) for name in SECRET_FIELDS):
        return config
    config.var_dir.mkdir(parents=True, exist_ok=True)
    path = config.var_dir / "secrets.json"
    if not path.exists():
        fresh = path.with_name(f"secrets.{os.getpid()}.{secrets.token_hex(4)}")
        fresh.write_text(json.dumps(fresh_secrets()))
        fresh.chmod(0o600)
        try:
            os.link(fresh, path)  # atomic, and fails when another process was first
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    try:
        stored: dict[str, str] = json.loads(path.read_text())
        known: dict[str, Any] = {**stored, "data_keys": tuple(stored["data_keys"].split(","))}
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ConfigError(
            f"{path} is damaged: bring it back from a backup; a fresh one opens nothing that was sealed"
        ) from error
    return replace(
        config, **{name: known[name] for name in SECRET_FIELDS if not getattr(config, name)}
    )


def settings_table() -> str:
    """The settings as a Markdown table, for docs/operations.md."""
    rows = ["| variable | default | what it sets |", "|---|---|---|"]
    for spec in fields(Config):
        default = spec.default
        shown = "" if default in ("", (), None) else f"`{default}`"
        secret = " **(secret)**" if spec.metadata.get("secret") else ""
        rows.append(
            f"| `{PREFIX}{spec.name.upper()}` | {shown} | {spec.metadata['help']}{secret} |"
        )
    return "\n".join(rows) + "\n"
