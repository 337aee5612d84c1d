"""``make run`` says what is in the way, and prints what a person needs to begin."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from backend.cli import run
from tests.conftest import make_config
from tests.databases import free_port, wait_for

ROOT = Path(__file__).resolve().parents[2]


def test_a_port_that_is_taken_is_named_with_the_way_out() -> None:
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        somebody.listen()
        port = somebody.getsockname()[1]
        with pytest.raises(run.CannotStart, match=f"Port {port}.*make run PORT="):
            run.check_port("127.0.0.1", port)


def test_a_free_port_is_taken_without_a_word() -> None:
    run.check_port("127.0.0.1", free_port())


def test_nobody_is_not_ready() -> None:
    assert not run.is_ready("127.0.0.1", free_port())


def test_the_welcome_names_addresses_and_sign_ins(tmp_path: Path) -> None:
    config = make_config(tmp_path, "")
    (tmp_path / "demo.json").write_text(
        json.dumps({"password": "abcd-efgh", "sign_ins": [["hoa.ayun", "tiếp nhận"]]})
    )
    text = run.welcome(config, "http://127.0.0.1:8000", 4.2)
    for part in ("http://127.0.0.1:8000/console", "abcd-efgh", "hoa.ayun", "tiếp nhận", "4.2 s"):
        assert part in text


def test_without_a_demo_province_no_password_is_made_up(tmp_path: Path) -> None:
    text = run.welcome(make_config(tmp_path, ""), "http://127.0.0.1:8000", 1)
    assert "password" not in text


def test_the_server_and_one_worker_for_each_queue_are_run() -> None:
    names = [service.name for service in run.services("127.0.0.1", 8000, {})]
    assert names == ["web", "worker work", "worker delivery", "worker media"]


def test_settings_that_cannot_be_read_stop_it_before_anything_is_started(tmp_path: Path) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "backend.cli.run", "--port", str(free_port())],
        cwd=ROOT,
        env={**os.environ, "TIENGLANG_ENV": "productoin", "TIENGLANG_VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 1
    assert "TIENGLANG_ENV must be" in finished.stderr


def test_served_from_an_empty_folder_and_gone_at_once_when_told(tmp_path: Path) -> None:
    port = free_port()
    with (tmp_path / "said").open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.cli.run", "--port", str(port), "--no-frontend"],
            cwd=ROOT,
            env={**os.environ, "TIENGLANG_VAR_DIR": str(tmp_path / "var")},
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    try:
        text = (tmp_path / "said").read_text
        wait_for(lambda: "is ready" in text() or process.poll() is not None, "the stack", 240)
        assert "hoa.ayun" in text(), text()
        assert run.is_ready("127.0.0.1", port)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert not run.is_ready("127.0.0.1", port)
        run.check_port("127.0.0.1", port)
    finally:
        process.kill()
        process.wait()
