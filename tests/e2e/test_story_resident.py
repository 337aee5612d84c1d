"""Lan's part of the story: she reads and listens without a network, and what she sends leaves by itself."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.databases import wait_for
from tests.e2e.conftest import SMALLEST, Open

AYUN = "/c/23798"


def photo() -> bytes:
    """A photograph as a telephone makes it, with a position in it."""
    image = Image.effect_noise((1600, 1200), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x0110] = "Máy của Lan"
    exif.get_ifd(0x8825).update({1: "N", 2: (14.0, 8.0, 36.0), 3: "E", 4: (108.0, 18.0, 46.0)})
    packed = io.BytesIO()
    image.save(packed, "JPEG", quality=80, exif=exif)
    return packed.getvalue()


def ready_for_offline(page: Page) -> None:
    """Wait until the service worker has the page in its care."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    wait_for(
        lambda: page.evaluate("navigator.serviceWorker.controller !== null"),
        "the service worker to take the page",
    )


def wait_until_heard(page: Page, seconds: float) -> None:
    """Wait until the sound has played beyond ``seconds``. (The page's policy forbids evaluated code.)"""
    playing = f"[...document.querySelectorAll('audio')].some(a => a.currentTime > {seconds})"
    wait_for(lambda: page.evaluate(playing), f"{seconds} seconds of sound")


def visit(page: Page) -> None:
    """Open the commune's page and let the app remember it."""
    page.goto(AYUN)
    wait_for(
        lambda: page.evaluate("localStorage.getItem('tl_commune') !== null"),
        "the app to remember the commune",
    )


def fill_in(page: Page, text: str, *, with_photo: bool = False) -> None:
    """The three steps of sending, up to the last button."""
    page.locator("input[value=report]").check()
    page.get_by_label("Nội dung").fill(text)
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ảnh và danh tính")
    if with_photo:
        page.locator("input[type=file]").first.set_input_files(
            {"name": "duong.jpg", "mimeType": "image/jpeg", "buffer": photo()}
        )
        expect(page.get_by_role("button", name="Bỏ ảnh")).to_be_visible()
    page.locator("input[value=anonymous]").check()
    page.locator("#consent").check()
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Xem lại và gửi")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lan_reads_and_sends_while_offline_and_it_leaves_by_itself(
    open_context: Open, offline: Callable[[BrowserContext, bool], None], theme: str
) -> None:
    context = open_context(theme=theme)
    page = context.new_page()
    page.goto(AYUN)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ayun")
    ready_for_offline(page)
    cards = page.locator("main article")
    expect(cards.first).to_be_visible()
    title = cards.first.get_by_role("heading").inner_text()
    cards.first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)

    offline(context, True)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.goto(AYUN)
    expect(page.get_by_text(title).first).to_be_visible()

    page.goto("/send")
    text = f"Đường vào làng Hrung bị sạt, xe máy khó đi ({theme})."
    fill_in(page, text, with_photo=True)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đã giữ lại, sẽ tự gửi")
    expect(page.get_by_text(text)).to_be_visible()
    page.reload()
    expect(page.get_by_text(text)).to_be_visible()

    offline(context, False)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Xã đã nhận được", timeout=30_000)
    code = page.locator(".codes dd").first.inner_text()
    pin = page.locator(".codes dd").nth(1).inner_text()
    answer = context.request.get(f"/api/v1/feedback/{code}", headers={"X-Feedback-Pin": pin})
    seen = answer.json()
    assert seen["state"] == "received"
    assert seen["text"] == text

    def photo_is_there() -> bool:
        got = context.request.get(
            f"/api/v1/feedback/{code}", headers={"X-Feedback-Pin": pin}
        ).json()
        return [file["state"] for file in got["attachments"]] == ["clean"]

    wait_for(photo_is_there, "the photo to be clean", 40)


