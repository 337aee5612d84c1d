"""Which department gets a case: ordered rows, the first whose conditions all hold decides, the front desk is last.

Pure: values in, values out. Conditions are data::

    {
        "category": ["y_te"],
        "kind": ["question"],
        "legal_type": ["ordinary"],
        "urgency": ["emergency"],
        "policy": ["bhyt"],
        "unit_codes": ["23798"],
        "community_ids": ["…"],
        "working_time": false,
        "radius": {"latitude": 13.98, "longitude": 108.0, "metres": 500},
        "polygon": {"type": "Polygon", "coordinates": [[[108.0, 13.9], …]]},
        "keywords": ["ổ gà"],
    }

Every condition that is named must hold; a list holds when one of its members does; a case without a position is
nowhere. A rule that cannot be read does not pass silently: it is named in the decision, and the case goes to the
front desk for a person to look at.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from backend.core.text import fold
from backend.places.distance import metres as distance
from moderation.outlines import Outline, OutlineError, read_outline

MOST_RULES = 300  # of one unit
MOST_NAMED = 100  # members of one list
MOST_KEYWORDS = 200
LONGEST_KEYWORD = 60
NEAREST_M, FARTHEST_M = 10, 100_000
_DEGREE_M = 110_000  # one degree of a great circle, a little less than true


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a rule cannot be followed: a stable code, and the condition it is about (None: the rule as a whole)."""

    code: str
    condition: str | None = None

    def __str__(self) -> str:
        return f"{self.condition}: {self.code}" if self.condition else self.code


