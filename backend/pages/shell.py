"""The page around every screen, as the front end's build wrote it (pwa/…/first-screen.md)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import orjson
from markupsafe import Markup

HOUSE = Path(__file__).resolve().parents[2]
DIST = HOUSE / "pwa" / "dist"
TEMPLATES = Path(__file__).parent / "templates"
# Files of the resident app with screens that the server draws: pwa/src/apps/resident.
READING, WRITING, CHOOSING = STYLED = ("reading.ts", "writing.ts", "screens/Choose.svelte")

_TITLE = re.compile(r"<title>.*?</title>\n?", re.DOTALL)
_LANG = re.compile(r'(<html\b[^>]*\blang=")[^"]*(")')
_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Styles:
    """Style sheets of the build that a page carries inside: another request would hold up its first paint."""

    code: str
    addresses: tuple[str, ...]

    @property
    def markup(self) -> str:
        """The styles; and their addresses, switched off, by which the app knows that it has them."""
        known = "".join(
            f'<link rel="stylesheet" href="{address}" disabled>' for address in self.addresses
        )
        return f"<style>{self.code}</style>{known}"


@dataclass(frozen=True, slots=True)
class Shell:
    """A page with three places to fill, and the policy that lets its own inline code run."""

    html: str
    policy: str
    built: bool
    # What screens that are loaded later need beyond the inlined styles, by the file they are loaded from.
    styles: Mapping[str, Styles] = field(default_factory=dict)

    def fill(
        self, language: str, *, head: str = "", app: str = "", data: str = "", styled: str = ""
    ) -> str:
        """The page in ``language`` with its head, screen and data; each already safe HTML.

        A head that carries a title takes the place of the build's. ``styled`` names the file of a screen that is loaded
        later (``STYLED``) and brings its styles, behind the others as in the app.
        """
        page = _LANG.sub(rf"\g<1>{language}\g<2>", self.html, count=1)
        if "<title>" in head:
            page = _TITLE.sub("", page, count=1)
        for place, filling in (("head", head), ("app", app), ("data", data)):
            page = page.replace(f"<!--tl:{place}-->", filling, 1)
        if styled in self.styles:
            page = page.replace("</head>", f"{self.styles[styled].markup}\n</head>", 1)
        return page


@lru_cache
def resident_shell(dist: Path = DIST) -> Shell:
    """The resident app's page; a plain one when the front end has not been built."""
    return _built(dist / "resident") or _plain()


@lru_cache
def console_shell(dist: Path = DIST) -> Shell | None:
    """The officials' page; None when the front end has not been built."""
    return _built(dist / "console")


def inline_hash(code: str) -> str:
    """The CSP source of inline code."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"


def json_script(payload: object) -> Markup:
    """Data beside the markup; nothing in it can end the element."""
    text = orjson.dumps(payload, default=str).decode()
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(f'<script type="application/json" id="tl-data">{text}</script>')  # noqa: S704 - escaped above


def _built(folder: Path) -> Shell | None:
    page = folder / "index.html"
    if not page.is_file():
        return None
    html = page.read_text()
    hashes = folder / "csp.json"
    known = orjson.loads(hashes.read_bytes()) if hashes.is_file() else _hashes(html)
    styles = _styles(folder)
    inline = [inline_hash(each.code) for each in styles.values()]
    policy = _policy(known["script"], [*known["style"], *inline])
    return Shell(html, policy, built=True, styles=styles)


def _styles(folder: Path) -> dict[str, Styles]:
    """The styles that come with files loaded later, as the build's manifest names them."""
    manifest = folder / ".vite" / "manifest.json"
    if not manifest.is_file():
        return {}
    chunks: dict[str, dict[str, list[str]]] = orjson.loads(manifest.read_bytes())
    return {name: _styles_of(name, chunks, folder) for name in STYLED if name in chunks}


def _styles_of(file: str, chunks: dict[str, dict[str, list[str]]], folder: Path) -> Styles:
    waiting, seen, styles = [file], {"index.html"}, list[str]()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in chunks:
            continue
        seen.add(name)
        styles += chunks[name].get("css", [])
        waiting += chunks[name].get("imports", [])
    code = "".join((folder / style).read_text().strip() for style in styles)
    return Styles(code, tuple(f"/{style}" for style in styles))


def _plain() -> Shell:
    html = (TEMPLATES / "plain.html").read_text()
    known = _hashes(html)
    return Shell(html, _policy(known["script"], known["style"]), built=False)


def _hashes(html: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"script": [], "style": []}
    for kind, code in _INLINE.findall(html):
        found[kind].append(inline_hash(code))
    return found


def _policy(scripts: list[str], styles: list[str]) -> str:
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self'", *scripts)),
            " ".join(("style-src 'self'", *styles)),
            "img-src 'self' blob: data:",
            "media-src 'self' blob:",
            "connect-src 'self'",
            "worker-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
