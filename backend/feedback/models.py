"""Tables of the feedback room. ``TrackingView`` and ``PublicRecord`` are written by moderation."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.core import clock
from backend.core.db import Base, Identified, TextEnum, Timestamped


class FeedbackKind(enum.StrEnum):
    """What a resident wants with it (DOMAIN: kinds of feedback)."""

    REPORT = "report"  # phản ánh
    PROPOSAL = "proposal"  # kiến nghị
    POLICY_EVALUATION = "policy_evaluation"  # đánh giá thực thi chính sách
    QUESTION = "question"  # hỏi đáp
    PRAISE = "praise"  # khen


class FeedbackCategory(enum.StrEnum):
    """The thirteen matters that feedback is sorted by."""

    HA_TANG_GIAO_THONG = "ha_tang_giao_thong"
    DIEN_NUOC_VIEN_THONG = "dien_nuoc_vien_thong"
    MOI_TRUONG_RAC_THAI = "moi_truong_rac_thai"
    DAT_DAI_XAY_DUNG = "dat_dai_xay_dung"
    AN_NINH_TRAT_TU = "an_ninh_trat_tu"
    Y_TE = "y_te"
    GIAO_DUC = "giao_duc"
    AN_SINH_CHINH_SACH_XA_HOI = "an_sinh_chinh_sach_xa_hoi"
    NONG_NGHIEP_THUY_LOI = "nong_nghiep_thuy_loi"
    HANH_CHINH_CONG = "hanh_chinh_cong"
    VAN_HOA_TRUYEN_THANH = "van_hoa_truyen_thanh"
    THIEN_TAI_KHAN_CAP = "thien_tai_khan_cap"
    KHAC = "khac"


class Policy(enum.StrEnum):
    """Programmes and entitlements that residents judge; labels in the catalogue."""

    GIAM_NGHEO = "giam_ngheo"
    NONG_THON_MOI = "nong_thon_moi"
    XOA_NHA_TAM = "xoa_nha_tam"
    AN_SINH_DTTS = "an_sinh_dtts"
    TRO_CAP_XA_HOI = "tro_cap_xa_hoi"
    NGUOI_CO_CONG = "nguoi_co_cong"
    VAY_VON_CHINH_SACH = "vay_von_chinh_sach"
    BHYT = "bhyt"
    TIEM_CHUNG = "tiem_chung"
    MIEN_HOC_PHI = "mien_hoc_phi"
    HOC_BA_SO = "hoc_ba_so"
    NUOC_SACH = "nuoc_sach"
    THU_GOM_RAC = "thu_gom_rac"
    CAP_SO_DO = "cap_so_do"
    BOI_THUONG_DAT = "boi_thuong_dat"
    TAI_DINH_CU = "tai_dinh_cu"
    SAP_NHAP_XA = "sap_nhap_xa"
    DICH_VU_CONG_TRUC_TUYEN = "dich_vu_cong_truc_tuyen"
    VNEID = "vneid"
    CHUYEN_DOI_SO = "chuyen_doi_so"
    CAMERA_AN_NINH = "camera_an_ninh"
    PCCC = "pccc"
    PHONG_CHONG_THIEN_TAI = "phong_chong_thien_tai"


class Identity(enum.StrEnum):
    """What others may know of the sender. Handling units see the sender in no case."""

    NAMED = "named"
    HIDDEN = "hidden"  # known to the intake only, never to the public
    ANONYMOUS = "anonymous"  # nothing is stored about the sender


class Channel(enum.StrEnum):
    """The way feedback came in."""

    WEB = "web"
    APP = "app"
    DESK = "desk"  # filed by an official or a village head for a resident
    PORTAL = "portal"


class LegalType(enum.StrEnum):
    """Which law it follows. Only ``ordinary`` feedback may ever be public."""

    ORDINARY = "ordinary"
    COMPLAINT = "complaint"  # khiếu nại, Law 02/2011
    DENUNCIATION = "denunciation"  # tố cáo, Law 25/2018


class ShownState(enum.StrEnum):
    """The state as residents and the public see it. Overdue is a flag beside it, never a state."""

    RECEIVED = "received"
    NEEDS_INFORMATION = "needs_information"
    FORWARDED = "forwarded"
    IN_PROGRESS = "in_progress"
    AWAITING_APPROVAL = "awaiting_approval"
    RESOLVED = "resolved"
    REJECTED = "rejected"
    DIVERTED = "diverted"
    MERGED = "merged"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class NextStep(enum.StrEnum):
    """What happens next, for the resident; the sentence is ``feedback.next.<value>``."""

    INTAKE = "intake"
    CLASSIFICATION = "classification"
    ASSIGNMENT = "assignment"
    HANDLING = "handling"
    RESIDENT_ANSWER = "resident_answer"
    APPROVAL = "approval"
    PUBLICATION = "publication"
    OTHER_LAW_COMPLAINT = "other_law_complaint"
    OTHER_LAW_DENUNCIATION = "other_law_denunciation"
    FOLLOW_MERGED = "follow_merged"
    NONE = "none"


class TimelineStep(enum.StrEnum):
    """A line of the timeline; the words are ``feedback.timeline.<value>``. Each shown state has its own."""

    RECEIVED = "received"
    NEEDS_INFORMATION = "needs_information"
    FORWARDED = "forwarded"
    IN_PROGRESS = "in_progress"
    AWAITING_APPROVAL = "awaiting_approval"
    RESOLVED = "resolved"
    REJECTED = "rejected"
    DIVERTED = "diverted"
    MERGED = "merged"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    ANSWERED = "answered"
    REPLIED = "replied"
    EXTENDED = "extended"
    TRANSFERRED = "transferred"
    OVERDUE = "overdue"
    PHOTOS_ADDED = "photos_added"
    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"


class Outcome(enum.StrEnum):
    """What came of it. "Done" needs proof; every outcome needs a reply in plain words."""

    DONE = "done"
    PARTLY_DONE = "partly_done"
    PLANNED = "planned"
    NOT_POSSIBLE = "not_possible"
    OTHER_BODY = "other_body"


class Sender(enum.StrEnum):
    """Which side wrote a message."""

    RESIDENT = "resident"
    OFFICIAL = "official"


class MessageKind(enum.StrEnum):
    """What a message is in the conversation."""

    QUESTION = "question"
    ANSWER = "answer"
    REPLY = "reply"


class Feedback(Identified, Timestamped, Base):
    """What a resident sent, untouched, and how to reach them (sealed)."""

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint(
            "identity <> 'anonymous' OR (name_sealed IS NULL AND phone_sealed IS NULL"
            " AND phone_index IS NULL AND resident_id IS NULL)",
            name="anonymous_stores_nobody",
        ),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="position_whole"),
        Index("ix_feedback_resident_id", "resident_id", "created_at"),
        Index("ix_feedback_unit_id", "unit_id", "created_at"),
        Index("ix_feedback_subject", "subject_kind", "subject_id"),
    )

    tracking_code: Mapped[str] = mapped_column(String(12), unique=True)  # "GL-7K4M-92QX"
    sealed_pin: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"))  # responsible now
    submitted_unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"), index=True)
    community_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("community.id"), index=True)
    kind: Mapped[FeedbackKind] = mapped_column(TextEnum(FeedbackKind))  # as the sender chose it
    category: Mapped[FeedbackCategory | None] = mapped_column(TextEnum(FeedbackCategory))
    policy: Mapped[Policy | None] = mapped_column(TextEnum(Policy))
    text: Mapped[str] = mapped_column(Text)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    place_text: Mapped[str | None] = mapped_column(String(300))
    occurred_at: Mapped[datetime | None]
    subject_kind: Mapped[str | None] = mapped_column(String(40))  # "device", "broadcast" …: opaque
    subject_id: Mapped[str | None] = mapped_column(String(80))

    identity: Mapped[Identity] = mapped_column(TextEnum(Identity))
    name_sealed: Mapped[str | None] = mapped_column(Text)
    phone_sealed: Mapped[str | None] = mapped_column(Text)
    phone_index: Mapped[str | None] = mapped_column(String(64), index=True)
    resident_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("resident.id"))
    consent_version: Mapped[int]  # of the privacy notice
    language: Mapped[str] = mapped_column(String(10), default="vi")  # to write to the sender in
    filed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    channel: Mapped[Channel] = mapped_column(TextEnum(Channel))
    withdrawn_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]  # contact data removed at the sender's wish


class FeedbackMessage(Identified, Base):
    """One message between the resident and the officials."""

    __tablename__ = "feedback_message"
    __table_args__ = (Index("ix_feedback_message_feedback_id", "feedback_id", "created_at"),)

    feedback_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("feedback.id"))
    sender: Mapped[Sender] = mapped_column(TextEnum(Sender))
    kind: Mapped[MessageKind] = mapped_column(TextEnum(MessageKind))
    text: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    answers_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("feedback_message.id"), index=True
    )
    answered_at: Mapped[datetime | None]  # of a question
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class FeedbackAttachment(Identified, Base):
    """A file of the feedback itself, or of one of its messages."""

    __tablename__ = "feedback_attachment"
    __table_args__ = (
        UniqueConstraint("upload_id"),
        Index("ix_feedback_attachment_feedback_id", "feedback_id", "position"),
    )

    feedback_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("feedback.id"))
    message_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("feedback_message.id"), index=True
    )
    upload_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("upload.id"))
    position: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class TrackingView(Base):
    """What the resident sees of the case: written by moderation through ``projection``."""

    __tablename__ = "tracking_view"
    __table_args__ = (
        # Lets a public record refer to feedback *of a confirmed type*: see PublicRecord.
        UniqueConstraint("feedback_id", "confirmed_legal_type"),
    )

    feedback_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("feedback.id"), primary_key=True)
    state: Mapped[ShownState] = mapped_column(TextEnum(ShownState), default=ShownState.RECEIVED)
    next_step: Mapped[NextStep] = mapped_column(TextEnum(NextStep), default=NextStep.INTAKE)
    due_at: Mapped[datetime | None]
    is_overdue: Mapped[bool] = mapped_column(default=False)
    timeline: Mapped[list[dict[str, Any]]] = mapped_column(
        default=list  # [{"at": "2026-11-21T10:00:00Z", "step": "received"}], a TimelineStep
    )
    reason: Mapped[str | None] = mapped_column(Text)  # why rejected or closed; shown with the PIN
    legal_hint: Mapped[LegalType | None] = mapped_column(TextEnum(LegalType))  # a guess, for intake
    confirmed_legal_type: Mapped[LegalType | None] = mapped_column(TextEnum(LegalType))
    merged_into: Mapped[str | None] = mapped_column(String(12))  # tracking code
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)


class PublicRecord(Identified, Base):
    """The outcome as everybody may read it: masked text, reply, proof.

    The database itself keeps complaints and denunciations out: a row can only refer to feedback whose type a
    person confirmed, the confirmed type must be ``ordinary``, and it cannot change while the row exists.
    """

    __tablename__ = "public_record"
    __table_args__ = (
        ForeignKeyConstraint(
            ["feedback_id", "legal_type"],
            ["tracking_view.feedback_id", "tracking_view.confirmed_legal_type"],
            name="fk_public_record_confirmed_legal_type",
        ),
        CheckConstraint("legal_type = 'ordinary'", name="only_ordinary_is_public"),
        UniqueConstraint("feedback_id"),
        Index("ix_public_record_unit_id", "unit_id", "published_at", "id"),
        Index("ix_public_record_unit_id_category", "unit_id", "category", "published_at"),
    )

    feedback_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("feedback.id"))
    legal_type: Mapped[LegalType] = mapped_column(TextEnum(LegalType))
    legal_confirmed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    legal_confirmed_at: Mapped[datetime]
    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("admin_unit.id"))
    kind: Mapped[FeedbackKind] = mapped_column(TextEnum(FeedbackKind))
    category: Mapped[FeedbackCategory] = mapped_column(TextEnum(FeedbackCategory))
    title: Mapped[str] = mapped_column(String(200))
    masked_text: Mapped[str] = mapped_column(Text)
    outcome: Mapped[Outcome] = mapped_column(TextEnum(Outcome))
    reply: Mapped[str] = mapped_column(Text)
    planned_on: Mapped[date | None]
    other_body: Mapped[str | None] = mapped_column(String(200))
    place_text: Mapped[str | None] = mapped_column(String(300))
    submitted_on: Mapped[date]  # day in Vietnam
    handled_days: Mapped[int | None]  # working days
    photos: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # see projection.publish
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    satisfaction: Mapped[str | None] = mapped_column(String(20))
    published_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)


class PinGuard(Base):
    """Wrong PINs, counted for one tracking code or one network; rows, so that it holds across processes."""

    __tablename__ = "pin_guard"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)  # "code:GL-…" or "net:<digest>"
    failures: Mapped[int] = mapped_column(default=0)  # within the window
    locks: Mapped[int] = mapped_column(default=0)  # so far; each lasts twice as long
    window_started_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    locked_until: Mapped[datetime | None]
