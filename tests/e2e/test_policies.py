"""What was promised, written at the desk with the keyboard and read by everybody."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import DESKTOP, PHONE

SignIn = Callable[..., Page]
PUBLIC = "/api/v1/communes/23798/policies?limit=100"


def names(page: Page) -> list[str]:
    return [item["name"] for item in page.request.get(PUBLIC).json()["items"]]


def test_a_leader_writes_orders_and_publishes_promises(
    sign_in: SignIn, axe: Callable[[Page], None]
) -> None:
    page = sign_in("dung.ayun")
    page.goto("/console/policies")
    expect(page.get_by_role("heading", level=1)).to_have_text("Chính sách, chương trình")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thêm chính sách")
    page.keyboard.press("Control+s")
    expect(page.get_by_text("Cần điền mục này")).to_be_visible()
    expect(page.locator("#policy-name")).to_be_focused()
    page.keyboard.type("Cầu treo làng Hyer 2027")
    page.get_by_label("Tóm tắt").fill("Sửa cầu treo để trẻ em đi học an toàn.")
    for text in ("Thay ván mặt cầu", "Kiểm tra dây cáp"):
        page.get_by_role("button", name="Thêm cam kết").press("Enter")
        page.keyboard.type(text)
    page.get_by_label("Hạn", exact=True).first.fill("2027-03-31")
    page.get_by_role("button", name="Lên Cam kết 2").press("Enter")
    expect(page.get_by_label("Sẽ làm gì").first).to_have_value("Kiểm tra dây cáp")
    expect(page.get_by_role("button", name="Xuống Cam kết 1")).to_be_focused()
    axe(page)
    page.keyboard.press("Control+s")
    expect(page).to_have_url(re.compile(r"/console/policies/[0-9a-f-]{36}$"))
    assert "Cầu treo làng Hyer 2027" not in names(page)

    page.get_by_role("button", name="Công bố").press("Enter")
    expect(page.locator(".page-head")).to_contain_text("Đã công bố")
    assert names(page)[0] == "Cầu treo làng Hyer 2027"

    page.get_by_role("button", name="Xem trước").press("Enter")
    expect(page.locator("article")).to_contain_text("Kiểm tra dây cáp")
    axe(page)

    page.get_by_role("button", name="Đưa về bản nháp").press("Enter")
    page.get_by_label("Lý do đưa về bản nháp").fill("Chờ họp làng")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".page-head")).to_contain_text("Bản nháp")
    expect(page.get_by_text("Chờ họp làng")).to_be_visible()
    assert "Cầu treo làng Hyer 2027" not in names(page)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_list_and_a_policy_stand_in_both_themes(
    sign_in: SignIn, axe: Callable[[Page], None], viewport: dict[str, int], theme: str
) -> None:
    page = sign_in("yen.ayun", viewport=viewport, theme=theme)
    page.goto("/console/policies?state=published")
    link = page.get_by_role("link", name="Nước sạch nông thôn xã Ayun 2026")
    expect(link).to_be_visible()
    expect(page.get_by_text("1 trễ hạn")).to_be_visible()
    axe(page)
    link.click()
    expect(page.get_by_label("Sẽ làm gì")).to_have_count(5)
    expect(page.get_by_role("group").get_by_text("Trễ hạn")).to_be_visible()
    axe(page)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, "the page scrolls sideways"


def test_the_countrys_policies_are_to_read_and_others_are_kept_out(sign_in: SignIn) -> None:
    page = sign_in("yen.ayun", expect_errors=True)
    page.goto("/console/policies?whose=country")
    page.get_by_role("link", name="Bảo hiểm y tế", exact=True).click()
    expect(page.get_by_text("Chính sách chung của cả nước: chỉ xem.")).to_be_visible()
    expect(page.get_by_role("button", name="Lưu")).to_have_count(0)
    page.goto("/console/policies?q=khongcogi")
    expect(page.get_by_text("Không có mục nào khớp")).to_be_visible()
    page.goto("/console/policies/00000000-0000-4000-8000-000000000000")
    expect(page.get_by_text("Không có chính sách này")).to_be_visible()
    binh = sign_in("binh.ayun")
    binh.goto("/console/policies")
    expect(binh.get_by_text("Trang này không thuộc phần việc của bạn")).to_be_visible()
