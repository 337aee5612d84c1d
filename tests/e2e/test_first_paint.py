"""What the server draws first is what the app draws after: nothing moves, nothing is said in another order."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import DESKTOP, PHONE, SMALLEST, Open
from tests.e2e.test_story_resident import AYUN

# What a reader sees, line by line; what the app adds below, and what only JavaScript can do, apart.
LINES = """() => {
    for (const added of document.querySelectorAll('.home-more, .needs-script, .tools, noscript')) added.remove()
    return document.querySelector('#app').innerText.split('\\n').map(line => line.trim()).filter(Boolean)
}"""


def address(page: Page, kind: str) -> str:
    """The first article, recording or outcome of the commune."""
    lists = {"article": ("articles", "a"), "outcome": ("feedback", "outcomes")}
    if kind not in lists:
        return AYUN if kind == "home" else f"{AYUN}/{kind}"
    endpoint, place = lists[kind]
    found = page.request.get(f"/api/v1/communes/23798/{endpoint}").json()["items"]
    return f"{AYUN}/{place}/{found[0]['id']}"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", ["home", "article", "outcome", "listen"])
def test_the_first_paint_and_the_app_say_the_same_in_the_same_order(
    open_context: Open, kind: str, language: str
) -> None:
    plain = open_context(java_script_enabled=False)
    alive = open_context()
    for context in (plain, alive):
        cookie = {"name": "tl_lang", "value": language, "domain": "127.0.0.1", "path": "/"}
        context.add_cookies([cookie])  # type: ignore[list-item]  # its type is private
    first, then = plain.new_page(), alive.new_page()
    path = address(first, kind)
    first.goto(path)
    then.goto(path)
    expect(then.get_by_role("heading", level=1)).to_be_visible()
    then.wait_for_load_state("networkidle")
    assert then.evaluate(LINES) == first.evaluate(LINES)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desk"])
@pytest.mark.parametrize("kind", ["home", "article", "outcome", "listen"])
def test_nothing_moves_while_the_app_takes_over(
    open_context: Open, kind: str, viewport: dict[str, int]
) -> None:
    page = open_context(viewport=viewport).new_page()
    page.add_init_script(
        """window.moved = []
        new PerformanceObserver(list => {
            for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.moved.push(entry.value)
        }).observe({type: 'layout-shift', buffered: true})"""
    )
    page.goto(address(page, kind))
    page.wait_for_load_state("networkidle")
    # A browser that does not measure shifts would never report one.
    assert page.evaluate("PerformanceObserver.supportedEntryTypes.includes('layout-shift')")
    assert sum(page.evaluate("window.moved")) < 0.01


def hold(page: Page, chunk: str, path: str) -> list[Route]:
    """Open a page whose ``chunk`` does not come until its route is let go; a second request for it passes."""
    held: list[Route] = []
    pattern = f"**/assets/{chunk}-*.js"
    page.route(pattern, lambda route: route.continue_() if held else held.append(route))
    with page.expect_request(pattern):
        page.goto(path)
    return held


def write(page: Page, text: str) -> None:
    """What a resident fills in first, with the cursor left in the words."""
    page.locator("input[value=proposal]").check()
    page.get_by_label("Nội dung").press_sequentially(text)


def is_carried_over(page: Page, text: str) -> None:
    """The form is the app's, with the words in it and kept on the device."""
    expect(page.get_by_role("button", name="Tiếp tục")).to_be_enabled(timeout=15_000)
    expect(page.get_by_label("Nội dung")).to_have_value(text)
    expect(page.get_by_text("Đã tự lưu trên máy này")).to_be_visible()


def test_what_is_written_before_the_app_comes_stays(open_context: Open) -> None:
    page = open_context().new_page()
    held = hold(page, "writing", "/send")
    write(page, "Đường vào làng bị sạt.")
    expect(page.get_by_role("button", name="Tiếp tục")).to_be_disabled()
    held[0].continue_()
    is_carried_over(page, "Đường vào làng bị sạt.")
    expect(page.get_by_label("Nội dung")).to_be_focused()
    expect(page.locator("input[value=proposal]")).to_be_checked()


