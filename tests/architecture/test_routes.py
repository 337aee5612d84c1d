"""Every route says who may call it, and every route is described."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from backend.core.api.limits import bounds_of

# Pages, files and machine addresses: HTML and bytes for browsers, not part of the API's description.
UNDESCRIBED = re.compile(
    r"/($|c/|send|track|mine|settings|console|embed/|feeds/|widgets/|media/|share|offline"
    r"|sw\.js|manifest\.webmanifest|favicon|icons?/|robots\.txt|api/docs|openapi\.json"
    r"|healthz|readyz|metrics|\.well-known/|\w+\.webmanifest|fonts?/|images?/|shell\.html|<path:|<any\()"
)


def rules(app: Flask) -> Iterator[Rule]:
    return (rule for rule in app.url_map.iter_rules() if rule.endpoint != "static")


def test_every_route_declares_who_may_call_it(app: Flask) -> None:
    silent = []
    for rule in rules(app):
        view = app.view_functions[rule.endpoint]
        view_class = getattr(view, "view_class", None)
        if view_class is None:
            declared = hasattr(view, "__access__")
        else:
            methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            declared = all(hasattr(getattr(view_class, m.lower()), "__access__") for m in methods)
        if not declared:
            silent.append(f"{sorted(rule.methods or ())} {rule.rule} ({rule.endpoint})")
    assert not silent, "routes without an access decorator:\n" + "\n".join(silent)


def test_every_api_route_is_described(app: Flask, client: FlaskClient) -> None:
    described = {
        (re.sub(r"{\w+}", "{}", path), method.upper())
        for path, methods in client.get("/openapi.json").get_json()["paths"].items()
        for method in methods
    }
    missing = [
        f"{method} {rule.rule}"
        for rule in rules(app)
        if not UNDESCRIBED.match(rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if (re.sub(r"<[^>]+>", "{}", rule.rule), method) not in described
    ]
    assert not missing, "routes that /openapi.json does not describe:\n" + "\n".join(missing)


def test_no_two_routes_share_an_address_and_a_method(app: Flask) -> None:
    seen: set[tuple[str, str]] = set()
    twice = []
    for rule in rules(app):
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            key = (re.sub(r"<[^>]+>", "{}", rule.rule), method)
            if key in seen:
                twice.append(key)
            seen.add(key)
    assert not twice


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/v2/communes"])
def test_an_unknown_api_address_is_a_problem_document(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"


def address(rule: Rule) -> str:
    """Some address of a route; nothing need be there."""
    values: dict[str, object] = {}
    for name, converter in rule._converters.items():
        known = [*getattr(converter, "items", ()), "23798", str(UUID(int=7)), "0" * 64]
        values[name] = next(one for one in known if re.fullmatch(converter.regex, one))
    found: str = rule.map.bind("localhost").build(rule.endpoint, values)
    return found


@pytest.mark.parametrize("prefix", ["/api/v1/", "/device/v1/"])
def test_a_misspelt_parameter_is_named_and_refused(
    app: Flask, client: FlaskClient, prefix: str
) -> None:
    asked = 0
    for rule in rules(app):
        for method in (rule.methods or set()) - {"OPTIONS"}:
            if not rule.rule.startswith(prefix):
                continue
            asked += 1
            answer = client.open(f"{address(rule)}?lang=en&limitt=5", method=method)
            assert answer.status_code == 422, f"{method} {rule.rule}"
            if method != "HEAD":
                assert answer.get_json()["errors"] == {"limitt": ["unknown_field"]}
    assert asked


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "21/11/2026"])
def test_a_day_beyond_the_calendar_is_refused(client: FlaskClient, day: str) -> None:
    answer = client.get(f"/api/v1/communes/23798/broadcasts?date={day}")
    assert answer.status_code == 422
    assert set(answer.get_json()["errors"]) == {"date"}


@pytest.mark.parametrize("path", ["/", "/feeds/communes/23798/articles.json", "/healthz"])
def test_links_that_others_lengthened_still_lead_somewhere(client: FlaskClient, path: str) -> None:
    assert client.get(f"{path}?utm_source=zalo").status_code == client.get(path).status_code


def test_a_language_we_do_not_speak_is_no_mistake(client: FlaskClient) -> None:
    assert client.get("/api/v1/provinces?lang=fr").status_code == 200


# A commune has five to thirty thousand people; its mobile operator may show all of them behind one address.
LEAST_PER_NETWORK_AND_HOUR = 600
MOST_PER_NETWORK_AND_SECOND = 200  # about what two processors answer


def test_every_route_for_programs_is_bounded_alone_and_with_the_network(app: Flask) -> None:
    """Except public answers that lie ready in memory: making one is bounded, handing it over costs nothing."""
    asked = 0
    unbounded = []
    for rule in rules(app):
        view = app.view_functions[rule.endpoint]
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            if method == "GET" and not rule.rule.startswith(("/api/v1/", "/device/v1/")):
                continue  # pages and files
            name = f"{method} {rule.rule}"
            bounds = bounds_of(view, method)
            if bounds is None:
                if not hasattr(view, "__kept__"):
                    unbounded.append(name)
                continue
            asked += 1
            caller, network = bounds
            per_second = network.amount / network.get_expiry()
            assert per_second >= 10 * caller.amount / caller.get_expiry(), name
            if view.__access__ in {"public", "anyone"}:
                assert per_second * 3600 >= LEAST_PER_NETWORK_AND_HOUR, name
            assert per_second <= MOST_PER_NETWORK_AND_SECOND, name
    assert unbounded == []
    assert asked > 80
