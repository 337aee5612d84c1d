"""The OpenAPI document: complete without anybody having to remember it.

flask-smorest knows parameters, bodies and answers. Who may call, and every failure that follows from that, is read
off the same decorators that hold the rule at run time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import flask_smorest
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls, resolve_schema_instance
from flask import Flask, Request, Response, current_app, request
from webargs.flaskparser import FlaskParser

from backend.core.api.addresses import know_addresses
from backend.core.api.fields import Choice, Timestamp
from backend.core.api.limits import hold_back_floods
from backend.core.api.problems import CONTENT_TYPE, ProblemSchema, handle_errors
from backend.core.auth import public
from backend.core.errors import InvalidInput, TooLarge

TITLE = "Tiếng Làng"
VERSION = "1"

_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_MEANING = {
    "400": "The request cannot be read",
    "401": "Sign in first, or again",
    "403": "Signed in, but not allowed",
    "404": "Not there, or not for this caller",
    "409": "Not in a state in which this can be done; or the first request with this key is still running",
    "410": "No longer there",
    "412": "Changed by somebody else in the meantime",
    "413": "Too large",
    "415": "Unsupported content type",
    "422": "Values are missing or wrong; `errors` names them",
    "428": "Say which version with If-Match",
    "429": "Too many requests; `Retry-After` says when to come back",
    "503": "Temporarily unavailable; nothing was lost",
}
_CHANGING = {"post", "put", "patch", "delete"}
# Who reads pages, feeds and embeds comes by links that others lengthen; who calls these writes a program.
_FOR_PROGRAMS = ("/api/", "/device/")
LANG: dict[str, Any] = {
    "in": "query",
    "name": "lang",
    "schema": {"type": "string"},
    "description": "language of the words in the answer, before Accept-Language; one we do not speak counts as none",
    "example": "en",
}
# How callers prove who they are.
_SCHEMES: dict[str, dict[str, Any]] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "access token of an app, for staff and residents alike",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "tl_access",
        "description": "the same token where signing in put it into a browser",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-Token",
        "description": "`csrf` of the sign-in; goes with the cookie wherever something changes",
    },
    "device": {
        "type": "http",
        "scheme": "bearer",
        "description": "secret of an enrolled device",
    },
    "portal": {
        "type": "http",
        "scheme": "bearer",
        "description": "key of a connected portal, which speaks for its visitors",
    },
}


class _Parser(FlaskParser):
    """flask-smorest's reader of arguments; JSON too deep or too long to be read is bad JSON, not our failure."""

    def _raw_load_json(self, req: Request) -> Any:
        try:
            return super()._raw_load_json(req)
        except (json.JSONDecodeError, UnicodeDecodeError):
            # A body that did not tell its length was cut off at the bound, in silence.
            if req.content_length is None and len(req.get_data()) == req.max_content_length:
                raise TooLarge from None
            raise
        except (RecursionError, ValueError) as error:
            # Nested too deeply, or a number of thousands of digits. An empty document would mean "no body" to webargs.
            raise json.JSONDecodeError("cannot be read", "{", 0) from error


class Blueprint(flask_smorest.Blueprint):
    """A room's routes; ``/api/v1`` unless another prefix is given."""

    ARGUMENTS_PARSER = _Parser()

    def __init__(
        self, name: str, import_name: str, *, url_prefix: str = "/api/v1", description: str = ""
    ) -> None:
        super().__init__(name, import_name, url_prefix=url_prefix, description=description)
        self.before_request(hold_back_floods)
        if url_prefix.startswith(_FOR_PROGRAMS):
            self.before_request(_refuse_unknown_parameters)


def _refuse_unknown_parameters() -> None:
    """A filter that is misspelt would be a list without the filter: programs are told, as they are about bodies.

    Raises:
        InvalidInput: names every parameter that the route does not know.
    """
    if not request.query_string:
        return
    view = current_app.view_functions[str(request.endpoint)]
    unknown = request.args.keys() - _parameters(view)
    if unknown:
        raise InvalidInput({name: ["unknown_field"] for name in sorted(unknown)})


@cache
def _parameters(view: Callable[..., Any]) -> frozenset[str]:
    """The query parameters that a view declares, and the one that all have."""
    declared = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", ())
    schemas = [
        resolve_schema_instance(each["schema"]) for each in declared if each["in"] == "query"
    ]
    return frozenset({LANG["name"], *(name for schema in schemas for name in schema.load_fields)})


class _NameResolver:
    """Schemas are named by their class; a second class of that name carries its room's name in front."""

    def __init__(self) -> None:
        self._classes: dict[str, type] = {}

    def __call__(self, schema: Any) -> str:
        kind: Any = resolve_schema_cls(schema)  # one class: we never register lists
        name: str = kind.__name__.removesuffix("Schema") or kind.__name__
        if self._classes.setdefault(name, kind) is kind:
            return name
        room = kind.__module__.removeprefix("backend.").split(".")[0].title()
        self._classes.setdefault(room + name, kind)
        return f"{room}{name}"