def test_what_is_written_before_the_app_comes_stands_behind_what_was_kept(
    open_context: Open,
) -> None:
    # Without a worker: it would bring the page empty, for the app to draw.
    context = open_context(service_workers="block")
    page = context.new_page()
    page.goto("/send")
    page.get_by_label("Nội dung").fill("Ba trăm chữ.")
    expect(page.get_by_text("Đã tự lưu trên máy này")).to_be_visible()
    page.close()
    page = context.new_page()
    held = hold(page, "writing", "/send")
    write(page, "Đường")
    held[0].continue_()
    is_carried_over(page, "Ba trăm chữ.\nĐường")
    page.get_by_label("Nội dung").press_sequentially(" sạt")
    expect(page.get_by_label("Nội dung")).to_have_value("Ba trăm chữ.\nĐường sạt")


def test_a_screen_that_does_not_come_takes_no_words_with_it(open_context: Open) -> None:
    page = open_context().new_page()
    held = hold(page, "writing", "/send")
    write(page, "Đường vào làng bị sạt.")
    held[0].abort()
    is_carried_over(page, "Đường vào làng bị sạt.")
    expect(page.locator("input[value=proposal]")).to_be_checked()


def test_an_app_that_does_not_come_is_asked_for_again(open_context: Open) -> None:
    page = open_context().new_page()
    failed: list[str] = []

    def fail_once(route: Route) -> None:
        if failed:
            route.continue_()
        else:
            failed.append(route.request.url)
            route.abort()

    page.route("**/assets/*.js", fail_once)
    page.goto("/send")
    write(page, "Đường vào làng bị sạt.")
    is_carried_over(page, "Đường vào làng bị sạt.")
    assert failed


def test_what_is_chosen_before_the_app_comes_sifts_the_list(open_context: Open) -> None:
    page = open_context().new_page()
    held = hold(page, "reading", f"{AYUN}/outcomes")
    page.locator("#outcome").select_option("planned")
    held[0].continue_()
    expect(page).to_have_url(re.compile("outcome=planned"))
    expect(page.locator("#outcome")).to_have_value("planned")


@pytest.mark.parametrize("kind", ["outcomes?outcome=done", "listen?language=vi"])
def test_a_list_that_is_sifted_already_stays_as_it_is(open_context: Open, kind: str) -> None:
    plain, page = open_context(java_script_enabled=False).new_page(), open_context().new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for each in (plain, page):
        each.goto(address(each, kind))
    # What only the server draws: the form for those without JavaScript.
    expect(page.locator("form.filters")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    assert page.evaluate(LINES) == plain.evaluate(LINES)
    assert [url for url in asked if "/feedback?" in url or "/broadcasts?" in url] == []


def test_a_shared_page_is_painted_without_waiting_for_another_file(open_context: Open) -> None:
    page = open_context().new_page()
    for kind in ("article", "outcome", "listen"):
        page.goto(address(page, kind))
        # A browser that does not tell which file blocks would name none.
        assert page.evaluate("'renderBlockingStatus' in PerformanceResourceTiming.prototype")
        waits = page.evaluate(
            "performance.getEntriesByType('resource')"
            ".filter(file => file.renderBlockingStatus === 'blocking').map(file => file.name)"
        )
        assert waits == []


def test_recordings_are_sifted_without_javascript(open_context: Open) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(f"{AYUN}/listen")
    expect(page.locator(".day .tile")).not_to_have_count(0)
    page.get_by_label("Ngày phát").fill("2020-01-01")
    page.get_by_role("button", name="Xem").click()
    expect(page.get_by_role("heading", name="Chưa có buổi phát nào")).to_be_visible()
    expect(page.get_by_label("Ngày phát")).to_have_value("2020-01-01")


@pytest.mark.parametrize("kind", ["article", "outcome"])
def test_a_shared_page_fits_the_smallest_telephone_with_the_largest_text(
    open_context: Open, kind: str
) -> None:
    page = open_context(viewport=SMALLEST).new_page()
    page.goto(address(page, kind))
    page.evaluate("localStorage.setItem('tl_size', '200')")
    page.reload(wait_until="networkidle")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0


def test_paper_leads_back_to_the_page(open_context: Open) -> None:
    page = open_context().new_page()
    path = address(page, "article")
    page.goto(path)
    expect(page.get_by_role("button", name="In", exact=True)).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator("nav").first).to_be_hidden()
    code = page.locator(".printed img")
    expect(code).to_be_visible()
    assert code.evaluate("image => image.complete && image.naturalWidth > 0")
    short = page.locator(".printed p").inner_text().split()[-1]
    page.emulate_media(media="screen")
    page.goto(short)
    assert page.url.endswith(path)
