"""The body of an article: HTML that cannot do harm, and its plain words."""

from __future__ import annotations

import re
from html import unescape

import nh3

from backend.core.text import clean

TAGS = {
    "p", "br", "h2", "h3", "h4", "ul", "ol", "li", "strong", "b", "em", "i", "u", "s", "sub", "sup",
    "blockquote", "a", "table", "caption", "thead", "tbody", "tr", "th", "td", "hr",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
    "*": {"lang"},
}
# What stands inside these is dropped with them; of any other unknown tag the words are kept.
SILENCED = {"script", "style", "template", "iframe", "object", "svg", "math", "noscript", "title"}
SCHEMES = {"http", "https", "mailto", "tel"}

_BLOCK_END = re.compile(r"</(?:p|h[234]|li|tr|blockquote|caption)>|<(?:br|hr)>")
_CELL_END = re.compile(r"</t[hd]>")
_TAG = re.compile(r"<[^>]*>")


def sanitise(html: str) -> str:
    """Keep the tags of a plain article, drop everything else; links get ``rel="noopener"``.

    The result is stored, so nothing is cleaned while reading. Applying it twice changes nothing.
    """
    return nh3.clean(
        clean(html),
        tags=TAGS,
        attributes=ATTRIBUTES,
        clean_content_tags=SILENCED,
        url_schemes=SCHEMES,
        link_rel="noopener",
        strip_comments=True,
    ).strip()


def plain(html: str) -> str:
    """The words of a sanitised body, one line per block: for search, excerpts and speech."""
    spaced = _CELL_END.sub(" ", _BLOCK_END.sub("\n", html))
    lines = unescape(_TAG.sub("", spaced)).split("\n")
    return "\n".join(line for line in (" ".join(raw.split()) for raw in lines) if line)
