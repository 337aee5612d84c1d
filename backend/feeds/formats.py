"""The three formats: RSS 2.0, Atom (RFC 4287), JSON Feed 1.1. Values in, bytes out."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from typing import Any

import orjson
from lxml import etree

from backend.core.api.fields import timestamp
from backend.feeds.entries import Entry, Feed

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DUBLIN = "http://purl.org/dc/elements/1.1/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
GENERATOR = "Tiếng Làng"
_DEFAULT: Any = {None: ATOM}  # lxml's way to say "no prefix"

# What XML 1.0 cannot hold at all, not even escaped.
_IMPOSSIBLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def rss(feed: Feed) -> bytes:
    """RSS 2.0 with the whole text as ``content:encoded``."""
    root = etree.Element(
        "rss", version="2.0", nsmap={"atom": ATOM, "content": CONTENT, "dc": DUBLIN}
    )
    channel = _add(root, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.home)
    _add(channel, "description", feed.description)
    _add(channel, "language", feed.language)
    _add(channel, "lastBuildDate", _rfc822(feed.updated_at))
    _add(channel, "generator", GENERATOR)
    _add(
        channel,
        f"{{{ATOM}}}link",
        rel="self",
        type="application/rss+xml",
        href=f"{feed.address}.rss",
    )
    for entry in feed.entries:
        item = _add(channel, "item")
        _add(item, "title", entry.title)
        _add(item, "link", entry.link)
        _add(item, "guid", entry.guid, isPermaLink="false")
        _add(item, "pubDate", _rfc822(entry.published_at))
        _add(item, "category", entry.category)
        _add(item, f"{{{DUBLIN}}}creator", entry.author)
        _add(item, "description", entry.summary)
        _add(item, f"{{{CONTENT}}}encoded", entry.html)
        if entry.image:
            length = str(entry.image.bytes)
            _add(
                item, "enclosure", url=entry.image.url, type=entry.image.content_type, length=length
            )
    return _written(root)


def atom(feed: Feed) -> bytes:
    """Atom; ``updated`` moves when an article is corrected."""
    root = etree.Element(f"{{{ATOM}}}feed", {XML_LANG: feed.language}, nsmap=_DEFAULT)
    _atom(root, "id", feed.guid)
    _atom(root, "title", feed.title)
    _atom(root, "subtitle", feed.description)
    _atom(root, "updated", timestamp(feed.updated_at))
    _atom(root, "generator", GENERATOR)
    _atom(root, "link", rel="self", type="application/atom+xml", href=f"{feed.address}.atom")
    _atom(root, "link", rel="alternate", type="text/html", href=feed.home)
    for entry in feed.entries:
        _atom_entry(root, entry)
    return _written(root)


def json_feed(feed: Feed) -> bytes:
    """JSON Feed 1.1."""
    return orjson.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            "description": feed.description,
            "home_page_url": feed.home,
            "feed_url": f"{feed.address}.json",
            "language": feed.language,
            "items": [_json_item(entry) for entry in feed.entries],
        }
    )


# ending -> (writer, content type)
FORMATS: dict[str, tuple[Callable[[Feed], bytes], str]] = {
    "rss": (rss, "application/rss+xml; charset=utf-8"),
    "atom": (atom, "application/atom+xml; charset=utf-8"),
    "json": (json_feed, "application/feed+json; charset=utf-8"),
}


def _atom_entry(root: Any, entry: Entry) -> None:
    node = _atom(root, "entry")
    node.set(XML_LANG, entry.language)
    _atom(node, "id", entry.guid)
    _atom(node, "title", entry.title)
    _atom(node, "link", rel="alternate", type="text/html", href=entry.link)
    _atom(node, "published", timestamp(entry.published_at))
    _atom(node, "updated", timestamp(entry.updated_at))
    _atom(_atom(node, "author"), "name", entry.author)
    _atom(node, "category", term=entry.category)
    _atom(node, "summary", entry.summary)
    _atom(node, "content", entry.html, type="html")
    if entry.image:
        _atom(
            node,
            "link",
            rel="enclosure",
            href=entry.image.url,
            type=entry.image.content_type,
            length=str(entry.image.bytes),
        )


def _json_item(entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": entry.guid,
        "url": entry.link,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.html,
        "date_published": timestamp(entry.published_at),
        "date_modified": timestamp(entry.updated_at),
        "authors": [{"name": entry.author}],
        "tags": [entry.category],
        "language": entry.language,
    }
    if entry.image:
        item["image"] = entry.image.url
    return item


def _atom(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    return _add(parent, f"{{{ATOM}}}{name}", text, **attributes)


def _add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:
    node = etree.SubElement(parent, name, {key: _xml(value) for key, value in attributes.items()})
    if text is not None:
        node.text = _xml(text)
    return node


def _xml(text: str) -> str:
    return _IMPOSSIBLE.sub("", text)


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0), usegmt=True)


def _written(root: Any) -> bytes:
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return written
