"""Remember what was done, by the content it was done from, so that it is not done again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

SKIPPED_FOLDERS = frozenset({"node_modules", "dist", "__pycache__", ".svelte-kit", "coverage"})


def digest(paths: Iterable[Path]) -> str:
    """One SHA-256 over the names and contents of files; folders are walked, what is built is left out."""
    total = hashlib.sha256()
    for path in sorted(_files(paths)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.as_posix()}\0{content}\n".encode())
    return total.hexdigest()


def _files(paths: Iterable[Path]) -> Iterable[Path]:
    for path in paths:
        if path.is_file():
            yield path
        elif path.is_dir() and path.name not in SKIPPED_FOLDERS:
            yield from _files(path.iterdir())


def is_done(stamp: Path, state: str) -> bool:
    """True when ``stamp`` says that the work was finished from exactly this ``state``."""
    return stamp.is_file() and stamp.read_text() == state


def mark_done(stamp: Path, state: str) -> None:
    """Write down that the work is finished."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(state)
