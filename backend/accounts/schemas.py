"""Shapes of the accounts room on the wire."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from backend.accounts.models import ClientKind
from backend.accounts.rules import MAX_PASSWORD, MIN_PASSWORD, USERNAME
from backend.core.api import Choice, PageArgs, Phone, PlainText, Schema, Timestamp, Uuid, code
from backend.core.auth import Permission, Role
from backend.core.i18n import LANGUAGES

UNIT_CODE = r"[0-9]{2}|[0-9]{5}"


class Secret(fields.String):
    """A password or a code: taken as typed, never cleaned, never shown."""

    def __init__(self, *, max_length: int = MAX_PASSWORD, **kwargs: Any) -> None:
        super().__init__(
            validate=validate.Length(1, max_length, error="malformed"),
            load_only=True,
            **kwargs,
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        # Argon2 and the database take UTF-8 only; a lone surrogate is nobody's password.
        return text if text is None else text.encode("utf-8", "replace").decode()


def language_field(**kwargs: Any) -> fields.String:
    """One of the languages we speak."""
    return fields.String(validate=validate.OneOf(LANGUAGES, error="unknown_choice"), **kwargs)


class NamedRef(Schema):
    id = Uuid(required=True)
    name = fields.String(required=True)


class UnitView(Schema):
    code = fields.String(required=True, metadata={"example": "23798"})
    name = fields.String(required=True, metadata={"example": "Xã Ayun"})
    level = fields.String(required=True, metadata={"enum": ["province", "commune"]})


class GrantView(Schema):
    id = Uuid(required=True)
    role = Choice(Role, required=True)
    unit = fields.Nested(UnitView, required=True)
    department = fields.Nested(NamedRef, required=True, allow_none=True)
    community = fields.Nested(NamedRef, required=True, allow_none=True)
    valid_from = Timestamp(required=True)
    valid_to = Timestamp(required=True, allow_none=True)


class StaffView(Schema):
    id = Uuid(required=True)
    username = fields.String(required=True, metadata={"example": "hoa.ayun"})
    name = fields.String(required=True)
    unit = fields.Nested(
        UnitView, required=True, metadata={"description": "where they are employed"}
    )
    email = fields.String(required=True, allow_none=True)
    phone_masked = fields.String(required=True, allow_none=True)
    language = fields.String(required=True)
    active = fields.Boolean(required=True)
    has_totp = fields.Boolean(required=True)
    must_change_password = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    grants = fields.List(fields.Nested(GrantView), required=True)


class StaffMe(StaffView):
    permissions = fields.List(Choice(Permission), required=True)
    recovery_codes_left = fields.Integer(required=True)


class CommuneRef(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)


class ResidentView(Schema):
    id = Uuid(required=True)
    name = fields.String(required=True, allow_none=True)
    phone_masked = fields.String(required=True)
    commune = fields.Nested(CommuneRef, required=True, allow_none=True)
    language = fields.String(required=True)


class MeView(Schema):
    kind = fields.String(required=True, metadata={"enum": ["resident", "staff"]})
    resident = fields.Nested(ResidentView)
    staff = fields.Nested(StaffMe)


class StaffSignIn(Schema):
    username = PlainText(max_length=60, required=True, metadata={"example": "hoa.ayun"})
    password = Secret(required=True)
    totp = Secret(
        max_length=20,
        load_default=None,
        allow_none=True,
        metadata={"description": "six digits of the authenticator, or a recovery code"},
    )


class SignedInStaff(Schema):
    id = Uuid(required=True)
    name = fields.String(required=True)
    username = fields.String(required=True)
    language = fields.String(required=True)
    must_change_password = fields.Boolean(required=True)


class Tokens(Schema):
    csrf = fields.String(required=True, metadata={"description": "send it back as X-CSRF-Token"})
    access_token = fields.String(metadata={"description": "with `X-Client: app` only"})
    refresh_token = fields.String(metadata={"description": "with `X-Client: app` only"})
    expires_at = Timestamp(required=True, metadata={"description": "end of the access token"})


class StaffSignedIn(Tokens):
    staff = fields.Nested(SignedInStaff, required=True)


class ResidentSignedIn(Tokens):
    resident = fields.Nested(ResidentView, required=True)


class CodeRequest(Schema):
    phone = Phone(required=True, metadata={"example": "0905 123 456"})
    commune = code(r"[0-9]{5}", load_default=None, allow_none=True, metadata={"example": "23798"})


class CodeRequested(Schema):
    expires_at = Timestamp(required=True)
    resend_after = Timestamp(
        required=True, metadata={"description": "from then on another code may be asked for"}
    )


class ResidentSignIn(Schema):
    phone = Phone(required=True, metadata={"example": "0905 123 456"})
    code = code(r"[0-9]{6}", required=True, metadata={"example": "123456"})


class Changes(Schema):
    """A change names at least one thing to change."""

    @validates_schema
    def _not_empty(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if not data:
            raise ValidationError("required", "_schema")


class ChangeMe(Changes):
    """What a resident may change; staff change their language only."""

    name = PlainText(max_length=100, allow_none=True)
    commune = code(r"[0-9]{5}", allow_none=True)
    language = language_field()


class ConfirmPassword(Schema):
    current_password = Secret(required=True)


class ChangePassword(ConfirmPassword):
    new_password = Secret(
        max_length=1000,
        required=True,
        metadata={"description": f"{MIN_PASSWORD} to {MAX_PASSWORD} characters"},
    )


class TotpStarted(Schema):
    secret = fields.String(required=True)
    uri = fields.String(required=True, metadata={"description": "otpauth: address"})
    qr_svg = fields.String(required=True, metadata={"description": "the address as a QR code"})


class TotpCode(Schema):
    code = Secret(max_length=20, required=True)


class RecoveryCodes(Schema):
    recovery_codes = fields.List(fields.String(), required=True)


class SessionView(Schema):
    id = Uuid(required=True)
    client = Choice(ClientKind, required=True)
    device_label = fields.String(required=True)
    created_at = Timestamp(required=True)
    last_used_at = Timestamp(required=True)
    current = fields.Boolean(required=True)


class SessionList(Schema):
    items = fields.List(fields.Nested(SessionView), required=True)


class NewGrant(Schema):
    role = Choice(Role, required=True)
    unit = code(UNIT_CODE, required=True, metadata={"example": "23798"})
    department_id = Uuid(
        load_default=None,
        allow_none=True,
        metadata={"description": "with the roles that need one, and no other"},
    )
    community_id = Uuid(
        load_default=None,
        allow_none=True,
        metadata={"description": "with the roles that take one, and no other"},
    )
    valid_from = Timestamp(load_default=None, allow_none=True)
    valid_to = Timestamp(load_default=None, allow_none=True)


class NewStaff(Schema):
    username = code(USERNAME, required=True, metadata={"example": "hoa.ayun"})
    name = PlainText(max_length=100, required=True)
    unit = code(UNIT_CODE, required=True, metadata={"example": "23798"})
    email = fields.Email(load_default=None, allow_none=True)
    phone = Phone(load_default=None, allow_none=True)
    language = language_field(load_default="vi")
    grants = fields.List(
        fields.Nested(NewGrant),
        load_default=list,
        validate=validate.Length(max=20, error="too_many"),
    )


class CreatedStaff(StaffView):
    initial_password = fields.String(
        required=True, metadata={"description": "shown once; to be changed at the first sign-in"}
    )


class ChangeStaff(Changes):
    name = PlainText(max_length=100, min_length=1)
    email = fields.Email(allow_none=True)
    phone = Phone(allow_none=True)
    language = language_field()
    active = fields.Boolean()
    reason = PlainText(max_length=500)


class Reason(Schema):
    reason = PlainText(max_length=500, load_default=None, allow_none=True)


class HandedOver(Schema):
    initial_password = fields.String(required=True)


class StaffQuery(PageArgs):
    unit = code(UNIT_CODE, load_default=None)
    q = PlainText(max_length=100, load_default="")
    active = fields.Boolean(load_default=None, allow_none=True)


class PortalQuery(PageArgs):
    unit = code(UNIT_CODE, load_default=None)


def origins_field(**kwargs: Any) -> fields.List[str]:
    """Scheme, host and perhaps port of the pages that may frame us; checked by the service."""
    return fields.List(
        PlainText(max_length=200, min_length=1),
        validate=validate.Length(max=20, error="too_many"),
        metadata={"example": ["https://gialai.gov.vn", "https://*.gialai.gov.vn"]},
        **kwargs,
    )


class NewPortal(Schema):
    name = PlainText(max_length=100, required=True)
    unit = code(UNIT_CODE, required=True, metadata={"example": "52"})
    allowed_origins = origins_field(load_default=list)


class ChangePortal(Changes):
    name = PlainText(max_length=100, min_length=1)
    allowed_origins = origins_field()
    active = fields.Boolean()


class PortalView(Schema):
    id = Uuid(required=True)
    name = fields.String(required=True)
    unit = fields.Nested(
        UnitView, required=True, metadata={"description": "for whose communes it hands in feedback"}
    )
    allowed_origins = fields.List(fields.String(), required=True)
    active = fields.Boolean(required=True)
    created_at = Timestamp(required=True)
    key_made_at = Timestamp(required=True)
    version = fields.Integer(required=True)


class PortalWithKey(PortalView):
    key = fields.String(
        required=True,
        metadata={"description": "shown once", "example": "tlp_8sEZ0pQ2mYc5vX1nR7tK4wJ6uH9aL3dG"},
    )


class DepartmentQuery(Schema):
    unit = code(UNIT_CODE, required=True, metadata={"example": "23798"})


class DepartmentView(Schema):
    id = Uuid(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    is_front_desk = fields.Boolean(required=True)


class DepartmentList(Schema):
    items = fields.List(fields.Nested(DepartmentView), required=True)


class RoleView(Schema):
    role = Choice(Role, required=True)
    label = fields.String(required=True)
    permissions = fields.List(Choice(Permission), required=True)
    levels = fields.List(fields.String(), required=True)
    needs_department = fields.Boolean(required=True)
    takes_community = fields.Boolean(required=True)


class RoleList(Schema):
    items = fields.List(fields.Nested(RoleView), required=True)
