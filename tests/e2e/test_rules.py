"""A rule is written, tried on what came in before, saved, and the next feedback lands where it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import APIRequestContext, BrowserContext, Page, expect

from tests.e2e.conftest import DESKTOP, PHONE

SignIn = Callable[..., Page]
Axe = Callable[[Page], None]
UNIT = "23798"
TEXT = "Xin hỏi lịch tiêm chủng nhắc lại cho trẻ ở làng Hyer, chúng tôi chưa được báo."
DEPARTMENT = "Phòng Kinh tế"
RULES = f"/api/v1/routing-rules?unit={UNIT}"


def send(resident: APIRequestContext, text: str) -> str:
    """Somebody without an account sends this; gives back the tracking code."""
    notice = resident.get("/api/v1/privacy-notice").json()["version"]
    body = {
        "kind": "question",
        "text": text,
        "commune": UNIT,
        "identity": "anonymous",
        "consent_version": notice,
    }
    sent = resident.post("/api/v1/feedback", data=body)
    assert sent.ok, sent.text()
    return str(sent.json()["tracking_code"])


def own_rules(page: Page) -> list[str]:
    items = page.request.get(RULES).json()["items"]
    return [each["name"] for each in items if each["owner"] == "unit"]


def add_condition(page: Page, part: str) -> None:
    page.get_by_label("Thêm điều kiện").select_option(part)
    page.get_by_role("button", name="Thêm", exact=True).press("Enter")


def test_a_leader_writes_a_rule_tries_it_and_the_next_feedback_follows_it(
    sign_in: SignIn, axe: Axe, open_context: Callable[..., BrowserContext]
) -> None:
    # rules stay for good: each run writes its own
    mark = uuid4().hex[:6]
    first, second = f"Tiêm chủng {mark}", f"Quanh trạm {mark}"
    resident = open_context().request
    before = send(resident, TEXT)
    page = sign_in("dung.ayun")
    page.goto("/console/rules")
    expect(page.get_by_role("heading", level=1)).to_have_text("Quy tắc chuyển xử lý")
    expect(page.get_by_text("Còn lại: bộ phận tiếp nhận")).to_be_visible()
    axe(page)
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name="Thêm quy tắc")).to_be_visible()
    page.get_by_role("button", name="Lưu").press("Enter")
    expect(page.get_by_label("Tên quy tắc")).to_be_focused()
    expect(page.get_by_text("Cần ít nhất một điều kiện")).to_be_visible()
    page.keyboard.type(first)
    add_condition(page, "keywords")
    expect(page.get_by_label("Thêm từ khóa")).to_be_focused()
    page.keyboard.type("tiêm chủng,vắc xin")
    page.keyboard.press("Enter")
    page.get_by_label("Chuyển đến").select_option(label=DEPARTMENT)
    expect(
        page.get_by_text(f"Nếu có từ “tiêm chủng” hoặc “vắc xin” thì chuyển đến {DEPARTMENT}.")
    ).to_be_visible()

    page.get_by_role("button", name="Thử trên 500 phản ánh gần nhất").press("Enter")
    expect(page.get_by_text(re.compile(r"Sẽ đổi nơi nhận của [1-9]\d* trên \d+"))).to_be_visible()
    expect(page.get_by_role("link", name=before)).to_be_visible()
    axe(page)
    assert first not in own_rules(page)

    page.get_by_role("button", name="Lưu").press("Enter")
    expect(page).to_have_url(re.compile(r"/console/rules/[0-9a-f-]{36}$"))
    expect(page.get_by_text(f"Bản 1: {first}")).to_be_visible()
    after = send(resident, TEXT)
    found = page.request.get(f"/api/v1/cases?view=all&q={after}").json()["items"]
    assert found[0]["lead_department"]["name"] == DEPARTMENT

    # a second one, moved up with the keyboard
    page.keyboard.press("Escape")
    page.goto("/console/rules/new")
    page.get_by_label("Tên quy tắc").fill(second)
    add_condition(page, "radius")
    page.get_by_label("Vĩ độ").fill("108,1")
    page.get_by_label("Kinh độ").fill("13,8")
    page.get_by_role("button", name="Lưu").press("Enter")
    expect(page.get_by_text("Điểm nằm ngoài Việt Nam")).to_be_visible()
    page.get_by_label("Vĩ độ").fill("13,8")
    page.get_by_label("Kinh độ").fill("108,1")
    page.get_by_role("button", name="Lưu").press("Enter")
    expect(page.get_by_text(f"Bản 1: {second}")).to_be_visible()
    page.get_by_role("button", name=f"Lên {second}").press("Enter")
    expect(page.get_by_role("button", name=f"Xuống {second}")).to_be_focused()
    assert own_rules(page)[-2:] == [second, first]
    for name in (first, second):
        page.get_by_role("button", name=f"Tắt {name}").press("Enter")
        expect(page.get_by_role("button", name=f"Bật {name}")).to_be_visible()


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_rules_stand_in_both_themes(
    sign_in: SignIn, axe: Axe, viewport: dict[str, int], theme: str
) -> None:
    page = sign_in("hoa.ayun", viewport=viewport, theme=theme)
    page.goto("/console/rules")
    expect(page.get_by_text("Còn lại: bộ phận tiếp nhận")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Y tế", exact=True).click()
    expect(page.get_by_text("Quy tắc của cấp trên hoặc của cả nước: chỉ xem.")).to_be_visible()
    page.goto("/console/rules/new")
    for part in ("category", "keywords", "radius", "polygon", "working_time"):
        add_condition(page, part)
    page.evaluate("scrollTo(0, 0)")  # nothing half under the bar that stays at the top
    axe(page)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, "the page scrolls sideways"


def test_handlers_are_kept_out(sign_in: SignIn) -> None:
    page = sign_in("binh.ayun", expect_errors=True)
    page.goto("/console/rules")
    expect(page.get_by_text("Trang này không thuộc phần việc của bạn")).to_be_visible()
