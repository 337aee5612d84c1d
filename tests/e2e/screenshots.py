"""``make screenshots``: every page, on a phone and on a desk, in both themes, into screenshots/ to be looked at."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.e2e.stack import CHROMIUM_ARGS, ROOT, Stack, running

TARGET = ROOT / "screenshots"
SIZES = {"phone": (360, 780), "desktop": (1440, 900)}
THEMES = ("light", "dark")
COMMUNE = "/c/23798"
API = "/api/v1"


@dataclass(frozen=True)
class Shot:
    """A page and who looks at it; ``None`` is anybody."""

    name: str
    path: str
    who: str | None = None


def shots(context: BrowserContext) -> Iterator[Shot]:
    """What anybody can see; ids come from the demo province."""
    yield Shot("start", "/")
    yield Shot("home", COMMUNE)
    articles = _items(context, f"{API}/communes/23798/articles")
    if articles:
        yield Shot("article", f"{COMMUNE}/a/{articles[0]}")
    yield Shot("listen", f"{COMMUNE}/listen")
    broadcasts = _items(context, f"{API}/communes/23798/broadcasts")
    if broadcasts:
        yield Shot("broadcast", f"{COMMUNE}/listen/{broadcasts[0]}")
    yield Shot("outcomes", f"{COMMUNE}/outcomes")
    outcomes = _items(context, f"{API}/communes/23798/feedback")
    if outcomes:
        yield Shot("outcome", f"{COMMUNE}/outcomes/{outcomes[0]}")
    for name in ("send", "track", "mine", "settings"):
        yield Shot(name, f"/{name}")
    yield Shot("commune-gone", "/c/23797")
    yield Shot("commune-elsewhere", "/c/23812")
    yield Shot("nowhere", f"{COMMUNE}/a/nowhere")
    yield Shot("embed", "/embed/communes/23798")
    yield Shot("api", "/api/docs")
    yield Shot("console-sign-in", "/console")


def console_shots(context: BrowserContext) -> Iterator[Shot]:
    """What officials see."""
    yield Shot("console-inbox", "/console/inbox", "hoa.ayun")
    yield Shot("console-cases", "/console/cases?view=all", "hoa.ayun")
    cases = _items(context, f"{API}/cases?view=all&limit=5")
    for number, case in enumerate(cases[:2], 1):
        yield Shot(f"console-case-{number}", f"/console/cases/{case}", "hoa.ayun")
        yield Shot(
            f"console-publication-{number}", f"/console/cases/{case}/publication", "dung.ayun"
        )
    yield Shot("console-articles", "/console/articles", "yen.ayun")
    articles = _items(context, f"{API}/communes/23798/articles")
    if articles:
        yield Shot("console-article", f"/console/articles/{articles[0]}", "yen.ayun")
    yield Shot("console-broadcasts", "/console/broadcasts", "tam.ayun")
    yield Shot("console-devices", "/console/devices", "ky.ayun")
    yield Shot("console-staff", "/console/staff", "quantri")
    yield Shot("console-portals", "/console/portals", "quantri")
    yield Shot("console-policies", "/console/policies", "dung.ayun")
    yield Shot("console-outbox", "/console/outbox", "quantri")
    yield Shot("console-account", "/console/account", "hoa.ayun")


def _items(context: BrowserContext, path: str) -> list[str]:
    answer = context.request.get(path)
    return [item["id"] for item in answer.json()["items"]] if answer.ok else []


def new_context(
    browser: Browser, stack: Stack, size: tuple[int, int], theme: str, who: str | None
) -> BrowserContext:
    """A device of this size; signed in as ``who``."""
    context = browser.new_context(
        base_url=stack.url,
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if theme == "dark" else "light",
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        reduced_motion="reduce",
    )
    if who is not None:
        answer = context.request.post(
            f"{API}/auth/staff/sign-in", data={"username": who, "password": stack.password}
        )
        if not answer.ok:
            sys.exit(f"{who} cannot sign in: {answer.status} {answer.text()}")
    return context


def take(browser: Browser, stack: Stack, shot: Shot) -> None:
    """One page in every size and theme."""
    for size_name, size in SIZES.items():
        for theme in THEMES:
            context = new_context(browser, stack, size, theme, shot.who)
            page = context.new_page()
            page.goto(shot.path, wait_until="networkidle")
            page.screenshot(path=TARGET / f"{shot.name}.{size_name}.{theme}.png", full_page=True)
            context.close()
    print(f"  {shot.name:<24} {shot.path}", flush=True)  # noqa: T201 - a command's progress


def main() -> int:
    """Take them all; ``python -m tests.e2e.screenshots home send`` takes some."""
    wanted = sys.argv[1:]
    if not wanted:
        shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="tieng-lang-screenshots-") as folder,
        running(Path(folder)) as stack,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=CHROMIUM_ARGS
        )
        anybody = new_context(browser, stack, SIZES["phone"], "light", None)
        official = new_context(browser, stack, SIZES["desktop"], "light", "hoa.ayun")
        for shot in [*shots(anybody), *console_shots(official)]:
            if not wanted or shot.name in wanted:
                take(browser, stack, shot)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