class RuleError(ValueError):
    """A rule's conditions cannot be read.

    Attributes:
        faults: one for each condition that is wrong.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(map(str, faults)))


@dataclass(frozen=True)
class Matter:
    """What a rule may look at."""

    category: str
    kind: str
    legal_type: str
    urgency: str
    text: str
    policy: str | None = None
    unit_code: str | None = None
    community_id: UUID | None = None
    latitude: float | None = None
    longitude: float | None = None
    working_time: bool = True
    restricted: bool = False  # perhaps a complaint or denunciation

    @cached_property
    def line(self) -> str:
        """The text as folded words with a space on either side; made when a rule first looks at the words."""
        return f" {_words(self.text)} "

    @cached_property
    def words(self) -> frozenset[str]:
        """Each word of it."""
        return frozenset(self.line.split())


Test = Callable[[Matter], str | None]  # the value that made the condition hold


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. ``department_id`` None means the front desk of the case's unit.

    Attributes:
        place: sorts the rules of a unit in the order of asking.
        owner_id: the unit whose rule it is; None: the whole country's.
        lost: the department it names is not in use here.
        failed: somebody was told that this version cannot be followed.
        tests: the conditions, read once; None when they cannot be read, then ``fault`` says why.
    """

    id: UUID
    name: str
    version: int
    conditions: Mapping[str, Any]
    department_id: UUID | None
    place: tuple[int, int, UUID] = (0, 0, UUID(int=0))
    owner_id: UUID | None = None
    lost: bool = False
    failed: bool = False
    tests: tuple[tuple[str, Test], ...] | None = field(init=False, repr=False, compare=False)
    fault: Fault | None = field(init=False)

    def __post_init__(self) -> None:
        tests, fault = None, Fault("department_gone") if self.lost else None
        try:
            tests = _tests(self.conditions)
        except RuleError as error:
            fault = error.faults[0]
        object.__setattr__(self, "tests", tests)
        object.__setattr__(self, "fault", fault)


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the case goes and why; stored with it.

    Attributes:
        rule: the row that decided; None when the front desk has it because no row did.
        department_id: None for the front desk.
        reason: ``matched``, ``always``, ``no_rule``, ``rule_failed`` or ``other_law``.
        matched: condition -> the value that made it hold, for people to read.
        failed: the rule that could not be followed, and why.
    """

    rule: Rule | None
    department_id: UUID | None
    reason: str
    matched: Mapping[str, str] = field(default_factory=dict)
    failed: Rule | None = None


def decide(rules: Sequence[Rule], matter: Matter) -> Decision:
    """The first of ``rules`` (in order) that holds for ``matter``.

    A rule that cannot be read ends the search: whatever stands below it was written to be asked later. Of what may
    be a complaint or a denunciation no department learns, unless a rule was written for just that.
    """
    found = _first(rules, matter)
    if matter.restricted and not (found.rule and "legal_type" in found.rule.conditions):
        return Decision(None, None, "other_law", failed=found.failed)
    return found


def _first(rules: Sequence[Rule], matter: Matter) -> Decision:
    for rule in rules:
        if rule.tests is None:
            return Decision(None, None, "rule_failed", failed=rule)
        matched: dict[str, str] = {}
        for name, test in rule.tests:
            value = test(matter)
            if value is None:
                break
            matched[name] = value
        else:
            if rule.lost:
                return Decision(None, None, "rule_failed", failed=rule)
            reason = "matched" if matched else "always"
            return Decision(rule, rule.department_id, reason, matched)
    return Decision(None, None, "no_rule")


def check(conditions: Mapping[str, Any]) -> None:
    """Raise RuleError, which names every condition that cannot be read: asked before a rule is stored."""
    _tests(conditions)


def _tests(conditions: Any) -> tuple[tuple[str, Test], ...]:
    if not isinstance(conditions, Mapping):
        raise RuleError([Fault("not_an_object")])
    faults = [Fault("unknown_condition", str(name)) for name in conditions if name not in READERS]
    tests = []
    # In the order of the table: what is cheap to ask is asked first.
    for name, reader in READERS.items():
        if name in conditions:
            try:
                tests.append((name, reader(conditions[name])))
            except _UnreadableError as error:
                faults.append(Fault(str(error), name))
    if faults:
        raise RuleError(faults)
    return tuple(tests)


class _UnreadableError(ValueError):
    """What stands in a condition cannot be read; the message is a code."""


Reader = Callable[[Any], Test]


def _texts(wanted: Any, most: int) -> list[str]:
    if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
        raise _UnreadableError("not_a_list_of_words")
    if not wanted:
        raise _UnreadableError("required")  # an empty list would never hold
    if len(wanted) > most:
        raise _UnreadableError("too_many")
    return wanted


def _one_of(attribute: str) -> Reader:
    def read(wanted: Any) -> Test:
        members = frozenset(_texts(wanted, MOST_NAMED))

        def holds(matter: Matter) -> str | None:
            value = getattr(matter, attribute)
            return str(value) if value is not None and str(value) in members else None

        return holds

    return read


def _keywords(wanted: Any) -> Test:
    found = []
    for keyword in _texts(wanted, MOST_KEYWORDS):
        if len(keyword) > LONGEST_KEYWORD:
            raise _UnreadableError("too_long")
        words = _keyword(keyword)
        if not words:
            raise _UnreadableError("empty_keyword")  # it would hold for everything
        found.append((keyword, f" {words} "))
    firsts = frozenset(words.split(maxsplit=1)[0] for _keyword, words in found)

    def holds(matter: Matter) -> str | None:
        if firsts.isdisjoint(matter.words):
            return None
        return next((keyword for keyword, words in found if words in matter.line), None)

    return holds


def _working_time(wanted: Any) -> Test:
    if not isinstance(wanted, bool):
        raise _UnreadableError("not_yes_or_no")
    said = str(wanted).lower()
    return lambda matter: said if matter.working_time is wanted else None


def _radius(wanted: Any) -> Test:
    if not isinstance(wanted, Mapping) or set(wanted) != {"latitude", "longitude", "metres"}:
        raise _UnreadableError("not_a_circle")
    latitude = _number(wanted["latitude"], -90, 90, "not_a_position")
    longitude = _number(wanted["longitude"], -180, 180, "not_a_position")
    reach = _number(wanted["metres"], NEAREST_M, FARTHEST_M, "out_of_range")
    tall = reach / _DEGREE_M
    # Near a pole every longitude is close; in between the narrower end of the box counts.
    wide = tall / max(math.cos(math.radians(min(abs(latitude) + tall, 90))), 0.001)

    def holds(matter: Matter) -> str | None:
        if matter.latitude is None or matter.longitude is None:
            return None
        if abs(matter.latitude - latitude) > tall or abs(matter.longitude - longitude) > wide:
            return None
        away = distance(latitude, longitude, matter.latitude, matter.longitude)
        return f"{away:.0f} m" if away <= reach else None

    return holds


def _polygon(wanted: Any) -> Test:
    try:
        outline: Outline = read_outline(wanted)
    except OutlineError as error:
        raise _UnreadableError(str(error)) from error

    def holds(matter: Matter) -> str | None:
        if matter.latitude is None or matter.longitude is None:
            return None
        if not outline.covers(matter.latitude, matter.longitude):
            return None
        return f"{matter.latitude:.5f}, {matter.longitude:.5f}"

    return holds


def _number(value: Any, low: float, high: float, code: str) -> float:
    if (
        not isinstance(value, int | float)
        or isinstance(value, bool)
        or not math.isfinite(value)
        or not low <= value <= high
    ):
        raise _UnreadableError(code)
    return float(value)


READERS: dict[str, Reader] = {
    "category": _one_of("category"),
    "kind": _one_of("kind"),
    "legal_type": _one_of("legal_type"),
    "urgency": _one_of("urgency"),
    "policy": _one_of("policy"),
    "unit_codes": _one_of("unit_code"),
    "community_ids": _one_of("community_id"),
    "working_time": _working_time,
    "radius": _radius,
    "polygon": _polygon,
    "keywords": _keywords,
}

_SIGNS = re.compile(r"[\W_]+")


def _words(text: str) -> str:
    """Folded words joined by single spaces, so that a keyword is found as whole words only."""
    return _SIGNS.sub(" ", fold(text)).strip()


# Of rules alone: what people write is not kept in memory.
_keyword = lru_cache(maxsize=4096)(_words)
