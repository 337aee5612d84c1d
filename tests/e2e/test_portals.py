"""Portals in the console: an administrator adds one, its page shows our frame, its server hands in feedback."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from playwright.sync_api import BrowserContext, Page, expect

from tests.databases import wait_for
from tests.e2e.conftest import PHONE, Open, Stack

SignIn = Callable[..., Page]


@contextmanager
def portal_page(html: Callable[[], str]) -> Iterator[str]:
    """A portal's own web server on loopback; gives its origin."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(html().encode())

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def refused_a_frame(page: Page) -> bool:
    """True when the browser shows its own page where a frame should be."""
    return any(frame.url.startswith("chrome-error:") for frame in page.frames)


def hand_in(context: BrowserContext, key: str, commune: str = "23798") -> int:
    """What the portal's server does when a visitor has filled in its form."""
    notice = context.request.get("/api/v1/privacy-notice").json()
    return context.request.post(
        "/api/v1/feedback",
        headers={"Authorization": f"Bearer {key}"},
        data={
            "kind": "report",
            "text": "Đèn đường thôn 2 hỏng ba hôm nay, tối đi rất khó.",
            "commune": commune,
            "identity": "anonymous",
            "consent_version": notice["version"],
        },
    ).status


def test_a_portal_from_its_first_day_to_its_last(
    sign_in: SignIn, open_context: Open, stack: Stack, axe: Callable[[Page], None], theme: str
) -> None:
    code = ""
    with portal_page(lambda: f"<!doctype html><title>Cổng</title>{code}") as origin:
        desk = sign_in("quantri", theme=theme)
        expect(desk.get_by_role("heading", level=1)).to_have_text("Hộp việc")
        desk.keyboard.press("g")
        desk.keyboard.press("p")
        expect(desk.get_by_role("heading", level=1)).to_have_text("Cổng thông tin")
        desk.keyboard.press("n")
        name = f"Cổng xã ({theme})"
        desk.get_by_label("Tên cổng").fill(name)
        desk.get_by_label("Trang được nhúng khung").fill(f"{origin}/\nhttp://cong.gialai.vn")
        desk.get_by_role("button", name="Thêm và lấy khóa").click()
        expect(desk.get_by_text("http://cong.gialai.vn").last).to_be_visible()
        axe(desk)
        desk.get_by_label("Trang được nhúng khung").fill(f"{origin}/")
        desk.get_by_role("button", name="Thêm và lấy khóa").click()
        key = desk.get_by_label("Khóa", exact=True).input_value()
        assert key.startswith("tlp_")
        axe(desk)
        desk.get_by_role("button", name="Đã lưu khóa, đóng").click()
        expect(desk.get_by_role("heading", name=name)).to_be_visible()
        assert key not in desk.content()

        server = open_context(expect_errors=True)
        assert hand_in(server, key) == 201

        desk.get_by_label("Tin của xã, phường nào?").fill("ayun")
        desk.get_by_role("button", name=re.compile("Xã Ayun")).first.click()
        code = desk.get_by_label("Khung (iframe)").input_value()
        axe(desk)
        visitor = server.new_page()
        visitor.goto(origin)
        framed = visitor.frame_locator("iframe")
        expect(framed.locator("a[href*='/c/23798/']").first).to_be_visible()
        assert not refused_a_frame(visitor)
        code = desk.get_by_label("Thành phần web").input_value()
        visitor.goto(origin)
        expect(visitor.locator("tieng-lang-feed a").first).to_be_visible()

        desk.get_by_role("button", name="Cấp khóa mới").click()
        axe(desk)
        desk.get_by_role("button", name="Cấp khóa mới").click()
        expect(desk.get_by_label("Khóa", exact=True)).to_be_visible()
        fresh = desk.get_by_label("Khóa", exact=True).input_value()
        assert (hand_in(server, key), hand_in(server, fresh)) == (401, 201)
        desk.get_by_role("button", name="Đã lưu khóa, đóng").click()

        desk.get_by_role("button", name="Sửa").click()
        desk.get_by_label("Trang được nhúng khung").fill("https://*.gialai.gov.vn")
        desk.get_by_role("button", name="Lưu", exact=True).click()
        expect(desk.locator(".facts")).to_contain_text("https://*.gialai.gov.vn")
        code = desk.get_by_label("Khung (iframe)").input_value()
        visitor.goto(origin)
        wait_for(
            lambda: refused_a_frame(visitor) or visitor.wait_for_timeout(50),
            "the browser to refuse the frame",
        )

        desk.get_by_role("button", name="Ngừng kết nối").click()
        desk.get_by_role("button", name="Ngừng kết nối").click()
        expect(desk.locator(".panel .badge")).to_have_text(re.compile("Đã ngừng"))
        assert hand_in(server, fresh) == 401
        axe(desk)


def test_two_administrators_at_one_portal_lose_no_word(
    sign_in: SignIn, axe: Callable[[Page], None]
) -> None:
    desk = sign_in("quantri", viewport=PHONE)
    desk.goto("/console/portals")
    desk.get_by_role("link", name=re.compile("thử nghiệm")).click()
    desk.get_by_role("button", name="Sửa").click()
    desk.get_by_label("Tên cổng").fill("Cổng tỉnh, tên mới")
    portal = desk.url.rsplit("/", 1)[1]
    now = desk.context.request.get(f"/api/v1/portals/{portal}")
    other = desk.context.request.patch(
        f"/api/v1/portals/{portal}",
        headers={
            "If-Match": now.headers["etag"],
            "X-CSRF-Token": next(
                cookie["value"] for cookie in desk.context.cookies() if cookie["name"] == "tl_csrf"
            ),
        },
        data={"allowed_origins": ["https://cong.tinh.example"]},
    )
    assert other.ok, other.text()
    desk.get_by_role("button", name="Lưu", exact=True).click()
    expect(desk.get_by_role("alert")).to_be_visible()
    expect(desk.get_by_label("Tên cổng")).to_have_value("Cổng tỉnh, tên mới")
    axe(desk)
    assert desk.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_portals_are_for_administrators(sign_in: SignIn, axe: Callable[[Page], None]) -> None:
    desk = sign_in("hoa.ayun")
    expect(desk.get_by_role("link", name="Cổng thông tin")).to_have_count(0)
    desk.goto("/console/portals")
    expect(desk.get_by_role("heading", level=1)).to_have_text(
        "Trang này không thuộc phần việc của bạn"
    )
    axe(desk)
