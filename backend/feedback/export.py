"""What a resident may take along: the feedback sent from their account, in their own words."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from backend.feedback import queries


def of_resident(session: Session, resident_id: UUID) -> list[dict[str, Any]]:
    """Every piece of feedback of a resident as plain values, newest first, with the conversation about it."""
    return [
        {
            "tracking_code": feedback.tracking_code,
            "submitted_at": feedback.created_at,
            "kind": feedback.kind.value,
            "category": feedback.category.value if feedback.category else None,
            "text": feedback.text,
            "place_text": feedback.place_text,
            "latitude": feedback.latitude,
            "longitude": feedback.longitude,
            "identity": feedback.identity.value,
            "messages": [
                {
                    "from": message.sender.value,
                    "kind": message.kind.value,
                    "text": message.text,
                    "at": message.created_at,
                }
                for message in queries.thread(session, feedback.id)
            ],
        }
        for feedback in queries.of_resident(session, resident_id)
    ]
