"""When to try again, and when people sleep."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.core.clock import LOCAL
from notifications.retry import LONGEST, after_the_night, next_attempt, retry_after

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # ten in the morning in Vietnam
# Every minute of two days, the last second of each included: all there is to know about hours.
MOMENTS = [
    NOW + timedelta(minutes=minute, seconds=second, microseconds=rest)
    for minute in range(2 * 24 * 60)
    for second, rest in ((0, 0), (59, 999_999))
]


@pytest.mark.parametrize("attempts", range(1, 41))
def test_a_retry_waits_at_least_half_its_step_and_never_longer_than_the_longest(
    attempts: int,
) -> None:
    step = min(timedelta(seconds=5) * 2 ** (attempts - 1), LONGEST)
    moments = [next_attempt(attempts, NOW, NOW + timedelta(days=30)) for _ in range(200)]
    for moment in moments:
        assert moment is not None
        assert NOW + step / 2 <= moment <= NOW + step
    assert len(set(moments)) > 100, "those that failed together do not come back together"


def test_nothing_is_tried_again_after_it_stopped_being_worth_saying() -> None:
    assert next_attempt(3, NOW, NOW + timedelta(seconds=1)) is None


def test_retry_after_is_read_as_seconds_or_as_a_date_and_never_trusted_beyond_an_hour() -> None:
    assert retry_after("120", NOW) == NOW + timedelta(minutes=2)
    assert retry_after("Sat, 21 Nov 2026 03:05:00 GMT", NOW) == NOW + timedelta(minutes=5)
    assert retry_after("99999999999", NOW) == NOW + timedelta(hours=1)
    assert retry_after("Sat, 21 Nov 2020 03:05:00 GMT", NOW) == NOW
    assert retry_after("soon", NOW) is None
    assert retry_after(None, NOW) is None


def test_nobody_is_woken_at_night() -> None:
    for now in MOMENTS:
        moment = after_the_night(now, "21:30-06:30")
        local = moment.astimezone(LOCAL)
        assert (6, 30) <= (local.hour, local.minute) < (21, 30)
        assert timedelta(0) <= moment - now <= timedelta(hours=9)


def test_quiet_hours_may_lie_in_the_middle_of_the_day() -> None:
    for now in MOMENTS:
        local = after_the_night(now, "11:30-13:00").astimezone(LOCAL)
        assert not (11, 30) <= (local.hour, local.minute) < (13, 0)


def test_by_day_nothing_waits_and_without_quiet_hours_nothing_ever_does() -> None:
    assert after_the_night(NOW, "21:30-06:30") == NOW
    midnight = NOW + timedelta(hours=14)
    assert after_the_night(midnight, "none") == midnight
