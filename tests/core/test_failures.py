"""What an operator reads when a command cannot be done."""

from __future__ import annotations

import errno
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import create_engine, insert, text
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from backend.core.config import ConfigError
from backend.core.crypto import SealError
from backend.core.db import Generation, transaction
from backend.core.errors import Conflict, InvalidInput
from backend.core.failures import _POSTGRESQL, _SQLITE, in_words, told
from tests.conftest import Database
from tests.factories.places import make_commune

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
        (sqlite3.OperationalError("database is locked"), "run the command again"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "only be read"),
    ],
)
def test_what_happened_is_said_in_words(error: Exception, words: str) -> None:
    assert words in (in_words(error) or "")


def test_nobody_is_promised_that_nothing_was_changed() -> None:
    """Keys are changed page by page, each in a transaction of its own."""
    for said in (*_SQLITE.values(), *_POSTGRESQL.values()):
        assert "changed" not in said


def test_a_database_that_is_none_or_is_not_migrated_is_named(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.write_bytes(b"something else" * 100)
    assert "no SQLite database" in (in_words(failure(foreign, "SELECT 1 FROM staff")) or "")
    missing = in_words(failure(tmp_path / "fresh", "SELECT 1 FROM staff"))
    assert "make migrate" in (missing or "")
    nowhere = in_words(failure(tmp_path / "no" / "folder", "SELECT 1"))
    assert "cannot be opened" in (nowhere or "")


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        (OperationalError, None, "the database does not answer: no route"),  # never reached
        (ProgrammingError, None, None),  # refused by the driver before it was sent
        (DataError, None, None),
        (ProgrammingError, "42P01", "make migrate"),
        (ProgrammingError, "42601", None),
        (OperationalError, "55P03", "keeps the database busy"),
        (OperationalError, "53100", "the disk is full"),
    ],
)
def test_what_postgresql_says_is_told_from_what_its_driver_refuses(
    kind: type[DBAPIError], code: str | None, words: str | None
) -> None:
    said = (
        psycopg.errors.lookup(code)("no") if code else getattr(psycopg, kind.__name__)("no route")
    )
    heard = in_words(kind("SELECT 1", {}, said))
    assert heard is None if words is None else words in (heard or "")


def why_not(work: Callable[[Session], object]) -> str | None:
    """What is said when ``work`` cannot be stored."""

    def store() -> None:
        with transaction() as session:
            work(session)

    with pytest.raises(DBAPIError) as caught:
        store()
    return in_words(caught.value)


def test_what_was_stored_twice_is_done_again(db: Database) -> None:
    with transaction() as session:
        session.add(Generation(area="a"))
    assert "run the command again" in (
        why_not(lambda session: session.add(Generation(area="a"))) or ""
    )


@pytest.mark.parametrize(
    "work",
    [
        lambda session: session.execute(insert(Generation).values(area="a", value=None)),
        lambda session: make_commune(session, parent_id=uuid4()),
        lambda session: session.execute(text("SELECT :what"), {"what": object()}),
        lambda session: session.execute(text("SELEKT 1")),
    ],
    ids=["empty", "belongs to nothing", "refused by the driver", "no SQL"],
)
def test_what_can_never_be_stored_keeps_its_traceback(
    db: Database, work: Callable[[Session], object]
) -> None:
    assert why_not(work) is None


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
