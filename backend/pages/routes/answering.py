"""How a page is answered: in the reader's language, with the policy of its shell, and never as JSON."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response

from backend.core.api import Blueprint, page_language
from backend.core.errors import Problem
from backend.core.i18n import has, t
from backend.pages.meta import PRIVATE, head, plain_meta
from backend.pages.render import render
from backend.pages.shell import json_script, resident_shell

HTML = "text/html; charset=utf-8"
View = Callable[..., Response]


class PageBlueprint(Blueprint):
    """Pages are for people: the API's description leaves them out."""

    def register_views_in_doc(self, *args: Any, **kwargs: Any) -> None:
        """Describe nothing."""


def answers_pages(view: View) -> View:
    """Headers of a page; a failure becomes a page too."""

    @wraps(view)
    def answering(*args: Any, **kwargs: Any) -> Response:
        try:
            response = view(*args, **kwargs)
        except Problem as problem:
            response = trouble_page(problem.status, problem.code, problem.params)
        return dress(response)

    return answering


def dress(response: Response) -> Response:
    """The policy of the resident app, unless the page has its own, and what the answer depends on."""
    response.headers.setdefault("Content-Security-Policy", resident_shell().policy)
    # The language is a cookie's; without it every cache in between would mix them up.
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    return response


def page(
    template: str,
    language: str,
    head_tags: str,
    payload: dict[str, Any] | None = None,
    *,
    styled: str = "",
    **values: Any,
) -> str:
    """A whole page: frame and screen from ``template``, JSON beside it; ``styled`` as ``Shell.fill``."""
    values = {"commune": None, "section": "", **values}
    app = render(template, language, **values)
    data = json_script(payload) if payload else ""
    return resident_shell().fill(language, head=head_tags, app=app, data=data, styled=styled)


def trouble_page(status: int, code: str, params: dict[str, Any]) -> Response:
    """A page that says what is wrong and where to go from here."""
    language = page_language()
    key = f"error.{code}" if has(f"error.{code}") else f"error.status.{status}"
    words = {name: value for name, value in params.items() if isinstance(value, str | int)}
    title = t(key, language, **words)
    successors = params.get("successors", [])
    detail = t(f"{key}.detail", language, **words) if has(f"{key}.detail") else ""
    body = page(
        "trouble.html",
        language,
        head(plain_meta(title, language, PRIVATE), language),
        title=title,
        detail="" if successors else detail,
        successors=successors,
    )
    return Response(body, status, content_type=HTML, headers={"Cache-Control": "no-store"})
