"""HTTP conventions, once for all rooms: errors, pages, versions, repeats, limits, caching, the OpenAPI document."""

from backend.core.api.answers import (
    IF_MATCH,
    check_version,
    json_answer,
    names,
    names_exactly,
    require_version,
    with_etag,
)
from backend.core.api.cache import cache, public_cache
from backend.core.api.creates import created_once
from backend.core.api.fields import (
    AllowedMove,
    Choice,
    Day,
    Latitude,
    Longitude,
    Phone,
    PlainText,
    Schema,
    Timestamp,
    Uuid,
    code,
    timestamp,
)
from backend.core.api.language import language, page_language
from backend.core.api.limits import caller_key, network, rate_limit
from backend.core.api.openapi import Blueprint
from backend.core.api.paging import Page, PageArgs, page, page_schema

__all__ = [
    "IF_MATCH",
    "AllowedMove",
    "Blueprint",
    "Choice",
    "Day",
    "Latitude",
    "Longitude",
    "Page",
    "PageArgs",
    "Phone",
    "PlainText",
    "Schema",
    "Timestamp",
    "Uuid",
    "cache",
    "caller_key",
    "check_version",
    "code",
    "created_once",
    "json_answer",
    "language",
    "names",
    "names_exactly",
    "network",
    "page",
    "page_language",
    "page_schema",
    "public_cache",
    "rate_limit",
    "require_version",
    "timestamp",
    "with_etag",
]
