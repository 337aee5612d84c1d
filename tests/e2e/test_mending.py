"""What the server refuses, what officials ask, and a new version of the app: nothing that was written is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import BrowserContext, Page, expect

from tests.databases import wait_for
from tests.e2e.conftest import Open, Stack
from tests.e2e.test_story import SignIn, find_case, send, wait_for_state
from tests.e2e.test_story_resident import AYUN, fill_in, ready_for_offline, visit

Offline = Callable[[BrowserContext, bool], None]


def change_waiting(page: Page, field: str, value: object) -> None:
    """Make what waits on this device as old as if it had been written before the world changed."""
    page.evaluate(
        """([field, value]) => new Promise((done, failed) => {
            const opening = indexedDB.open('tieng-lang')
            opening.onerror = failed
            opening.onsuccess = () => {
                const writing = opening.result.transaction('outbox', 'readwrite')
                const all = writing.objectStore('outbox').openCursor()
                all.onsuccess = () => {
                    const one = all.result
                    if (!one) return
                    one.update({...one.value, body: {...one.value.body, [field]: value}})
                    one.continue()
                }
                writing.oncomplete = () => { opening.result.close(); done(true) }
            }
        })""",
        [field, value],
    )


def write_offline(page: Page, offline: Offline, text: str, about: str = "") -> None:
    """Lan writes with a photo where there is no network, maybe about an article, and presses send."""
    visit(page)
    ready_for_offline(page)
    page.goto(f"/send?{about}")
    expect(page.get_by_label("Nội dung")).to_be_visible()
    # What the form needs offline is fetched when the page is idle.
    with page.expect_response("**/api/v1/privacy-notice"):
        page.reload()
    offline(page.context, True)
    fill_in(page, text, with_photo=True)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đã giữ lại, sẽ tự gửi")


def expect_sent(page: Page, text: str) -> None:
    """The receipt is there, and the server has the words and the photo."""
    expect(page.get_by_role("heading", level=1)).to_contain_text("Xã đã nhận được", timeout=30_000)
    code, pin = (page.locator(".codes dd").nth(number).inner_text() for number in (0, 1))

    def arrived() -> bool:
        answer = page.request.get(f"/api/v1/feedback/{code}", headers={"X-Feedback-Pin": pin})
        seen = answer.json()
        return seen["text"] == text and [f["state"] for f in seen["attachments"]] == ["clean"]

    wait_for(arrived, "words and photo to arrive", 40)
    page.goto("/mine")
    expect(page.get_by_role("heading", name="Chưa gửi xong")).to_have_count(0)
    expect(page.locator(".tile")).to_have_count(1)


def test_a_notice_that_changed_meanwhile_is_agreed_to_anew_and_the_feedback_leaves(
    open_context: Open, offline: Offline, axe: Callable[[Page], None]
) -> None:
    page = open_context().new_page()
    text = "Cống thoát nước đầu làng bị đất lấp, mưa là ngập đường."
    write_offline(page, offline, text)
    change_waiting(page, "consent_version", 99)
    offline(page.context, False)

    expect(page.get_by_role("heading", level=1)).to_contain_text(
        "Cần sửa trước khi gửi", timeout=30_000
    )
    expect(page.get_by_role("alert")).to_contain_text("Thông báo quyền riêng tư đã đổi")
    expect(page.get_by_text(text)).to_be_visible()
    axe(page)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("Thông báo quyền riêng tư đã đổi")

    page.get_by_role("link", name="Sửa lại").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ảnh và danh tính")
    expect(page.locator("#consent-error")).to_contain_text("đã đổi")
    expect(page.locator("#consent")).not_to_be_checked()
    axe(page)
    page.reload()
    expect(page.locator("#consent-error")).to_contain_text("đã đổi")
    expect(page.get_by_role("button", name="Bỏ ảnh")).to_be_visible()
    page.locator("#consent").check()
    page.get_by_role("button", name="Tiếp tục").click()
    expect(page.locator("main dl")).to_contain_text(text)
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect_sent(page, text)


def test_feedback_about_an_article_whose_title_is_not_known_says_so(page: Page) -> None:
    visit(page)
    article = page.request.get("/api/v1/communes/23798/articles").json()["items"][0]
    page.goto(f"/send?{urlencode({'article': article['id']})}")
    expect(page.get_by_text("Về tin: …")).to_be_visible()


def test_feedback_to_a_commune_that_is_gone_gets_another_address_and_a_begun_draft_stays(
    open_context: Open, offline: Offline
) -> None:
    page = open_context().new_page()
    text = "Đèn đường ở ngã ba chợ không sáng đã nửa tháng."
    article = page.request.get("/api/v1/communes/23798/articles").json()["items"][0]
    write_offline(
        page, offline, text, urlencode({"article": article["id"], "title": article["title"]})
    )
    change_waiting(page, "commune", "23797")
    page.goto("/send")
    page.get_by_label("Nội dung").fill("Một việc khác, còn viết dở.")
    expect(page.get_by_text("Đã tự lưu trên máy này")).to_be_visible()
    offline(page.context, False)

    page.goto("/mine")
    page.get_by_role("link", name=text).click()
    expect(page.get_by_role("alert")).to_contain_text("Xã, phường này không còn", timeout=30_000)
    page.get_by_role("link", name="Sửa lại").click()
    expect(page.get_by_label("Nội dung")).to_have_value(text)
    expect(page.get_by_text(f"Về tin: {article['title']}")).to_be_visible()
    page.get_by_role("link", name="Đổi nơi nhận").click()
    page.get_by_label("Tên xã, phường").fill("ayun")
    page.locator("ul.tiles").get_by_role("link", name="Xã Ayun", exact=True).click()
    expect(page.get_by_label("Nội dung")).to_have_value(text)
    expect(page.locator("main")).to_contain_text("Xã Ayun")
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Xã đã nhận được", timeout=30_000)
    page.goto("/send")
    expect(page.get_by_label("Nội dung")).to_have_value("Một việc khác, còn viết dở.")


def test_an_official_asks_and_lan_answers_with_her_pin(
    open_context: Open, sign_in: SignIn, offline: Offline, axe: Callable[[Page], None]
) -> None:
    lan = open_context()
    code, pin = send(lan.new_page(), "Đường vào làng Hrung bị sạt, xe không qua được.")
    hoa = sign_in("hoa.ayun")
    find_case(hoa, code)
    expect(hoa.locator(".deeds button").first).to_be_visible()
    hoa.keyboard.press("h")
    hoa.locator(".deeds textarea").fill("Chỗ sạt cách nhà rông khoảng bao xa?")
    hoa.locator(".deeds button[type=submit]").click()
    wait_for_state(lan.request, code, "needs_information")

    # Another telephone, as from the link in a message: it knows neither code nor PIN.
    elsewhere = open_context().new_page()
    elsewhere.goto(f"/track/{code}")
    expect(elsewhere.get_by_text("Chỗ sạt cách nhà rông")).to_have_count(0)
    elsewhere.get_by_label("Nhập mã PIN").fill("000000" if pin != "000000" else "111111")
    elsewhere.get_by_role("button", name="Đọc trả lời").click()
    expect(elsewhere.locator(".field-error")).to_contain_text("PIN")
    elsewhere.get_by_label("Nhập mã PIN").fill(pin)
    elsewhere.get_by_role("button", name="Đọc trả lời").click()
    expect(elsewhere.get_by_text("Chỗ sạt cách nhà rông")).to_be_visible()
    axe(elsewhere)

    answer = "Cách nhà rông chừng hai trăm mét, về phía suối."
    elsewhere.get_by_label("Trả lời câu hỏi").fill(answer)
    offline(elsewhere.context, True)
    elsewhere.get_by_role("button", name="Gửi trả lời").click()
    expect(elsewhere.locator(".field-error")).to_contain_text("Không có gì bị mất")
    offline(elsewhere.context, False)
    elsewhere.reload()
    elsewhere.get_by_label("Nhập mã PIN").fill(pin)
    elsewhere.get_by_role("button", name="Đọc trả lời").click()
    expect(elsewhere.get_by_label("Trả lời câu hỏi")).to_have_value(answer)
    elsewhere.get_by_role("button", name="Gửi trả lời").click()
    expect(elsewhere.locator(".resident")).to_contain_text(answer)
    expect(elsewhere.get_by_label("Trả lời câu hỏi")).to_have_count(0)

    find_case(hoa, code)
    expect(hoa.locator("main")).to_contain_text(answer)


@contextmanager
def forwarding(target: str, change: Callable[[str, bytes], bytes]) -> Iterator[str]:
    """The same server at another address, its files as ``change(path, body)`` makes them. (Chromium shows tests no requests of workers.)"""
    host = urlsplit(target).netloc

    class Forward(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            upstream = HTTPConnection(host)
            upstream.request("GET", self.path, headers={"Accept": self.headers["Accept"] or "*/*"})
            answer = upstream.getresponse()
            body = change(self.path, answer.read())
            upstream.close()
            self.send_response(answer.status)
            for name in ("Content-Type", "Content-Security-Policy", "Cache-Control"):
                if value := answer.getheader(name):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Forward)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_new_version_is_offered_and_taking_it_keeps_what_is_being_written(
    open_context: Open, stack: Stack
) -> None:
    builds = [b""]

    def newest(path: str, body: bytes) -> bytes:
        return body + builds[-1] if path == "/sw.js" else body

    with forwarding(stack.url, newest) as address:
        page = open_context().new_page()
        page.goto(f"{address}{AYUN}")
        ready_for_offline(page)
        page.goto(f"{address}/send")
        page.get_by_label("Nội dung").fill("Viết đến đây thì có bản mới")
        builds.append(b"\n// a later build")
        page.evaluate("navigator.serviceWorker.getRegistration().then(found => found.update())")
        offer = page.get_by_role("button", name="Cập nhật")
        expect(offer).to_be_visible(timeout=20_000)
        page.get_by_label("Nội dung").press_sequentially(".")
        with page.expect_event("load"):
            offer.click()
        expect(page.get_by_label("Nội dung")).to_have_value("Viết đến đây thì có bản mới.")
        found = "navigator.serviceWorker.getRegistration()"
        wait_for(
            lambda: page.evaluate(f"{found}.then(one => one.waiting === null)"),
            "the new version to be in charge",
        )
        expect(page.get_by_role("button", name="Cập nhật")).to_have_count(0)


def test_erasing_leaves_nothing_here_and_no_name_at_the_commune(open_context: Open) -> None:
    context = open_context()
    page = context.new_page()
    visit(page)
    page.goto("/send")
    page.locator("input[value=report]").check()
    page.get_by_label("Nội dung").fill("Vòi nước ở nhà văn hóa bị hỏng.")
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_label("Họ và tên").fill("Trần Thị Lan")
    page.get_by_role("textbox", name="Số điện thoại").fill("0905 000 000")
    page.locator("#consent").check()
    page.get_by_role("button", name="Tiếp tục").click()
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Xã đã nhận được", timeout=30_000)
    code, pin = (page.locator(".codes dd").nth(number).inner_text() for number in (0, 1))
    address, headers = f"/api/v1/feedback/{code}", {"X-Feedback-Pin": pin}
    assert context.request.get(address, headers=headers).json()["identity"] == "named"

    page.goto("/settings")
    page.get_by_role("button", name="Xóa trên máy chủ").click()
    page.get_by_role("dialog").get_by_role("button", name="Xóa trên máy chủ").click()
    expect(page.get_by_text("Máy chủ đã xóa")).to_be_visible()
    assert context.request.get(address, headers=headers).json()["identity"] == "anonymous"

    page.get_by_role("button", name="Xóa trên máy này").click()
    page.get_by_role("dialog").get_by_role("button", name="Xóa trên máy này").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bà con sống ở đâu?")
    assert context.cookies() == []
    kept = """async () => {
        const opening = indexedDB.open('tieng-lang')
        const db = await new Promise(done => { opening.onsuccess = () => done(opening.result) })
        const personal = [...db.objectStoreNames].filter(name => name !== 'reads')
        const counts = await Promise.all(personal.map(name => new Promise(done => {
            const asked = db.transaction(name).objectStore(name).count()
            asked.onsuccess = () => done(asked.result)
        })))
        db.close()
        const keys = Object.keys(localStorage).filter(key => key !== 'tl_device')
        return {rows: counts.reduce((sum, one) => sum + one, 0), keys,
                caches: (await caches.keys()).filter(name => name !== 'tl-shell')}
    }"""
    assert page.evaluate(kept) == {"rows": 0, "keys": [], "caches": []}
    page.goto("/mine")
    expect(page.get_by_text("Chưa có phản ánh nào")).to_be_visible()


def test_where_the_commune_stands_finds_it(open_context: Open) -> None:
    page = open_context().new_page()
    page.goto("/")
    page.get_by_role("button", name="Tìm theo vị trí của tôi").click()
    page.locator("ul.tiles").get_by_role("link", name=re.compile("Quy Nhơn")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Quy Nhơn")


def test_the_home_page_is_left_and_found_again_by_keyboard_alone(page: Page) -> None:
    visit(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Đến nội dung chính")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.locator("main article a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("main h1")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('main') !== null")
    page.go_back()
    expect(page).to_have_url(re.compile(f"{AYUN}(#main)?$"))
