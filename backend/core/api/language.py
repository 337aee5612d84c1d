"""Which language to answer in."""

from __future__ import annotations

from flask import g, request

from backend.core import i18n


def language() -> str:
    """The caller's language among those we speak: ``?lang=``, else Accept-Language, else Vietnamese."""
    if "language" not in g:
        asked = request.args.get("lang")
        g.language = asked if asked in i18n.LANGUAGES else _accepted()
    known: str = g.language
    return known


def _accepted() -> str:
    if not request.headers.get("Accept-Language"):
        return i18n.DEFAULT
    return request.accept_languages.best_match(i18n.LANGUAGES) or i18n.DEFAULT


def page_language() -> str:
    """For pages people open: ``?lang=``, else what they chose before (a cookie), else Vietnamese.

    A telephone set to English says so in every request, whoever holds it; so pages do not ask Accept-Language.
    """
    for asked in (request.args.get("lang"), request.cookies.get("tl_lang")):
        if asked in i18n.LANGUAGES:
            return asked
    return i18n.DEFAULT