class Api(flask_smorest.Api):
    """flask-smorest's, but it describes the routes only when somebody asks: few processes ever need the document."""

    def register_blueprint(self, blp: Blueprint, **options: Any) -> None:
        """Open a room's routes."""
        name = options.get("name", blp.name)
        self._app.extensions["flask-smorest"]["blp_name_to_api"][name] = self
        self._app.register_blueprint(blp, **options)
        self._app.extensions.setdefault("tienglang-undescribed", []).append((blp, name))

    def describe(self) -> None:
        """Add every room's operations to ``spec``, once."""
        waiting = self._app.extensions.get("tienglang-undescribed", [])
        while waiting:
            blp, name = waiting.pop(0)
            blp.register_views_in_doc(self, self._app, self.spec, name=name, parameters=None)
            self.spec.tag({"name": name, "description": blp.description})


def make_api(app: Flask) -> Api:
    """Install flask-smorest with our conventions; register blueprints on what it returns."""
    app.config.update(
        API_TITLE=TITLE,
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=None,  # we serve the finished document ourselves
    )
    know_addresses(app)
    api = Api(
        app,
        spec_kwargs={
            "marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=_NameResolver()),
            "info": {
                "description": "Two-way grassroots information for Vietnamese communes.",
                "license": {"name": "Mozilla Public License 2.0", "identifier": "MPL-2.0"},
            },
            "servers": [{"url": "/"}],
        },
    )
    api.register_field(Choice, "string", None)
    api.register_field(Timestamp, "string", "date-time")
    api.spec.components.schema("Problem", schema=ProblemSchema)
    api.spec.components.parameter(LANG["name"], LANG["in"], LANG)
    for name, scheme in _SCHEMES.items():
        api.spec.components.security_scheme(name, scheme)
    handle_errors(app)
    return api


def finished_document(app: Flask, api: Api) -> dict[str, Any]:
    """The document with security, failures and conventional headers added to each operation."""
    api.describe()
    document: dict[str, Any] = api.spec.to_dict()
    # flask-smorest's own error shape: replaced by problem details.
    document["components"].pop("responses", None)
    document["components"]["schemas"].pop("Error", None)
    access = {
        (_openapi_path(rule.rule), method.lower()): getattr(
            app.view_functions[rule.endpoint], "__access__", ""
        )
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method != "OPTIONS" or not rule.provide_automatic_options  # type: ignore[attr-defined] # set by Flask
    }
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method in {"get", "head", "options", *_CHANGING}:
                _complete(operation, path, method, access.get((path, method), ""))
    return document


def _openapi_path(rule: str) -> str:
    out = []
    for part in rule.split("<"):
        if ">" in part:
            name, rest = part.split(">", 1)
            out.append("{" + name.split(":")[-1] + "}" + rest)
        else:
            out.append(part)
    return "".join(out)


def _complete(operation: dict[str, Any], path: str, method: str, access: str) -> None:
    responses: dict[str, Any] = operation.setdefault("responses", {})
    responses.pop("default", None)
    statuses = {"400", "404", "422", "429", "503"}
    if access not in {"", "public"}:
        statuses |= {"401", "403"}  # not allowed; for anybody: a wrong PIN
        operation["security"] = _proofs(method, access)
        operation["x-access"] = access
    parameters: list[dict[str, Any]] = operation.setdefault("parameters", [])
    if path.startswith(_FOR_PROGRAMS) and not any(
        (each["in"], each["name"]) == (LANG["in"], LANG["name"]) for each in parameters
    ):
        parameters.append({"$ref": f"#/components/parameters/{LANG['name']}"})
    if method in _CHANGING:
        statuses |= {"403", "409", "410", "412", "413", "415", "428"}
    for status in sorted(statuses):
        known = responses.get(status)
        if known is None or "content" not in known:
            responses[status] = {
                "description": _MEANING[status],
                "content": {CONTENT_TYPE: {"schema": _PROBLEM}},
            }


def _proofs(method: str, access: str) -> list[dict[str, list[str]]]:
    """What a caller may prove itself by: any one of these, each whole."""
    if access == "device":
        return [{"device": []}]
    browser: dict[str, list[str]] = {"cookie": []}
    if method in _CHANGING:
        browser["csrf"] = []
    proofs: list[dict[str, list[str]]] = [browser, {"bearer": []}]
    if access == "anyone":
        proofs += [{"portal": []}, {}]
    return proofs


def serve_document(app: Flask, api: Api) -> None:
    """Serve ``/openapi.json`` and the readable documentation at ``/api/docs``, from this machine only."""
    rendered: list[str] = []

    @public
    def openapi_json() -> Response:
        if not rendered:
            rendered.append(app.json.dumps(finished_document(app, api)))
        return Response(
            rendered[0],
            content_type="application/json",
            headers={"Cache-Control": "public, max-age=300"},
        )

    @public
    def api_docs() -> Response:
        page = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Tiếng Làng API</title>'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            '<script type="module" src="/docs/rapidoc-min.js"></script></head><body>'
            '<rapi-doc spec-url="/openapi.json" render-style="read" theme="light" load-fonts="false" '
            'allow-server-selection="false" show-header="false" primary-color="#0b4f6c"></rapi-doc>'
            "</body></html>"
        )
        answer = Response(page, content_type="text/html; charset=utf-8")
        # RapiDoc writes style attributes into its own shadow tree.
        answer.headers["Content-Security-Policy"] = (
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
        )
        return answer

    app.add_url_rule("/openapi.json", view_func=openapi_json)
    app.add_url_rule("/api/docs", view_func=api_docs)


__all__ = ["Blueprint", "finished_document", "make_api", "serve_document"]
