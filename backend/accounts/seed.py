"""Demo people: every role in both communes, a supervisor and an administrator of the province, a portal."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.models import PortalClient, RoleGrant, Staff
from backend.accounts.queries import staff_by_username
from backend.accounts.service import portals
from backend.core import config, crypto
from backend.core.auth import SYSTEM, Role
from backend.core.demo import Demo
from backend.core.text import fold
from backend.places.models import AdminUnit

COMMUNE_NAMES = {"ayun": "xã Ayun", "quynhon": "phường Quy Nhơn"}

# First part of the user name, names in Ayun and in Quy Nhơn, what they are, roles, department.
PEOPLE: tuple[tuple[str, str, str, str, tuple[Role, ...], str | None], ...] = (
    ("hoa", "Rơ Châm Hoa", "Nguyễn Thị Hoa", "tiếp nhận, phân loại phản ánh", (Role.TRIAGE_OFFICER,), None),
    ("binh", "Trần Văn Bình", "Lê Thanh Bình", "xử lý, Phòng Kinh tế", (Role.HANDLER,), "kinh_te"),
    ("van", "Đinh Thị Vân", "Phạm Thu Vân", "xử lý, Phòng Văn hóa - Xã hội", (Role.HANDLER,), "van_hoa_xa_hoi"),
    ("dung", "Nguyễn Tiến Dũng", "Võ Anh Dũng", "chủ tịch, phê duyệt", (Role.COMMUNE_LEADER, Role.APPROVER), None),
    ("lien", "Hồ Thị Liên", "Đặng Kim Liên", "soạn tin", (Role.DRAFTER,), None),
    ("yen", "Lê Hải Yến", "Bùi Hoàng Yến", "biên tập", (Role.EDITOR,), None),
    ("tam", "Siu Tâm", "Huỳnh Minh Tâm", "phát thanh", (Role.BROADCAST_OPERATOR,), None),
    ("ky", "Nay Kỳ", "Trương Quốc Kỳ", "kỹ thuật thiết bị", (Role.DEVICE_TECHNICIAN,), None),
    ("mot", "Đinh Mót", "Mai Thị Mót", "bộ phận một cửa", (Role.ONE_STOP_DESK,), None),
    ("siu", "Siu Blưn", "Phan Văn Siu", "trưởng làng, tổ trưởng dân phố", (Role.VILLAGE_HEAD,), None),
)  # fmt: skip
PROVINCE: tuple[tuple[str, str, str, Role], ...] = (
    ("giamsat", "Ksor Phước", "giám sát cấp tỉnh", Role.PROVINCE_SUPERVISOR),
    ("quantri", "Ngô Quang Trí", "quản trị hệ thống", Role.ADMINISTRATOR),
)
PORTAL = "Cổng thông tin điện tử tỉnh (thử nghiệm)"
PORTAL_ORIGINS = ["https://cong.tinh.example", "https://*.cong.tinh.example"]


def seed(session: Session, demo: Demo) -> None:
    """Make the people who are missing and fill in the ids; a known person keeps their password."""
    password_hash: list[str] = []  # one hash for all: Argon2 is slow on purpose

    def hashed() -> str:
        if not password_hash:
            password_hash.append(crypto.hash_password(demo.password))
        return password_hash[0]

    def person(username: str, name: str, unit_id: UUID) -> Staff:
        staff = staff_by_username(session, username)
        if staff is None:
            staff = Staff(
                username=username,
                name=name,
                search_key=fold(name),
                unit_id=unit_id,
                password_hash=hashed(),
            )
            session.add(staff)
            session.flush()
        demo.staff[username] = staff.id
        return staff

    for label, unit_id in demo.communes.items():
        for first, ayun_name, quynhon_name, what, roles, department in PEOPLE:
            name = ayun_name if label == "ayun" else quynhon_name
            staff = person(f"{first}.{label}", name, unit_id)
            department_id = demo.departments[label, department] if department else None
            community = ("plei-bong" if label == "ayun" else "kp-1") if first == "siu" else None
            community_id = demo.communities[label, community] if community else None
            _roles(session, staff, roles, unit_id, department_id, community_id)
            demo.sign_ins.append((staff.username, f"{name}: {what}, {COMMUNE_NAMES[label]}"))
    for username, name, what, role in PROVINCE:
        staff = person(username, name, demo.province_id)
        _roles(session, staff, (role,), demo.province_id, None, None)
        demo.sign_ins.append((username, f"{name}: {what}"))
    if session.scalar(select(PortalClient.id).where(PortalClient.name == PORTAL)) is None:
        province = session.get_one(AdminUnit, demo.province_id)
        # Whoever tries it out embeds us in a page of this very address, by one of its names or the other.
        here = config.current().public_url
        tried = [here, here.replace("127.0.0.1", "localhost")]
        # Its key is nobody's: an administrator makes a fresh one in the console.
        portals.create(
            session,
            SYSTEM,
            name=PORTAL,
            unit_code=province.code,
            origins=list(dict.fromkeys([*tried, *PORTAL_ORIGINS])),
        )
    session.flush()


def _roles(
    session: Session,
    staff: Staff,
    roles: tuple[Role, ...],
    unit_id: UUID,
    department_id: UUID | None,
    community_id: UUID | None,
) -> None:
    known = set(session.scalars(select(RoleGrant.role).where(RoleGrant.staff_id == staff.id)))
    session.add_all(
        RoleGrant(
            staff_id=staff.id,
            role=role,
            unit_id=unit_id,
            department_id=department_id,
            community_id=community_id,
        )
        for role in roles
        if role not in known
    )
    session.flush()
