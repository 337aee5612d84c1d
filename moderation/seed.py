"""Demo cases: the officials of both communes work on the demo feedback until each story has the state it names."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.models import RoleGrant, Staff
from backend.core import clock
from backend.core.auth import Grant, Principal
from backend.core.demo import Demo
from backend.feedback import service as feedback
from backend.feedback.models import Feedback, FeedbackCategory, Outcome, ShownState
from backend.feedback.seed import Story, stories, submitted
from backend.places.models import AdminUnit
from backend.uploads.seed import demo_photo
from moderation import defaults, intake, masking, publishing, service
from moderation.models import Case
from moderation.settings import settings_of
from moderation.workflow import Move

# Who handles what: the two departments of the demo that have a handler.
_CULTURE = frozenset(
    {
        FeedbackCategory.VAN_HOA_TRUYEN_THANH,
        FeedbackCategory.GIAO_DUC,
        FeedbackCategory.AN_SINH_CHINH_SACH_XA_HOI,
        FeedbackCategory.HANH_CHINH_CONG,
        FeedbackCategory.Y_TE,
    }
)
# Published outcomes; the youngest of each commune waits for somebody to press the button.
_UNPUBLISHED = frozenset({"speed-bumps", "park-wifi"})


def seed(session: Session, demo: Demo) -> None:
    """Work on every case that nobody has touched yet; a second run finds nothing to do."""
    defaults.install(session)
    known = submitted(session, demo)
    for story in stories():
        row = known.get(story.key)
        case = session.scalar(select(Case).where(Case.feedback_id == row.id)) if row else None
        if row is None or case is None or case.chain_length > 1:
            continue
        if case.route_reason == "no_rule":
            settings = settings_of(session, case.unit_id)
            intake.route(case, row, settings, case.created_at)
            session.flush()
        _Play(session, demo, story, row, case).play(known)


@dataclass
class _Play:
    """One story, acted out at the times at which it is told to have happened."""

    session: Session
    demo: Demo
    story: Story
    row: Feedback
    case: Case
    steps: int = field(default=0)

    def play(self, known: dict[str, Feedback]) -> None:
        """Take the case where the story ends."""
        story, state = self.story, self.story.state
        if state is ShownState.RECEIVED:
            return
        if state is ShownState.WITHDRAWN:
            with clock.freeze(self._next()):
                feedback.withdraw(self.session, self.row)
            return
        self._move("hoa", Move.CONFIRM_LEGAL, legal_type=story.legal_type)
        if state is ShownState.DIVERTED:
            self._move("hoa", Move.DIVERT)
        elif state is ShownState.CLOSED:
            self._move("hoa", Move.CLOSE, reason="spam", note=story.reason)
        elif state is ShownState.REJECTED:
            reason = story.reason or "Không thuộc thẩm quyền của xã."
            self._move("hoa", Move.REJECT, reason=reason, reply=story.reply or reason)
        elif state is ShownState.NEEDS_INFORMATION:
            self._move("hoa", Move.ASK, text=story.question or "Xin cho biết địa điểm cụ thể.")
        elif state is ShownState.MERGED:
            self._move("hoa", Move.MERGE, into=known[story.into or ""].tracking_code)
        else:
            self._handle(state)

    def _handle(self, state: ShownState) -> None:
        culture = self.case.category in _CULTURE
        code, handler = ("van_hoa_xa_hoi", "van") if culture else ("kinh_te", "binh")
        department = self.demo.departments[self.story.commune, code]
        # To the department, not to a person: at the time of the story nobody held a grant yet.
        self._move("hoa", Move.ASSIGN, department_id=department)
        if state is ShownState.FORWARDED:
            return
        self._move(handler, Move.START)
        if state is ShownState.IN_PROGRESS:
            return
        self._move(handler, Move.RESOLVE, **self._outcome(handler))
        if state is ShownState.AWAITING_APPROVAL:
            return
        self._move("dung", Move.APPROVE)
        if self.story.key not in _UNPUBLISHED:
            self._publish()
        if state is ShownState.REOPENED:
            self._move("dung", Move.REOPEN, reason="Người gửi báo chưa xong, cần kiểm tra lại.")

    def _outcome(self, handler: str) -> dict[str, Any]:
        story = self.story
        given: dict[str, Any] = {
            "outcome": story.outcome or Outcome.PARTLY_DONE,
            "reply": story.reply or "Đã kiểm tra và đang tiếp tục xử lý.",
        }
        if story.planned_in_days:
            planned = self.demo.now + timedelta(days=story.planned_in_days)
            given["planned_on"] = planned.astimezone(clock.LOCAL).date()
        if story.other_body:
            given["other_body"] = story.other_body
        if story.evidence:
            photo = demo_photo(self.session, story.evidence, self._principal(handler))
            given["evidence_upload_ids"] = [photo.id]
        return given

    def _publish(self) -> None:
        text = self.row.text
        masked = masking.mask(text, masking.detect(text))
        preview = publishing.preview(self.session, self.case, self.row)
        draft = publishing.Draft(
            title=preview.title,
            masked_text=masked,
            reply=self.story.reply or preview.reply,
            attachment_ids=publishing.evidence_of(self.session, self.case.id),
            place_text=self.story.place_text,
        )
        with clock.freeze(self._next()):
            service.save_draft(
                self.session,
                self._principal("hoa"),
                self.case.id,
                draft,
                version=self.case.version,
            )
        self._move("hoa", Move.PUBLISH)

    def _move(self, who: str, move: Move, **given: Any) -> None:
        with clock.freeze(self._next()):
            service.make_move(
                self.session,
                self._principal(who),
                self.case.id,
                move,
                given,
                version=self.case.version,
            )

    def _next(self) -> datetime:
        """Moments spread over the first two thirds of the time since it came in."""
        self.steps += 1
        share = timedelta(hours=self.story.hours_ago) * min(self.steps, 10) / 15
        return self.row.created_at + share

    def _principal(self, who: str) -> Principal:
        return principal_of(self.session, self.demo.staff[f"{who}.{self.story.commune}"])


def principal_of(session: Session, staff_id: UUID) -> Principal:
    """Somebody of the demo, as services know them."""
    staff = session.get_one(Staff, staff_id)
    rows = session.execute(
        select(RoleGrant, AdminUnit.level)
        .join(AdminUnit, AdminUnit.id == RoleGrant.unit_id)
        .where(RoleGrant.staff_id == staff_id)
    )
    grants = tuple(
        Grant(row.role, row.unit_id, level.value, row.department_id, row.community_id)
        for row, level in rows
    )
    return Principal(kind="staff", id=staff.id, grants=grants, name=staff.name)
