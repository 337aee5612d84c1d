"""Every screen of the console: in both languages and themes, with large text, without a network, while the server fails."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import DESKTOP, PHONE
from tests.e2e.stack import ROOT

SignIn = Callable[..., Page]
Axe = Callable[[Page], None]

CATALOGUE = json.loads((ROOT / "pwa/src/apps/console/i18n/vi.json").read_text())
ROOMS = {key.split(".")[0] for key in CATALOGUE}
# Who looks at what: address, and the heading in Vietnamese and English.
SCREENS: dict[str, list[tuple[str, str, str]]] = {
    "hoa.ayun": [
        ("inbox", "Hộp việc", "Inbox"),
        ("cases?view=all", "Phản ánh", "Cases"),
        ("account", "Tài khoản", "My account"),
        ("nowhere", "Không có trang này", "There is no such page"),
    ],
    "dung.ayun": [
        ("articles", "Bài viết", "Articles"),
        ("articles/new", "Viết bài mới", "New article"),
        ("broadcasts", "Phát thanh", "Broadcasts"),
        ("policies", "Chính sách, chương trình", "Policies and programmes"),
        ("policies/new", "Thêm chính sách", "Add a policy"),
        ("rules", "Quy tắc chuyển xử lý", "Routing rules"),
        ("rules/new", "Quy tắc chuyển xử lý", "Routing rules"),
        ("calendar", "Lịch làm việc", "Working calendar"),
    ],
    "tam.ayun": [("broadcasts/new", "Buổi phát mới", "New broadcast")],
    "quantri": [
        ("devices", "Thiết bị", "Devices"),
        ("staff", "Cán bộ", "Staff"),
        ("staff/new", "Cán bộ", "Staff"),
        ("portals", "Cổng thông tin", "Portals"),
        ("portals/new", "Cổng thông tin", "Portals"),
        ("outbox", "Gửi tin", "Deliveries"),
    ],
}
# Each theme and each language with each other, on both sizes.
LOOKS = [
    ("light", "vi", DESKTOP),
    ("dark", "vi", PHONE),
    ("light", "en", PHONE),
    ("dark", "en", DESKTOP),
]


def speak(page: Page, language: str) -> None:
    """The page's language from now on, as the switch at the foot of the navigation sets it."""
    page.context.add_cookies([{"name": "tl_lang", "value": language, "url": page.url}])


def settled(page: Page) -> None:
    """What is read for the screen is there."""
    expect(
        page.locator("main .said[role=status]", has_text=re.compile("Đang tải|Loading"))
    ).to_have_count(0)


def is_not_wider_than_the_window(page: Page) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"{page.url} scrolls sideways by {wide}"


def shows_no_bare_key(page: Page) -> None:
    """A text that is missing in a catalogue shows as its key: "queue.title"."""
    words = page.locator("body").inner_text().split()
    bare = [
        each
        for each in words
        if re.fullmatch(r"(\w+)(\.\w+)+", each) and each.split(".")[0] in ROOMS
    ]
    assert bare == [], page.url


@pytest.mark.parametrize("who", SCREENS)
@pytest.mark.parametrize(
    ("look", "language", "viewport"), LOOKS, ids=["-".join(each[:2]) for each in LOOKS]
)
def test_every_screen_stands_in_both_languages_and_themes(
    sign_in: SignIn, axe: Axe, who: str, look: str, language: str, viewport: dict[str, int]
) -> None:
    page = sign_in(who, theme=look, viewport=viewport)
    speak(page, language)
    for address, *headings in SCREENS[who]:
        page.goto(f"/console/{address}")
        expect(page.get_by_role("heading", level=1)).to_have_text(headings[language == "en"])
        settled(page)
        axe(page)
        is_not_wider_than_the_window(page)
        shows_no_bare_key(page)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_case_and_its_forms_stand_in_both_languages(
    sign_in: SignIn, axe: Axe, theme: str, language: str
) -> None:
    page = sign_in("hoa.ayun", theme=theme, viewport=PHONE if language == "en" else DESKTOP)
    speak(page, language)
    found = page.request.get("/api/v1/cases?view=all&limit=100").json()["items"]
    forms = {"received": "classify", "forwarded": "ask", "in_progress": "reply"}
    for state, form in forms.items():
        case = next(each["id"] for each in found if each["state"] == state)
        page.goto(f"/console/cases/{case}?do={form}")
        expect(page.locator(".deeds form")).to_be_visible()
        page.evaluate("scrollTo(0, 0)")  # nothing half under the bar that stays at the top
        axe(page)
        is_not_wider_than_the_window(page)
        shows_no_bare_key(page)
    done = page.request.get("/api/v1/cases?view=closed&limit=100").json()["items"]
    case = next(each["id"] for each in done if each["state"] == "resolved")
    page.goto(f"/console/cases/{case}/publication")
    expect(page.locator(".preview article")).to_be_visible()
    axe(page)
    is_not_wider_than_the_window(page)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("who", SCREENS)
