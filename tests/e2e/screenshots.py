"""``make screenshots``: every page on a phone and on a desk, in both themes, into screenshots/ to be looked at.

The console is taken in English too, and its main screens with text at 200 %.
"""

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
COMMUNE = "/c/23798"
API = "/api/v1"


@dataclass(frozen=True)
class Shot:
    """A page and who looks at it; ``None`` is anybody."""

    name: str
    path: str
    who: str | None = None
    main: bool = False  # looked at with large text too


@dataclass(frozen=True)
class Look:
    """A device and how its owner has set it."""

    size: str
    theme: str
    language: str = "vi"
    large: bool = False

    @property
    def name(self) -> str:
        words = [self.size, self.theme]
        words += ["en"] if self.language == "en" else []
        words += ["200"] if self.large else []
        return ".".join(words)


EVERYWHERE = [Look(size, theme) for size in SIZES for theme in ("light", "dark")]
ENGLISH = [Look("desktop", "light", "en"), Look("phone", "dark", "en")]
LARGE = [Look("desktop", "dark", large=True), Look("phone", "light", large=True)]


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


def console_shots(browser: Browser, stack: Stack) -> Iterator[Shot]:
    """What officials see; the cases are those of the demo province, each with a form of what may be done to it."""
    official = new_context(browser, stack, EVERYWHERE[0], "hoa.ayun")
    yield Shot("console-inbox", "/console/inbox", "hoa.ayun", main=True)
    yield Shot("console-cases", "/console/cases?view=all", "hoa.ayun", main=True)
    yield Shot("console-cases-filtered", "/console/cases?view=all&state=received", "hoa.ayun")
    yield Shot("console-cases-none", "/console/cases?view=all&q=khongcogi", "hoa.ayun")
    yield from case_shots(official)
    yield Shot("console-articles", "/console/articles", "yen.ayun", main=True)
    yield Shot("console-article-new", "/console/articles/new", "lien.ayun")
    articles = _items(official, f"{API}/communes/23798/articles")
    if articles:
        yield Shot("console-article", f"/console/articles/{articles[0]}", "yen.ayun", main=True)
    yield Shot("console-broadcasts", "/console/broadcasts", "tam.ayun")
    yield Shot("console-broadcast-new", "/console/broadcasts/new", "tam.ayun")
    broadcasts = _items(official, f"{API}/communes/23798/broadcasts")
    if broadcasts:
        yield Shot("console-broadcast", f"/console/broadcasts/{broadcasts[0]}", "dung.ayun")
    yield Shot("console-devices", "/console/devices", "ky.ayun")
    administrator = new_context(browser, stack, EVERYWHERE[0], "quantri")
    yield Shot("console-staff", "/console/staff", "quantri")
    yield Shot("console-staff-new", "/console/staff/new", "quantri")
    for person in _items(administrator, f"{API}/staff?q=hoa.ayun")[:1]:
        yield Shot("console-staff-one", f"/console/staff/{person}", "quantri", main=True)
    yield Shot("console-portals", "/console/portals", "quantri")
    yield Shot("console-portal-new", "/console/portals/new", "quantri")
    for portal in _items(administrator, f"{API}/portals")[:1]:
        yield Shot("console-portal", f"/console/portals/{portal}", "quantri")
    yield Shot("console-policies", "/console/policies", "dung.ayun")
    leader = new_context(browser, stack, EVERYWHERE[0], "dung.ayun")
    for policy in _items(leader, f"{API}/console/policies?unit=23798&state=published")[:1]:
        yield Shot("console-policy", f"/console/policies/{policy}", "dung.ayun", main=True)
    yield Shot("console-rules", "/console/rules", "dung.ayun", main=True)
    yield Shot("console-rule-new", "/console/rules/new", "dung.ayun")
    yield Shot("console-calendar", "/console/calendar", "dung.ayun", main=True)
    yield Shot("console-outbox", "/console/outbox", "quantri")
    yield Shot("console-account", "/console/account", "hoa.ayun")
    yield Shot("console-nowhere", "/console/nowhere", "hoa.ayun")
    yield Shot("console-forbidden", "/console/staff", "binh.ayun")
    for context in (official, administrator, leader):
        context.close()


