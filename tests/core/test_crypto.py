"""Secrets at rest."""

from dataclasses import replace

import pytest
from cryptography.fernet import Fernet

from backend.core import config, crypto
from tests.conftest import Database


def test_what_was_sealed_can_be_opened_and_is_not_readable(db: Database) -> None:
    sealed = crypto.seal("0905 000 000")
    assert "0905" not in sealed
    assert crypto.open_sealed(sealed) == "0905 000 000"


def test_old_values_stay_readable_while_keys_rotate(db: Database) -> None:
    sealed = crypto.seal("Lan")
    newer = Fernet.generate_key().decode()
    config.use(replace(db.config, data_keys=(newer, *db.config.data_keys)))
    resealed = crypto.reseal(sealed)
    assert crypto.open_sealed(sealed) == "Lan"
    config.use(replace(db.config, data_keys=(newer,)))
    assert crypto.open_sealed(resealed) == "Lan"
    with pytest.raises(crypto.SealError):
        crypto.open_sealed(sealed)


def test_passwords_are_verified_and_garbage_is_not_an_error() -> None:
    hashed = crypto.hash_password("một mật khẩu dài")
    assert crypto.verify_password(hashed, "một mật khẩu dài")
    assert not crypto.verify_password(hashed, "một mật khẩu khác")
    assert not crypto.verify_password("not a hash", "x")
