"""The web process enqueues by name; what is heavy is imported by the workers alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "av",
    "sklearn",
    "firebase_admin",
    "pywebpush",
    "pillow_heif",
    "espeakng_loader",
    "aiohttp",
)

LOOK = """
import json, sys
from wsgi import create_app
create_app()
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Names of the modules in a fresh web process."""
    environment = {**os.environ, "TIENGLANG_VAR_DIR": str(tmp_path_factory.mktemp("var"))}
    finished = subprocess.run(
        [sys.executable, "-c", LOOK],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    names: list[str] = json.loads(finished.stdout.splitlines()[-1])
    return names


@pytest.mark.parametrize("package", HEAVY)
def test_the_web_process_imports_nothing_heavy(imported: list[str], package: str) -> None:
    assert [name for name in imported if name.split(".")[0] == package] == []


def test_the_web_process_imports_no_background_work(imported: list[str]) -> None:
    ours = ("backend.", "moderation.", "notifications.")
    assert [
        name
        for name in imported
        if name.startswith(ours)
        and (name.endswith(("jobs", ".worker")) and name != "backend.core.jobs")
    ] == []


def test_the_web_process_imports_no_demo_data(imported: list[str]) -> None:
    ours = ("backend.", "moderation.", "notifications.")
    assert [n for n in imported if n.startswith(ours) and n.endswith((".seed", ".demo"))] == []
