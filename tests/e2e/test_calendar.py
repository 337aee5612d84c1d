"""The working calendar in the console: an official closes a day, and what is due in the commune is due later."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from playwright.sync_api import APIRequestContext, Page, expect

from backend.core import clock
from tests.databases import wait_for
from tests.e2e.conftest import PHONE, Open, Stack

SignIn = Callable[..., Page]
UNIT = "23798"
REASON = "Nước lũ vào trụ sở"


def case_of(open_context: Open, stack: Stack, text: str) -> tuple[APIRequestContext, str]:
    """Somebody without an account writes to the commune; gives an official's requests and the id of the case."""
    resident = open_context().request
    notice = resident.get("/api/v1/privacy-notice").json()["version"]
    body = {
        "kind": "report",
        "text": text,
        "commune": UNIT,
        "identity": "anonymous",
        "consent_version": notice,
    }
    sent = resident.post("/api/v1/feedback", data=body)
    assert sent.ok, sent.text()
    hoa = open_context().request
    who = {"username": "hoa.ayun", "password": stack.password}
    assert hoa.post("/api/v1/auth/staff/sign-in", data=who).ok
    found = hoa.get(f"/api/v1/cases?view=all&q={sent.json()['tracking_code']}").json()["items"]
    return hoa, str(found[0]["id"])


def working_days(desk: Page, after: date, until: date) -> list[date]:
    """The working days between two days, as the calendar of the commune has them."""
    found = []
    day = after + timedelta(days=1)
    shown: dict[int, Any] = {}
    while day < until:
        if day.year not in shown:
            address = f"/api/v1/units/{UNIT}/calendar?year={day.year}"
            shown[day.year] = desk.context.request.get(address).json()
        special = {each["day"] for each in shown[day.year]["days"]}
        if shown[day.year]["hours"]["week"][day.weekday()] and day.isoformat() not in special:
            found.append(day)
        day += timedelta(days=1)
    return found


def reach(desk: Page, day: date) -> None:
    """With the keyboard alone: from the day that Tab leads to, to this one."""
    here = desk.locator(".months [tabindex='0']")
    here.focus()
    at = date.fromisoformat(here.get_attribute("data-day") or "")
    key = "ArrowRight" if day > at else "ArrowLeft"
    for _ in range(abs((day - at).days)):
        desk.keyboard.press(key)
    expect(desk.locator(f"[data-day='{day}']")).to_be_focused()


def test_a_closed_day_moves_what_is_due_and_opening_it_moves_it_back(
    sign_in: SignIn, open_context: Open, stack: Stack, axe: Callable[[Page], None], theme: str
) -> None:
    hoa, case_id = case_of(open_context, stack, f"Cột mốc ranh làng bị đổ, bản {theme}.")

    def due() -> datetime:
        at: str = hoa.get(f"/api/v1/cases/{case_id}").json()["due_at"]
        return datetime.fromisoformat(at)

    desk = sign_in("dung.ayun", theme=theme)
    before = due()
    day = working_days(desk, clock.today_local(), before.astimezone(clock.LOCAL).date())[0]

    expect(desk.get_by_role("heading", level=1)).to_be_visible()
    desk.keyboard.press("g")
    desk.keyboard.press("w")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Lịch làm việc")
    if day.year != clock.today_local().year:
        desk.keyboard.press("]")
    expect(desk.locator("caption").first).to_have_text(f"Tháng 1/{day.year}")
    axe(desk)

    reach(desk, day)
    desk.keyboard.press("Enter")
    form = desk.get_by_role("dialog")
    expect(form.get_by_role("radio", name=re.compile("Cơ quan đóng cửa"))).to_be_checked()
    form.get_by_role("button", name="Lưu").click()
    expect(form.get_by_text("Cần ghi lý do")).to_be_visible()
    axe(desk)
    form.get_by_label("Lý do").fill(REASON)
    desk.keyboard.press("Enter")
    closed = desk.locator(f"[data-day='{day}']")
    expect(closed).to_have_accessible_name(re.compile(f"Cơ quan đóng cửa, {REASON}"))
    expect(closed).to_be_focused()
    axe(desk)
    wait_for(lambda: due() > before or desk.wait_for_timeout(100), "the worker to count anew")
    events = hoa.get(f"/api/v1/cases/{case_id}").json()["events"]
    assert "clock_recalculated" in {each["type"] for each in events}

    desk.keyboard.press("Enter")
    expect(form.get_by_text("Nếu đơn vị không quy định")).to_be_visible()
    form.get_by_role("button", name="Bỏ quy định của đơn vị").click()
    expect(closed).to_have_accessible_name(re.compile("Ngày làm việc"))
    wait_for(lambda: due() == before or desk.wait_for_timeout(100), "the worker to count back")

    desk.get_by_role("button", name="Hoàn tác").last.click()
    expect(closed).to_have_accessible_name(re.compile(REASON))
    closed.click()
    form.get_by_role("button", name="Bỏ quy định của đơn vị").click()
    expect(closed).to_have_accessible_name(re.compile("Ngày làm việc"))


