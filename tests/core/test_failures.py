"""What an operator reads when a command cannot be done."""

from __future__ import annotations

import errno
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from backend.core.config import ConfigError
from backend.core.crypto import SealError
from backend.core.errors import Conflict, InvalidInput
from backend.core.failures import in_words, told

ROOT = Path(__file__).resolve().parents[2]


def failure(file: Path, statement: str) -> DBAPIError:
    engine = create_engine(f"sqlite:///{file}")
    with pytest.raises(DBAPIError) as caught, engine.begin() as connection:
        connection.execute(text(statement))
    return caught.value


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConfigError("TIENGLANG_ENV must be one of two"), "TIENGLANG_ENV must be one of two"),
        (SealError("no key opens this"), "TIENGLANG_DATA_KEYS"),
        (InvalidInput({"name": ["too_long"]}), "name: too_long"),
        (Conflict("places.calendar_changed_meanwhile"), "Nothing was stored; do it again."),
        (Conflict("no.words_for_it"), "no.words_for_it"),
        (OSError(errno.ENOSPC, "No space left on device", "/var/x"), "/var/x: No space left"),
        (OSError(errno.EROFS, "Read-only file system"), "Read-only file system"),
        (sqlite3.OperationalError("database or disk is full"), "the disk is full"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "only be read"),
    ],
)
def test_what_happened_is_said_in_words(error: Exception, words: str) -> None:
    assert words in (in_words(error) or "")


def test_a_database_that_is_none_or_is_not_migrated_is_named(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.write_bytes(b"something else" * 100)
    assert "no SQLite database" in (in_words(failure(foreign, "SELECT 1 FROM staff")) or "")
    missing = in_words(failure(tmp_path / "fresh", "SELECT 1 FROM staff"))
    assert "make migrate" in (missing or "")
    nowhere = in_words(failure(tmp_path / "no" / "folder", "SELECT 1"))
    assert "cannot be opened" in (nowhere or "")


def test_our_own_mistakes_keep_their_traceback(tmp_path: Path) -> None:
    assert in_words(KeyError("x")) is None
    assert in_words(failure(tmp_path / "fresh", "SELEKT 1")) is None
    with pytest.raises(ZeroDivisionError):
        told(lambda: 1 // 0)


def test_a_command_says_it_and_ends_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> int:
        raise ConfigError("set TIENGLANG_ENV")

    assert told(work) == 1
    assert capsys.readouterr().err == "set TIENGLANG_ENV\n"
    assert told(lambda: 0) == 0


@pytest.mark.parametrize(
    ("command", "settings", "words"),
    [
        (["-m", "flask", "--app", "wsgi", "reseal"], {}, "make migrate"),
        (["-m", "flask", "--app", "wsgi", "places", "import"], {}, "make migrate"),
        (["-m", "flask", "--app", "wsgi", "moderation", "verify"], {}, "make migrate"),
        (["-m", "flask", "--app", "wsgi", "reseal"], {"ENV": "production"}, "SECRET_KEY"),
        (["-m", "backend.cli.database", "migrate"], {"ENV": "production"}, "SECRET_KEY"),
        (["-m", "backend.cli.database", "migrate"], {"DATABASE_URL": "mysql://x/y"}, "postgresql"),
        (["-m", "backend.cli.backup", "save", "x.tar"], {"STORAGE_URL": "ftp://x"}, "s3://"),
        (["worker.py", "work"], {"VAR_DIR": "/proc/none"}, "/proc/none"),
    ],
)
def test_no_command_answers_with_a_traceback(
    command: list[str], settings: dict[str, str], words: str, tmp_path: Path
) -> None:
    environment = {"TIENGLANG_VAR_DIR": str(tmp_path)}
    environment |= {f"TIENGLANG_{name}": value for name, value in settings.items()}
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
