"""The main job, end to end: Lan sends, Hoa triages, Bình resolves, Dũng approves, and everybody can read the outcome."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import feedparser
import pytest
from playwright.sync_api import APIRequestContext, BrowserContext, Page, expect

from tests.databases import wait_for
from tests.e2e.conftest import PHONE, Open, Stack
from tests.e2e.test_story_resident import fill_in, photo, ready_for_offline, visit
from tests.factories.notifications import Browser, loopback_service

SignIn = Callable[..., Page]
PHONE_NUMBER = "0905 000 000"


def send(page: Page, text: str) -> tuple[str, str]:
    """Lan sends feedback from her telephone; gives back tracking code and PIN."""
    visit(page)
    page.goto("/send")
    fill_in(page, text, with_photo=True)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Xã đã nhận được", timeout=30_000)
    codes = page.locator(".codes dd")
    return codes.nth(0).inner_text(), codes.nth(1).inner_text()


def follow(request: APIRequestContext, push: str, browser: Browser, code: str, pin: str) -> None:
    """Lan's browser asks to be told about this feedback."""
    answer = request.post(
        "/api/v1/push/subscriptions",
        data={
            "kind": "webpush",
            "endpoint": push,
            "keys": browser.keys,
            "communes": ["23798"],
            "topics": ["feedback"],
            "tracking_codes": [{"code": code, "pin": pin}],
        },
    )
    assert answer.status == 201, answer.text()


