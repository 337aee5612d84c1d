"""A real browser in front of the real stack: web server, workers, demo province, push services on loopback."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from tests.databases import wait_for
from tests.e2e.stack import CHROMIUM_ARGS, Stack, running

PHONE = {"width": 360, "height": 780}
SMALLEST = {"width": 320, "height": 640}
DESKTOP = {"width": 1440, "height": 900}
# Quy Nhơn, where Lan stands.
POSITION = {"latitude": 13.7765, "longitude": 109.2237, "accuracy": 20}


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The demo province, served."""
    with running(tmp_path_factory.mktemp("stack")) as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    chromium = shutil.which("chromium")
    assert chromium, "chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        yield launched
        launched.close()


Open = Callable[..., BrowserContext]


@pytest.fixture
def open_context(browser: Browser, stack: Stack) -> Iterator[Open]:
    """Make browser contexts: ``open_context(theme="dark", viewport=PHONE, language="vi-VN")``.

    Each is a device of its own: cookies, storage and service workers are not shared. Errors on its pages fail the test.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(
        *,
        theme: str = "light",
        viewport: dict[str, int] | None = None,
        language: str = "vi-VN",
        expect_errors: bool = False,
        **options: Any,
    ) -> BrowserContext:
        size = viewport or PHONE
        context = browser.new_context(
            base_url=stack.url,
            viewport={"width": size["width"], "height": size["height"]},
            color_scheme="dark" if theme == "dark" else "light",
            locale=language,
            timezone_id="Asia/Ho_Chi_Minh",
            geolocation=POSITION,  # type: ignore[arg-type]
            permissions=["geolocation", "notifications", "microphone"],
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(10_000)
        if not expect_errors:
            context.on("weberror", lambda error: complaints.append(str(error.error)))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert complaints == [], "errors on the page"


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    """Both themes."""
    name: str = request.param
    return name


@pytest.fixture
def page(open_context: Open) -> Page:
    """A phone in Lan's hand."""
    return open_context().new_page()


@pytest.fixture
def sign_in(open_context: Open, stack: Stack) -> Callable[..., Page]:
    """An official at a desk: ``sign_in("hoa.ayun")`` gives a page of the console."""

    def enter(username: str, **options: Any) -> Page:
        options.setdefault("viewport", DESKTOP)
        context = open_context(**options)
        answer = context.request.post(
            "/api/v1/auth/staff/sign-in",
            data={"username": username, "password": stack.password},
        )
        assert answer.ok, f"{username} cannot sign in: {answer.status} {answer.text()}"
        opened = context.new_page()
        opened.goto("/console")
        return opened

    return enter


@pytest.fixture
def devtools() -> Callable[[Page], CDPSession]:
    """Chromium's own protocol for a page: network conditions, push messages to a service worker."""
    return lambda page: page.context.new_cdp_session(page)


@pytest.fixture
def offline() -> Callable[[BrowserContext, bool], None]:
    """Take the network from a device, or give it back."""

    def switch(context: BrowserContext, gone: bool) -> None:
        context.set_offline(gone)

    return switch


@pytest.fixture
def deliver_push() -> Callable[[Page, str], None]:
    """Hand a message to the page's service worker as a push service would.

    Chromium cannot subscribe to a push service on loopback; the message itself arrives the same way.
    """

    def deliver(page: Page, data: str) -> None:
        session = page.context.new_cdp_session(page)
        found: list[str] = []
        session.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda event: found.extend(r["registrationId"] for r in event["registrations"]),
        )
        session.send("ServiceWorker.enable")
        wait_for(lambda: found or page.wait_for_timeout(50), "the service worker's registration")
        origin = page.evaluate("location.origin")
        session.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": origin, "registrationId": found[-1], "data": data},
        )
        session.detach()

    return deliver


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Assert that axe finds nothing on the page, AAA contrast included."""

    def check(page: Page) -> None:
        tags = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        results = Axe().run(
            page,
            options={"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]},
        )
        found = [
            f"{violation['id']}: {violation['help']}\n    "
            + "\n    ".join(node["html"][:160] for node in violation["nodes"][:4])
            for violation in results.response["violations"]
        ]
        assert found == [], f"axe on {page.url}:\n" + "\n".join(found)

    return check
