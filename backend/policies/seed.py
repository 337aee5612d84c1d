"""The demo province's policies, brought through the same steps as real ones, so that their history is real.

Nothing in them is about anybody: numbers, days and promises are made up for trying things out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.core import clock
from backend.core.auth import Grant, Principal, Role
from backend.core.demo import Demo
from backend.places.models import AdminUnit
from backend.policies import service
from backend.policies.models import (
    Policy,
    PolicyKind,
    PolicyPromise,
    PolicyText,
    PromiseStatus,
)
from backend.policies.national import ensure_policies

PROVINCE = "gialai"
# Who answers for the policies of each unit.
PEOPLE = {
    "ayun": ("dung.ayun", Role.COMMUNE_LEADER),
    PROVINCE: ("giamsat", Role.PROVINCE_SUPERVISOR),
}
MADE_UP = "Đây là dữ liệu minh họa để dùng thử hệ thống."


@dataclass(frozen=True, slots=True)
class DemoPromise:
    """Days are counted from the day the demo is loaded; negative ones have passed."""

    text: str
    department: str
    due_in: int
    status: PromiseStatus = PromiseStatus.PLANNED
    note: str = ""
    english: str = ""


@dataclass(frozen=True, slots=True)
class DemoPolicy:
    unit: str
    kind: PolicyKind
    name: str
    summary: str
    body: str
    number: str
    issuer: str
    days_ago: int
    lasts_days: int
    promises: tuple[DemoPromise, ...]
    english: tuple[str, str] | None = None  # name, summary
    published: bool = True


POLICIES: tuple[DemoPolicy, ...] = (
    DemoPolicy(
        unit="ayun",
        kind=PolicyKind.PROGRAMME,
        name="Nước sạch nông thôn xã Ayun 2026",
        summary="Đưa nước sạch về năm làng: sửa bể trữ, nối ống, kiểm tra nước và công khai kết quả.",
        body=(
            "Chương trình nhằm để mọi hộ trong xã có nước hợp vệ sinh dùng quanh năm.\n\n"
            "Bà con thấy nước yếu, nước đục hoặc ống hỏng thì gửi phản ánh để đội quản lý nước sửa.\n\n"
            + MADE_UP
        ),
        number="01/CTr-UBND (minh họa)",
        issuer="UBND xã Ayun",
        days_ago=150,
        lasts_days=365,
        english=(
            "Rural clean water in Ayun 2026",
            "Clean water for five villages: tanks mended, pipes laid, water tested, results made public.",
        ),
        promises=(
            DemoPromise(
                "Súc rửa và sửa bể trữ nước của làng Plei Bông và làng Hyer.",
                "cap_nuoc",
                -60,
                PromiseStatus.DONE,
                "Hai bể đã súc rửa, thay van khóa; làng đã nghiệm thu.",
                "Clean and mend the water tanks of Plei Bông and Hyer.",
            ),
            DemoPromise(
                "Nối ống nước về 40 hộ cuối làng Vơng Chép.",
                "cap_nuoc",
                -12,
                PromiseStatus.IN_PROGRESS,
                "Đã nối 28 hộ; 12 hộ còn lại chờ hết mưa để đào rãnh.",
                "Lay pipes to the last 40 households of Vơng Chép.",
            ),
            DemoPromise(
                "Lấy mẫu nước mỗi quý và dán kết quả ở nhà rông từng làng.",
                "tram_y_te",
                38,
                PromiseStatus.IN_PROGRESS,
                "Đã dán kết quả ba quý đầu.",
                "Test the water every quarter and post the results in each village.",
            ),
            DemoPromise(
                "Lập đội quản lý nước có số điện thoại ở mỗi làng.",
                "van_phong",
                -90,
                PromiseStatus.DONE,
                "Năm làng đã có đội, số điện thoại đọc trên loa.",
                "A water team with a telephone number in every village.",
            ),
            DemoPromise(
                "Họp làng bàn mức đóng góp tiền nước cho năm sau.",
                "kinh_te",
                30,
                english="Village meetings on next year's water charge.",
            ),
        ),
    ),
    DemoPolicy(
        unit="ayun",
        kind=PolicyKind.RESOLUTION,
        name="Đường làng sáng, xanh, sạch 2026–2027",
        summary="Thắp sáng đường chính của các làng, trồng cây hai bên và thu gom rác đúng lịch.",
        body=(
            "Xã góp vật liệu, bà con góp công; làng nào chuẩn bị xong thì làm trước.\n\n" + MADE_UP
        ),
        number="02/NQ-HĐND (minh họa)",
        issuer="HĐND xã Ayun",
        days_ago=80,
        lasts_days=560,
        promises=(
            DemoPromise(
                "Lắp 60 bóng đèn năng lượng mặt trời trên đường chính năm làng.",
                "kinh_te",
                75,
                PromiseStatus.IN_PROGRESS,
                "Đã lắp 35 bóng ở ba làng.",
            ),
            DemoPromise(
                "Thu gom rác mỗi tuần hai lần, thứ Ba và thứ Sáu.",
                "kinh_te",
                -30,
                PromiseStatus.DONE,
                "Lịch thu gom đọc trên loa mỗi sáng thứ Hai.",
            ),
            DemoPromise(
                "Trồng 500 cây bóng mát dọc đường liên làng.",
                "van_hoa_xa_hoi",
                210,
            ),
        ),
    ),
    DemoPolicy(
        unit=PROVINCE,
        kind=PolicyKind.PLAN,
        name="Kỹ năng số đến từng làng 2026",
        summary="Mỗi thôn, làng có người biết hướng dẫn bà con dùng dịch vụ công và gửi phản ánh.",
        body=(
            "Kế hoạch dành cho người chưa quen dùng điện thoại thông minh; học tại nhà rông, nhà văn hóa, "
            "không thu tiền.\n\n" + MADE_UP
        ),
        number="03/KH-UBND (minh họa)",
        issuer="UBND tỉnh Gia Lai",
        days_ago=200,
        lasts_days=420,
        english=(
            "Digital skills for every village 2026",
            "Somebody in every village who can show neighbours online services and how to send feedback.",
        ),
        promises=(
            DemoPromise(
                "Soạn tài liệu có hình bằng tiếng Việt, Jrai và Bahnar.",
                "so_khcn",
                -100,
                PromiseStatus.DONE,
                "Tài liệu đã gửi các xã.",
                "Picture guides in Vietnamese, Jrai and Bahnar.",
            ),
            DemoPromise(
                "Mở lớp ở mọi xã, phường, mỗi nơi ít nhất hai buổi.",
                "so_khcn",
                45,
                PromiseStatus.IN_PROGRESS,
                "Hơn nửa số xã, phường đã học buổi đầu.",
                "Classes in every commune, two sessions at least.",
            ),
            DemoPromise(
                "Đọc bài hướng dẫn trên đài truyền thanh cơ sở mỗi tuần.",
                "so_vhttdl",
                120,
                PromiseStatus.IN_PROGRESS,
                english="A weekly lesson on the village radio.",
            ),
        ),
    ),
    DemoPolicy(
        unit="ayun",
        kind=PolicyKind.PLAN,
        name="Sửa nhà rông và sân chơi các làng 2027",
        summary="Dự thảo kế hoạch đang lấy ý kiến các làng.",
        body=MADE_UP,
        number="",
        issuer="UBND xã Ayun",
        days_ago=6,
        lasts_days=400,
        promises=(DemoPromise("Chọn hai làng làm trước sau khi họp dân.", "van_hoa_xa_hoi", 60),),
        published=False,
    ),
)


def seed(session: Session, demo: Demo) -> None:
    """Write the policies that are missing."""
    ensure_policies(session)
    known = set(session.scalars(select(PolicyText.name)))
    for story in POLICIES:
        if story.name not in known:
            _tell(session, demo, story)


def _tell(session: Session, demo: Demo, story: DemoPolicy) -> None:
    unit_id = demo.province_id if story.unit == PROVINCE else demo.communes[story.unit]
    unit = session.get_one(AdminUnit, unit_id)
    name, role = PEOPLE[story.unit]
    grant = Grant(role, unit.id, unit.level.value)
    actor = Principal(kind="staff", id=demo.staff[name], grants=(grant,))
    began = demo.now - timedelta(days=story.days_ago)
    today = demo.now.astimezone(clock.LOCAL).date()

    with clock.freeze(began):
        policy = service.create(session, actor, unit.code, _draft(demo, story, began, today))
    if story.published:
        with clock.freeze(began + timedelta(hours=3)):
            service.move(session, actor, policy.id, policy.version, "publish")
        with clock.freeze(demo.now - timedelta(days=2)):
            _report(session, actor, policy, story)


def _report(session: Session, actor: Principal, policy: Policy, story: DemoPolicy) -> None:
    """Since the beginning some promises were kept: what is public today was an edit."""
    promises: list[service.Promise] = [
        {**_same(row), "status": told.status, "note": told.note}
        for row, told in zip(policy.promises, story.promises, strict=True)
    ]
    service.edit(session, actor, policy.id, policy.version, {"promises": promises})


def _same(row: PolicyPromise) -> service.Promise:
    return {
        "id": row.id,
        "texts": row.texts,
        "responsible": row.responsible,
        "department_id": row.department_id,
        "due_on": row.due_on,
        "status": row.status,
        "note": row.note,
    }


def _draft(demo: Demo, story: DemoPolicy, began: datetime, today: date) -> service.Draft:
    texts = {"vi": {"name": story.name, "summary": story.summary, "body": story.body}}
    if story.english:
        name, summary = story.english
        texts["en"] = {"name": name, "summary": summary, "body": ""}
    issued = began.astimezone(clock.LOCAL).date()
    return {
        "kind": story.kind,
        "number": story.number or None,
        "issuer": story.issuer,
        "issued_on": issued,
        "valid_from": issued,
        "valid_to": issued + timedelta(days=story.lasts_days),
        "texts": texts,
        "promises": [
            {
                "id": None,
                "texts": {"vi": each.text, **({"en": each.english} if each.english else {})},
                "responsible": "",
                "department_id": demo.departments[story.unit, each.department],
                "due_on": today + timedelta(days=each.due_in),
                "status": PromiseStatus.PLANNED,
                "note": "",
            }
            for each in story.promises
        ],
    }