def find_case(page: Page, code: str) -> None:
    """An official finds the case by its code and opens it."""
    page.goto(f"/console/cases?view=all&q={code}")
    page.get_by_role("link", name=re.compile("sạt")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(code)


def do(page: Page, name: str) -> None:
    """Press a button among what may be done now."""
    page.locator(".deeds").get_by_role("button", name=name).first.click()


def state_of(request: APIRequestContext, code: str) -> Any:
    return request.get(f"/api/v1/feedback/{code}").json()["state"]


def wait_for_state(request: APIRequestContext, code: str, state: str) -> None:
    wait_for(lambda: state_of(request, code) == state, f"{code} to be {state}", 30)


def triage(hoa: Page, code: str) -> None:
    """Hoa says what it is and who takes it; the keyboard opens and sends the form."""
    find_case(hoa, code)
    expect(hoa.get_by_text(PHONE_NUMBER)).to_be_visible()
    hoa.keyboard.press("a")
    hoa.locator("#triage-category").select_option("ha_tang_giao_thong")
    hoa.locator("[name=triage-legal][value=ordinary]").check()
    hoa.locator("#triage-department").select_option(label="Phòng Kinh tế")
    hoa.keyboard.press("Control+Enter")


def resolve(binh: Page, request: APIRequestContext, code: str) -> None:
    """Bình does the work and says so, with a photo as proof."""
    find_case(binh, code)
    do(binh, "Bắt đầu xử lý")
    wait_for_state(request, code, "in_progress")
    do(binh, "Trình kết quả")
    binh.locator("[name=move-resolve-outcome][value=done]").check()
    binh.locator("#move-resolve-reply").fill(
        "Đội duy tu đã san gạt đoạn sạt và rải đá dăm sáng nay, xe máy đi lại bình thường."
    )
    binh.locator("input[type=file]").first.set_input_files(
        {"name": "da-sua.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    submit = binh.locator(".deeds button[type=submit]")
    expect(binh.locator(".deeds img").first).to_be_visible(timeout=40_000)
    expect(submit).to_have_attribute("aria-disabled", "false", timeout=40_000)
    submit.click()


def publish(hoa: Page, code: str, theme: str, axe: Callable[[Page], None]) -> None:
    """Hoa looks at what the public will see, and publishes it."""
    find_case(hoa, code)
    do(hoa, "Công khai kết quả")
    expect(hoa.get_by_role("heading", level=1)).to_contain_text("Công khai kết quả")
    expect(hoa.locator(".preview")).not_to_contain_text(PHONE_NUMBER)
    axe(hoa)
    hoa.get_by_label("Tiêu đề công khai").fill(f"Đường vào làng Hrung bị sạt ({theme})")
    hoa.get_by_label("Tôi đã đọc bản xem trước").check()
    hoa.keyboard.press("p")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_from_lans_telephone_to_the_public_record(
    open_context: Open,
    sign_in: SignIn,
    stack: Stack,
    axe: Callable[[Page], None],
    deliver_push: Callable[[Page, str], None],
    theme: str,
) -> None:
    lan = open_context(theme=theme, viewport=PHONE)
    page = lan.new_page()
    code, pin = send(
        page, f"Đường vào làng Hrung bị sạt ({theme}). Gọi tôi số {PHONE_NUMBER} để biết chỗ."
    )
    ready_for_offline(page)
    browser = Browser()
    with loopback_service(port=stack.push_port) as push:
        follow(lan.request, push.endpoint(browser), browser, code, pin)
        hoa = sign_in("hoa.ayun", theme=theme)
        triage(hoa, code)
        wait_for_state(lan.request, code, "forwarded")
        axe(hoa)
        resolve(sign_in("binh.ayun", theme=theme), lan.request, code)
        wait_for_state(lan.request, code, "awaiting_approval")
        dung = sign_in("dung.ayun", theme=theme)
        find_case(dung, code)
        do(dung, "Duyệt kết quả")
        wait_for_state(lan.request, code, "resolved")

        # Lan's telephone is told, and only Lan's telephone can read it.
        def mine() -> list[bytes]:
            # Others are told on the same port too.
            return [each.body for each in push.received if each.path.endswith(browser.name)]

        wait_for(lambda: len(mine()) >= 2, "the push service to be called", 30)
        told = [browser.decrypt(body) for body in mine()]
    assert any("có kết quả" in each["title"] for each in told)
    assert all(code in each["body"] and "sạt" not in each["body"] for each in told)
    deliver_push(page, json.dumps(told[-1]))
    shown = (
        "navigator.serviceWorker.ready.then(r => r.getNotifications())"
        f".then(all => all.some(n => n.body.includes('{code}')))"
    )
    wait_for(lambda: page.evaluate(shown), "the notification to be shown")
    publish(hoa, code, theme, axe)
    wait_for(
        lambda: lan.request.get(f"/api/v1/feedback/{code}").json()["public_url"],
        "the outcome to be public",
        40,
    )
    is_public_everywhere(lan, code, theme)
    is_told_to_lan(page, code, pin, axe)


def is_public_everywhere(lan: BrowserContext, code: str, theme: str) -> None:
    """The outcome stands in the record, the feeds and the embed, and the number nowhere."""
    title = f"Đường vào làng Hrung bị sạt ({theme})"
    url = lan.request.get(f"/api/v1/feedback/{code}").json()["public_url"]
    page = lan.new_page()
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    sources = [
        page.content(),
        lan.request.get("/api/v1/communes/23798/feedback").text(),
        lan.request.get("/feeds/communes/23798/outcomes.rss").text(),
        lan.request.get("/feeds/provinces/52/outcomes.json").text(),
        lan.request.get("/embed/communes/23798?kind=outcomes").text(),
    ]
    for source in sources:
        assert title in source
        assert PHONE_NUMBER not in source
        assert PHONE_NUMBER.replace(" ", "") not in source
    feed = feedparser.parse(sources[2])
    assert any(title in entry.title for entry in feed.entries)
    page.close()


def is_told_to_lan(page: Page, code: str, pin: str, axe: Callable[[Page], None]) -> None:
    """With her PIN Lan reads the answer."""
    page.goto(f"/track/{code}")
    expect(page.get_by_text("san gạt đoạn sạt").first).to_be_visible()
    axe(page)
    assert pin not in page.content()


def test_two_officials_on_one_case_the_second_is_told(open_context: Open, sign_in: SignIn) -> None:
    lan = open_context()
    code, _pin = send(lan.new_page(), "Cống trước chợ bị sạt, nước tràn ra đường.")
    first, second = sign_in("hoa.ayun"), sign_in("mot.ayun")
    for page in (first, second):
        find_case(page, code)
        page.keyboard.press("a")
        page.locator("#triage-category").select_option("ha_tang_giao_thong")
        page.locator("[name=triage-legal][value=ordinary]").check()
        page.locator("#triage-note").fill("Nhờ xem sớm.")
    first.keyboard.press("Control+Enter")
    wait_for(
        lambda: (
            "confirm" not in state_of(lan.request, code)
            and first.locator("#triage-category").count() == 0
        ),
        "the first official's change",
    )
    second.locator("#triage-note").press("Control+Enter")
    expect(second.get_by_role("alert")).to_contain_text("thay đổi")
    expect(second.locator("#triage-note")).to_have_value("Nhờ xem sớm.")


def test_a_denunciation_is_diverted_and_stands_nowhere(open_context: Open, sign_in: SignIn) -> None:
    lan = open_context()
    page = lan.new_page()
    words = "Cán bộ thu tiền làm giấy tờ trái quy định rồi bỏ túi riêng, đề nghị làm rõ vụ sạt này"
    code, _pin = send(page, words)
    hoa = sign_in("hoa.ayun")
    find_case(hoa, code)
    hoa.keyboard.press("a")
    hoa.locator("#triage-category").select_option("hanh_chinh_cong")
    hoa.locator("[name=triage-legal][value=denunciation]").check()
    hoa.keyboard.press("Control+Enter")
    do(hoa, "Chuyển theo luật khiếu nại, tố cáo")
    hoa.get_by_role("button", name="Gửi ngay").last.click()
    wait_for_state(lan.request, code, "diverted")
    page.goto(f"/track/{code}")
    expect(page.get_by_text("tố cáo").first).to_be_visible()
    for path in (
        "/api/v1/communes/23798/feedback",
        "/feeds/communes/23798/outcomes.rss",
        f"/api/v1/feedback/{code}",
    ):
        assert "bỏ túi riêng" not in lan.request.get(path).text()
