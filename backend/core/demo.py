"""What the rooms' demo data hand to one another while the demo province is loaded."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime


@dataclass
class Demo:
    """Filled room by room: places first, then accounts, then whatever builds on them.

    Every room that has demo data offers ``seed(session, demo)`` in its ``seed.py``; running it twice changes
    nothing the second time, but fills in the ids all the same.
    """

    password: str  # of every demo sign-in; made once per installation
    now: datetime  # the moment the demo is loaded; stories are told backwards from it
    province_id: uuid.UUID = field(init=False)
    communes: dict[str, uuid.UUID] = field(default_factory=dict)  # "ayun", "quynhon"
    departments: dict[tuple[str, str], uuid.UUID] = field(
        default_factory=dict
    )  # ("ayun", "kinh_te")
    communities: dict[tuple[str, str], uuid.UUID] = field(
        default_factory=dict
    )  # ("ayun", its code)
    staff: dict[str, uuid.UUID] = field(default_factory=dict)  # by user name: "hoa.ayun"
    sign_ins: list[tuple[str, str]] = field(
        default_factory=list
    )  # (user name, who that is), for printing
