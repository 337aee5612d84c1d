"""The public version of a case: previewed as everybody will see it, drafted, and published by a move."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from backend.core.api import IF_MATCH, Blueprint, language, require_version, with_etag
from backend.core.auth import Permission, principal, staff
from backend.core.db import reading, transaction
from backend.core.errors import Forbidden
from backend.core.i18n import t
from backend.feedback.models import Feedback
from moderation import access, detail, publishing, service
from moderation.models import Case
from moderation.publication_schemas import PublicationDraftSchema, PublicationSchema

blueprint = Blueprint("publication", __name__, description="Publishing outcomes")


@blueprint.route("/cases/<uuid:case_id>/publication")
@staff(Permission.CASES_PUBLISH)
@blueprint.response(200, PublicationSchema)
def preview(case_id: UUID) -> Response:
    """The saved draft, or a masked proposal; names are never detected, so somebody has to read it."""
    with reading() as session:
        case = service.load(session, principal(), case_id)
        payload = _preview(session, case)
    return with_etag(payload, case.version)


@blueprint.route("/cases/<uuid:case_id>/publication", methods=["PUT"])
@staff(Permission.CASES_PUBLISH)
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.arguments(PublicationDraftSchema)
@blueprint.response(200, PublicationSchema)
def save(body: dict[str, Any], case_id: UUID) -> Response:
    """Keep the public version as a person wants it; publishing is a move of its own."""
    version = require_version()
    with transaction() as session:
        draft = publishing.Draft(**body)
        case = service.save_draft(session, principal(), case_id, draft, version=version)
        payload = _preview(session, case)
    return with_etag(payload, case.version)


def _preview(session: Session, case: Case) -> dict[str, Any]:
    if not access.holds(session, principal(), Permission.CASES_PUBLISH, case):
        raise Forbidden("cases.not_yours", move="publish")
    speech = language()
    made = publishing.preview(session, case, session.get_one(Feedback, case.feedback_id))
    files = publishing.showable(session, case, publishing.evidence_of(session, case.id))
    return {
        "version": case.version,
        "original_text": made.original_text,
        "title": made.title,
        "masked_text": made.masked_text,
        "spans": made.spans,
        "reply": made.reply,
        "outcome": made.outcome.value if made.outcome else None,
        "planned_on": made.planned_on.isoformat() if made.planned_on else None,
        "other_body": made.other_body,
        "place_text": made.place_text,
        "attachments": [
            {
                **detail.file_of(upload),
                "from": whose,
                "selected": str(upload.id) in made.attachment_ids,
            }
            for upload, whose in files
        ],
        "warnings": [
            {"code": code, "text": t(f"cases.warning.{code}", speech)} for code in made.warnings
        ],
        "drafted": made.drafted,
        "published": made.published,
    }
