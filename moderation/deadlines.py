"""How long intake and handling may take: the policy that says most about a case wins. Pure: values in, values out.

The defaults are ours where DOMAIN.md names no source: intake within 8 working hours (iHanoi), 4 when urgent
(Decision 1207), 30 minutes and a clock that runs day and night in an emergency; handling within 7 working days, 15
when complex, 3 when urgent, 24 hours in an emergency.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from moderation.models import FeedbackCategory, Urgency

HOUR = 60


@dataclass(frozen=True, slots=True)
class Policy:
    """A row of ``deadline_policy``; None holds for every value. ``locality``: 0 country, 1 province, 2 commune."""

    name: str
    intake_minutes: int
    handling_days: int | None = None
    handling_minutes: int | None = None
    round_the_clock: bool = False
    category: FeedbackCategory | None = None
    urgency: Urgency | None = None
    complex: bool | None = None
    locality: int = 0
    legal_basis: str | None = None
    id: UUID | None = None
    version: int = 1

    def fits(self, category: FeedbackCategory, urgency: Urgency, *, is_complex: bool) -> bool:
        """True when the row speaks about such a case."""
        return (
            self.category in {None, category}
            and self.urgency in {None, urgency}
            and self.complex in {None, is_complex}
        )

    @property
    def weight(self) -> tuple[int, int, int, int]:
        """How much the row says: nearer first, then urgency, complexity, category."""
        return (
            self.locality,
            self.urgency is not None,
            self.complex is not None,
            self.category is not None,
        )


@dataclass(frozen=True, slots=True)
class Allowance:
    """A policy put into minutes of one unit's clock; what a case keeps of it."""

    name: str
    version: int
    policy_id: str | None
    intake_minutes: int
    handling_minutes: int
    handling_days: int | None
    round_the_clock: bool
    legal_basis: str | None

    def snapshot(self) -> dict[str, Any]:
        """Plain values, as stored on the case."""
        return asdict(self)

    @classmethod
    def from_snapshot(cls, values: dict[str, Any]) -> Allowance:
        """Read back what ``snapshot`` made."""
        return cls(**values)


DEFAULTS: tuple[Policy, ...] = (
    Policy("Thông thường", 8 * HOUR, handling_days=7),
    Policy("Vụ việc phức tạp", 8 * HOUR, handling_days=15, complex=True),
    Policy("Ưu tiên", 4 * HOUR, handling_days=3, urgency=Urgency.PRIORITY),
    Policy("Ưu tiên, phức tạp", 4 * HOUR, handling_days=7, urgency=Urgency.PRIORITY, complex=True),
    Policy(
        "Khẩn cấp",
        HOUR // 2,
        handling_minutes=24 * HOUR,
        round_the_clock=True,
        urgency=Urgency.EMERGENCY,
    ),
)


def choose(
    policies: Iterable[Policy],
    category: FeedbackCategory,
    urgency: Urgency,
    *,
    is_complex: bool,
    full_day: int,
) -> Allowance:
    """The allowance of a case under ``policies``, or under the defaults where none fits.

    Args:
        full_day: minutes that one working day of the unit is worth.
    """
    fitting = [each for each in policies if each.fits(category, urgency, is_complex=is_complex)]
    if not fitting:
        fitting = [each for each in DEFAULTS if each.fits(category, urgency, is_complex=is_complex)]
    best = max(fitting, key=lambda each: each.weight)
    handling = best.handling_minutes or (best.handling_days or 1) * full_day
    return Allowance(
        name=best.name,
        version=best.version,
        policy_id=str(best.id) if best.id else None,
        intake_minutes=best.intake_minutes,
        handling_minutes=handling,
        handling_days=best.handling_days,
        round_the_clock=best.round_the_clock,
        legal_basis=best.legal_basis,
    )
