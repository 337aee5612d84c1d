"""Work is done again when its sources changed, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest

from backend.cli import stamps


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "pwa"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "app.ts").write_text("one")
    (folder / "node_modules").mkdir()
    return folder


def test_the_digest_changes_with_a_files_content(sources: Path) -> None:
    before = stamps.digest([sources])
    (sources / "src" / "app.ts").write_text("two")
    assert stamps.digest([sources]) != before


def test_the_digest_changes_when_a_file_is_renamed(sources: Path) -> None:
    before = stamps.digest([sources])
    (sources / "src" / "app.ts").rename(sources / "src" / "main.ts")
    assert stamps.digest([sources]) != before


def test_installed_and_built_files_do_not_count(sources: Path) -> None:
    before = stamps.digest([sources])
    (sources / "node_modules" / "left-pad.js").write_text("x")
    (sources / "dist").mkdir()
    (sources / "dist" / "app.js").write_text("x")
    assert stamps.digest([sources]) == before


def test_missing_paths_are_nothing(sources: Path) -> None:
    assert stamps.digest([sources / "nowhere"]) == stamps.digest([])


def test_work_is_done_only_for_exactly_this_state(tmp_path: Path) -> None:
    stamp = tmp_path / "stamps" / "database"
    assert not stamps.is_done(stamp, "a")
    stamps.mark_done(stamp, "a")
    assert stamps.is_done(stamp, "a")
    assert not stamps.is_done(stamp, "b")
