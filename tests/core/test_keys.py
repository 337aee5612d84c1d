"""Changing keys while people go on working."""

from __future__ import annotations

from dataclasses import replace

from cryptography.fernet import Fernet
from sqlalchemy import select

from backend.accounts.models import Resident
from backend.core import config, crypto, keys
from backend.core.db import reading, transaction
from tests.conftest import Database
from tests.factories.accounts import make_resident


def test_after_resealing_the_old_key_can_go(db: Database, monkeypatch: object) -> None:
    with transaction() as session:
        for number in range(7):
            make_resident(session, phone=f"+8490512345{number}")
    newer = Fernet.generate_key().decode()
    config.use(replace(db.config, data_keys=(newer, *db.config.data_keys)))
    keys.PAGE, page = 3, keys.PAGE
    try:
        assert keys.reseal_all() == 14
    finally:
        keys.PAGE = page
    config.use(replace(db.config, data_keys=(newer,)))
    with reading() as session:
        phones = {crypto.open_sealed(row.phone_sealed) for row in session.scalars(select(Resident))}
    assert phones == {f"+8490512345{number}" for number in range(7)}


def test_after_reindexing_a_resident_is_found_by_the_new_key(db: Database) -> None:
    with transaction() as session:
        make_resident(session, phone="+84905123456")
    config.use(replace(db.config, index_key="another-index-key-of-more-than-32-characters"))
    by_phone = select(Resident).where(Resident.phone_index == crypto.blind_index("+84905123456"))
    with reading() as session:
        assert session.scalar(by_phone) is None
    assert keys.reindex_all() >= 1
    with reading() as session:
        assert session.scalar(by_phone) is not None


def test_every_sealed_column_takes_part() -> None:
    names = {f"{column.table.name}.{column.name}" for column in keys.sealed_columns()}
    assert {
        "resident.phone_sealed",
        "feedback.sealed_pin",
        "staff.totp_sealed",
        "push_subscription.address_sealed",
        "idempotency_key.sealed_body",
    } <= names
    assert {index.table.name for index, _ in keys.indexed_columns()} >= {"resident", "feedback"}
