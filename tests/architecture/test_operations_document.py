"""The operator reads about every setting there is, and about none that is gone."""

from __future__ import annotations

import re
from pathlib import Path

from backend.cli import settings_document

ROOT = Path(__file__).resolve().parents[2]


def test_the_table_of_settings_is_todays() -> None:
    page = settings_document.TARGET.read_text()
    assert settings_document.rendered(page) == page, "run `make docs`"


def test_every_make_command_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for name in ("README.md", "docs/operations.md"):
        for command in re.findall(r"`make ([a-z-]+)", (ROOT / name).read_text()):
            assert re.search(rf"^{command}:", makefile, re.MULTILINE), f"{name}: make {command}"
