"""Demo broadcasts: each staffed commune has one on the air, and one waits for its approver."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.broadcasts import desk, making, renditions, service
from backend.broadcasts.audio.process import Limits
from backend.broadcasts.models import Broadcast, Language, Programme, ProgrammeKind, Station
from backend.broadcasts.stations import add_programme, station_of
from backend.broadcasts.workflow import Asked
from backend.core import clock
from backend.core.auth import Grant, Principal, Role
from backend.core.demo import Demo
from backend.places import queries as places
from backend.places.models import AdminUnit

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Story:
    """A bulletin of the demo."""

    commune: str
    title: str
    summary: str
    text: str
    voice: str
    hours_ago: int
    aired: bool


STORIES = (
    Story(
        commune="ayun",
        title="Bản tin xã Ayun: lịch họp làng và chăm sóc cà phê",
        summary="Lịch họp các làng trong tuần, hướng dẫn chăm sóc cà phê cuối vụ.",
        text=(
            "UBND xã Ayun thông báo: 19h ngày thứ 7, các làng họp tại nhà rông để bàn việc làm "
            "đường bê tông, mỗi hộ cử một người.\n"
            "Phòng Kinh tế xã nhắc bà con: cà phê đang chín, chỉ hái khi trên 80% số quả đã chín; "
            "phơi nơi khô ráo, không phơi trên QL19.\n"
            "Trạm Y tế tiêm phòng cho trẻ em vào sáng thứ 4, từ 7h30 - 11h. "
            "Bà con mang theo sổ tiêm chủng."
        ),
        voice="vi-vn-x-central",
        hours_ago=5,
        aired=True,
    ),
    Story(
        commune="quynhon",
        title="Bản tin phường Quy Nhơn: phân loại rác tại nguồn",
        summary="Cách phân loại rác, lịch thu gom và số điện thoại góp ý.",
        text=(
            "UBND phường Quy Nhơn thông báo: từ ngày 1/12, rác sinh hoạt được thu gom theo ba loại: "
            "rác thực phẩm, rác tái chế và rác còn lại.\n"
            "Xe thu gom đến các TDP lúc 17h30 hằng ngày; rác tái chế thu vào thứ 7.\n"
            "Bà con góp ý qua tổng đài 1022 hoặc ứng dụng của phường."
        ),
        voice="vi",
        hours_ago=4,
        aired=True,
    ),
    Story(
        commune="ayun",
        title="Thông báo: tạm ngừng cấp nước để sửa đường ống",
        summary="Ngừng cấp nước một buổi sáng ở hai làng.",
        text=(
            "Đội quản lý nước sạch thông báo: sáng thứ 5, từ 8h - 11h30, tạm ngừng cấp nước "
            "để thay 120 m đường ống. Bà con trữ nước dùng trong buổi sáng."
        ),
        voice="vi-vn-x-central",
        hours_ago=1,
        aired=False,
    ),
)


def seed(session: Session, demo: Demo) -> None:
    """Make the stations and stories that are missing; a known title is left alone."""
    for story in STORIES:
        unit = places.unit(session, demo.communes[story.commune])
        if unit is None:
            continue
        with clock.freeze(demo.now - timedelta(hours=story.hours_ago)):
            station = station_of(session, unit)
            if story.commune == "ayun":
                add_programme(
                    session, station, "Bản tin tiếng Bahnar", ProgrammeKind.MINORITY_EDITION,
                    Language.BAHNAR,
                )  # fmt: skip
            if not _is_told(session, unit.id, story.title):
                _tell(session, demo, unit, station, story)


def _is_told(session: Session, unit_id: UUID, title: str) -> bool:
    known = select(Broadcast.id).where(Broadcast.unit_id == unit_id, Broadcast.title == title)
    return session.scalar(known.limit(1)) is not None


def _tell(session: Session, demo: Demo, unit: AdminUnit, station: Station, story: Story) -> None:
    tam = _acting(demo, f"tam.{story.commune}", Role.BROADCAST_OPERATOR, unit.id)
    dung = _acting(demo, f"dung.{story.commune}", Role.COMMUNE_LEADER, unit.id)
    station.voice = story.voice
    slug = "ban-tin" if story.title.startswith("Bản tin") else "thong-bao"
    programme = session.scalar(
        select(Programme.id).where(Programme.station_id == station.id, Programme.slug == slug)
    )
    broadcast = service.create(
        session,
        tam,
        unit.code,
        {
            "title": story.title,
            "summary": story.summary,
            "text": story.text,
            "voice": story.voice,
            "programme_id": programme,
        },
    )
    if story.aired and not _made_here(session, broadcast):
        return  # it stays a draft whose audio the worker makes
    service.move(session, tam, broadcast.id, None, "submit", Asked())
    if story.aired:
        made = desk.current_rendition(session, broadcast)
        heard = Asked(sha256=made.sha256 if made else None)
        service.move(session, dung, broadcast.id, None, "approve", heard)
        service.move(session, tam, broadcast.id, None, "publish", Asked())


def _made_here(session: Session, broadcast: Broadcast) -> bool:
    """Make the audio now: no worker runs while the demo is loaded, and it must be playable at once."""
    rendition = desk.current_rendition(session, broadcast)
    sources = renditions.sources_of(broadcast, {})
    outcome, key = making.produce(sources, Limits(seconds=120), lambda: True)
    if rendition is None or outcome.made is None or key is None:
        log.warning("demo_audio_not_made", reason=outcome.reason)
        return False
    renditions.note_ready(rendition, key, outcome.made)
    session.flush()
    return True


def _acting(demo: Demo, username: str, role: Role, unit_id: UUID) -> Principal:
    grants = (Grant(role, unit_id, "commune"),)
    return Principal(kind="staff", id=demo.staff[username], grants=grants, name=username)
