"""Load the demo province: each room tells its part of the story, in the order of the house."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from sqlalchemy import select

from backend.accounts import seed as accounts
from backend.broadcasts import seed as broadcasts
from backend.core import clock
from backend.core.db import transaction
from backend.core.demo import Demo
from backend.devices import seed as devices
from backend.essentials import seed as essentials
from backend.feedback import seed as feedback
from backend.places import seed as places
from backend.policies import seed as policies
from moderation import seed as moderation
from notifications.models import Message, MessageState

# Lower rooms first: later ones build on what earlier ones made.
SEEDS = (
    places.seed,
    accounts.seed,
    policies.seed,
    essentials.seed,
    feedback.seed,
    broadcasts.seed,
    devices.seed,
    moderation.seed,
)
# Easy to read aloud and to type: no 0/o, no 1/l.
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def load(var_dir: Path) -> Demo:
    """Load every room's demo data; a second call changes nothing. Sign-ins go to ``var/demo.json``."""
    remembered = read(var_dir)
    demo = Demo(password=remembered.get("password") or _password(), now=clock.now())
    _write(var_dir, demo)  # before the rows that depend on it
    for seed in SEEDS:
        with transaction() as session:
            seed(session, demo)
    if not remembered:
        _leave_the_last_of_each_kind()
    _write(var_dir, demo)
    return demo


def _leave_the_last_of_each_kind() -> None:
    """Weeks told in a second leave forty messages each: whoever looks in first meets the last of each kind."""
    met: set[tuple[str, str]] = set()
    newest_first = select(Message).order_by(Message.created_at.desc(), Message.id.desc())
    with transaction() as session:
        for message in session.scalars(newest_first):
            told = message.kind, str(message.audience)
            if told in met and message.state is MessageState.PENDING:
                message.state = MessageState.FANNED_OUT
            met.add(told)


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
