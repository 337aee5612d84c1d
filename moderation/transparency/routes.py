"""HTTP of the transparency log: public heads, keys and proofs, and a resident's receipt."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response
from sqlalchemy import select

from backend.core.api import (
    Blueprint,
    PageArgs,
    json_answer,
    page,
    page_schema,
    public_cache,
    rate_limit,
)
from backend.core.auth import anyone, public
from backend.core.db import reading
from backend.core.errors import InvalidInput, NotFound
from backend.feedback import guard
from moderation.models import TransparencyHead
from moderation.transparency import keys, log, merkle, receipts
from moderation.transparency.schemas import (
    ConsistencyArgs,
    ConsistencySchema,
    HeadSchema,
    KeysSchema,
    TransparencyReceiptSchema,
)

blueprint = Blueprint("transparency", __name__, description="The signed log of all histories")

Words = tuple[dict[str, Any], datetime | None]


@blueprint.route("/transparency/heads")
@public
@blueprint.response(200, page_schema(HeadSchema))
@public_cache(log.AREA)
@blueprint.arguments(PageArgs, location="query")
def heads(args: dict[str, Any]) -> Words:
    """Signed heads, newest first."""
    with reading() as session:
        found = page(
            session, select(TransparencyHead), keys=(TransparencyHead.number.desc(),), **args
        )
    return {
        "items": [receipts.shown_head(head) for head in found.items],
        "next_cursor": found.next_cursor,
    }, None


@blueprint.route("/transparency/heads/latest")
@public
@blueprint.response(200, HeadSchema)
@public_cache(log.AREA)
def latest_head() -> Words:
    """The head signed last."""
    with reading() as session:
        head = log.latest(session)
    if head is None:
        raise NotFound("transparency.no_head")
    return receipts.shown_head(head), None


@blueprint.route("/transparency/consistency")
@public
@blueprint.response(200, ConsistencySchema)
@public_cache(log.AREA)
@blueprint.arguments(ConsistencyArgs, location="query")
def consistency(args: dict[str, Any]) -> Words:
    """The proof that the log of size `to` goes on from the log of size `from`."""
    old, new = args["from"], args["to"]
    with reading() as session:
        head = log.latest(session)
        if head is None or new > head.size:
            raise InvalidInput({"to": ["out_of_range"]})
        if old > new:
            raise InvalidInput({"from": ["out_of_range"]})
        proof = log.hashes_of(session, merkle.consistency_path(old, new))
    return {"from": old, "to": new, "proof": proof}, None


@blueprint.route("/transparency/keys")
@public
@blueprint.response(200, KeysSchema)
@public_cache(log.AREA)
def public_keys() -> Words:
    """The keys that sign heads, and those that did."""
    with reading() as session:
        return {"items": [receipts.shown_key(key) for key in keys.every(session)]}, None


@blueprint.route("/feedback/<tracking_code>/receipt")
@anyone
@rate_limit("60/hour", per_network="1200/hour")
@blueprint.doc(parameters=[guard.PIN])
@blueprint.response(200, TransparencyReceiptSchema)
def receipt(tracking_code: str) -> Response:
    """The proof that a case was opened for this feedback, and when; to keep and to check anywhere."""
    feedback_id = guard.opened(tracking_code)
    with reading() as session:
        found = receipts.of_feedback(session, feedback_id)
    if found is None:
        raise NotFound("feedback.not_found")
    return json_answer(found)
