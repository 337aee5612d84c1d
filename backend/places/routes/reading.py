"""Public reads: provinces, communes, communities, and the commune of a position."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from marshmallow import Schema
from sqlalchemy.orm import Session

from backend.core.api import Blueprint, public_cache, rate_limit
from backend.core.auth import public
from backend.core.db import reading
from backend.core.errors import Gone, InvalidInput, NotFound
from backend.places import queries
from backend.places.found import Hit
from backend.places.models import AdminUnit, UnitSuccession
from backend.places.position import locate
from backend.places.schemas import (
    CommuneDetailSchema,
    CommuneList,
    CommuneQuery,
    CommunityList,
    DayQuery,
    LocatedSchema,
    PositionQuery,
    ProvinceList,
)
from backend.places.search import find_communes

AREA = "places"
Rendered = tuple[dict[str, Any], datetime | None]

blp = Blueprint("places", __name__, description="Provinces, communes and what lies below them")


@blp.route("/provinces")
@public
@blp.response(200, ProvinceList)
@public_cache(AREA, max_age=60)
def list_provinces() -> Rendered:
    """The provinces of today."""
    with reading() as session:
        numbers = queries.communes_by_province(session)
        items = [
            {**_facts(unit), "commune_count": numbers.get(unit.id, 0)}
            for unit in queries.provinces(session)
        ]
    return _dump(ProvinceList, {"items": items}), queries.day_ends()


@blp.route("/communes")
@public
@blp.response(200, CommuneList)
@public_cache(AREA, max_age=60)
@blp.arguments(CommuneQuery, location="query")
def list_communes(query: dict[str, Any]) -> Rendered:
    """Communes by name or code, best match first; former names and codes find what became of them."""
    at: date | None = query["at"]
    with reading() as session:
        province = None
        if query["province"] is not None:
            province = queries.province_by_code(session, query["province"], at)
            if province is None:
                raise InvalidInput({"province": ["unknown"]})
        hits = find_communes(session, query["q"], province=province, at=at, limit=query["limit"])
        payload = {"items": _communes(session, hits)}
    return _dump(CommuneList, payload), None if at else queries.day_ends()


@blp.route("/communes/<string:code>")
@public
@blp.response(200, CommuneDetailSchema)
@public_cache(AREA, max_age=60)
@blp.arguments(DayQuery, location="query")
def get_commune(query: dict[str, Any], code: str) -> Rendered:
    """One commune, with the units it was made from."""
    at: date | None = query["at"]
    with reading() as session:
        unit = _commune(session, code, at)
        (commune,) = _communes(session, [Hit(unit)])
        predecessors = [
            {**_facts(former), "name": former.full_name, **_manner(succession)}
            for former, succession in queries.predecessors_of(session, unit.id)
        ]
    payload = {
        **commune,
        "predecessors": predecessors,
        "hotline": unit.hotline,
        "languages": unit.languages,
    }
    return _dump(CommuneDetailSchema, payload), None if at else queries.day_ends()


@blp.route("/communes/<string:code>/communities")
@public
@blp.response(200, CommunityList)
@public_cache(AREA, max_age=60)
@blp.arguments(DayQuery, location="query")
def list_communities(query: dict[str, Any], code: str) -> Rendered:
    """The thôn, làng, buôn, bản and tổ dân phố of a commune."""
    at: date | None = query["at"]
    with reading() as session:
        items = queries.communities_of(session, _commune(session, code, at).id, at)
    return _dump(CommunityList, {"items": items}), None if at else queries.day_ends()


@blp.route("/places/nearest")
@public
@blp.arguments(PositionQuery, location="query")
@blp.response(200, LocatedSchema)
@rate_limit("60/minute", per_network="1200/minute")
def nearest(query: dict[str, Any]) -> dict[str, Any]:
    """The commune of a position: certain where its outline is known, else the nearest centres to choose from."""
    with reading() as session:
        located = locate(session, query["lat"], query["lon"])
        communes = _communes(session, [Hit(each.commune) for each in located.candidates])
    return {
        "method": located.method,
        "candidates": [
            {"commune": commune, "distance_m": each.distance_m}
            for commune, each in zip(communes, located.candidates, strict=True)
        ],
    }


def _commune(session: Session, code: str, at: date | None) -> AdminUnit:
    """The commune of that code and day.

    Raises:
        Gone: the code was in use and is not any more; says what became of the commune.
        NotFound: nobody ever had that code.
    """
    unit = queries.commune_by_code(session, code, at)
    if unit is not None:
        return unit
    former = None if at else queries.last_with_code(session, code)
    if former is None:
        raise NotFound("places.commune_not_found")
    successors = [
        {"code": each.code, "name": each.full_name}
        for each, _ in queries.successors_of(session, former.id)
    ]
    raise Gone("places.commune_replaced", name=former.full_name, successors=successors)


def _communes(session: Session, hits: Iterable[Hit]) -> list[dict[str, Any]]:
    hits = list(hits)
    parents: set[UUID] = {hit.commune.parent_id for hit in hits if hit.commune.parent_id}
    provinces = queries.units(session, parents)
    return [_commune_facts(hit, provinces) for hit in hits]


def _commune_facts(hit: Hit, provinces: Mapping[UUID, AdminUnit]) -> dict[str, Any]:
    province = provinces.get(hit.commune.parent_id) if hit.commune.parent_id else None
    matched = hit.matched and {
        **_facts(hit.matched.unit),
        "name": hit.matched.unit.full_name,
        "reason": hit.matched.reason,
    }
    return {
        **_facts(hit.commune),
        "kind": hit.commune.kind,
        "province": province,
        "staffed": hit.commune.is_staffed,
        "matched": matched,
    }


def _facts(unit: AdminUnit) -> dict[str, Any]:
    return {
        "code": unit.code,
        "name": unit.name,
        "full_name": unit.full_name,
        "short_code": unit.short_code,
        "district": unit.former_district,
        "latitude": unit.latitude,
        "longitude": unit.longitude,
        "valid_from": unit.valid_from,
        "valid_to": unit.valid_to,
    }


def _manner(succession: UnitSuccession) -> dict[str, Any]:
    return {
        "kind": succession.kind,
        "effective_on": succession.effective_on,
        "legal_basis": succession.legal_basis,
    }


def _dump(schema: type[Schema], payload: dict[str, Any]) -> dict[str, Any]:
    dumped: dict[str, Any] = schema().dump(payload)
    return dumped
