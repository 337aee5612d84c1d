"""A real browser in front of the real stack: web server, workers, demo province, push services on loopback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from backend.cli import run
from tests.conftest import free_port
from tests.databases import wait_for

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 180
CHROMIUM_ARGS = [
    "--headless=new",
    "--no-sandbox",  # the tests run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
PHONE = {"width": 360, "height": 780}
SMALLEST = {"width": 320, "height": 640}
DESKTOP = {"width": 1440, "height": 900}
# Quy Nhơn, where Lan stands.
POSITION = {"latitude": 13.7765, "longitude": 109.2237, "accuracy": 20}


@dataclass(frozen=True)
class Stack:
    """Everything ``make run`` starts, on a free port and in a folder of its own."""

    url: str
    var_dir: Path
    password: str
    log: Path
    push_port: int  # tests may listen here as a Web Push service or as FCM

    def lines_after(self, position: int) -> str:
        """What the processes have logged since ``position`` (a file size)."""
        return self.log.read_text()[position:]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Migrate, load the demo province and serve it, exactly as a person would."""
    folder = tmp_path_factory.mktemp("stack")
    port, push_port = free_port(), free_port()
    log = folder / "log.txt"
    environment = {
        **os.environ,
        "TIENGLANG_VAR_DIR": str(folder / "var"),
        "TIENGLANG_PUSH_HOSTS": f"127.0.0.1:{push_port}",
        "TIENGLANG_FCM_URL": f"http://127.0.0.1:{push_port}",
        "TIENGLANG_RATE_LIMITS": "0",  # every visitor of the tests comes from one address
    }
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.cli.run", "--port", str(port), "--no-frontend"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(
            lambda: process.poll() is not None or run.is_ready("127.0.0.1", port),
            "the stack to be ready",
            READY_SECONDS,
        )
        assert process.poll() is None, f"the stack did not start:\n{log.read_text()}"
        remembered = json.loads((folder / "var" / "demo.json").read_text())
        yield Stack(
            url=f"http://127.0.0.1:{port}",
            var_dir=folder / "var",
            password=remembered["password"],
            log=log,
            push_port=push_port,
        )
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


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
