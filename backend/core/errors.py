"""What can go wrong, said once. Services raise these; the HTTP layer turns them into RFC 9457 problem details.

Every error has a stable ``code``. Its words live in the catalogues under ``error.<code>`` (and, when it helps the
person, ``error.<code>.detail``), so that the API, the console and the resident app say the same thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class Problem(Exception):  # noqa: N818 - named as RFC 9457 names it
    """Base of every expected failure.

    Args:
        code: stable dotted identifier, such as ``articles.not_found``.
        retry_after: seconds after which the same request may succeed.
        params: values for the placeholders of the message; plain values only, they are shown to the caller.
    """

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "internal"

    def __init__(
        self, code: str | None = None, *, retry_after: int | None = None, **params: Any
    ) -> None:
        self.code = code or self.default_code
        self.retry_after = retry_after
        self.params = params
        super().__init__(self.code)


class BadRequest(Problem):
    """The request cannot be understood."""

    status = 400
    default_code = "bad_request"


class Unauthenticated(Problem):
    """Nobody is signed in, or no longer."""

    status = 401
    default_code = "auth.required"


class Forbidden(Problem):
    """Signed in, but not allowed to do this."""

    status = 403
    default_code = "auth.forbidden"


class NotFound(Problem):
    """There is no such thing, or none that this caller may know of."""

    status = 404
    default_code = "not_found"


class Conflict(Problem):
    """The thing is not in a state in which this can be done."""

    status = 409
    default_code = "conflict"


class Gone(Problem):
    """It was there and is not any more."""

    status = 410
    default_code = "gone"


class PreconditionFailed(Problem):
    """Somebody else changed it in the meantime (RFC 9110, 13.1.1)."""

    status = 412
    default_code = "stale"


class TooLarge(Problem):
    """More bytes than this place accepts."""

    status = 413
    default_code = "too_large"


class UnsupportedMedia(Problem):
    """A kind of content that this place does not take."""

    status = 415
    default_code = "unsupported_media"


class InvalidInput(Problem):
    """Understood, but values are missing or wrong.

    Args:
        errors: field name -> codes or messages, ``{"text": ["required"]}``.
    """

    status = 422
    default_code = "invalid"

    def __init__(
        self, errors: Mapping[str, list[str]] | None = None, code: str | None = None, **params: Any
    ) -> None:
        super().__init__(code, **params)
        self.errors = dict(errors or {})


class PreconditionRequired(Problem):
    """A change must say which version it changes (RFC 6585)."""

    status = 428
    default_code = "version_required"


class TooManyRequests(Problem):
    """Slow down; ``retry_after`` says until when."""

    status = 429
    default_code = "too_many_requests"


class Unavailable(Problem):
    """A part of the house is not answering; nothing was lost."""

    status = 503
    default_code = "unavailable"
