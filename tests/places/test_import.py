"""The import: what is stored, dated, and that a second run changes nothing."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from backend.core.db import Generation, reading, transaction
from backend.core.errors import InvalidInput
from backend.places import queries, service
from backend.places.models import (
    BEFORE_RECORDS,
    AdminUnit,
    SuccessionKind,
    UnitBoundary,
    UnitLevel,
    UnitSuccession,
)
from backend.places.source import Source, data_folder
from tests.conftest import Database


def test_reading_the_source_never_imports_the_package(source: Source) -> None:
    assert data_folder().is_dir()
    assert "vietnamadminunits" not in sys.modules
    assert len(source.communes) == 3321
    assert len(source.provinces) == 34


def test_every_former_commune_has_a_successor_and_every_commune_a_predecessor(
    source: Source,
) -> None:
    former = {unit.key for unit in source.former_communes}
    present = {unit.key for unit in source.communes}
    assert {old for old, _ in source.commune_successions} == former
    assert {new for _, new in source.commune_successions} == present


def test_gia_lai_has_its_135_communes_and_the_country_its_34_provinces(
    gia_lai: service.ImportReport,
) -> None:
    with reading() as session:
        provinces = queries.provinces(session)
        gl = queries.province_by_code(session, "52")
        assert gl is not None
        communes = queries.communes_of(session, gl.id)
        assert len(provinces) == 34
        assert len({each.short_code for each in provinces}) == 34
        assert gl.name == "Gia Lai"
        assert gl.short_code == "GL"
        assert Counter(each.kind.value for each in communes) == {"xa": 110, "phuong": 25}
        assert all(each.valid_from == date(2025, 7, 1) for each in communes)
        assert all(each.latitude and each.longitude for each in communes)


def test_the_code_52_meant_binh_dinh_before_the_reform(gia_lai: service.ImportReport) -> None:
    with reading() as session:
        before = queries.province_by_code(session, "52", date(2025, 6, 30))
        after = queries.province_by_code(session, "52", date(2025, 7, 1))
        gone = queries.province_by_code(session, "64")
        assert before is not None
        assert before.full_name == "Tỉnh Bình Định"
        assert after is not None
        assert after.full_name == "Tỉnh Gia Lai"
        assert gone is None
        merged = queries.predecessors_of(session, after.id)
        assert {unit.name for unit, _ in merged} == {"Bình Định", "Gia Lai"}
        assert all(how.kind is SuccessionKind.MERGED for _, how in merged)


def test_ayun_was_made_from_two_communes(gia_lai: service.ImportReport) -> None:
    with reading() as session:
        ayun = queries.commune_by_code(session, "23798")
        assert ayun is not None
        made_from = queries.predecessors_of(session, ayun.id)
        assert [(unit.code, unit.full_name) for unit, _ in made_from] == [
            ("23797", "Xã Ayun"),
            ("23798", "Xã Đak Jơ Ta"),
        ]
        former, how = made_from[1]
        assert former.former_district == "Huyện Mang Yang"
        assert (former.valid_from, former.valid_to) == (BEFORE_RECORDS, date(2025, 6, 30))
        assert how.effective_on == date(2025, 7, 1)


def test_a_divided_commune_has_every_part_as_successor(gia_lai: service.ImportReport) -> None:
    with reading() as session:
        divided = session.scalar(
            select(AdminUnit).where(AdminUnit.name == "An Nghĩa", AdminUnit.valid_to.is_not(None))
        )
        assert divided is not None
        parts = queries.successors_of(session, divided.id)
        assert {unit.name for unit, _ in parts} == {"An Hòa", "An Toàn"}
        assert {how.kind for _, how in parts} == {SuccessionKind.SPLIT}


def test_a_second_run_changes_nothing(
    gia_lai: service.ImportReport, source: Source, db: Database
) -> None:
    with reading() as session:
        before = session.scalar(select(func.max(Generation.value)))
    with transaction() as session:
        again = service.import_units(session, source, frozenset({"52"}))
    assert gia_lai.added > 400
    assert again == service.ImportReport(added=0, changed=0, successions=0)
    with reading() as session:
        assert session.scalar(select(func.max(Generation.value))) == before


def test_another_run_mends_names_and_keeps_what_the_operator_set(
    gia_lai: service.ImportReport, source: Source
) -> None:
    with transaction() as session:
        ayun = queries.commune_by_code(session, "23798")
        assert ayun is not None
        ayun.name, ayun.latitude, ayun.hotline = "Sai", 14.5, "0269 111"
    with transaction() as session:
        report = service.import_units(session, source, frozenset({"52"}))
    assert report.changed == 1
    with reading() as session:
        ayun = queries.commune_by_code(session, "23798")
        assert ayun is not None
        assert (ayun.name, ayun.latitude, ayun.hotline) == ("Ayun", 14.5, "0269 111")


def test_the_whole_country_can_be_imported(db: Database, source: Source) -> None:
    with transaction() as session:
        service.import_units(session, source, None)
    with reading() as session:
        standing = session.scalar(
            select(func.count())
            .select_from(AdminUnit)
            .where(AdminUnit.level == UnitLevel.COMMUNE, queries.standing())
        )
        assert standing == 3321
        assert session.scalar(select(func.count()).select_from(UnitSuccession)) == 10665


def test_a_code_that_is_no_province_is_refused(db: Database, source: Source) -> None:
    with pytest.raises(InvalidInput), transaction() as session:
        service.import_units(session, source, frozenset({"64"}))


def test_the_command_says_what_it_did(app: Flask) -> None:
    run = app.test_cli_runner()
    first = run.invoke(args=["places", "import"])
    assert first.exit_code == 0, first.output
    assert "605 units added" in first.output
    assert "0 units added" in run.invoke(args=["places", "import"]).output
    refused = run.invoke(args=["places", "import", "--province", "64"])
    assert refused.exit_code == 1
    assert "64" in refused.output


def test_boundaries_come_from_a_geojson_file(
    app: Flask, gia_lai: service.ImportReport, tmp_path: Path
) -> None:
    file = tmp_path / "outlines.geojson"
    file.write_text(
        '{"type":"FeatureCollection","features":['
        '{"type":"Feature","properties":{"code":"23798"},"geometry":{"type":"Polygon","coordinates":'
        "[[[108.2,14.0],[108.4,14.0],[108.4,14.3],[108.2,14.3],[108.2,14.0]]]}},"
        '{"type":"Feature","properties":{"code":"99999"},"geometry":{"type":"Polygon","coordinates":'
        "[[[1,1],[2,1],[2,2],[1,1]]]}}]}"
    )
    done = app.test_cli_runner().invoke(args=["places", "boundaries", str(file)])
    assert done.exit_code == 0, done.output
    assert "1 outlines stored" in done.output
    assert "99999" in done.output
    with reading() as session:
        ayun = queries.commune_by_code(session, "23798")
        assert ayun is not None
        stored = session.get(UnitBoundary, ayun.id)
        assert stored is not None
        assert (stored.south, stored.west, stored.north, stored.east) == (14.0, 108.2, 14.3, 108.4)


@pytest.mark.parametrize(
    "content",
    [
        "not json",
        '{"type":"FeatureCollection"}',
        '{"features":[{"properties":{},"geometry":{"type":"Polygon","coordinates":[]}}]}',
        '{"features":[{"properties":{"code":"23798"},"geometry":{"type":"Point","coordinates":[1,2]}}]}',
        (
            '{"features":[{"properties":{"code":"23798"},"geometry":{"type":"Polygon","coordinates":'
            "[[[108,14],[109,14],[109,15],[108,15]]]}}]}"
        ),
        (
            '{"features":[{"properties":{"code":"23798"},"geometry":{"type":"Polygon","coordinates":'
            '[[[108,14],[109,"x"],[109,15],[108,14]]]}}]}'
        ),
    ],
)
def test_a_file_that_is_no_outline_is_refused_whole(
    app: Flask, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "broken.geojson"
    file.write_text(content)
    done = app.test_cli_runner().invoke(args=["places", "boundaries", str(file)])
    assert done.exit_code == 1
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(UnitBoundary)) == 0
