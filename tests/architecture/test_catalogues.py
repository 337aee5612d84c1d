"""Every word that people read exists in Vietnamese and in English, with the same places to fill."""

from __future__ import annotations

import json
from pathlib import Path
from string import Formatter

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted(
    path.parent
    for pattern in ("backend/*/i18n", "moderation/i18n", "notifications/i18n", "pwa/src/**/i18n")
    for path in ROOT.glob(f"{pattern}/vi.json")
)


def read(folder: Path, language: str) -> dict[str, str]:
    path = folder / f"{language}.json"
    return dict(flatten("", json.loads(path.read_text()))) if path.exists() else {}


def flatten(prefix: str, messages: dict[str, object]) -> list[tuple[str, str]]:
    flat: list[tuple[str, str]] = []
    for key, value in messages.items():
        name = f"{prefix}.{key}" if prefix else key
        flat += flatten(name, value) if isinstance(value, dict) else [(name, str(value))]
    return flat


def placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}


@pytest.fixture(params=FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def folder(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_there_are_catalogues() -> None:
    assert FOLDERS


def test_both_languages_have_the_same_keys(folder: Path) -> None:
    vi, en = read(folder, "vi"), read(folder, "en")
    assert sorted(vi.keys() - en.keys()) == [], "missing in English"
    assert sorted(en.keys() - vi.keys()) == [], "missing in Vietnamese"


def test_both_languages_fill_the_same_places(folder: Path) -> None:
    vi, en = read(folder, "vi"), read(folder, "en")
    different = [
        key for key in vi.keys() & en.keys() if placeholders(vi[key]) != placeholders(en[key])
    ]
    assert different == []


def test_no_message_is_empty(folder: Path) -> None:
    for language in ("vi", "en"):
        assert [key for key, text in read(folder, language).items() if not text.strip()] == []


def test_vietnamese_is_stored_composed(folder: Path) -> None:
    text = (folder / "vi.json").read_text()
    # Combining tone marks after a plain letter draw badly and never match a search (NFC joins them).
    assert not [mark for mark in "\u0300\u0301\u0303\u0309\u0323" if mark in text]