def test_hours_of_ones_own_are_typed_refused_mended_and_given_up(
    sign_in: SignIn, axe: Callable[[Page], None]
) -> None:
    desk = sign_in("quantri", viewport=PHONE)
    desk.goto("/console/calendar?year=2026")
    hours = desk.locator(".hours")
    expect(hours).to_contain_text("Theo giờ")
    axe(desk)
    hours.get_by_role("button", name="Đặt giờ riêng").click()
    hours.get_by_label("Thứ Hai, buổi 1, đến").fill("14h")
    hours.get_by_role("button", name="Lưu").click()
    expect(hours.get_by_text("Các buổi chồng lên nhau")).to_be_visible()
    desk.evaluate("scrollTo(0, 0)")  # what lies half under the bar would count as too small
    axe(desk)
    desk.reload()
    hours.get_by_role("button", name="Đặt giờ riêng").click()
    monday = hours.get_by_label("Thứ Hai, buổi 1, đến")
    expect(monday).to_have_value("14h")
    monday.fill("11h")
    hours.get_by_role("button", name=re.compile("Chép thứ Hai")).click()
    hours.get_by_role("button", name="Lưu").click()
    expect(hours).to_contain_text("Giờ riêng của đơn vị")
    expect(hours).to_contain_text("07:30–11:00")
    hours.get_by_role("button", name=re.compile("Dùng lại giờ")).click()
    expect(hours).to_contain_text("Theo giờ")


def test_two_officials_at_one_calendar_lose_no_word(
    sign_in: SignIn, axe: Callable[[Page], None]
) -> None:
    desk = sign_in("dung.ayun")
    desk.goto("/console/calendar?year=2028")
    day = desk.locator("[data-day='2028-03-15']")
    day.click()
    form = desk.get_by_role("dialog")
    form.get_by_label("Lý do").fill("Mất điện toàn xã")
    path = f"/api/v1/units/{UNIT}"
    cookies = {each["name"]: each["value"] for each in desk.context.cookies()}
    headers = {"X-CSRF-Token": cookies["tl_csrf"]}

    def other(method: str, where: str, **options: Any) -> None:
        version = desk.context.request.get(f"{path}/calendar").headers["etag"]
        answer = desk.context.request.fetch(
            f"{path}/{where}", method=method, headers={**headers, "If-Match": version}, **options
        )
        assert answer.ok, answer.text()

    other("PUT", "calendar-days/2028-03-14", data={"kind": "workday", "note": "Làm thêm"})
    form.get_by_role("button", name="Lưu").click()
    expect(form.get_by_role("alert")).to_contain_text("Có người vừa sửa lịch này trước bạn")
    expect(form.get_by_label("Lý do")).to_have_value("Mất điện toàn xã")
    axe(desk)
    form.get_by_role("button", name="Lưu").click()
    expect(day).to_have_accessible_name(re.compile("Mất điện toàn xã"))
    expect(desk.locator("[data-day='2028-03-14']")).to_have_accessible_name(re.compile("Làm thêm"))
    for text in ("2028-03-14", "2028-03-15"):
        other("DELETE", f"calendar-days/{text}")


def test_who_keeps_no_calendar_is_told_so(sign_in: SignIn, axe: Callable[[Page], None]) -> None:
    desk = sign_in("binh.ayun")
    expect(desk.get_by_role("heading", level=1)).to_be_visible()
    expect(desk.get_by_role("link", name="Lịch làm việc")).to_have_count(0)
    desk.goto("/console/calendar")
    expect(desk.get_by_role("heading", level=1)).to_have_text(
        "Trang này không thuộc phần việc của bạn"
    )
    axe(desk)
