"""The field's terms as this room stores them. Words for people are in the catalogues, under each value."""

from __future__ import annotations

import enum


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