def case_shots(official: BrowserContext) -> Iterator[Shot]:
    """One case in each state, and the forms that its officials open on it."""
    found: dict[str, str] = {}
    for view in ("all", "closed"):
        answer = official.request.get(f"{API}/cases?view={view}&limit=100")
        for case in answer.json()["items"]:
            found.setdefault(case["state"], case["id"])
    forms = [
        ("received", "hoa.ayun", "classify"),
        ("forwarded", "hoa.ayun", "ask"),
        ("forwarded", "hoa.ayun", "merge"),
        ("forwarded", "hoa.ayun", "reject"),
        ("forwarded", "binh.ayun", "transfer"),
        ("in_progress", "binh.ayun", "resolve"),
        ("in_progress", "hoa.ayun", "reply"),
        ("awaiting_approval", "dung.ayun", "return"),
    ]
    for state, case in found.items():
        yield Shot(
            f"console-case-{state}", f"/console/cases/{case}", "hoa.ayun", state == "received"
        )
    for state, who, move in forms:
        if state in found:
            path = f"/console/cases/{found[state]}?do={move}"
            yield Shot(f"console-do-{move}", path, who, main=move in ("classify", "resolve"))
    if "resolved" in found:
        path = f"/console/cases/{found['resolved']}/publication"
        yield Shot("console-publication", path, "hoa.ayun", main=True)


def _items(context: BrowserContext, path: str) -> list[str]:
    answer = context.request.get(path)
    return [item["id"] for item in answer.json()["items"]] if answer.ok else []


def new_context(browser: Browser, stack: Stack, look: Look, who: str | None) -> BrowserContext:
    """A device that looks like this; signed in as ``who``."""
    width, height = SIZES[look.size]
    context = browser.new_context(
        base_url=stack.url,
        viewport={"width": width, "height": height},
        color_scheme="dark" if look.theme == "dark" else "light",
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": "tl_lang", "value": look.language, "url": stack.url}])
    if look.large:
        context.add_init_script("localStorage.setItem('tl_size', '200')")
    if who is not None:
        answer = context.request.post(
            f"{API}/auth/staff/sign-in", data={"username": who, "password": stack.password}
        )
        if not answer.ok:
            sys.exit(f"{who} cannot sign in: {answer.status} {answer.text()}")
    return context


def take(browser: Browser, stack: Stack, shots_of: list[tuple[Shot, list[Look]]]) -> None:
    """Each page in its looks; a person signs in once on each device."""
    wanted: dict[tuple[str, Look], list[Shot]] = {}
    for shot, looks in shots_of:
        for look in looks:
            wanted.setdefault((shot.who or "", look), []).append(shot)
    for (who, look), pages in sorted(wanted.items(), key=lambda each: each[0][0]):
        context = new_context(browser, stack, look, who or None)
        for shot in pages:
            page = context.new_page()
            page.goto(shot.path, wait_until="networkidle")
            page.screenshot(path=TARGET / f"{shot.name}.{look.name}.png", full_page=True)
            page.close()
        context.close()
        print(f"  {who or 'anybody':<12} {look.name:<18} {len(pages)}", flush=True)  # noqa: T201 - a command's progress


def looks_of(shot: Shot) -> list[Look]:
    """How a page is looked at: the console in English too, its main screens with large text."""
    if not shot.path.startswith("/console"):
        return EVERYWHERE
    return [*EVERYWHERE, *ENGLISH, *(LARGE if shot.main else [])]


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
        anybody = new_context(browser, stack, EVERYWHERE[0], None)
        every = [*shots(anybody), *console_shots(browser, stack)]
        anybody.close()
        some = [shot for shot in every if not wanted or shot.name in wanted]
        take(browser, stack, [(shot, looks_of(shot)) for shot in some])
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
