"""Officials at their desks: many cases at once, the keyboard alone, two people on one thing, a table in an article."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, APIResponse, Page, expect

from backend.core import clock
from tests.databases import wait_for
from tests.e2e.conftest import Open, Stack

SignIn = Callable[..., Page]
UNIT = "23798"


class Office:
    """What happened before: feedback that came in, moves that colleagues made, by the API as their screens do it."""

    def __init__(self, open_context: Open, stack: Stack) -> None:
        self._open = open_context
        self._password = stack.password
        self._people: dict[str, APIRequestContext] = {}

    def of(self, username: str) -> APIRequestContext:
        """The requests of somebody who signed in."""
        if username not in self._people:
            request = self._open().request
            body = {"username": username, "password": self._password}
            answer = request.post("/api/v1/auth/staff/sign-in", data=body)
            assert answer.ok, answer.text()
            self._people[username] = request
        return self._people[username]

    def change(self, who: str, method: str, path: str, **options: Any) -> APIResponse:
        """A change by ``who``, with the header that browsers send along."""
        request = self.of(who)
        cookies = {each["name"]: each["value"] for each in request.storage_state()["cookies"]}
        headers = {"X-CSRF-Token": cookies["tl_csrf"], **options.pop("headers", {})}
        answer = request.fetch(f"/api/v1{path}", method=method, headers=headers, **options)
        assert answer.ok, f"{method} {path}: {answer.status} {answer.text()}"
        return answer

    def case(self, case_id: str, who: str = "hoa.ayun") -> Any:
        return self.of(who).get(f"/api/v1/cases/{case_id}").json()

    def feedback(self, text: str) -> str:
        """Somebody without an account sends this; gives back the id of its case."""
        resident = self._open().request
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
        code = sent.json()["tracking_code"]
        found = self.of("hoa.ayun").get(f"/api/v1/cases?view=all&q={code}").json()["items"]
        return str(found[0]["id"])

    def move(self, who: str, case_id: str, move: str, **body: Any) -> None:
        version = self.case(case_id)["version"]
        headers = {"If-Match": f'"{version}"'}
        self.change(who, "POST", f"/cases/{case_id}/moves/{move}", data=body, headers=headers)

    def department(self, name: str) -> str:
        found = self.of("hoa.ayun").get(f"/api/v1/departments?unit={UNIT}").json()["items"]
        return next(str(each["id"]) for each in found if each["name"] == name)

    def proposed(self, text: str, **outcome: Any) -> str:
        """A case whose outcome waits for the leader."""
        case_id = self.feedback(text)
        self.move("hoa.ayun", case_id, "confirm_legal", legal_type="ordinary")
        self.move("hoa.ayun", case_id, "assign", department_id=self.department("Phòng Kinh tế"))
        self.move("binh.ayun", case_id, "start")
        self.move("binh.ayun", case_id, "resolve", **outcome)
        return case_id


@pytest.fixture
def office(open_context: Open, stack: Stack) -> Office:
    return Office(open_context, stack)


@pytest.fixture
def hoa_also_handles(office: Office) -> Iterator[None]:
    """In a small commune whoever takes a case in often does it, too."""
    people = office.of("quantri").get("/api/v1/staff?q=hoa.ayun").json()["items"]
    hoa = next(each["id"] for each in people if each["username"] == "hoa.ayun")
    grant = {
        "role": "handler",
        "unit": UNIT,
        "department_id": office.department("Phòng Kinh tế"),
        "community_id": None,
    }
    made = office.change("quantri", "POST", f"/staff/{hoa}/grants", data=grant).json()
    yield
    person = office.of("quantri").get(f"/api/v1/staff/{hoa}").json()
    grants = [each["id"] for each in person["grants"] if each["role"] == "handler"]
    assert len(grants) == 1, made
    office.change("quantri", "DELETE", f"/staff/{hoa}/grants/{grants[0]}")


def date_in(days: int) -> str:
    return (clock.now() + timedelta(days=days)).astimezone(clock.LOCAL).date().isoformat()


def test_several_cases_are_assigned_to_me_and_each_answers_for_itself(
    sign_in: SignIn, office: Office, hoa_also_handles: None, axe: Callable[[Page], None]
) -> None:
    cases = [office.feedback(f"Bóng đèn thứ {n} ở ngõ Bàng hỏng, tối om.") for n in (1, 2, 3)]
    for case_id in cases:
        office.move("hoa.ayun", case_id, "confirm_legal", legal_type="ordinary")
    page = sign_in("hoa.ayun")
    page.goto("/console/cases?view=all&q=ngõ Bàng")
    expect(page.locator("a.open")).to_have_count(3)
    for _ in cases:
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.get_by_text("Đã chọn 3")).to_be_visible()
    # A colleague is faster on one of them.
    office.move("mot.ayun", cases[1], "classify", category="khac", urgency="priority")
    page.keyboard.press("b")
    expect(page.locator("#bulk-department")).to_be_focused()
    page.locator("#bulk-department").select_option(label="Phòng Kinh tế")
    page.locator("#bulk-person").select_option(label="Tôi (Rơ Châm Hoa)")
    axe(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("1 phản ánh chưa giao được")
    expect(alert).to_contain_text(office.case(cases[1])["tracking_code"])
    expect(alert).to_contain_text("Cán bộ khác vừa thay đổi")
    expect(page.get_by_text("Đã giao 2 phản ánh")).to_be_visible()
    expect(page.get_by_text("Đã chọn 1")).to_be_visible()
    for case_id, state in zip(cases, ["forwarded", "received", "forwarded"], strict=True):
        case = office.case(case_id)
        assert case["state"] == state
        assert (case["assignee"] or {}).get("name") == (
            "Rơ Châm Hoa" if state == "forwarded" else None
        )
    # Read again, the one that was refused goes through.
    page.get_by_role("button", name="Giao xử lý").click()
    wait_for(lambda: office.case(cases[1])["state"] == "forwarded", "the last one")
    expect(alert).to_have_count(0)


def test_a_leader_approves_and_publishes_without_a_mouse(
    sign_in: SignIn, office: Office, axe: Callable[[Page], None]
) -> None:
    planned_on = date_in(30)
    case_id = office.proposed(
        "Cầu treo làng Kret lung lay, gọi cho tôi số 0905 111 222 để chỉ chỗ.",
        outcome="planned",
        planned_on=planned_on,
        reply="Xã đã khảo sát cầu treo và đưa vào kế hoạch sửa chữa, hạn tải 500 kg cho tới khi sửa xong.",
    )
    page = sign_in("dung.ayun")
    page.goto(f"/console/cases/{case_id}")
    day = "/".join(reversed(planned_on.split("-")))
    proposal = page.locator(".outcome")
    expect(proposal).to_contain_text("Kết quả đang trình duyệt: Có kế hoạch làm")
    expect(proposal).to_contain_text(day)
    expect(proposal).to_contain_text("Người trình: Trần Văn Bình")
    page.keyboard.press("v")
    # Six seconds in which it can be taken back; the next button sends it now.
    expect(page.locator(".deeds").get_by_role("button", name="Hoàn tác")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_for(lambda: office.case(case_id)["state"] == "resolved", "the approval")
    expect(page.get_by_role("button", name="Công khai kết quả")).to_be_visible()
    page.keyboard.press("p")
    preview = page.locator(".preview")
    expect(preview).to_contain_text("Có kế hoạch làm")
    expect(preview).to_contain_text(day)
    expect(preview).not_to_contain_text("0905")
    # The marked spot of the original leads to its place in the public text; what is typed stands there.
    spot = page.get_by_role("button", name="0905 111 222")
    spot.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#pub-text")).to_be_focused()
    page.keyboard.type("(đã che)")
    expect(preview).to_contain_text("gọi cho tôi số (đã che) để chỉ chỗ.")
    # A name is covered by hand: to the front of the text, two words, Ctrl+M.
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+Shift+ArrowRight")
    page.keyboard.press("Control+Shift+ArrowRight")
    page.keyboard.press("Control+m")
    expect(preview).to_contain_text("••• làng Kret lung lay")
    axe(page)
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(page.get_by_role("alert")).to_contain_text("Hãy đọc bản xem trước")
    page.keyboard.press("y")
    expect(page.get_by_role("checkbox", name="Tôi đã đọc bản xem trước")).to_be_checked()
    page.keyboard.press("p")
    wait_for(lambda: office.case(case_id)["published_at"], "the publication", 30)
    code = office.case(case_id)["tracking_code"]
    public = office.of("dung.ayun").get(f"/api/v1/feedback/{code}").json()["public_url"]
    reader = sign_in("hoa.ayun")
    reader.goto(public)
    expect(reader.locator("main")).to_contain_text("••• làng Kret lung lay")
    expect(reader.locator("main")).to_contain_text(day)


def test_two_officials_on_one_publication_the_second_sees_what_changed_and_keeps_the_words(
    sign_in: SignIn, office: Office, axe: Callable[[Page], None]
) -> None:
    case_id = office.proposed(
        "Rác chất đống sau chợ Ayun đã mấy tuần.",
        outcome="other_body",
        other_body="Công ty Công trình đô thị tỉnh",
        reply="Điểm rác do công ty công trình đô thị thu gom; xã đã gửi công văn đề nghị thu gom trong tuần này.",
    )
    office.move("dung.ayun", case_id, "approve")
    hoa, dung = sign_in("hoa.ayun"), sign_in("dung.ayun")
    for page in (hoa, dung):
        page.goto(f"/console/cases/{case_id}/publication")
        expect(page.locator(".preview")).to_contain_text("Công ty Công trình đô thị tỉnh")
    dung.get_by_label("Tiêu đề công khai").fill("Rác sau chợ (chủ tịch sửa)")
    hoa.get_by_label("Tiêu đề công khai").fill("Rác sau chợ Ayun")
    hoa.get_by_role("button", name="Lưu bản nháp").click()
    expect(hoa.get_by_text("Đã lưu bản công khai")).to_be_visible()
    dung.get_by_role("button", name="Lưu bản nháp").click()
    told = dung.get_by_role("alert")
    expect(told).to_contain_text("Có cán bộ khác vừa thay đổi")
    expect(told).to_contain_text("Rơ Châm Hoa")
    expect(dung.get_by_label("Tiêu đề công khai")).to_have_value("Rác sau chợ (chủ tịch sửa)")
    axe(dung)
    # The words outlive even the page; then either version can be taken.
    dung.reload()
    expect(dung.get_by_label("Tiêu đề công khai")).to_have_value("Rác sau chợ (chủ tịch sửa)")
    dung.get_by_role("button", name="Làm lại từ đầu").click()
    expect(dung.get_by_label("Tiêu đề công khai")).to_have_value("Rác sau chợ Ayun")


def test_what_the_server_refuses_stands_at_its_field(sign_in: SignIn, office: Office) -> None:
    case_id = office.feedback("Vỉa hè trước trường mẫu giáo bị lấn chiếm.")
    office.move("hoa.ayun", case_id, "confirm_legal", legal_type="ordinary")
    page = sign_in("hoa.ayun")
    page.goto(f"/console/cases/{case_id}?do=merge")
    field = page.locator("#move-merge-into")
    field.fill("GL-0000-0000")
    field.press("Control+Enter")
    page.get_by_role("button", name="Gửi ngay").first.click()
    expect(page.locator("#move-merge-into-error")).to_contain_text("Không có trong hệ thống")
    expect(field).to_be_focused()
    expect(field).to_have_value("GL-0000-0000")


def test_the_outcome_says_what_else_it_needs(sign_in: SignIn, office: Office) -> None:
    case_id = office.feedback("Nhà văn hóa làng Groi dột khi mưa.")
    office.move("hoa.ayun", case_id, "confirm_legal", legal_type="ordinary")
    office.move("hoa.ayun", case_id, "assign", department_id=office.department("Phòng Kinh tế"))
    office.move("binh.ayun", case_id, "start")
    page = sign_in("binh.ayun")
    page.goto(f"/console/cases/{case_id}?do=resolve")
    deeds = page.locator(".deeds")
    expect(deeds.get_by_label("Ngày dự kiến")).to_have_count(0)
    deeds.get_by_label("Có kế hoạch làm").check()
    deeds.get_by_label("Trả lời người dân", exact=False).last.fill(
        "Nhà văn hóa làng Groi đã có trong danh mục sửa chữa năm tới của xã."
    )
    page.keyboard.press("Control+Enter")
    expect(deeds.get_by_label("Ngày dự kiến")).to_be_focused()
    deeds.get_by_label("Thuộc cơ quan khác").check()
    expect(deeds.get_by_label("Ngày dự kiến")).to_have_count(0)
    deeds.get_by_label("Cơ quan nào?").fill("Ban quản lý dự án huyện cũ")
    deeds.get_by_label("Cơ quan nào?").press("Control+Enter")
    wait_for(lambda: office.case(case_id)["state"] == "awaiting_approval", "the proposal")
    expect(page.locator(".outcome")).to_contain_text("Ban quản lý dự án huyện cũ")


def test_signing_out_leaves_no_words_on_the_machine(sign_in: SignIn, office: Office) -> None:
    case_id = office.feedback("Đường vào rẫy lầy lội.")
    page = sign_in("hoa.ayun")
    page.goto(f"/console/cases/{case_id}?do=reply")
    page.locator("#move-reply-text").fill("Lời đang viết dở của Hoa")
    words = "Object.keys(localStorage).filter(key => key.startsWith('tl_draft:')).length"
    wait_for(lambda: page.evaluate(words) == 1, "the draft to be kept")
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_role("heading", name=re.compile("Đăng nhập"))).to_be_visible()
    assert page.evaluate(words) == 0


def test_a_table_in_an_article_survives_the_server(
    sign_in: SignIn, office: Office, axe: Callable[[Page], None]
) -> None:
    page = sign_in("lien.ayun")
    page.goto("/console/articles/new")
    page.locator("#article-title").fill("Lịch tiêm chủng tháng mười hai")
    page.locator("#article-category").select_option(index=1)
    page.locator("#article-body").click()
    page.keyboard.type("Lịch tiêm theo làng:")
    page.get_by_role("button", name="Bảng", exact=True).click()
    expect(page.locator("#article-body th")).to_have_text(["Cột 1", "Cột 2"])
    axe(page)
    page.locator("#article-body").focus()
    for words in ("Làng", "Ngày", "Kret", "5/12"):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    expect(page.locator("#article-body th")).to_have_count(2)
    page.get_by_role("button", name="Thêm cột").click()
    expect(page.locator("#article-body th")).to_have_count(3)
    expect(page.locator("#article-body th:not(:has-text('Làng'), :has-text('Ngày'))")).to_have_text(
        re.compile(r"^Cột \d$")
    )
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.locator("#article-body th")).to_have_count(2)
    page.get_by_role("button", name="Bỏ hàng").click()
    expect(page.locator("#article-body td")).to_have_count(2)
    axe(page)
    page.get_by_role("button", name="Tạo bản nháp").click()
    page.wait_for_url(re.compile(r"/console/articles/[0-9a-f-]{36}$"))
    body = office.of("lien.ayun").get(f"/api/v1{page.url[page.url.index('/console') :]}").json()
    html = re.sub(r"\s*</?p>\s*", "", body["texts"]["vi"]["body_html"])
    assert "<th>Làng</th><th>Ngày</th>" in html
    assert "<td>Kret</td><td>5/12</td>" in html
    assert "style" not in html
    page.reload()
    expect(page.locator("#article-body td").filter(has_text="Kret")).to_be_visible()


def test_an_article_that_nobody_changed_is_not_called_unsaved(
    sign_in: SignIn, office: Office
) -> None:
    articles = office.of("yen.ayun").get("/api/v1/communes/23798/articles").json()["items"]
    page = sign_in("yen.ayun")
    own = [article for article in articles if article["unit"]["code"] == "23798"]
    assert own
    for article in own:
        page.goto(f"/console/articles/{article['id']}")
        expect(page.locator("#article-body")).to_contain_text(re.compile(r"\w"))
        page.locator("#article-body").click()
        expect(page.get_by_text("Chưa lưu")).to_have_count(0)
