"""What an operator is told when a command cannot be done: what happened, and what to do about it.

A failure that is nobody's mistake but ours has no words here: it keeps its traceback.
"""

from __future__ import annotations

import errno
import sqlite3
import sys
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError, OperationalError

from backend.core import i18n
from backend.core.config import ConfigError
from backend.core.crypto import SealError
from backend.core.errors import InvalidInput, Problem

LANGUAGE = "en"  # commands and their documentation are in English
_NOT_MIGRATED = "the database is not the one of this version: run `make migrate` first"
_STORED_TWICE = "somebody else stored the same at the same moment: run the command again"
_BUSY = "somebody else keeps the database busy: run the command again"
_FULL = "the disk is full"
# What PostgreSQL says, and what to do.
_POSTGRESQL = {
    "42P01": _NOT_MIGRATED,  # no such table
    "42703": _NOT_MIGRATED,  # no such column
    "23505": _STORED_TWICE,
    "55P03": _BUSY,
    "53100": _FULL,
}
# What SQLite says, and what to do.
_SQLITE = {
    "UNIQUE constraint failed": _STORED_TWICE,
    "no such table": _NOT_MIGRATED,
    "no such column": _NOT_MIGRATED,
    "file is not a database": "the file that TIENGLANG_DATABASE_URL or TIENGLANG_VAR_DIR names is no SQLite database",
    "unable to open database file": "the database file cannot be opened: is its folder there, and may you write in it?",
    "readonly database": "the database may only be read: is its disk writable, and does its file belong to you?",
    "disk is full": _FULL,
    "disk I/O error": "the disk does not take what is written",
    "database is locked": _BUSY,
}
_MACHINE = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.EIO,
}


def in_words(error: BaseException) -> str | None:
    """The failure as one sentence for the operator, or None when it has to be looked into by us."""
    words: str | None = None
    match error:
        case ConfigError():
            words = str(error)
        case SealError():
            words = f"{error}: TIENGLANG_DATA_KEYS must also name the key that it was made with"
        case Problem():
            words = _of_rules(error)
        case DBAPIError():
            words = _of_database(error)
        case sqlite3.Error():
            words = _of_sqlite(error)
        case OSError() if error.errno in _MACHINE:
            words = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return words


def told(work: Callable[[], int]) -> int:
    """The exit code of ``work``; 1, with words on standard error, when it cannot be done."""
    try:
        return work()
    except Exception as error:
        words = in_words(error)
        if words is None:
            raise
        print(words, file=sys.stderr)  # noqa: T201 - this is how a command speaks
        return 1


def _of_rules(problem: Problem) -> str:
    key = f"error.{problem.code}"
    words = ". ".join(
        i18n.t(each, LANGUAGE, **problem.params)
        for each in (key, f"{key}.detail")
        if i18n.has(each)
    )
    fields = problem.errors if isinstance(problem, InvalidInput) else {}
    return "; ".join(
        [
            words or problem.code,
            *(f"{name}: {', '.join(map(str, codes))}" for name, codes in fields.items()),
        ]
    )


def _of_database(error: DBAPIError) -> str | None:
    if isinstance(error.orig, sqlite3.Error):
        return _of_sqlite(error.orig)
    code = getattr(error.orig, "sqlstate", None)
    # A server that was never reached gave no code; a statement that psycopg itself refuses has none either.
    unreached = code is None and isinstance(error, OperationalError)
    if unreached or error.connection_invalidated:
        return f"the database does not answer: {str(error.orig).splitlines()[0]}"
    return _POSTGRESQL.get(code or "")


def _of_sqlite(error: BaseException) -> str | None:
    said = str(error)
    return next((words for text, words in _SQLITE.items() if text in said), None)
