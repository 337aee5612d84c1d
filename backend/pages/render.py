"""Templates: words from the catalogues, dates on the clock of the country, everything escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from backend.core import clock
from backend.core.i18n import t
from backend.core.text import excerpt
from backend.pages.shell import TEMPLATES

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = {
    "vi": ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ Nhật"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def render(template: str, language: str, **values: Any) -> Markup:
    """Fill a template; ``t(key)`` in it speaks ``language``."""
    words = partial(_words, language)
    filled = _environment().get_template(template).render(language=language, t=words, **values)
    return Markup(filled)  # noqa: S704 - the environment escapes every value


def day(moment: str | datetime | date, language: str) -> str:
    """``21/11/2026`` in Vietnamese, ``21 Nov 2026`` in English; moments on Vietnam's clock."""
    on = _local(moment)
    if language == "en":
        return f"{on.day} {MONTHS[on.month - 1]} {on.year}"
    return f"{on.day:02d}/{on.month:02d}/{on.year}"


def long_day(moment: str | datetime | date, language: str) -> str:
    """``thứ Bảy, 21/11/2026``."""
    return f"{WEEKDAYS[language][_local(moment).weekday()]}, {day(moment, language)}"


def time_and_day(moment: str | datetime, language: str) -> str:
    """``17:05, 21/11/2026``."""
    return f"{hour(moment)}, {day(moment, language)}"


def hour(moment: str | datetime) -> str:
    """``17:05``."""
    return f"{_parsed(moment).astimezone(clock.LOCAL):%H:%M}"


def minutes(milliseconds: int) -> int:
    """Whole minutes, at least one; a half counts as one, as in the app."""
    return max(1, (milliseconds + 30_000) // 60_000)


def within(name: str) -> str:
    """A unit's name inside a sentence: ``xã Ayun``."""
    return name[:1].lower() + name[1:]


def file_size(size: int, language: str) -> str:
    """``1,2 MB`` in Vietnamese, ``1.2 MB`` in English; at least 1 KB."""
    mega = size / 2**20
    if mega < 1:
        return f"{max(1, round(size / 2**10))} KB"
    text = f"{mega:.1f}".removesuffix(".0")
    return f"{text.replace('.', ',') if language == 'vi' else text} MB"


def smallest(picture: Mapping[str, Any]) -> Mapping[str, Any]:
    """The smallest form of a published picture, for a list."""
    return min(_webp(picture), key=_width, default=picture)


def srcset(picture: Mapping[str, Any]) -> str:
    """Every form of a published picture, for ``srcset``."""
    forms = sorted(_webp(picture), key=_width)
    return ", ".join(f"{form['url']} {form['width']}w" for form in forms)


def _webp(picture: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    sources: Iterable[Mapping[str, Any]] = picture.get("sources") or ()
    return [form for form in sources if form["content_type"] == "image/webp"]


def _width(form: Mapping[str, Any]) -> int:
    return int(form["width"])


def _words(language: str, key: str, **params: Any) -> str:
    return t(f"pages.{key}", language, **params)


def _parsed(moment: str | datetime) -> datetime:
    return datetime.fromisoformat(moment) if isinstance(moment, str) else moment


def _local(moment: str | datetime | date) -> date:
    if isinstance(moment, str) and "T" not in moment:
        return date.fromisoformat(moment)
    if isinstance(moment, str | datetime):
        return _parsed(moment).astimezone(clock.LOCAL).date()
    return moment


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    environment.filters.update(
        day=day,
        excerpt=excerpt,
        long_day=long_day,
        time_and_day=time_and_day,
        hour=hour,
        minutes=minutes,
        within=within,
        file_size=file_size,
        smallest=smallest,
        srcset=srcset,
    )
    return environment
