"""The default fields of essential information; an installation may add its own rows."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core.db import bump
from backend.essentials.models import Category

# Decree 49/2024, Art. 6 (1 to 8), then the kinds that are looked for on their own. Slugs never change.
DEFAULTS: tuple[tuple[str, str, str], ...] = (
    (
        "chu_truong_chinh_sach",
        "Chủ trương, chính sách, sự kiện quan trọng",
        "Policy, local rules, important events",
    ),
    (
        "du_an_chuong_trinh",
        "Dự án, chương trình tại địa phương",
        "Local projects and programmes",
    ),
    (
        "kien_thuc",
        "Kiến thức kinh tế, văn hóa, xã hội, khoa học",
        "Knowledge: economy, culture, society, science",
    ),
    ("an_ninh_quoc_phong", "An ninh, trật tự, quân sự", "Security, order, military"),
    (
        "thien_tai_khan_cap",
        "Thiên tai, cứu nạn, phòng cháy, dịch bệnh",
        "Disasters, rescue, fire, epidemics",
    ),
    ("guong_nguoi_tot", "Gương người tốt, việc tốt", "Good examples"),
    (
        "phong_chong_vi_pham",
        "Phòng, chống hành vi vi phạm, tiêu cực",
        "Against illegal or negative acts",
    ),
    (
        "san_pham_dich_vu",
        "Sản phẩm, dịch vụ, thông tin hữu ích",
        "Products, services, useful information",
    ),
    ("van_ban", "Văn bản pháp luật, hướng dẫn", "Legal and guidance documents"),
    ("cong_khai", "Công khai để dân biết", "Disclosure under the Grassroots Democracy Law"),
    ("gioi_thieu", "Giới thiệu về xã, phường", "About the commune"),
    ("hoi_dap", "Hỏi đáp", "Questions and answers"),
)


def ensure_categories(session: Session) -> None:
    """Add the default categories that are missing; those that exist are left as they are."""
    known = set(session.scalars(select(Category.slug)))
    missing = [
        Category(slug=slug, labels={"vi": vi, "en": en}, position=place)
        for place, (slug, vi, en) in enumerate(DEFAULTS, start=1)
        if slug not in known
    ]
    if missing:
        session.add_all(missing)
        session.flush()
        bump(session, "essentials")