def test_what_was_typed_survives_a_closed_page(open_context: Open) -> None:
    context = open_context()
    page = context.new_page()
    visit(page)
    page.goto("/send")
    page.locator("input[value=proposal]").check()
    page.get_by_label("Nội dung").fill("Xin thêm một trạm biến áp cho làng.")
    expect(page.get_by_text("Đã tự lưu trên máy này")).to_be_visible()
    page.close()
    again = context.new_page()
    again.goto("/send")
    expect(again.get_by_label("Nội dung")).to_have_value("Xin thêm một trạm biến áp cho làng.")


def test_lan_listens_again_and_goes_on_where_she_stopped(open_context: Open) -> None:
    page = open_context().new_page()
    page.goto(f"{AYUN}/listen")
    page.locator("main a[href*='/listen/']").first.click()
    page.get_by_role("button", name="Nghe").first.click()
    wait_until_heard(page, 1.5)
    page.reload()
    page.get_by_role("button", name="Nghe").first.click()
    wait_until_heard(page, 1)


def test_the_places_that_use_the_system_stay_on_the_start_page(open_context: Open) -> None:
    page = open_context().new_page()
    page.goto("/")
    # What only the app offers: it has taken over.
    expect(page.get_by_role("button", name="Tìm theo vị trí của tôi")).to_be_visible()
    expect(page.get_by_role("heading", name="Nơi đang dùng Tiếng Làng")).to_be_visible()
    page.locator("ul.tiles").get_by_role("link", name="Xã Ayun").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ayun")


def test_what_was_asked_for_without_the_app_stays_asked_for(open_context: Open) -> None:
    page = open_context().new_page()
    page.goto("/?choose=&q=dak+jo+ta")
    expect(page.get_by_label("Tên xã, phường")).to_have_value("dak jo ta")
    expect(page.locator("ul.tiles li").first).to_contain_text("Đak Jơ Ta")


def test_an_old_name_finds_todays_commune(open_context: Open) -> None:
    page = open_context().new_page()
    page.goto("/")
    page.get_by_label("Tên xã, phường").fill("dak jo ta")
    result = page.locator("ul.tiles li").first
    expect(result).to_contain_text("Đak Jơ Ta")
    result.locator("a, button").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ayun")


@pytest.mark.parametrize(
    "path",
    ["/", AYUN, "/send", "/track", "/mine", "/settings", f"{AYUN}/listen", f"{AYUN}/outcomes"],
)
def test_every_screen_fits_the_smallest_telephone_with_the_largest_text(
    open_context: Open, path: str
) -> None:
    page = open_context(viewport=SMALLEST).new_page()
    visit(page)
    page.evaluate("localStorage.setItem('tl_size', '200')")
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0


@pytest.mark.parametrize(
    "path",
    ["/", AYUN, "/send", "/track", "/mine", "/settings", f"{AYUN}/listen", f"{AYUN}/outcomes"],
)
def test_axe_finds_nothing(
    open_context: Open, axe: Callable[[Page], None], theme: str, path: str
) -> None:
    page = open_context(theme=theme).new_page()
    visit(page)
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    axe(page)


@pytest.mark.parametrize("rest", ["", "/listen", "/outcomes"])
def test_a_link_to_a_commune_that_is_gone_leads_to_what_it_became(
    open_context: Open, axe: Callable[[Page], None], rest: str
) -> None:
    page = open_context().new_page()
    visit(page)
    # An old link, followed inside the app: the server is not asked for a page.
    page.evaluate(
        """path => {
            const link = document.body.appendChild(document.createElement('a'))
            link.href = path
            link.click()
            link.remove()
        }""",
        f"/c/23797{rest}",
    )
    expect(page.get_by_role("heading", level=1)).to_contain_text("đã được sắp xếp lại")
    axe(page)
    page.get_by_role("alert").get_by_role("link", name="Xã Ayun").click()
    expect(page).to_have_url(re.compile(f"{AYUN}$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Xã Ayun")
