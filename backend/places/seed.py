"""The demo province: Gia Lai with its communes, two of them with departments, communities and office hours."""

from __future__ import annotations

from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core.demo import Demo
from backend.core.text import fold
from backend.places import service
from backend.places.models import (
    AdminUnit,
    Community,
    CommunityKind,
    Department,
    WorkingHours,
)
from backend.places.queries import commune_by_code, province_by_code
from backend.places.source import read_source

PROVINCE = "52"
COMMUNES = {"ayun": "23798", "quynhon": "21583"}
HOTLINES = {"ayun": "0269 000 0001", "quynhon": "0256 000 0001"}  # numbers that nobody has
LANGUAGES = {"ayun": ["vi", "bdq"], "quynhon": ["vi"]}

# Code, name, front desk. The same codes in both communes, so that routing rules can name them.
RURAL = (
    ("van_phong", "Văn phòng HĐND và UBND", False),
    ("kinh_te", "Phòng Kinh tế", False),
    ("van_hoa_xa_hoi", "Phòng Văn hóa - Xã hội", False),
    ("hanh_chinh_cong", "Trung tâm Phục vụ hành chính công", True),
    ("cong_an", "Công an xã", False),
    ("quan_su", "Ban Chỉ huy quân sự xã", False),
    ("tram_y_te", "Trạm Y tế xã", False),
    ("dien_luc", "Điện lực khu vực", False),
    ("cap_nuoc", "Đơn vị cấp nước", False),
)
URBAN_NAMES = {
    "kinh_te": "Phòng Kinh tế, Hạ tầng và Đô thị",
    "cong_an": "Công an phường",
    "quan_su": "Ban Chỉ huy quân sự phường",
    "tram_y_te": "Trạm Y tế phường",
}
PROVINCIAL = (
    ("so_vhttdl", "Sở Văn hóa, Thể thao và Du lịch"),
    ("so_khcn", "Sở Khoa học và Công nghệ"),
    ("so_nnmt", "Sở Nông nghiệp và Môi trường"),
    ("so_xay_dung", "Sở Xây dựng"),
    ("so_y_te", "Sở Y tế"),
)
# Code, kind, name, degrees north and east of the commune's centre. Names are examples.
COMMUNITIES = {
    "ayun": (
        ("plei-bong", CommunityKind.LANG, "Làng Plei Bông", 0.012, -0.004),
        ("vong-chep", CommunityKind.LANG, "Làng Vơng Chép", 0.021, 0.009),
        ("hyer", CommunityKind.LANG, "Làng Hyer", -0.008, 0.011),
        ("kon-brung", CommunityKind.LANG, "Làng Kon Brung", -0.016, -0.013),
        ("nhon-bong", CommunityKind.THON, "Thôn Nhơn Bông", 0.003, 0.018),
    ),
    "quynhon": tuple(
        (f"kp-{number}", CommunityKind.TO_DAN_PHO, f"Khu phố {number}", north, east)
        for number, north, east in (
            (1, 0.006, 0.002),
            (2, 0.004, -0.004),
            (3, -0.003, 0.003),
            (4, -0.005, -0.002),
            (5, 0.001, 0.006),
        )
    ),
}
OFFICE = ((time(7), time(11, 30)), (time(13, 30), time(17)))


def seed(session: Session, demo: Demo) -> None:
    """Import the province when it is not there, furnish the two communes, fill in the ids."""
    if province_by_code(session, PROVINCE) is None:
        service.import_units(session, read_source(), frozenset({PROVINCE}))
    province = province_by_code(session, PROVINCE)
    if province is None:
        raise LookupError(f"no province has the code {PROVINCE} today")
    demo.province_id = province.id
    for code, name in PROVINCIAL:
        _department(session, demo, "gialai", province, code, name, front_desk=False)
    for label, code in COMMUNES.items():
        commune = commune_by_code(session, code)
        if commune is None:
            service.import_units(session, read_source(), frozenset({PROVINCE}))
            commune = commune_by_code(session, code)
        if commune is None:
            raise LookupError(f"no commune has the code {code} today")
        demo.communes[label] = commune.id
        _furnish(session, demo, label, commune)


def _furnish(session: Session, demo: Demo, label: str, commune: AdminUnit) -> None:
    for code, name, front_desk in RURAL:
        urban = URBAN_NAMES.get(code, name) if label == "quynhon" else name
        _department(session, demo, label, commune, code, urban, front_desk=front_desk)
    for code, kind, name, north, east in COMMUNITIES[label]:
        row = session.scalar(
            select(Community).where(Community.unit_id == commune.id, Community.code == code)
        ) or Community(unit_id=commune.id, code=code, kind=kind, name=name, search_key=fold(name))
        row.latitude = round((commune.latitude or 0) + north, 5)
        row.longitude = round((commune.longitude or 0) + east, 5)
        session.add(row)
        session.flush()
        demo.communities[label, code] = row.id
    if not session.scalar(
        select(WorkingHours.id).where(WorkingHours.unit_id == commune.id).limit(1)
    ):
        service.set_hours(session, commune.id, dict.fromkeys(range(5), OFFICE))
    if commune.hotline is None:
        commune.hotline, commune.languages = HOTLINES[label], LANGUAGES[label]
    service.mark_staffed(session, commune.id)


def _department(
    session: Session,
    demo: Demo,
    label: str,
    unit: AdminUnit,
    code: str,
    name: str,
    *,
    front_desk: bool,
) -> None:
    row = session.scalar(
        select(Department).where(Department.unit_id == unit.id, Department.code == code)
    ) or Department(unit_id=unit.id, code=code, name=name, is_front_desk=front_desk)
    session.add(row)
    session.flush()
    demo.departments[label, code] = row.id
