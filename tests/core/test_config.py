"""Settings: complete and safe, or no start."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from backend.core import config
from backend.core.config import ConfigError, load_config, settings_table

PRODUCTION = {
    "TIENGLANG_ENV": "production",
    "TIENGLANG_PUBLIC_URL": "https://tienglang.example.vn/",
    "TIENGLANG_SMS_URL": "https://sms.example.vn/send",
    **{f"TIENGLANG_{name.upper()}": value for name, value in config.fresh_secrets().items()},
}


def test_production_starts_with_everything_it_needs(tmp_path: Path) -> None:
    settings = load_config({**PRODUCTION, "TIENGLANG_VAR_DIR": str(tmp_path)})
    assert settings.production
    assert settings.cookie_secure
    assert settings.public_url == "https://tienglang.example.vn"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("JWT_SECRET", ""),
        ("DATA_KEYS", ""),
        ("DATA_KEYS", "abc"),
        ("INDEX_KEY", "short"),
        ("PUBLIC_URL", "http://tienglang.example.vn"),
        ("SMS_URL", ""),
    ],
)
def test_production_refuses_to_start_without(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"TIENGLANG_{name}"):
        load_config({**PRODUCTION, f"TIENGLANG_{name}": value})


@pytest.mark.parametrize(
    ("name", "value"), [("ACCESS_MINUTES", "soon"), ("RATE_LIMITS", "maybe"), ("ENV", "test")]
)
def test_a_value_that_cannot_be_read_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"TIENGLANG_{name}"):
        load_config({f"TIENGLANG_{name}": value})


def test_development_makes_its_secrets_once(tmp_path: Path) -> None:
    environ = {"TIENGLANG_VAR_DIR": str(tmp_path / "var")}
    first, second = load_config(environ), load_config(environ)
    assert first == second
    assert Fernet(first.data_keys[0])
    assert (tmp_path / "var" / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_the_table_tells_every_setting_and_no_secret() -> None:
    table = settings_table()
    assert "`TIENGLANG_DATABASE_URL`" in table
    assert table.count("\n") == len(config.fields(config.Config)) + 2


def test_no_secret_is_shown_by_printing_the_settings(tmp_path: Path) -> None:
    settings = load_config({**PRODUCTION, "TIENGLANG_VAR_DIR": str(tmp_path)})
    assert settings.jwt_secret not in repr(settings)