def test_text_of_twice_the_size_fits(sign_in: SignIn, who: str, viewport: dict[str, int]) -> None:
    page = sign_in(who, viewport=viewport)
    page.context.add_init_script("localStorage.setItem('tl_size', '200')")
    for address, heading, _ in SCREENS[who]:
        page.goto(f"/console/{address}")
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        settled(page)
        is_not_wider_than_the_window(page)


@pytest.mark.parametrize("who", SCREENS)
def test_a_screen_that_the_server_fails_says_so_and_tries_again(
    sign_in: SignIn, axe: Axe, who: str
) -> None:
    page = sign_in(who, expect_errors=True)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    failing = {"on": True}

    def answer(route: Route) -> None:
        asked = re.sub(r"^.*/api/v1|\?.*$", "", route.request.url)
        if not failing["on"] or asked in ("/me", "/inbox") or route.request.method != "GET":
            route.continue_()
        else:
            route.fulfill(
                status=503, json={"code": "http.service_unavailable", "title": "", "status": 503}
            )

    page.route("**/api/v1/**", answer)
    for address, heading, _ in SCREENS[who]:
        reads = not address.endswith("/new") and address not in ("inbox", "account", "nowhere")
        failing["on"] = True
        page.goto(f"/console/{address}")
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        if not reads:
            continue
        expect(page.get_by_role("alert")).to_contain_text("Máy chủ gặp lỗi")
        axe(page)
        failing["on"] = False
        page.get_by_role("button", name="Thử lại").click()
        expect(page.get_by_role("alert")).to_have_count(0)
        settled(page)


def test_without_a_network_what_is_open_stays_and_the_rest_says_why(
    sign_in: SignIn, axe: Axe, offline: Callable[..., None]
) -> None:
    page = sign_in("dung.ayun", expect_errors=True)
    page.goto("/console/rules")
    expect(page.get_by_text("Thiên tai, cháy nổ")).to_be_visible()
    offline(page.context, True)
    page.keyboard.press("f")
    expect(page.get_by_role("alert")).to_contain_text("Không kết nối được máy chủ")
    expect(page.get_by_text("Thiên tai, cháy nổ")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Chính sách", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chưa tải được trang này")
    axe(page)
    offline(page.context, False)
    page.get_by_role("button", name="Thử lại").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chính sách, chương trình")


def test_a_slow_server_is_waited_for_in_the_open(sign_in: SignIn, axe: Axe) -> None:
    page = sign_in("quantri", expect_errors=True)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/api/v1/staff?**", hold)
    page.goto("/console/staff")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cán bộ")
    expect(page.locator("main [role=status]", has_text="Đang tải")).to_have_count(1)
    axe(page)
    for route in held:
        route.continue_()
    settled(page)
    expect(page.get_by_role("link", name=re.compile("hoa.ayun"))).to_be_visible()


def test_the_keys_of_a_screen_are_listed_and_closing_goes_back(
    sign_in: SignIn, axe: Axe, theme: str
) -> None:
    page = sign_in("quantri", theme=theme)
    page.goto("/console/staff")
    link = page.get_by_role("link", name=re.compile("hoa.ayun"))
    expect(link).to_be_visible()
    link.focus()
    page.keyboard.press("?")
    help_text = page.get_by_role("dialog", name="Phím tắt")
    expect(help_text).to_contain_text("Thêm cán bộ")
    expect(help_text).to_contain_text("Dòng dưới")
    axe(page)
    page.keyboard.press("Escape")
    expect(link).to_be_focused()


def test_after_each_deed_the_focus_is_near_it(sign_in: SignIn, axe: Axe) -> None:
    page = sign_in("quantri")
    page.goto("/console/portals")
    expect(page.get_by_role("link", name=re.compile("thử nghiệm|tên mới"))).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    focused = page.locator(":focus")
    rotate = page.get_by_role("button", name="Cấp khóa mới")
    rotate.press("Enter")
    expect(focused).to_have_text("Thôi")
    page.keyboard.press("Enter")
    expect(rotate).to_be_focused()
    stop = page.get_by_role("button", name="Ngừng kết nối")
    stop.press("Enter")
    axe(page)
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    again = page.get_by_role("button", name="Kết nối lại")
    expect(again).to_be_visible()
    expect(page.locator("main section :focus")).to_have_count(1)
    again.press("Enter")
    expect(stop).to_be_visible()
    expect(page.locator("main section :focus")).to_have_count(1)
    page.get_by_role("button", name="Sửa").press("Enter")
    page.get_by_role("button", name="Thôi").press("Enter")
    expect(page.locator("main section :focus")).to_have_count(1)


def test_a_portal_being_changed_keeps_its_words_over_a_reload(sign_in: SignIn) -> None:
    page = sign_in("quantri")
    page.goto("/console/portals")
    page.get_by_role("link", name=re.compile("thử nghiệm|tên mới")).click()
    page.get_by_role("button", name="Sửa").click()
    name = page.get_by_label("Tên cổng")
    before = name.input_value()
    name.fill(f"{before} (đang sửa)")
    page.reload()
    expect(name).to_have_value(f"{before} (đang sửa)")
    page.get_by_role("button", name="Thôi").click()
    page.get_by_role("button", name="Sửa").click()
    expect(name).to_have_value(before)
