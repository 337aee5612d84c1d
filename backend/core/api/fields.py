# ruff: noqa: ARG002 - marshmallow fixes the signatures of fields
"""Fields that keep bad input at the door. Error messages are codes; the client and the catalogues know the words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import marshmallow
import phonenumbers
from marshmallow import ValidationError, fields, validate

from backend.core.text import clean

_LONGEST_TIME, _LONGEST_PHONE = 40, 30
VIETNAM = {
    "south": 6.0,
    "north": 23.6,
    "west": 102.0,
    "east": 118.0,
}  # includes Hoàng Sa and Trường Sa


class Schema(marshmallow.Schema):
    """Base of every body and query: unknown names are refused, not ignored."""

    class Meta:
        unknown = marshmallow.RAISE


class AllowedMove(Schema):
    """A move of a workflow that is open to the caller: ``POST …/{id}/{move}`` makes it."""

    move = fields.String(required=True, metadata={"example": "submit"})
    label = fields.String(required=True, metadata={"description": "in the caller's language"})
    requires = fields.List(
        fields.String(), required=True, metadata={"description": "fields of the request"}
    )


class PlainText(fields.String):
    """Cleaned text of at most ``max_length`` characters; one line unless ``multiline``."""

    default_error_messages = {  # noqa: RUF012 - declared so by marshmallow
        "required": "required",
        "null": "required",
        "invalid": "not_text",
        "empty": "required",
        "too_long": "too_long",
        "too_short": "too_short",
        "one_line": "one_line",
    }

    def __init__(
        self, *, max_length: int, min_length: int = 0, multiline: bool = False, **kwargs: Any
    ) -> None:
        metadata = {"maxLength": max_length, **({"minLength": min_length} if min_length else {})}
        super().__init__(metadata={**metadata, **kwargs.pop("metadata", {})}, **kwargs)
        self.max_length, self.min_length, self.multiline = max_length, min_length, multiline

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        if isinstance(value, str) and len(value) > self.max_length * 4:
            raise self.make_error("too_long")  # before any work is spent on it
        text = clean(str(super()._deserialize(value, attr, data, **kwargs)))
        if (self.required or self.min_length) and not _shows(text):
            raise self.make_error("empty")
        if len(text) < self.min_length:
            raise self.make_error("too_short")
        if len(text) > self.max_length:
            raise self.make_error("too_long")
        if not self.multiline and "\n" in text:
            raise self.make_error("one_line")
        return text


def _shows(text: str) -> bool:
    """True when something of it can be seen: joiners and spaces of no width are not words."""
    return any(character.isprintable() and not character.isspace() for character in text)


class Choice(fields.Field[StrEnum]):
    """One member of a ``StrEnum``, by its value."""

    default_error_messages = {  # noqa: RUF012 - declared so by marshmallow
        "required": "required",
        "null": "required",
        "unknown": "unknown_choice",
    }

    def __init__(self, kind: type[StrEnum], **kwargs: Any) -> None:
        values: list[str | None] = [member.value for member in kind]
        if kwargs.get("allow_none", kwargs.get("load_default", ...) is None):
            values.append(None)  # apispec adds null to the type, not to the values
        metadata = {"type": "string", "enum": values}
        super().__init__(metadata={**metadata, **kwargs.pop("metadata", {})}, **kwargs)
        self.kind = kind

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else str(value)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> StrEnum:
        try:
            return self.kind(value)
        except ValueError as error:
            raise self.make_error("unknown") from error


class Timestamp(fields.Field[datetime]):
    """RFC 3339 with a zone, given back in UTC with a ``Z``."""

    default_error_messages = {  # noqa: RUF012 - declared so by marshmallow
        "required": "required",
        "null": "required",
        "invalid": "not_a_time",
        "zone": "time_without_zone",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            metadata={"type": "string", "format": "date-time", **kwargs.pop("metadata", {})},
            **kwargs,
        )

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else timestamp(value)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime:
        if not isinstance(value, str) or len(value) > _LONGEST_TIME:
            raise self.make_error("invalid")
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise self.make_error("zone")
            return moment.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            if isinstance(error, ValidationError):
                raise
            raise self.make_error("invalid") from error


class Day(fields.Date):
    """A calendar day in a lifetime from now: with days at the ends of the calendar nothing can be counted."""

    default_error_messages = {  # noqa: RUF012 - declared so by marshmallow
        "required": "required",
        "null": "required",
        "invalid": "not_a_date",
        "format": "not_a_date",
        "outside": "out_of_range",
    }
    first, last = date(1900, 1, 1), date(2199, 12, 31)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> date:
        day = super()._deserialize(value, attr, data, **kwargs)
        if not self.first <= day <= self.last:
            raise self.make_error("outside")
        return day


def timestamp(moment: datetime) -> str:
    """``2026-11-21T10:00:00Z``."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class Uuid(fields.UUID):
    """A row's id, by code when it has another shape."""

    default_error_messages = {  # noqa: RUF012 - declared so by marshmallow
        "required": "required",
        "null": "required",
        "invalid_uuid": "not_an_id",
    }

    def _validated(self, value: Any) -> UUID:
        if not isinstance(value, str | UUID):
            raise self.make_error("invalid_uuid")  # bytes and integers would otherwise pass
        return super()._validated(value)


class Phone(fields.String):
    """A Vietnamese telephone number, given as people write it, kept as E.164."""

    default_error_messages = {  # noqa: RUF012 - declared so by marshmallow
        "required": "required",
        "null": "required",
        "invalid": "not_a_phone",
        "phone": "not_a_phone",
    }

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        raw = super()._deserialize(value, attr, data, **kwargs)
        if raw is None or len(raw) > _LONGEST_PHONE:
            raise self.make_error("phone")
        try:
            number = phonenumbers.parse(clean(raw), "VN")
        except phonenumbers.NumberParseException as error:
            raise self.make_error("phone") from error
        if not phonenumbers.is_valid_number(number):
            raise self.make_error("phone")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class _Degrees(fields.Float):
    default_error_messages = {  # noqa: RUF012 - declared so by marshmallow
        "required": "required",
        "null": "required",
        "invalid": "not_a_number",
        "too_large": "not_a_number",
        "special": "not_a_number",
        "outside": "outside_vietnam",
    }
    low: float
    high: float

    def __init__(self, **kwargs: Any) -> None:
        metadata = {"minimum": self.low, "maximum": self.high, **kwargs.pop("metadata", {})}
        super().__init__(metadata=metadata, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> float:
        if isinstance(value, bool):
            raise self.make_error("invalid")
        number = super()._deserialize(value, attr, data, **kwargs)
        if number is None or not math.isfinite(number):
            raise self.make_error("invalid")
        if not self.low <= number <= self.high:
            raise self.make_error("outside")
        return number


class Latitude(_Degrees):
    """Degrees north, WGS 84, within Vietnam's bounding box."""

    low, high = VIETNAM["south"], VIETNAM["north"]


class Longitude(_Degrees):
    """Degrees east, WGS 84, within Vietnam's bounding box."""

    low, high = VIETNAM["west"], VIETNAM["east"]


def code(pattern: str = r"[0-9]{2,5}", **kwargs: Any) -> fields.String:
    """An administrative code or another short token that must match ``pattern``."""
    return fields.String(
        validate=validate.Regexp(f"^(?:{pattern})\\Z", error="malformed"), **kwargs
    )
