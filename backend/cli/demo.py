"""Load the demo province: each room tells its part of the story, in the order of the house."""

from __future__ import annotations

import importlib
import importlib.util
import json
import secrets
from pathlib import Path
from typing import Any

from backend.core import clock
from backend.core.db import transaction
from backend.core.demo import Demo

# Rooms with demo data, lower rooms first: later ones build on what earlier ones made.
SEEDS = (
    "backend.places.seed",
    "backend.accounts.seed",
    "backend.essentials.seed",
    "backend.feedback.seed",
    "backend.broadcasts.seed",
    "backend.devices.seed",
    "moderation.seed",
    "notifications.seed",
)
# Easy to read aloud and to type: no 0/o, no 1/l.
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def load(var_dir: Path) -> Demo:
    """Load every room's demo data; a second call changes nothing. Sign-ins go to ``var/demo.json``."""
    remembered = read(var_dir)
    demo = Demo(password=remembered.get("password") or _password(), now=clock.now())
    _write(var_dir, demo)  # before the rows that depend on it
    for name in SEEDS:
        if not _stands(name):
            continue
        seed = importlib.import_module(name).seed
        with transaction() as session:
            seed(session, demo)
    _write(var_dir, demo)
    return demo


def _stands(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def read(var_dir: Path) -> dict[str, Any]:
    """What the last load wrote down: ``password`` and ``sign_ins``; empty when there was none."""
    path = var_dir / "demo.json"
    if not path.is_file():
        return {}
    remembered: dict[str, Any] = json.loads(path.read_text())
    return remembered


def _password() -> str:
    """Sixteen letters and digits in groups of four: about 80 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


def _write(var_dir: Path, demo: Demo) -> None:
    var_dir.mkdir(parents=True, exist_ok=True)
    sign_ins = demo.sign_ins or [(name, "") for name in demo.staff]
    path = var_dir / "demo.json"
    fresh = path.with_suffix(".new")
    fresh.write_text(
        json.dumps({"password": demo.password, "sign_ins": sign_ins}, ensure_ascii=False, indent=1)
    )
    fresh.chmod(0o600)
    fresh.replace(path)
