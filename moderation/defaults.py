"""Rules every installation begins with: routing by category, deadlines, reply templates. Rows, to be edited.

They belong to nobody in particular; a province or a commune adds its own, which are asked first. Departments are
named by code, so a commune without such a department simply skips the rule.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from moderation.deadlines import DEFAULTS
from moderation.models import (
    DeadlinePolicy,
    FeedbackCategory,
    ReplyTemplate,
    RoutingRule,
    RoutingRuleVersion,
)
from moderation.settings import changed

C = FeedbackCategory

# Name, conditions, code of the department; the first that holds decides, the last one always does.
RULES: tuple[tuple[str, dict[str, Any], str | None], ...] = (
    ("Thiên tai, cháy nổ, cứu nạn", {"category": [C.THIEN_TAI_KHAN_CAP]}, "quan_su"),
    ("Khẩn cấp khác", {"urgency": ["emergency"]}, "cong_an"),
    (
        "Cấp nước",
        {
            "category": [C.DIEN_NUOC_VIEN_THONG],
            "keywords": ["mất nước", "cúp nước", "nước máy", "nước sạch", "đường ống", "tiền nước"],
        },
        "cap_nuoc",
    ),
    (
        "Điện lực",
        {
            "category": [C.DIEN_NUOC_VIEN_THONG],
            "keywords": ["điện", "công tơ", "trụ điện", "dây điện", "mất điện", "cúp điện"],
        },
        "dien_luc",
    ),
    ("An ninh, trật tự", {"category": [C.AN_NINH_TRAT_TU]}, "cong_an"),
    ("Y tế", {"category": [C.Y_TE]}, "tram_y_te"),
    (
        "Văn hóa, giáo dục, an sinh",
        {"category": [C.VAN_HOA_TRUYEN_THANH, C.GIAO_DUC, C.AN_SINH_CHINH_SACH_XA_HOI]},
        "van_hoa_xa_hoi",
    ),
    ("Hành chính công", {"category": [C.HANH_CHINH_CONG]}, "hanh_chinh_cong"),
    (
        "Hạ tầng, môi trường, đất đai, nông nghiệp",
        {
            "category": [
                C.HA_TANG_GIAO_THONG,
                C.MOI_TRUONG_RAC_THAI,
                C.DAT_DAI_XAY_DUNG,
                C.NONG_NGHIEP_THUY_LOI,
                C.DIEN_NUOC_VIEN_THONG,
            ]
        },
        "kinh_te",
    ),
    ("Còn lại: bộ phận tiếp nhận", {}, None),
)

TEMPLATES: tuple[tuple[str, str], ...] = (
    (
        "Đã nhận, đang kiểm tra",
        "Chúng tôi đã nhận phản ánh {tracking_code} và đang cử người kiểm tra. Kết quả sẽ được báo trước ngày {due_date}.",
    ),
    (
        "Hỏi thêm địa điểm",
        "Để đến đúng chỗ, xin cho biết việc xảy ra ở thôn, làng nào, gần nhà hay công trình gì.",
    ),
    (
        "Đã làm xong",
        "Việc bạn phản ánh đã được xử lý ngày {date}. Cảm ơn bạn. Nếu còn vướng mắc, hãy trả lời tại mã {tracking_code}.",
    ),
    (
        "Thuộc cơ quan khác",
        "Việc này thuộc thẩm quyền của {other_body}. Chúng tôi đã chuyển nội dung và sẽ báo khi có trả lời.",
    ),
)


def install(session: Session) -> bool:
    """Write the rules where there are none of nobody in particular yet; True when something was written."""
    written = False
    if session.scalar(select(RoutingRule.id).where(RoutingRule.unit_id.is_(None)).limit(1)) is None:
        _rules(session)
        written = True
    if (
        session.scalar(select(DeadlinePolicy.id).where(DeadlinePolicy.unit_id.is_(None)).limit(1))
        is None
    ):
        session.add_all(
            DeadlinePolicy(
                name=policy.name,
                category=policy.category,
                urgency=policy.urgency,
                complex=policy.complex,
                intake_minutes=policy.intake_minutes,
                handling_days=policy.handling_days,
                handling_minutes=policy.handling_minutes,
                round_the_clock=policy.round_the_clock,
            )
            for policy in DEFAULTS
        )
        written = True
    if (
        session.scalar(select(ReplyTemplate.id).where(ReplyTemplate.unit_id.is_(None)).limit(1))
        is None
    ):
        session.add_all(ReplyTemplate(name=name, body=body) for name, body in TEMPLATES)
        written = True
    if written:
        changed(session)
        session.flush()
    return written


def _rules(session: Session) -> None:
    for place, (name, conditions, code) in enumerate(RULES, start=1):
        plain = {key: [str(each) for each in wanted] for key, wanted in conditions.items()}
        rule = RoutingRule(
            position=place * 10, name=name, conditions=plain, department_code=code, version=1
        )
        session.add(rule)
        session.flush()
        snapshot = {
            "position": rule.position,
            "name": name,
            "conditions": plain,
            "department_code": code,
        }
        session.add(RoutingRuleVersion(rule_id=rule.id, version=1, snapshot=snapshot))
