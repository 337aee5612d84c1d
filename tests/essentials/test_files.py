"""Covers and attachments: only clean files, public with their article and no longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from backend.core import clock
from backend.core.api import cache
from backend.core.auth import Principal
from backend.core.db import reading, transaction
from backend.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from backend.essentials import files, queries
from backend.essentials.models import Article, ArticleAsset, AssetRole
from backend.places.models import AdminUnit
from backend.uploads.models import OwnerKind, Purpose, Upload, UploadState
from tests.conftest import Database
from tests.factories.essentials import make_desk, make_draft, step
from tests.factories.places import make_commune
from tests.factories.uploads import make_clean_photo, make_upload

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    cache.clear()
    with clock.freeze(NOW):
        yield
    cache.clear()


def photo(session: Session, owner: Principal, **overrides: Any) -> Upload:
    return make_clean_photo(
        session, **{"owner_kind": OwnerKind.STAFF, "owner_id": owner.id, **overrides}
    )


def document(session: Session, owner: Principal, **overrides: Any) -> Upload:
    values: dict[str, Any] = {
        "purpose": Purpose.DOCUMENT,
        "state": UploadState.CLEAN,
        "owner_kind": OwnerKind.STAFF,
        "owner_id": owner.id,
        "filename": "ke-hoach.pdf",
        "content_type": "application/pdf",
        "object_key": "documents/x",
        "offset": 1000,
    }
    return make_upload(session, **{**values, **overrides})


def add(
    session: Session, actor: Principal, article: Article, upload: Upload, **details: Any
) -> Article:
    return files.add_file(session, actor, article.id, article.version, upload.id, **details)


def cover(alt: str = "Trẻ em tại trạm y tế") -> dict[str, Any]:
    return {"role": AssetRole.COVER, "alt": alt}


ATTACHMENT: dict[str, Any] = {"role": AssetRole.ATTACHMENT}


def publish(session: Session, desk: tuple[Principal, ...], article: Article) -> None:
    lien, _, dung = desk
    for actor, name in ((lien, "submit"), (dung, "approve"), (dung, "publish")):
        step(session, actor, article, name)


def test_files_are_public_with_their_article_and_gone_with_it(
    db: Database, client: FlaskClient
) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        desk = make_desk(session, ayun)
        lien, _, dung = desk
        article = make_draft(session, lien, ayun)
        picture, paper = photo(session, lien), document(session, lien)
        add(session, lien, article, picture, **cover())
        add(session, lien, article, paper, **ATTACHMENT, name="Kế hoạch tiêm")
        assert (picture.public_key, paper.public_key) == (None, None)
        publish(session, desk, article)
        assert picture.public_key
    shown = client.get(f"/api/v1/articles/{article.id}").get_json()
    assert shown["cover"]["url"] == f"/media/images/{picture.public_key}-1280.webp"
    assert (shown["cover"]["width"], shown["cover"]["alt"]) == (128, "Trẻ em tại trạm y tế")
    (attachment,) = shown["attachments"]
    assert (attachment["name"], attachment["content_type"]) == ("Kế hoạch tiêm", "application/pdf")
    assert client.get(shown["cover"]["url"]).status_code == 200
    page = client.get(f"/c/{ayun.code}/a/{article.id}").get_data(as_text=True)
    assert (
        f'og:image" content="http://localhost/media/images/{picture.public_key}-1280.jpg"' in page
    )
    with transaction() as session:
        step(session, dung, session.get_one(Article, article.id), "withdraw", reason="Nhầm")
    assert client.get(shown["cover"]["url"]).status_code == 404


def test_a_file_taken_off_in_a_correction_stays_until_it_is_approved(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        desk = make_desk(session, ayun)
        lien, yen, dung = desk
        article = make_draft(session, lien, ayun)
        old, new = photo(session, lien), photo(session, yen)
        add(session, lien, article, old, **cover())
        publish(session, desk, article)
        step(session, yen, article, "correct", note="Đổi ảnh")
        add(session, yen, article, new, **cover("Ảnh mới"))
        public = queries.public_article(session, article.id, "vi")
        assert (public.cover or {})["alt"] == "Trẻ em tại trạm y tế"
        assert old.public_key
        assert new.public_key is None
        step(session, yen, article, "submit")
        step(session, dung, article, "approve")
        public = queries.public_article(session, article.id, "vi")
        assert (public.cover or {})["alt"] == "Ảnh mới"
        assert old.public_key is None


def test_a_dropped_correction_brings_the_file_back(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        desk = make_desk(session, ayun)
        lien, yen, _ = desk
        article = make_draft(session, lien, ayun)
        paper, extra = document(session, lien), document(session, yen)
        add(session, lien, article, paper, **ATTACHMENT)
        publish(session, desk, article)
        step(session, yen, article, "correct", note="Thử")
        kept = article.assets[0]
        files.remove_file(session, yen, article.id, article.version, kept.id)
        with pytest.raises(NotFound):
            files.remove_file(session, yen, article.id, article.version, kept.id)
        add(session, yen, article, extra, **ATTACHMENT)
        step(session, yen, article, "cancel")
        assert [(asset.upload_id, asset.dropped) for asset in article.assets] == [(paper.id, False)]


def test_a_file_that_is_not_clean_or_not_mine_is_refused(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        lien, yen, _ = make_desk(session, ayun)
        article = make_draft(session, lien, ayun)
        mine = photo(session, lien)
        for upload, details, expected in (
            (photo(session, yen), cover(), InvalidInput),
            (document(session, lien), cover(), InvalidInput),
            (mine, ATTACHMENT, InvalidInput),
            (mine, cover(""), InvalidInput),
            (photo(session, lien, state=UploadState.PROCESSING), cover(), Conflict),
            (photo(session, lien, state=UploadState.REJECTED), cover(), InvalidInput),
        ):
            with pytest.raises(expected):
                add(session, lien, article, upload, **details)
        add(session, lien, article, mine, **cover())
        with pytest.raises(InvalidInput):
            add(session, lien, article, mine, **cover())
        other = make_draft(session, lien, ayun)
        with pytest.raises(InvalidInput):
            add(session, lien, other, mine, **cover())


def test_files_follow_the_rules_of_editing(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        lien, yen, dung = make_desk(session, ayun)
        article = make_draft(session, lien, ayun)
        step(session, lien, article, "submit")
        with pytest.raises(Forbidden):
            add(session, lien, article, document(session, lien), **ATTACHMENT)
        add(session, yen, article, document(session, yen), **ATTACHMENT)
        step(session, dung, article, "approve")
        with pytest.raises(Conflict):
            add(session, yen, article, document(session, yen), **ATTACHMENT)


def test_a_new_cover_takes_the_place_of_the_old_one(db: Database) -> None:
    with transaction() as session:
        ayun = make_commune(session)
        lien, _, _ = make_desk(session, ayun)
        article = make_draft(session, lien, ayun)
        first, second = photo(session, lien), photo(session, lien)
        add(session, lien, article, first, **cover("Một"))
        add(session, lien, article, second, **cover("Hai"))
        article_id, unit_id = article.id, ayun.id
    with reading() as session:
        stored = session.query(ArticleAsset).filter_by(article_id=article_id).all()
        assert [asset.alt for asset in stored] == ["Hai"]
        assert session.get_one(AdminUnit, unit_id)


def test_scheduling_shows_the_files_at_the_hour_only(db: Database, client: FlaskClient) -> None:
    hour = NOW + timedelta(hours=1)
    with transaction() as session:
        ayun = make_commune(session)
        lien, yen, dung = make_desk(session, ayun)
        article = make_draft(session, lien, ayun)
        picture = photo(session, lien)
        add(session, lien, article, picture, **cover())
        step(session, lien, article, "submit")
        step(session, dung, article, "approve")
        step(session, yen, article, "schedule", publish_at=hour)
    path = f"/api/v1/communes/{ayun.code}/articles"
    assert client.get(path).get_json()["items"] == []
    with clock.freeze(hour):
        (item,) = client.get(path).get_json()["items"]
        assert item["cover"]["url"].startswith("/media/images/")
    with transaction() as session:
        step(session, dung, session.get_one(Article, article.id), "return", reason="Sai")
        assert session.get_one(Upload, picture.id).public_key is None
