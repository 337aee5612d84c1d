"""Feedback as residents and the public read it: plain JSON values with labels in their language."""

from __future__ import annotations

from typing import Any

from backend.core import text as texts
from backend.core.api.fields import timestamp
from backend.core.i18n import t
from backend.feedback.models import (
    FeedbackAttachment,
    FeedbackCategory,
    FeedbackMessage,
    NextStep,
    PublicRecord,
    ShownState,
)
from backend.feedback.queries import Status
from backend.places.models import AdminUnit
from backend.uploads import access
from backend.uploads.models import Upload, UploadState

EXCERPT = 140
_PUBLIC_FILE = ("kind", "url", "content_type", "bytes", "width", "height", "name", "sources")


def category(slug: FeedbackCategory | None, language: str) -> dict[str, str] | None:
    """``{slug, label}`` of a category."""
    return {"slug": slug.value, "label": t(f"feedback.category.{slug}", language)} if slug else None


def unit(row: AdminUnit) -> dict[str, str]:
    """``{code, name}`` of a unit."""
    return {"code": row.code, "name": row.full_name}


def state_label(state: ShownState, language: str) -> str:
    """The state in words."""
    return t(f"feedback.state.{state}", language)


def next_step(step: NextStep, language: str) -> str:
    """What happens next, as a sentence."""
    return t(f"feedback.next.{step}", language)


def status(found: Status, language: str) -> dict[str, Any]:
    """What anybody who knows the tracking code may read: no word of the text, no person."""
    public_url = f"/c/{found.unit_code}/outcomes/{found.record_id}" if found.record_id else None
    return {
        "tracking_code": found.tracking_code,
        "state": found.state.value,
        "state_label": state_label(found.state, language),
        "next_step": next_step(found.next_step, language),
        "due_at": timestamp(found.due_at) if found.due_at else None,
        "is_overdue": found.is_overdue,
        "submitted_at": timestamp(found.created_at),
        "updated_at": timestamp(found.updated_at),
        "kind": found.kind.value,
        "category": category(found.category, language),
        "commune": {"code": found.unit_code, "name": found.unit_name},
        "timeline": [
            {"at": entry["at"], "label": t(f"feedback.timeline.{entry['step']}", language)}
            for entry in found.timeline
        ],
        "public_url": public_url,
    }


def mine(found: Status, language: str) -> dict[str, Any]:
    """A row of "my feedback"."""
    return {
        **status(found, language),
        "excerpt": texts.excerpt(found.text, EXCERPT),
        "awaiting_answer": found.state is ShownState.NEEDS_INFORMATION,
    }


def thread(
    found: Status,
    messages: list[FeedbackMessage],
    files: list[tuple[FeedbackAttachment, Upload]],
    language: str,
) -> dict[str, Any]:
    """Everything that the sender may read."""
    waiting = any(each.kind == "question" and each.answered_at is None for each in messages)
    return {
        **status(found, language),
        "text": found.text,
        "place_text": found.place_text,
        "identity": found.identity.value,
        "reason": found.reason,
        "merged_into": found.merged_into,
        "awaiting_answer": waiting,
        "messages": [
            message(each, [upload for part, upload in files if part.message_id == each.id])
            for each in messages
        ],
        "attachments": [file(upload) for part, upload in files if part.message_id is None],
    }


def message(row: FeedbackMessage, uploads: list[Upload]) -> dict[str, Any]:
    """One message of the conversation. Officials are not named: the unit speaks."""
    return {
        "id": str(row.id),
        "from": row.sender.value,
        "kind": row.kind.value,
        "text": row.text,
        "at": timestamp(row.created_at),
        "attachments": [file(upload) for upload in uploads],
    }


def file(upload: Upload) -> dict[str, Any]:
    """A file of the sender's, with a link that opens it for an hour once it is clean; a photo in every size there is."""
    described = {
        "id": str(upload.id),
        "kind": upload.purpose.value,
        "state": upload.state.value,
        "url": access.link(upload.id) if upload.state is UploadState.CLEAN else None,
    }
    # The link gives JPEG to browsers that do not take WebP; the sizes are the same.
    sources = [
        {
            "url": access.link(upload.id, form["variant"]),
            **{name: form[name] for name in ("width", "height", "content_type", "bytes")},
        }
        for form in upload.renditions
        if form["format"] == "webp"
    ]
    if described["url"] is None or not sources:
        return described
    largest = max(sources, key=lambda source: int(source["width"]))
    size = {"width": largest["width"], "height": largest["height"]}
    return {**described, **size, "sources": sources}


def record(row: PublicRecord, of: AdminUnit, language: str) -> dict[str, Any]:
    """A public outcome."""
    return {
        "id": str(row.id),
        "title": row.title,
        "text": row.masked_text,
        "kind": row.kind.value,
        "category": category(row.category, language),
        "outcome": row.outcome.value,
        "outcome_label": t(f"feedback.outcome.{row.outcome}", language),
        "reply": row.reply,
        "planned_on": row.planned_on.isoformat() if row.planned_on else None,
        "other_body": row.other_body,
        "place_text": row.place_text,
        "published_at": timestamp(row.published_at),
        "updated_at": timestamp(row.updated_at),
        "submitted_on": row.submitted_on.isoformat(),
        "handled_days": row.handled_days,
        "satisfaction": row.satisfaction,
        "photos": [_public_file(each) for each in row.photos],
        "evidence": [_public_file(each) for each in row.evidence],
        "unit": unit(of),
    }


def _public_file(each: dict[str, Any]) -> dict[str, Any]:
    return {name: each[name] for name in _PUBLIC_FILE if name in each}
