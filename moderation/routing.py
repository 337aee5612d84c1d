"""Which department gets a case: ordered rows, the first whose conditions all hold decides, the front desk is last.

Pure: values in, values out. Conditions are data::

    {
        "category": ["y_te"],
        "kind": ["question"],
        "legal_type": ["ordinary"],
        "urgency": ["emergency"],
        "policy": ["bhyt"],
        "community_ids": ["…"],
        "keywords": ["ổ gà"],
        "working_time": false,
    }

Every condition that is named must hold; a list holds when one of its members does. A rule that cannot be read does
not pass silently: it is named in the decision, and the case goes to the front desk for a person to look at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from backend.core.text import fold

FRONT_DESK = "front_desk"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. ``department_id`` None means the front desk of the case's unit."""

    id: UUID
    name: str
    version: int
    conditions: Mapping[str, Any]
    department_id: UUID | None


@dataclass(frozen=True, slots=True)
class Matter:
    """What a rule may look at."""

    category: str
    kind: str
    legal_type: str
    urgency: str
    text: str
    policy: str | None = None
    community_id: UUID | None = None
    working_time: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the case goes and why; stored with it.

    Attributes:
        rule: the row that decided; None when the front desk has it because no row did.
        department_id: None for the front desk.
        reason: ``matched``, ``always``, ``no_rule`` or ``rule_failed``.
        matched: condition -> the value that made it hold, for people to read.
        failed: names of rules that could not be read, with the reason.
    """

    rule: Rule | None
    department_id: UUID | None
    reason: str
    matched: Mapping[str, str] = field(default_factory=dict)
    failed: Sequence[Mapping[str, str]] = ()


class RuleError(ValueError):
    """A rule's conditions cannot be read."""


def decide(rules: Sequence[Rule], matter: Matter) -> Decision:
    """The first of ``rules`` (in order) that holds for ``matter``.

    A rule that cannot be read ends the search: whatever stands below it was written to be asked later.
    """
    # Folded once, and only when a rule looks at the words.
    folded = cache(lambda: f" {_words(matter.text)} ")
    for rule in rules:
        try:
            matched = _holds(rule.conditions, matter, folded)
        except RuleError as error:
            failed = ({"rule": rule.name, "why": str(error)},)
            return Decision(None, None, "rule_failed", failed=failed)
        if matched is not None:
            reason = "matched" if matched else "always"
            return Decision(rule, rule.department_id, reason, matched)
    return Decision(None, None, "no_rule")


def check(conditions: Mapping[str, Any]) -> None:
    """Raise RuleError when ``conditions`` cannot be read: asked before a rule is stored."""
    probe = Matter(category="", kind="", legal_type="", urgency="", text="")
    for name, wanted in conditions.items():
        _condition(name)(wanted, probe, str)


def _holds(conditions: Mapping[str, Any], matter: Matter, folded: Folded) -> dict[str, str] | None:
    if not isinstance(conditions, Mapping):
        raise RuleError("conditions are no object")
    matched = {}
    for name, wanted in conditions.items():
        found = _condition(name)(wanted, matter, folded)
        if found is None:
            return None
        matched[name] = found
    return matched


Folded = Callable[[], str]  # the words of a matter, with a space before and behind
Condition = Callable[[Any, Matter, Folded], str | None]


def _condition(name: str) -> Condition:
    try:
        return CONDITIONS[name]
    except KeyError:
        raise RuleError(f"unknown condition {name!r}") from None


def _texts(wanted: Any) -> list[str]:
    if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
        raise RuleError("a condition wants a list of words")
    return wanted


def _one_of(attribute: str) -> Condition:
    def holds(wanted: Any, matter: Matter, _folded: Folded) -> str | None:
        value = getattr(matter, attribute)
        return str(value) if value is not None and str(value) in _texts(wanted) else None

    return holds


def _keywords(wanted: Any, _matter: Matter, folded: Folded) -> str | None:
    for keyword in _texts(wanted):
        words = _keyword(keyword)
        if not words:
            raise RuleError("an empty keyword would hold for everything")
        if f" {words} " in folded():
            return keyword
    return None


def _working_time(wanted: Any, matter: Matter, _folded: Folded) -> str | None:
    if not isinstance(wanted, bool):
        raise RuleError("working_time wants true or false")
    return str(wanted).lower() if matter.working_time is wanted else None


CONDITIONS: dict[str, Condition] = {
    "category": _one_of("category"),
    "kind": _one_of("kind"),
    "legal_type": _one_of("legal_type"),
    "urgency": _one_of("urgency"),
    "policy": _one_of("policy"),
    "community_ids": _one_of("community_id"),
    "keywords": _keywords,
    "working_time": _working_time,
}

_SIGNS = re.compile(r"[\W_]+")


def _words(text: str) -> str:
    """Folded words joined by single spaces, so that a keyword is found as whole words only."""
    return _SIGNS.sub(" ", fold(text)).strip()


# Of rules alone: what people write is not kept in memory.
_keyword = lru_cache(maxsize=4096)(_words)
