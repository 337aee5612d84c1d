"""The index that a search relies on is the one that installations have."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from backend.core.full_text import create_statements

VERSIONS = Path(__file__).resolve().parents[2] / "migrations" / "versions"


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@pytest.mark.parametrize(
    ("migration", "tables"),
    [
        ("0005_essentials", {"article_text": "id", "public_text": "id"}),
        ("0009_moderation", {"moderation_case": "search_id"}),
        ("0015_policies", {"policy_text": "id"}),
        ("0022_broadcast_words", {"broadcast_words": "id"}),
    ],
)
def test_migrations_make_the_index_that_the_models_declare(
    migration: str, tables: dict[str, str], dialect: str
) -> None:
    spec = importlib.util.spec_from_file_location(migration, VERSIONS / f"{migration}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    declared = [
        statement
        for table, key in tables.items()
        for statement in create_statements(table, dialect, key)
    ]
    assert list(module.FULL_TEXT[dialect]) == declared
